import { expect } from 'chai';
import { readJson } from '../json/read-json.ts';
import type { JsonValue } from '../json/value.ts';
import { modelFromIntrospection } from '../qapi/introspection/read-introspection.ts';
import { definitionsOf, describeDefinition, keysOfName, namesIn } from './describe-definition.ts';
import { bundleOfText, modelOfText, TEAHOUSE } from './fixture-bundle.ts';
import { schemaFromModel, writeSchema } from './schema-from-model.ts';

const bundle = bundleOfText(TEAHOUSE);
const defs = definitionsOf(bundle);

describe('schemaFromModel', () => {
  it('says what it is', () => {
    const { $defs, ...head } = bundle;
    expect($defs).to.be.an('object');
    expect(head).to.deep.equal({
      $schema: 'https://json-schema.org/draft/2020-12/schema',
      $id: 'urn:qmp-conformance:schema:qmp:10.0',
      'qapi-sources': ['qapi'],
      'qapi-family': 'qmp',
      'qapi-release': '10.0',
      anyOf: ['greeting', 'success', 'error', 'event'].map((key) => ({ $ref: `#/$defs/${key}` })),
    });
  });

  const expected: readonly (readonly [string, JsonValue])[] = [
    ['int8', { 'qapi-kind': 'builtin', type: 'integer', minimum: -128, maximum: 127 }],
    ['uint64', { 'qapi-kind': 'builtin', type: 'integer', minimum: 0, maximum: 18446744073709551615n }],
    [
      'int',
      {
        'qapi-kind': 'builtin',
        type: 'integer',
        minimum: -9223372036854775808n,
        maximum: 9223372036854775807n,
      },
    ],
    ['number', { 'qapi-kind': 'builtin', type: 'number' }],
    ['any', true],
    [
      'Leaf',
      {
        'qapi-kind': 'enum',
        'qapi-module': 'top.json',
        enum: ['green', 'black', 'none', 'white'],
        'qapi-values': { white: { 'qapi-if': 'CONFIG_WHITE' } },
      },
    ],
    [
      'Kettle',
      {
        'qapi-kind': 'struct',
        'qapi-module': 'top.json',
        $ref: '#/$defs/Vessel~1members',
        type: 'object',
        properties: {
          watts: { $ref: '#/$defs/uint16' },
          lid: {
            $ref: '#/$defs/bool',
            'qapi-if': 'CONFIG_LID',
            'qapi-features': ['unstable'],
            'qapi-optional': false,
          },
        },
        required: ['watts'],
        unevaluatedProperties: false,
      },
    ],
    [
      'Tea',
      {
        'qapi-kind': 'union',
        'qapi-module': 'top.json',
        type: 'object',
        properties: {
          leaf: { $ref: '#/$defs/Leaf' },
          cups: { $ref: '#/$defs/uint8' },
          again: { $ref: '#/$defs/Tea' },
        },
        required: ['leaf'],
        'qapi-discriminator': 'leaf',
        allOf: [
          {
            if: { properties: { leaf: { const: 'green' } }, required: ['leaf'] },
            then: { $ref: '#/$defs/Green~1members' },
          },
          {
            if: { properties: { leaf: { const: 'black' } }, required: ['leaf'] },
            then: { $ref: '#/$defs/Black~1members' },
          },
        ],
        unevaluatedProperties: false,
      },
    ],
    [
      'TeaRef',
      {
        'qapi-kind': 'alternate',
        'qapi-module': 'top.json',
        anyOf: [
          { 'qapi-alternative': 'name', type: 'string', $ref: '#/$defs/str' },
          { 'qapi-alternative': 'tea', type: 'object', $ref: '#/$defs/Tea' },
          { 'qapi-alternative': 'nothing', type: 'null', $ref: '#/$defs/null' },
        ],
      },
    ],
    [
      'Vessel',
      {
        'qapi-kind': 'struct',
        'qapi-module': 'top.json',
        type: 'object',
        $ref: '#/$defs/Vessel~1members',
        unevaluatedProperties: false,
      },
    ],
    [
      'Vessel/members',
      {
        type: 'object',
        properties: { name: { $ref: '#/$defs/str' }, volume: { $ref: '#/$defs/size' } },
        required: ['name'],
      },
    ],
    [
      'VersionInfo',
      {
        'qapi-kind': 'struct',
        'qapi-module': 'top.json',
        type: 'object',
        properties: { major: { $ref: '#/$defs/int' }, package: { $ref: '#/$defs/str' } },
        required: ['major', 'package'],
        additionalProperties: false,
      },
    ],
    [
      'command',
      {
        type: 'object',
        properties: {
          execute: {
            enum: ['brew', 'close', 'limits', 'order', 'pour', 'qmp_capabilities', 'query-version'],
          },
          'exec-oob': { enum: ['brew'] },
          arguments: { type: 'object' },
          id: true,
        },
        oneOf: [
          { properties: { execute: true }, required: ['execute'] },
          { properties: { 'exec-oob': true }, required: ['exec-oob'] },
        ],
        additionalProperties: false,
      },
    ],
    [
      'command/brew/arguments',
      {
        'qapi-kind': 'command',
        'qapi-module': 'top.json',
        'qapi-allow-oob': true,
        $ref: '#/$defs/Tea',
      },
    ],
    ['command/brew/returns', { type: 'array', items: { $ref: '#/$defs/Kettle' } }],
    [
      'command/order/arguments',
      {
        'qapi-kind': 'command',
        'qapi-module': 'top.json',
        'qapi-gen': false,
        type: 'object',
        properties: { what: { $ref: '#/$defs/str' } },
        required: ['what'],
      },
    ],
    ['command/order/returns', { type: 'object', additionalProperties: false }],
    ['command/close/returns', { not: {} }],
    [
      'event/CLOSED/data',
      { 'qapi-kind': 'event', 'qapi-module': 'top.json', 'qapi-if': 'CONFIG_DOOR', not: {} },
    ],
  ];
  for (const [key, schema] of expected) {
    it(key, () => expect(defs[key]).to.deep.equal(schema));
  }

  it('depends on names, not on their order', () => {
    const lines = [`{ 'command': 'a' }`, `{ 'enum': 'Be', 'data': [ 'x' ] }`, `{ 'event': 'C' }`];
    const there = writeSchema(schemaFromModel(modelOfText(lines.join('\n'))));
    expect(writeSchema(schemaFromModel(modelOfText(lines.reverse().join('\n'))))).to.equal(there);
  });

  it('writes one definition to a line, and loses nothing', () => {
    const model = modelOfText(TEAHOUSE);
    const text = writeSchema(schemaFromModel(model));
    const lines = text.split('\n').filter((line) => line.startsWith('    "'));
    expect(lines).to.have.length(Object.keys(defs).length);
    expect(readJson(text)).to.deep.equal(schemaFromModel(model));
    expect(text).to.include('"maximum": 18446744073709551615');
  });

  it('gives the guest agent neither greeting nor events', () => {
    const schema = schemaFromModel(modelOfText(`{ 'command': 'guest-ping' }`, 'qga'));
    expect(Object.keys(definitionsOf(schema)))
      .to.include('success')
      .and.not.to.include.members(['greeting', 'event']);
  });

  it('has the folded integer of introspection where it is used, and only there', () => {
    const folded = modelFromIntrospection(
      [
        { name: 'int', 'meta-type': 'builtin', 'json-type': 'int' },
        { name: '0', 'meta-type': 'object', members: [] },
        { name: 'count', 'meta-type': 'command', 'arg-type': '0', 'ret-type': 'int' },
      ],
      { release: '11.1' },
    );
    expect(definitionsOf(schemaFromModel(folded))['integer']).to.deep.include({
      minimum: -9223372036854775808n,
      maximum: 18446744073709551615n,
    });
    expect(defs).not.to.have.property('integer');
  });

  it('knows what an error carried before 1.2', () => {
    const at = (release: string): JsonValue =>
      definitionsOf(schemaFromModel(modelOfText(`{ 'command': 'stop' }`, 'qmp', release)))['error'] ?? null;
    expect(at('1.1')).to.have.nested.property('properties.error.required').that.includes('data');
    expect(at('1.2')).to.have.nested.property('properties.error.required').that.does.not.include('data');
  });

  it('says of each event in its envelope what its data are', () => {
    expect(defs['event']).to.deep.include({
      allOf: [
        {
          if: { properties: { event: { const: 'BOILED' } }, required: ['event'] },
          then: { properties: { data: { $ref: '#/$defs/event~1BOILED~1data' } }, required: ['data'] },
        },
        {
          if: { properties: { event: { const: 'CLOSED' } }, required: ['event'] },
          then: { properties: { data: { $ref: '#/$defs/event~1CLOSED~1data' } } },
        },
      ],
    });
  });
});

