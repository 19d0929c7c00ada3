import { expect } from 'chai';
import fc from 'fast-check';
import { loadSchema } from '../json-schema/load-schema.ts';
import { modelFromSchema } from '../json-schema/model-from-schema.ts';
import { createValidator } from '../json-schema/validator.ts';
import { valueAt } from '../json/pointer.ts';
import { readJson } from '../json/read-json.ts';
import { isJsonObject } from '../json/value.ts';
import { writeJson } from '../json/write-json.ts';
import type { CommandDefinition, QapiModel } from '../qapi/model.ts';
import { envelopeRefusals } from './envelope-refusals.ts';
import { fixtureSchema } from './fixture-server.ts';
import { refusalsOfCommand, validRequest, type Refusal } from './refusals-of-command.ts';
import { openTypeBook } from './type-book.ts';

function commandsOf(model: QapiModel): readonly CommandDefinition[] {
  return [...model.definitions.values()].filter((definition) => definition.kind === 'command');
}

function refusalsOf(
  name: string,
  options: { readonly seed?: number; readonly strict?: boolean } = {},
): readonly Refusal[] {
  const { model } = fixtureSchema();
  const command = commandsOf(model).find((one) => one.name === name);
  if (command === undefined) throw new Error(`no command ${name}`);
  return refusalsOfCommand(openTypeBook(model), command, { seed: 1, ...options });
}

const SCHEMAS = [
  ['qmp', '0.14'],
  ['qmp', '2.0'],
  ['qmp', '5.2'],
  ['qmp', '7.2'],
  ['qmp', '10.0'],
  ['qmp', '11.1'],
  ['qsd', '7.2'],
  ['qsd', '11.1'],
] as const;

