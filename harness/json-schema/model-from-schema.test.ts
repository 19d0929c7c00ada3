import { expect } from 'chai';
import { InputError } from '../errors.ts';
import { readJson } from '../json/read-json.ts';
import { isJsonObject, type JsonObject, type JsonValue } from '../json/value.ts';
import { FOLDED_INTEGER, type Definition, type QapiModel } from '../qapi/model.ts';
import { bundleOfText, modelOfText, TEAHOUSE } from './fixture-bundle.ts';
import { isComplete, readBundle } from './load-schema.ts';
import { modelFromSchema } from './model-from-schema.ts';
import { schemaFromModel, writeSchema } from './schema-from-model.ts';

/** A model after it was written and read. */
function againOf(model: QapiModel): QapiModel {
  const bundle = readBundle(writeSchema(schemaFromModel(model)));
  if (!isJsonObject(bundle)) throw new Error('a bundle is an object');
  return modelFromSchema(bundle);
}

function modelOf(...definitions: readonly Definition[]): QapiModel {
  const byName = definitions.map((definition): [string, Definition] => [definition.name, definition]);
  return { sources: ['introspection', 'qapi'], family: 'qmp', release: '10.0', definitions: new Map(byName) };
}

const kinds: Definition = {
  kind: 'enum',
  name: 'Leaf',
  features: [],
  origin: { type: 'qapi', documents: 'qapi' },
  values: [
    { name: 'green', features: [], since: '1.2', origin: { documents: 'qapi' } },
    { name: 'black', features: [{ name: 'unstable', condition: { not: { symbol: 'A' } } }] },
    { name: 'white', features: [], condition: { any: [{ symbol: 'A' }, { all: [{ symbol: 'B' }] }] } },
  ],
};
const leaf = { name: 'leaf', type: { name: 'Leaf' }, optional: false, features: [] };
const union = { kind: 'union', name: 'Tea', features: [], base: [leaf], discriminator: 'leaf' } as const;

