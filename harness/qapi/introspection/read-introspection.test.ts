import { expect } from 'chai';
import { InputError } from '../../errors.ts';
import type { JsonValue } from '../../json/value.ts';
import type { Definition } from '../model.ts';
import { modelFromIntrospection } from './read-introspection.ts';
import { readReply } from './read-reply.ts';

const BUILTINS = [
  { name: 'str', 'meta-type': 'builtin', 'json-type': 'string' },
  { name: 'int', 'meta-type': 'builtin', 'json-type': 'int' },
];
const EMPTY = { name: '0', 'meta-type': 'object', members: [] };

function definition(name: string, entries: readonly JsonValue[], release = '10.0'): Definition | undefined {
  return modelFromIntrospection([...BUILTINS, EMPTY, ...entries], { release }).definitions.get(name);
}

describe('modelFromIntrospection', () => {
  it('takes the array or the whole response', () => {
    const direct = modelFromIntrospection(BUILTINS, { release: '10.0' });
    expect(modelFromIntrospection({ return: BUILTINS }, { release: '10.0' })).to.deep.equal(direct);
    expect(direct).to.deep.equal({
      sources: ['introspection'],
      family: 'qmp',
      release: '10.0',
      definitions: new Map(),
    });
  });

  it('reads enum values from members, or from values where there are none', () => {
    const members = [{ name: 'a' }, { name: 'b', features: ['unstable'] }];
    expect(
      definition('t1', [{ name: '1', 'meta-type': 'enum', members, values: ['a', 'b'] }]),
    ).to.deep.include({
      kind: 'enum',
      values: [
        { name: 'a', features: [] },
        { name: 'b', features: [{ name: 'unstable' }] },
      ],
    });
    expect(definition('t1', [{ name: '1', 'meta-type': 'enum', values: ['a'] }])).to.deep.include({
      values: [{ name: 'a', features: [] }],
    });
  });

  it('reads members, optional ones, arrays and features', () => {
    const members = [
      { name: 'a', type: '[str]' },
      { name: 'b', type: 'int', default: null, features: ['deprecated'] },
    ];
    const array = { name: '[str]', 'meta-type': 'array', 'element-type': 'str' };
    expect(
      definition('t1', [array, { name: '1', 'meta-type': 'object', members, features: ['f'] }]),
    ).to.deep.equal({
      kind: 'struct',
      name: 't1',
      features: [{ name: 'f' }],
      members: [
        { name: 'a', type: { array: { name: 'str' } }, optional: false, features: [] },
        { name: 'b', type: { name: 'integer' }, optional: true, features: [{ name: 'deprecated' }] },
      ],
    });
  });

  it('reads variants as branches, the empty type as none', () => {
    const entries = [
      { name: '1', 'meta-type': 'enum', values: ['a', 'b'] },
      { name: '2', 'meta-type': 'object', members: [{ name: 'n', type: 'int' }] },
      {
        name: '3',
        'meta-type': 'object',
        members: [{ name: 'k', type: '1' }],
        tag: 'k',
        variants: [
          { case: 'a', type: '2' },
          { case: 'b', type: '0' },
        ],
      },
    ];
    expect(definition('t3', entries)).to.deep.include({
      kind: 'union',
      base: [{ name: 'k', type: { name: 't1' }, optional: false, features: [] }],
      discriminator: 'k',
      branches: [
        { name: 'a', type: { name: 't2' } },
        { name: 'b', type: undefined },
      ],
    });
  });

  it('reads an alternate', () =>
    expect(
      definition('t1', [{ name: '1', 'meta-type': 'alternate', members: [{ type: 'str' }, { type: '0' }] }]),
    ).to.deep.include({
      alternatives: [
        { name: 'str', type: { name: 'str' } },
        { name: '0', type: { name: 't0' } },
      ],
    }));

  it('reads a command and an event, with types by name or none', () => {
    const type = { name: '1', 'meta-type': 'object', members: [{ name: 'n', type: 'int' }] };
    const command = {
      name: 'c',
      'meta-type': 'command',
      'arg-type': '1',
      'ret-type': 'int',
      'allow-oob': true,
    };
    const event = { name: 'E', 'meta-type': 'event', 'arg-type': '0' };
    expect(definition('c', [type, command])).to.deep.include({
      arguments: { type: 't1' },
      returns: { name: 'integer' },
      allowOob: true,
      gen: true,
    });
    expect(definition('E', [event])).to.deep.include({ kind: 'event', arguments: undefined });
  });

  it('knows which commands take more than introspection tells', () => {
    const command = (name: string): JsonValue => ({
      name,
      'meta-type': 'command',
      'arg-type': '0',
      'ret-type': '0',
    });
    for (const [name, release, gen] of [
      ['device_add', '2.7', true],
      ['device_add', '2.8', false],
      ['device_add', '11.1', false],
      ['query-qmp-schema', '5.2', false],
      ['query-qmp-schema', '6.0', true],
      ['object-add', '4.2', true],
      ['object-add', '5.0', false],
      ['netdev_add', '2.5', false],
      ['netdev_add', '5.0', true],
      ['object-add', '5.2', false],
      ['object-add', '6.0', true],
      ['netdev_add', '4.2', false],
      ['netdev_add', '10.0', true],
    ] as const) {
      expect(definition(name, [command(name)], release), `${name} ${release}`).to.deep.include({ gen });
    }
  });

  const wrong: readonly (readonly [string, JsonValue, string])[] = [
    ['no array', {}, 'no array'],
    ['a greeting', { QMP: { version: {}, capabilities: [] } }, 'no array but a greeting'],
    [
      'an error response',
      { error: { class: 'CommandNotFound', desc: '' } },
      'no array but an error response',
    ],
    ['an event', { event: 'STOP', timestamp: {} }, 'no array but an event'],
    ['a command', { execute: 'query-qmp-schema' }, 'no array but a command'],
    [
      'the response of another command',
      { return: { running: true } },
      'no array but the response of another',
    ],
    ['a string', 'query-qmp-schema', 'no array but a JSON string'],
    ['an empty array', [], 'the array is empty'],
    ['the reply of query-commands', [{ name: 'quit' }], "'quit': no string 'meta-type'"],
    ['an element that is no object', [EMPTY, 1], 'element 1 is no object'],
    ['no name', [{ 'meta-type': 'enum' }], "no string 'name'"],
    ['a name twice', [EMPTY, EMPTY], "'0': defined twice"],
    ['no meta-type', [{ name: '1' }], "'1': no string 'meta-type'"],
    ['an unknown meta-type', [{ name: '1', 'meta-type': 'x' }], "'1': meta-type 'x'"],
    [
      'a built-in type without JSON type',
      [{ name: 'str', 'meta-type': 'builtin' }],
      "'str': no string 'json-type'",
    ],
    ['an object without members', [{ name: '1', 'meta-type': 'object' }], "'1': no 'members'"],
    [
      'a union without branches',
      [{ name: '1', 'meta-type': 'object', members: [{ name: 'k', type: '1' }], tag: 'k' }],
      "'1': no 'variants'",
    ],
    ['features that are no strings', [{ ...EMPTY, features: [1] }], "'0': 'features' is no array of strings"],
    ['an array without elements', [{ name: '[1]', 'meta-type': 'array' }], "'[1]': no string 'element-type'"],
    [
      'a command without return type',
      [EMPTY, { name: 'c', 'meta-type': 'command', 'arg-type': '0' }],
      "'c': no string 'ret-type'",
    ],
    ['an unknown built-in type', [{ name: 'x', 'meta-type': 'builtin' }], "'x': unknown built-in type"],
    ['an enum without values', [{ name: '1', 'meta-type': 'enum' }], "'1': no 'values'"],
    ['values that are no strings', [{ name: '1', 'meta-type': 'enum', values: [1] }], 'no array of strings'],
    [
      'members that are no objects',
      [{ name: '1', 'meta-type': 'object', members: ['a'] }],
      'no array of objects',
    ],
    [
      'a type that is not there',
      [{ name: '1', 'meta-type': 'object', members: [{ name: 'a', type: '9' }] }],
      "'9': not defined",
    ],
    [
      'a tag that is no member',
      [{ name: '1', 'meta-type': 'object', members: [], tag: 'k', variants: [] }],
      "'1': tag 'k' is no member",
    ],
    [
      'arrays in a circle',
      [{ name: '[1]', 'meta-type': 'array', 'element-type': '[1]' }],
      "'[1]': array of arrays without end",
    ],
    [
      'arguments that are no object',
      [...BUILTINS, { name: 'E', 'meta-type': 'event', 'arg-type': 'int' }],
      "'E': arg-type 'int' is no object type",
    ],
    [
      'a command as a type',
      [EMPTY, { name: 'c', 'meta-type': 'command', 'arg-type': '0', 'ret-type': 'c' }],
      "'c': used as a type",
    ],
  ];
  for (const [what, reply, error] of wrong) {
    it(`refuses ${what}`, () =>
      expect(() => modelFromIntrospection(reply, { release: '10.0' })).to.throw(InputError, error));
  }
});

describe('readReply', () => {
  const whole = '{"return": [{"name": "str", "meta-type": "builtin", "json-type": "string"}]}';

  it('reads JSON', () => {
    const model = modelFromIntrospection(readReply(whole, 'reply.json'), { release: '10.0', family: 'qsd' });
    expect(model.family).to.equal('qsd');
  });

  for (const end of [0, 1, 20, 40, whole.length - 1]) {
    it(`refuses a reply cut off after ${end} characters, and says where it ends`, () =>
      expect(() => readReply(whole.slice(0, end), 'reply.json')).to.throw(
        InputError,
        new RegExp(`^reply\\.json:1:${end + 1}: `),
      ));
  }

  it('refuses what is no JSON', () =>
    expect(() => readReply('QEMU 10.0.13 monitor', 'reply.json')).to.throw(InputError, 'reply.json:1:1: '));
});
