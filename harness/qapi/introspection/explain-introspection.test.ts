import { expect } from 'chai';
import { InputError } from '../../errors.ts';
import { isJsonArray, isJsonObject, stringAt, type JsonObject, type JsonValue } from '../../json/value.ts';
import { describeExplanation } from './describe-explanation.ts';
import { explainIntrospection } from './explain-introspection.ts';
import { modelOfText } from './model-of-text.ts';
import { introspectionFromModel } from './write-introspection.ts';

const SOURCE = modelOfText(
  `{ 'enum': 'Kin', 'data': [ 'x', { 'name': 'y', 'if': 'A' }, { 'name': 'z', 'features': [ 'deprecated' ] } ] }
   { 'struct': 'Xin', 'data': { 'n': 'int', '*m': { 'type': 'str', 'if': 'A' } } }
   { 'struct': 'Yin', 'data': { 'n': 'bool' }, 'if': 'A' }
   { 'union': 'Uni', 'base': { 'k': 'Kin', '*l': [ 'Xin' ] }, 'discriminator': 'k',
     'data': { 'x': 'Xin', 'y': { 'type': 'Yin', 'if': 'A' } } }
   { 'alternate': 'Alt', 'data': { 's': 'str', 'o': 'Xin', 'n': { 'type': 'null', 'if': { 'not': 'A' } } } }
   { 'struct': 'Only', 'data': { 'q': 'Leaf' } }
   { 'struct': 'Leaf', 'data': { 'leaf': 'number' } }
   { 'command': 'c', 'data': { 'un': 'Uni', 'al': 'Alt' }, 'allow-oob': true }
   { 'command': 'd', 'returns': [ 'Only' ], 'if': { 'any': [ 'B', 'C' ] }, 'features': [ { 'name': 'f', 'if': 'D' } ] }
   { 'event': 'E', 'data': { 'x': 'Xin' } }`,
  '10.0',
);

const replyFor = (...on: readonly string[]): readonly JsonObject[] =>
  introspectionFromModel(SOURCE, { conditions: new Set(on) });