describe('modelFromSchema', () => {
  it('reads back a schema with one of each thing, but for the lines', () => {
    const model = modelOfText(TEAHOUSE);
    const definitions = new Map(
      [...model.definitions].map(([name, definition]) => [
        name,
        { ...definition, ...(definition.place && { place: { ...definition.place, line: 0 } }) },
      ]),
    );
    expect(againOf(model)).to.deep.equal({ ...model, definitions });
  });

  const cases: Readonly<Record<string, readonly Definition[]>> = {
    'conditions, features and since of enum values': [kinds],
    'a member that is conditional, optional or not': [
      {
        kind: 'struct',
        name: 'Cup',
        features: [],
        members: [
          { name: 'a', type: { name: 'str' }, optional: true, features: [], condition: { symbol: 'A' } },
          {
            name: 'b',
            type: { array: { name: 'str' } },
            optional: false,
            features: [],
            condition: { symbol: 'A' },
          },
        ],
      },
    ],
    'origins that differ from that of the definition': [
      {
        kind: 'struct',
        name: 'Cup',
        features: [],
        origin: { presence: 'manual-page', type: 'qapi', documents: 'qapi' },
        members: [
          { name: 'a', type: { name: FOLDED_INTEGER }, optional: true, features: [] },
          { name: 'b', type: { name: 'str' }, optional: true, features: [], origin: { type: 'hx' } },
          {
            name: 'c',
            type: { name: 'str' },
            optional: true,
            features: [],
            origin: { presence: 'manual-page', type: 'qapi' },
          },
        ],
      },
    ],
    'branches without members, in any order': [
      kinds,
      {
        ...union,
        branches: [
          { name: 'black', type: undefined },
          { name: 'green', type: undefined },
        ],
      },
    ],
    'a union whose branches are not all values': [kinds, { ...union, branches: [] }],
    'an alternate that takes anything': [
      { kind: 'alternate', name: 'Any', features: [], alternatives: [{ name: 'x', type: { name: 'any' } }] },
    ],
    'types of what is never sent': [
      { kind: 'struct', name: 'None', features: [], members: [] },
      { kind: 'event', name: 'QUIET', features: [], arguments: { type: 'None' } },
      {
        kind: 'command',
        name: 'leave',
        features: [],
        arguments: undefined,
        returns: { array: { name: 'str' } },
        gen: true,
        successResponse: false,
        allowOob: false,
        allowPreconfig: false,
      },
    ],
    'what is unknown': [
      { kind: 'event', name: 'DIM', features: [], arguments: undefined, argumentsUnknown: true },
      {
        kind: 'command',
        name: 'ask',
        features: [],
        arguments: undefined,
        argumentsUnknown: true,
        returns: { name: 'any' },
        replyUnknown: true,
        gen: false,
        successResponse: true,
        allowOob: true,
        allowPreconfig: true,
      },
    ],
  };
  for (const [what, definitions] of Object.entries(cases))
    it(`keeps ${what}`, () => {
      const model = modelOf(...definitions);
      expect(againOf(model)).to.deep.equal(model);
    });

  const head = { 'qapi-sources': ['qapi'], 'qapi-family': 'qmp', 'qapi-release': '10.0' };
  const wrong: readonly (readonly [JsonObject, string])[] = [
    [{}, "'qapi-sources'"],
    [{ ...head, 'qapi-sources': ['hearsay'] }, "'qapi-sources'"],
    [{ ...head, 'qapi-family': 'qxp' }, "'qapi-family'"],
    [{ ...head, 'qapi-release': 10 }, "'qapi-release'"],
    [{ ...head, $defs: { X: { 'qapi-kind': 'union' } } }, "X: no 'qapi-discriminator'"],
    [{ ...head, $defs: { X: { 'qapi-kind': 'struct', properties: { a: true } } } }, "X: no member 'a'"],
    [{ ...head, $defs: { X: { 'qapi-kind': 'struct', properties: { a: {} } } } }, "X: no '$ref' to a type"],
    [{ ...head, $defs: { X: { 'qapi-kind': 'alternate', anyOf: [{}] } } }, "X: no 'qapi-alternative'"],
    [{ ...head, $defs: { X: { 'qapi-kind': 'enum', 'qapi-if': 1 } } }, 'a qapi-if that is no condition'],
    [{ ...head, $defs: { X: { 'qapi-kind': 'enum', 'qapi-features': [1] } } }, 'a feature without name'],
    [{ ...head, $defs: { X: { 'qapi-kind': 'command' } } }, "X: no key 'command/NAME/arguments'"],
    [
      { ...head, $defs: { 'command/x/arguments': { 'qapi-kind': 'command' } } },
      'command/x/returns: no definition',
    ],
  ];
  for (const [bundle, message] of wrong)
    it(`refuses: ${message}`, () => expect(() => modelFromSchema(bundle)).to.throw(InputError, message));
});

describe('readBundle', () => {
  const text = writeSchema(schemaFromModel(modelOfText(TEAHOUSE)));
  const texts: readonly (readonly [string, string])[] = [
    ['a bundle', text],
    [
      'one with a long number at the end of its definitions',
      '{\n  "$defs": {\n    "x": {"maximum": 18446744073709551615}\n  }\n}\n',
    ],
    [
      'one with a long number elsewhere',
      '{\n  "n": 18446744073709551615,\n  "$defs": {\n    "x": 1\n  }\n}\n',
    ],
    ['one laid out otherwise', text.replaceAll('\n', '')],
    ['no bundle', '[18446744073709551615]'],
  ];
  for (const [what, written] of texts)
    it(`reads ${what} as readJson does`, () => {
      expect(readBundle(written)).to.deep.equal(readJson(written));
      expect(keysOf(readBundle(written))).to.deep.equal(keysOf(readJson(written)));
    });

  it('fails where readJson fails', () => {
    for (const broken of [text.slice(0, -5), text.replace('"int": {', '"int": {{'), ''])
      expect(() => readBundle(broken)).to.throw();
  });
});

function keysOf(bundle: JsonValue): string[] {
  const defs = isJsonObject(bundle) ? bundle['$defs'] : undefined;
  return isJsonObject(defs) ? Object.keys(defs) : [];
}

describe('isComplete', () => {
  it('is what had more sources than introspection', () => {
    expect(isComplete(bundleOfText(TEAHOUSE))).to.equal(true);
    expect(isComplete({ 'qapi-sources': ['introspection', 'manual-page'] })).to.equal(true);
    expect(isComplete({ 'qapi-sources': ['introspection'] })).to.equal(false);
    expect(isComplete({})).to.equal(false);
  });
});
