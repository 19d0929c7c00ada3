import { readFileSync } from 'node:fs';
import { expect } from 'chai';
import { modelOfText } from '../json-schema/fixture-bundle.ts';
import { ARGUMENT_RULES } from './argument-rules.ts';
import { surfaceOf } from './surface.ts';

/** A command's QAPI, and what it is to the query surface. */
const CASES: readonly (readonly [string, string, string])[] = [
  ['a query', "{ 'command': 'query-a' }", 'shared query-a'],
  ['an unstable query', "{ 'command': 'x-query-a' }", 'shared x-query-a'],
  ['what is no query', "{ 'command': 'stop' }", 'alone stop'],
  ['a name that only contains the word', "{ 'command': 'getfd' }", 'alone getfd'],
  [
    'both booleans of an optional argument',
    "{ 'command': 'query-a', 'data': { '*flat': 'bool' } }",
    'shared query-a optional flat=false,true',
  ],
  [
    'each value of an optional enum',
    "{ 'enum': 'Egg', 'data': [ 'one', 'two' ] } { 'command': 'query-a', 'data': { '*e': 'Egg' } }",
    'shared query-a optional e=one,two',
  ],
  [
    'each value of a mandatory enum',
    "{ 'enum': 'Egg', 'data': [ 'one', 'two' ] } { 'command': 'query-a', 'data': { 'e': 'Egg' } }",
    'shared query-a mandatory e=one,two',
  ],
  [
    'the members of a boxed base',
    "{ 'struct': 'Base', 'data': { '*flat': 'bool' } } { 'struct': 'Soup', 'base': 'Base', 'data': {} } { 'command': 'query-a', 'data': 'Soup', 'boxed': true }",
    'shared query-a optional flat=false,true',
  ],
  [
    'what a rule gives',
    "{ 'command': 'qom-list', 'data': { 'path': 'str' } }",
    'shared qom-list mandatory rule path',
  ],
  [
    'a rule for an argument of another type',
    "{ 'command': 'qom-list', 'data': { 'path': 'int' } }",
    "outside qom-list: no answer of the target gives its number 'path'",
  ],
  [
    'a mandatory argument that nothing gives',
    "{ 'command': 'query-a', 'data': { 'nonce': 'str' } }",
    "outside query-a: no answer of the target gives its string 'nonce'",
  ],
  [
    'an optional argument that nothing gives',
    "{ 'command': 'query-a', 'data': { '*nonce': 'str' } }",
    "shared query-a untried: no answer of the target gives the optional string 'nonce'",
  ],
  [
    'a mandatory enum of what is no query',
    "{ 'enum': 'Egg', 'data': [ 'one' ] } { 'command': 'set-a', 'data': { 'e': 'Egg' } }",
    "outside set-a: it is no query, and 'e' says what it changes",
  ],
  [
    'optional arguments of what is no query',
    "{ 'command': 'cont', 'data': { '*force': 'bool' } }",
    'alone cont',
  ],
];

function describeSurface(text: string): string {
  const { commands, outside, untried } = surfaceOf(modelOfText(text));
  const words = commands.flatMap(({ name, alone, mandatory, optional }) => [
    `${alone ? 'alone' : 'shared'} ${name}`,
    ...Object.entries({ mandatory, optional }).flatMap(([kind, sources]) =>
      sources.map((source) =>
        source.kind === 'rule'
          ? `${kind} rule ${Object.keys(source.rule.arguments).join(',')}`
          : `${kind} ${source.argument}=${source.values.map(String).join(',')}`,
      ),
    ),
  ]);
  const left = outside.map(({ command, reason }) => `outside ${command}: ${reason}`);
  return [...words, ...left, ...untried.map(({ reason }) => `untried: ${reason}`)].join(' ');
}

describe('surfaceOf', () => {
  for (const [title, text, expected] of CASES)
    it(`sees ${title}`, () => expect(describeSurface(text)).to.equal(expected));

  it('has one rule for each argument of a command', () => {
    const ruled = ARGUMENT_RULES.flatMap((rule) =>
      Object.keys(rule.arguments).map((name) => `${rule.command} ${name}`),
    );
    expect(new Set(ruled).size).to.equal(ruled.length);
  });
});

describe('docs/queries.md', () => {
  const text = readFileSync(new URL('../../docs/queries.md', import.meta.url), 'utf8').replace(/ +/g, ' ');
  for (const { command, arguments: given, from, refusal = 'no' } of ARGUMENT_RULES) {
    const names = Object.entries(given).map(([name, type]) => `\`${name}\`: \`${type}\``);
    it(`has the rule of ${command} for ${Object.keys(given).join(', ')}`, () =>
      expect(text).to.contain(`| \`${command}\` | ${names.join(', ')} | ${from} | ${refusal} |`));
  }
});