describe('refusals', () => {
  for (const [family, release] of SCHEMAS) {
    it(`of ${family} ${release}: each is forbidden, and would be allowed but for one thing`, () => {
      const bundle = loadSchema(release, family);
      const model = modelFromSchema(bundle);
      const validator = createValidator(bundle);
      const book = openTypeBook(model);
      let count = 0;
      for (const command of commandsOf(model)) {
        const base = validRequest(book, command);
        expect(validator.checkCommand(base), writeJson(base)).to.deep.equal([]);
        for (const refusal of refusalsOfCommand(book, command, { seed: 7 })) {
          count++;
          if (refusal.raw === undefined) expect(readJson(refusal.text)).to.deep.equal(refusal.value);
          else expect(refusal.text).to.include(refusal.raw);
          expect(validator.checkCommand(refusal.value), refusal.text).not.to.deep.equal([]);
        }
      }
      expect(count).to.be.greaterThan(release === '0.14' ? 700 : 3000);
    });
  }

  it('are the same for the same seed, whichever commands were asked before, and others for another', () => {
    const { model } = fixtureSchema();
    const book = openTypeBook(model);
    const textOf = (seed: number, commands: readonly CommandDefinition[]): readonly string[] =>
      commands.map((command) =>
        refusalsOfCommand(book, command, { seed })
          .map(({ text }) => text)
          .join('\n'),
      );
    const commands = commandsOf(model);
    expect(textOf(3, commands)).to.deep.equal(textOf(3, commands.toReversed()).toReversed());
    expect(textOf(3, commands)).not.to.deep.equal(textOf(4, commands));
  });

  it('are forbidden for any seed', () => {
    const { model, validator } = fixtureSchema();
    const book = openTypeBook(model);
    fc.assert(
      fc.property(fc.integer(), fc.boolean(), (seed, strict) => {
        for (const command of commandsOf(model)) {
          for (const { value, text } of refusalsOfCommand(book, command, { seed, strict }))
            expect(validator.checkCommand(value), text).not.to.deep.equal([]);
        }
        for (const { value, text } of envelopeRefusals(model, { seed }))
          expect(validator.checkCommand(value), text).not.to.deep.equal([]);
      }),
      { numRuns: 60 },
    );
  });

  const INTEGERS: readonly (readonly [string, readonly string[]])[] = [
    ['a', ['128', '-129']],
    ['b', ['32768', '-32769']],
    ['c', ['2147483648', '-2147483649']],
    ['d', ['9223372036854775808', '-9223372036854775809', '18446744073709551616']],
    ['e', ['9223372036854775808', '-9223372036854775809', '18446744073709551616']],
    ['f', ['256', '-1']],
    ['g', ['65536', '-1']],
    ['h', ['4294967296', '-1', '18446744073709551616', '-9223372036854775809']],
    ['i', ['18446744073709551616', '-9223372036854775809']],
    ['j', ['18446744073709551616', '-9223372036854775809']],
  ];
  for (const [member, numbers] of INTEGERS) {
    it(`of integers ('${member}') are beyond their width on both sides, to the digit`, () => {
      const texts = refusalsOf('set-widths').map(({ text }) => text);
      for (const number of [...numbers, '0.5', '1.0', '-0.0', 'null', 'true'].filter((one) => one !== 'true'))
        expect(
          texts.some((text) => text.includes(`{"${member}":${number}}`)),
          number,
        ).to.equal(true);
    });
  }

  it('let numbers be integers, and uint64 be negative unless they are strict', () => {
    const has = (text: string, strict: boolean): boolean =>
      refusalsOf('set-widths', { strict }).some((one) => one.text.includes(text));
    expect(has('{"k":1}', false) || has('{"k":0.5}', true)).to.equal(false);
    expect([has('{"i":-1}', false), has('{"j":-1}', false)]).to.deep.equal([false, false]);
    expect([has('{"i":-1}', true), has('{"j":-1}', true)]).to.deep.equal([true, true]);
  });

  const MISTAKES: readonly (readonly [string, string, string])[] = [
    ['plant', 'missing-member', '/arguments/kind'],
    ['plant', 'missing-member', '/arguments/name'],
    ['plant', 'missing-member', '/arguments/id'],
    ['plant', 'missing-member', '/arguments/nothing'],
    ['plant', 'missing-member', '/arguments'],
    ['plant', 'unknown-value', '/arguments/kind'],
    ['plant', 'unknown-value', '/arguments/kinds/'],
    ['plant', 'wrong-type', '/arguments/kinds/'],
    ['plant', 'wrong-type', '/arguments/child'],
    ['plant', 'branch', '/arguments/child'],
    ['plant', 'nesting', '/arguments/kind'],
    ['plant', 'envelope', '/exec-oob'],
    ['plant', 'envelope', '/arguments'],
    ['reset', 'unexpected-member', '/arguments/'],
    ['reset', 'envelope', '/arguments'],
    ['loose', 'missing-member', '/arguments/driver'],
    ['rare', 'missing-member', '/arguments/x'],
  ];
  for (const [command, kind, pointer] of MISTAKES) {
    it(`of ${command} have a ${kind} at ${pointer}`, () => {
      const found = refusalsOf(command).filter(
        (one) =>
          one.kind === kind &&
          (pointer.endsWith('/') ? one.pointer.startsWith(pointer) : one.pointer === pointer),
      );
      // Which member is foreign, and where, is the seed's to say.
      if (kind === 'branch') expect(refusalsOf(command).some((one) => one.kind === kind)).to.equal(true);
      else expect(found.length).to.be.greaterThan(0);
    });
  }

  it('ask for each JSON type but the right one', () => {
    const types = refusalsOf('plant')
      .filter(({ kind, pointer }) => kind === 'wrong-type' && pointer === '/arguments/name')
      .map(({ value, pointer }) => typeOf(value, pointer));
    expect(types.sort()).to.deep.equal(['array', 'boolean', 'null', 'number', 'object']);
  });

  it('leave out what stands under a condition, and what a command of gen: false may take', () => {
    expect(refusalsOf('rare').some(({ pointer }) => pointer === '/arguments/y')).to.equal(false);
    expect(refusalsOf('plant').some(({ text }) => text.includes('"kind":"rare"'))).to.equal(false);
    expect(
      refusalsOf('loose').some(({ kind }) => kind === 'wrong-type' || kind === 'unexpected-member'),
    ).to.equal(false);
  });

  it('have ids of all JSON types, up to 2^64-1', () => {
    const texts = refusalsOf('plant').map(({ text }) => text);
    for (const id of ['null', 'true', '{}', '[]', '""', '18446744073709551615', '{"id":'])
      expect(
        texts.some((text) => text.includes(`"id":${id}`)),
        id,
      ).to.equal(true);
  });

  it('say the class that must come: CommandNotFound for unknown commands alone', () => {
    const { model } = fixtureSchema();
    for (const { kind, classes } of envelopeRefusals(model, { seed: 1 }))
      expect(classes).to.deep.equal([kind === 'unknown-command' ? 'CommandNotFound' : 'GenericError']);
    expect(refusalsOf('plant').every(({ classes }) => classes?.join() === 'GenericError')).to.equal(true);
    expect(refusalsOf('loose').every(({ classes }) => classes === undefined)).to.equal(true);
  });
});

function typeOf(value: Refusal['value'], pointer: string): string {
  const at = valueAt(value, pointer);
  if (at === null) return 'null';
  return Array.isArray(at) ? 'array' : isJsonObject(at) ? 'object' : typeof at;
}
