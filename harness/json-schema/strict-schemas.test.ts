import { Ajv2020, type AnySchemaObject } from 'ajv/dist/2020.js';
import { expect } from 'chai';
import { isJsonArray, isJsonObject, type JsonValue } from '../json/value.ts';
import { stepsOfPointer } from '../json/pointer.ts';
import { writeJson } from '../json/write-json.ts';
import type { SchemaFamily } from '../qapi/model.ts';
import { definitionsOf } from './describe-definition.ts';
import { openOracle, valuesOf, VOCABULARY, withDoubles } from './fixture-ajv.ts';
import { bundleOfText, TEAHOUSE } from './fixture-bundle.ts';
import { loadSchema, shippedReleases } from './load-schema.ts';

const FAMILIES: readonly SchemaFamily[] = ['qmp', 'qga', 'qsd'];

/** The keys in `$defs` that a schema refers to. */
function referencesOf(schema: JsonValue): string[] {
  return [...valuesOf(schema, '$ref')].map((reference) =>
    typeof reference === 'string' ? (stepsOfPointer(reference.slice(1))[1] ?? '') : '',
  );
}

/** Every keyword of ours anywhere in `value`. */
function ownKeywords(value: JsonValue, found = new Set<string>()): Set<string> {
  if (isJsonArray(value)) for (const element of value) ownKeywords(element, found);
  if (isJsonObject(value)) {
    for (const [name, member] of Object.entries(value)) {
      if (name.startsWith('qapi-')) found.add(name);
      ownKeywords(member, found);
    }
  }
  return found;
}

const metaSchema = new Ajv2020({ strict: true, strictTypes: false, allowUnionTypes: true });
metaSchema.addVocabulary(['qapi-none']);
const fitsVocabulary = metaSchema.compile(VOCABULARY as AnySchemaObject);

describe('the vocabulary of the schemas', () => {
  it('is used whole by a schema with one of each thing, or by those of releases', () => {
    const used = ownKeywords(bundleOfText(TEAHOUSE));
    for (const release of ['0.14', '10.2', '11.1']) ownKeywords(loadSchema(release), used);
    for (const keyword of used) expect(VOCABULARY.properties).to.have.property(keyword);
  });

  const wrong: readonly (readonly [string, object])[] = [
    ['a kind that QAPI has not', { $defs: { x: { 'qapi-kind': 'class' } } }],
    ['a condition of two kinds', { $defs: { x: { 'qapi-if': { all: ['A'], any: ['B'] } } } }],
    ['an empty list of features', { 'qapi-features': [] }],
    ['a source that is none', { 'qapi-sources': ['hearsay'] }],
    ['a note of an enum value that is no note', { 'qapi-values': { on: { type: 'string' } } }],
    ['what JSON Schema itself forbids', { $defs: { x: { required: 'name' } } }],
  ];
  for (const [what, schema] of wrong)
    it(`forbids ${what}`, () => expect(fitsVocabulary(schema)).to.equal(false));
});

// A definition is compiled again only where it, or what it refers to directly, differs from those compiled before: what
// strict mode looks at in a definition are its own keywords and those of the references that are put in their place.
const compiled = new Set<string>();

describe('a strict validator finds nothing wrong in the schema of', () => {
  for (const family of FAMILIES) {
    for (const release of shippedReleases(family)) {
      it(`${family} ${release}`, () => {
        const bundle = loadSchema(release, family);
        const defs = definitionsOf(bundle);
        expect(bundle).to.include({ 'qapi-family': family, 'qapi-release': release });
        expect(fitsVocabulary(withDoubles(bundle)), writeJson(fitsVocabulary.errors as never)).to.equal(true);
        const messages =
          family === 'qga'
            ? ['command', 'success', 'error']
            : ['greeting', 'command', 'success', 'error', 'event'];
        expect(Object.keys(defs)).to.include.members(messages);
        const oracle = openOracle(bundle);
        const lines = new Map(Object.entries(defs).map(([key, schema]) => [key, writeJson(schema)]));
        const anyMessage: [string, JsonValue] = ['', { anyOf: bundle['anyOf'] ?? [] }];
        for (const [key, schema] of [...Object.entries(defs), anyMessage]) {
          const references = referencesOf(schema);
          for (const reference of references) expect(defs, `in ${key}`).to.have.property(reference);
          const text = [writeJson(schema), ...references.map((each) => lines.get(each))].join('\n');
          if (compiled.has(text)) continue;
          compiled.add(text);
          if (key === '') oracle.compileBundle();
          else oracle.compile(key);
        }
      }).timeout(20_000);
    }
  }
});

describe('a schema as a whole', () => {
  const fits = openOracle(bundleOfText(TEAHOUSE)).compileBundle();
  const timestamp = { seconds: 1, microseconds: 0 };
  const kettle = { name: 'k', watts: 7 };
  const messages: readonly (readonly [boolean, JsonValue])[] = [
    [true, { QMP: { version: { major: 1, package: '' }, capabilities: ['oob'] } }],
    [false, { QMP: { version: { major: 1 }, capabilities: [] } }],
    [true, { return: {}, id: [1] }],
    [true, { error: { class: 'GenericError', desc: '' } }],
    [false, { error: { class: 'NoSuchClass', desc: '' } }],
    [true, { event: 'BOILED', data: { kettle }, timestamp }],
    [false, { event: 'BOILED', timestamp }],
    [false, { event: 'BOILED', data: {}, timestamp }],
    [true, { event: 'CLOSED', timestamp }],
    [false, { event: 'CLOSED', data: {}, timestamp }],
    [false, { event: 'FROZEN', timestamp }],
    [false, { execute: 'brew' }],
    [false, {}],
  ];
  for (const [fitting, message] of messages)
    it(`${fitting ? 'is' : 'is not'} that of ${writeJson(message)}`, () =>
      expect(fits(message)).to.equal(fitting));

  const command = openOracle(bundleOfText(TEAHOUSE)).compile('command');
  const commands: readonly (readonly [boolean, JsonValue])[] = [
    [true, { execute: 'brew', arguments: {}, id: null }],
    [true, { 'exec-oob': 'brew' }],
    [false, { 'exec-oob': 'pour' }],
    [false, { execute: 'brew', 'exec-oob': 'brew' }],
    [false, { execute: 'boil' }],
    [false, { arguments: {} }],
    [false, { execute: 'brew', arguments: [] }],
    [false, { execute: 'brew', more: 1 }],
  ];
  for (const [fitting, message] of commands)
    it(`command: ${fitting ? 'takes' : 'refuses'} ${writeJson(message)}`, () =>
      expect(command(message)).to.equal(fitting));
});