describe('explainIntrospection', () => {
  const builds: readonly (readonly [readonly string[], Readonly<Record<string, boolean | undefined>>])[] = [
    [[], { A: false, B: false, C: false, D: undefined }],
    [['A'], { A: true, B: false, C: false, D: undefined }],
    [['A', 'B'], { A: true, B: undefined, C: undefined, D: false }],
    [['C', 'D'], { A: false, B: undefined, C: undefined, D: true }],
    [['A', 'B', 'C', 'D'], { A: true, B: undefined, C: undefined, D: true }],
  ];
  for (const [on, symbols] of builds) {
    it(`finds the symbols of a build with {${on.join(' ')}}`, () => {
      const explanation = explainIntrospection(SOURCE, { return: replyFor(...on) });
      expect(explanation.differences).to.deep.equal([]);
      expect(Object.fromEntries(explanation.symbols)).to.deep.equal(symbols);
    });
  }

  it('takes other numbers and another order for the same', () => {
    const renamed: JsonValue = JSON.parse(
      JSON.stringify(replyFor('A', 'B')).replaceAll(
        /"(\[?)([0-9]+)(\]?)"/g,
        (_all, open, digits, close) => `"${String(open)}${1000 - Number(digits)}${String(close)}"`,
      ),
    ) as JsonValue;
    if (!isJsonArray(renamed)) throw new TypeError('no array');
    expect(explainIntrospection(SOURCE, renamed.toReversed()).differences).to.deep.equal([]);
  });

  /** The reply of a build with A and B, in which `edit` has changed the only entry that `marks` fits. */
  function edited(
    mark: string,
    edit: (entry: Record<string, JsonValue>) => JsonObject | undefined,
  ): JsonValue {
    const reply = replyFor('A', 'B');
    const hits = reply.filter((entry) => JSON.stringify(entry).includes(mark));
    expect(hits, mark).to.have.length(1);
    return reply.flatMap((entry) => (entry === hits[0] ? (edit({ ...entry }) ?? []) : [entry]));
  }

  const list = (entry: JsonObject, key: string): readonly JsonValue[] => {
    const value = entry[key];
    return isJsonArray(value) ? value : [];
  };
  const without = (key: string, part: string) => (entry: JsonObject) => ({
    ...entry,
    [key]: list(entry, key).filter((each) => !JSON.stringify(each).includes(part)),
  });
  const change =
    (key: string, part: string, how: (value: JsonObject) => JsonValue) => (entry: JsonObject) => ({
      ...entry,
      [key]: list(entry, key).map((each) =>
        isJsonObject(each) && JSON.stringify(each).includes(part) ? how(each) : each,
      ),
    });

  const COMMAND_C = '"name":"c"';
  const UNION = '"tag"';
  const ENUM = '"enum"';
  const X = '"name":"n","type":"int"';
  const faults: readonly (readonly [string, JsonValue, string])[] = [
    ['an absent command', edited(COMMAND_C, () => undefined), 'missing: command c'],
    ['an absent event', edited('"name":"E"', () => undefined), 'missing: event E'],
    [
      'a command that the source has not',
      [...replyFor('A', 'B'), { name: 'new', 'meta-type': 'command', 'arg-type': '0', 'ret-type': '0' }],
      'unexpected: command new',
    ],
    [
      'a type that nothing can be',
      [...replyFor('A', 'B'), { name: '99', 'meta-type': 'object', members: [] }],
      "unexpected: type '99'",
    ],
    [
      'a lost allow-oob',
      edited(COMMAND_C, (entry) => ({ ...entry, 'allow-oob': false })),
      'changed: command c, allow-oob',
    ],
    ['an absent member', edited(X, without('members', '"n"')), 'missing: Xin, member n'],
    [
      'a new member',
      edited(X, (entry) => ({ ...entry, members: [...list(entry, 'members'), { name: 'w', type: 'int' }] })),
      'unexpected: Xin, member w',
    ],
    [
      'a member that became optional',
      edited(
        X,
        change('members', '"n"', (member) => ({ ...member, default: null })),
      ),
      'changed: Xin, member n, optional',
    ],
    [
      'a member of another type',
      edited(
        X,
        change('members', '"n"', (member) => ({ ...member, type: 'str' })),
      ),
      "changed: Xin, member n: type 'int' in the source, 'str' in the reply",
    ],
    [
      'a member that became an array',
      edited(
        '"name":"un"',
        change('members', '"un"', (member) => ({ ...member, type: `[${stringAt(member, 'type')}]` })),
      ),
      'defined',
    ],
    [
      'a default that says something',
      edited(
        UNION,
        change('members', '"l"', (member) => ({ ...member, default: 1 })),
      ),
      'changed: Uni, attribute members.1.default',
    ],
    [
      'an attribute that no release has',
      edited(COMMAND_C, (entry) => ({ ...entry, coroutine: true })),
      'changed: c, attribute coroutine',
    ],
    ['an absent value', edited(ENUM, without('members', '"x"')), 'missing: Kin, value x'],
    [
      'values that differ from members',
      edited(ENUM, without('values', '"x"')),
      'changed: Kin, attribute values.0',
    ],
    [
      'an absent feature',
      edited(
        ENUM,
        change('members', '"z"', ({ name }) => ({ name: name ?? '' })),
      ),
      'missing: Kin, value z, feature deprecated',
    ],
    [
      'a new feature',
      edited(COMMAND_C, (entry) => ({ ...entry, features: ['new'] })),
      'unexpected: command c, feature new',
    ],
    ['an absent branch', edited(UNION, without('variants', '"x"')), 'missing: Uni, branch x'],
    [
      'a branch twice',
      edited(UNION, (entry) => ({
        ...entry,
        variants: [...list(entry, 'variants'), ...list(entry, 'variants').slice(0, 1)],
      })),
      'changed: Uni, branch …',
    ],
    [
      'a branch of another type',
      edited(UNION, (entry) => ({
        ...entry,
        variants: list(entry, 'variants').map((each) =>
          isJsonObject(each) && each['case'] === 'z' ? { case: 'z', type: variantType(entry, 'x') } : each,
        ),
      })),
      'changed: Uni, branch z',
    ],
    [
      'no tag',
      edited(UNION, ({ name, members }) => ({
        name: name ?? '',
        'meta-type': 'object',
        members: members ?? [],
      })),
      'changed: Uni, tag',
    ],
    [
      'an absent alternative',
      edited('"alternate"', without('members', '"str"')),
      'missing: Alt, alternative of JSON type string',
    ],
    [
      'a value that contradicts the member beside it',
      edited(X, without('members', '"m"')),
      "contradiction: Xin, member m: absent under 'A', but",
    ],
    [
      'an alternative under the opposite condition',
      edited('"alternate"', (entry) => ({ ...entry, members: [...list(entry, 'members'), { type: 'int' }] })),
      'unexpected: Alt, alternative of JSON type int',
    ],
  ];
  function variantType(entry: JsonObject, name: string): JsonValue {
    const variant = list(entry, 'variants').find((each) => isJsonObject(each) && each['case'] === name);
    return isJsonObject(variant) ? (variant['type'] ?? '') : '';
  }
  for (const [what, reply, expected] of faults) {
    it(`finds ${what}`, () => {
      if (expected === 'defined')
        expect(() => explainIntrospection(SOURCE, reply)).to.throw(InputError, expected);
      else expect(describeExplanation(explainIntrospection(SOURCE, reply))).to.include(expected);
    });
  }

  it('tells types that nothing uses from each other by all of their parts', () => {
    const source = modelOfText(
      `{ 'struct': 'Few', 'data': { 'n': 'int' } } { 'struct': 'More', 'data': { 'n': 'int', 'm': { 'type': 'int', 'if': 'B' } } }
       { 'struct': 'Holder', 'data': { 'more': 'More', 'few': 'Few' } }
       { 'command': 'c', 'data': { 'h': 'Holder' }, 'if': 'A' }`,
      '10.0',
    );
    const reply = introspectionFromModel(source, { conditions: new Set(['B']) });
    const { symbols, differences } = explainIntrospection(source, reply);
    expect(differences).to.deep.equal([]);
    expect(Object.fromEntries(symbols)).to.deep.equal({ A: false, B: true });
  });

  it('finds that types which only an absent command uses are missing', () => {
    const isUnused = (entry: JsonObject): boolean => /"(q|leaf)"/.test(JSON.stringify(entry));
    const unused = replyFor()
      .filter(isUnused)
      .map(({ name }) => name);
    const reply = replyFor().filter((entry) => !isUnused(entry) && !unused.includes(entry['element-type']));
    const text = describeExplanation(explainIntrospection(SOURCE, reply));
    expect(text).to.include('missing: Only').and.include('missing: Leaf');
  });

  it('refuses what is no reply', () =>
    expect(() => explainIntrospection(SOURCE, { QMP: {} })).to.throw(InputError, 'no array but a greeting'));
});

describe('describeExplanation', () => {
  it('says what is defined, what is not, and what the reply does not tell', () =>
    expect(describeExplanation(explainIntrospection(SOURCE, replyFor('A', 'B')))).to.equal(
      'defined: A\nnot defined: D\nnot told: B C\nThe source explains all of the reply.\n',
    ));
});