describe('describeDefinition', () => {
  it('finds what a name means', () => {
    expect(keysOfName(bundle, 'brew')).to.deep.equal(['command/brew/arguments', 'command/brew/returns']);
    expect(keysOfName(bundle, 'BOILED')).to.deep.equal(['event/BOILED/data']);
    expect(keysOfName(bundle, 'Tea')).to.deep.equal(['Tea']);
    expect(keysOfName(bundle, 'tea')).to.deep.equal([]);
    expect(namesIn(bundle).events).to.deep.equal(['BOILED', 'CLOSED']);
  });

  it('describes each kind', () => {
    const cases: Readonly<Record<string, string>> = {
      Kettle:
        'struct Kettle (top.json)\n  members of Vessel\n  watts: uint16\n  lid?: bool [unstable; if CONFIG_LID]\n',
      Tea:
        'union Tea (top.json)\n  leaf: Leaf\n  cups?: uint8\n  again?: Tea\n' +
        '  where leaf is green: members of Green\n  where leaf is black: members of Black\n',
      TeaRef: 'alternate TeaRef (top.json)\n  str\n  Tea\n  null\n',
      int8: 'builtin int8\n  integer from -128 to 127\n',
      any: 'any: any value\n',
      'command/order/arguments': 'command order: arguments (top.json) [takes further members]\n  what: str\n',
      'command/brew/returns': 'message brew: returns\n  [Kettle]\n',
      'event/CLOSED/data': 'event CLOSED: data (top.json) [if CONFIG_DOOR]\n  nothing\n',
      'command/order/returns': 'message order: returns\n  no members\n',
    };
    for (const [key, text] of Object.entries(cases)) expect(describeDefinition(bundle, key)).to.equal(text);
  });
});
