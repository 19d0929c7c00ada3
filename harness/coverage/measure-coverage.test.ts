import { expect } from 'chai';
import type { JsonValue } from '../json/value.ts';
import type { Counter } from './counter.ts';
import { measureArchive, namesOf, type MadeUpArchive, type Spoken } from './fixture-archive.ts';

const KETTLE = { name: 'k', watts: 5, lid: true };
const STAMP = { seconds: 1, microseconds: 2 };
const GREETING: JsonValue = { QMP: { version: { major: 10, package: '' }, capabilities: [] } };

function send(command: string, given?: JsonValue, id?: JsonValue): Spoken {
  const rest = { ...(given !== undefined && { arguments: given }), ...(id !== undefined && { id }) };
  return ['->', { execute: command, ...rest }];
}
function reply(value: JsonValue, id?: JsonValue): Spoken {
  return ['<-', { return: value, ...(id !== undefined && { id }) }];
}
function refuse(id?: JsonValue, name = 'GenericError'): Spoken {
  return ['<-', { error: { class: name, desc: 'no' }, ...(id !== undefined && { id }) }];
}
function event(name: string, data?: JsonValue): Spoken {
  return ['<-', { event: name, ...(data !== undefined && { data }), timestamp: STAMP }];
}
function bytes(direction: '->' | '<-', text: string): Spoken {
  return [direction, Buffer.from(text, 'latin1')];
}

/** What of the counters named is live after a dialogue; all that is live of each. */
interface Case {
  readonly says: string;
  readonly dialogue: readonly Spoken[];
  readonly live: Partial<Record<Counter, readonly string[]>>;
}

const CASES: readonly Case[] = [
  {
    says: 'a command that was answered with success is sent and executed',
    dialogue: [send('query-version'), reply({ major: 10, package: '' })],
    live: { 'command/sent': ['query-version'], 'command/success': ['query-version'], 'command/error': [] },
  },
  {
    says: 'an error response is no success',
    dialogue: [send('query-version'), refuse()],
    live: {
      'command/sent': ['query-version'],
      'command/success': [],
      'command/error': ['query-version'],
      'error-class/received': ['GenericError'],
      'return/present': [],
    },
  },
  {
    says: 'a command without response is sent and no more',
    dialogue: [send('query-version')],
    live: { 'command/sent': ['query-version'], 'command/success': [], 'command/error': [] },
  },
  {
    says: 'a command that the schema does not have counts nothing, and its error only the class',
    dialogue: [send('no-such-command'), refuse(undefined, 'CommandNotFound')],
    live: { 'command/sent': [], 'command/error': [], 'error-class/received': ['CommandNotFound'] },
  },
  {
    says: 'an error class that the schema does not have counts nothing',
    dialogue: [send('query-version'), refuse(undefined, 'NoSuchClass')],
    live: { 'command/error': [], 'error-class/received': [] },
  },
  {
    says: 'arguments: mandatory and optional present, optional absent',
    dialogue: [send('pour', { what: 'x', note: 1 })],
    live: {
      'argument/present': ['pour.note', 'pour.what'],
      'argument/absent': ['pour.into'],
      'alternative/sent': ['TeaRef name'],
    },
  },
  {
    says: 'a command without its arguments has all optional ones absent',
    dialogue: [send('qmp_capabilities')],
    live: { 'argument/absent': ['qmp_capabilities.enable'], 'argument/present': [] },
  },
  {
    says: 'a request with an unknown argument counts nothing of itself, nor does its response make it executed',
    dialogue: [send('pour', { what: 'x', spoon: 1 }), reply({})],
    live: { 'command/sent': [], 'command/success': [], 'argument/present': [], 'argument/absent': [] },
  },
  {
    says: 'a request with one wrong enum value counts none of its right ones',
    dialogue: [send('pour', { what: { leaf: 'green', seconds: 1, again: { leaf: 'red' } } })],
    live: { 'enum-value/sent': [], 'branch/sent': [], 'alternative/sent': [] },
  },
  {
    says: 'an enum value and a branch inside of a branch, of a union of a union in an alternate',
    dialogue: [
      send('pour', { what: { leaf: 'black', with: 'milk', fat: 1, again: { leaf: 'none' } } }),
      reply({}),
    ],
    live: {
      'enum-value/sent': ['Addition milk', 'Leaf black', 'Leaf none'],
      'enum-value/received': [],
      'branch/sent': ['Black milk', 'Tea black', 'Tea none'],
      'branch/received': [],
      'alternative/sent': ['TeaRef tea'],
      'argument/present': ['Black.with', 'Milk.fat', 'Tea.again', 'Tea.leaf', 'pour.what'],
      'argument/absent': ['Tea.again', 'Tea.cups', 'pour.into', 'pour.note'],
    },
  },
  {
    says: 'null is an alternative',
    dialogue: [send('pour', { what: null })],
    live: { 'alternative/sent': ['TeaRef nothing'] },
  },
  {
    says: 'members of what is returned, those of the base and of the elements of an array',
    dialogue: [send('brew', { leaf: 'none' }), reply([KETTLE, { ...KETTLE, volume: 2n ** 64n - 1n }])],
    live: {
      'command/success': ['brew'],
      'return/present': ['Kettle.lid', 'Kettle.watts', 'Vessel.name', 'Vessel.volume'],
      'return/absent': ['Vessel.volume'],
      'argument/present': ['Tea.leaf'],
      'data/present': [],
    },
  },
  {
    says: 'a number beyond its width is a violation: nothing of the response counts',
    dialogue: [send('brew', { leaf: 'none' }), reply([{ ...KETTLE, volume: 2n ** 64n }])],
    live: { 'command/sent': ['brew'], 'command/success': [], 'return/present': [], 'return/absent': [] },
  },
  {
    says: 'a response that lacks a member counts nothing',
    dialogue: [send('brew', { leaf: 'none' }), reply([KETTLE, { name: 'k' }])],
    live: { 'command/success': [], 'return/present': [] },
  },
  {
    says: 'an event, its members, and what of QAPI is received in it',
    dialogue: [event('BOILED', { kettle: KETTLE, tea: { leaf: 'green', seconds: 1 } })],
    live: {
      'event/received': ['BOILED'],
      'data/present': [
        'BOILED.kettle',
        'BOILED.tea',
        'Green.seconds',
        'Kettle.lid',
        'Kettle.watts',
        'Tea.leaf',
        'Vessel.name',
      ],
      'data/absent': ['Tea.again', 'Tea.cups', 'Vessel.volume'],
      'enum-value/received': ['Leaf green'],
      'branch/received': ['Tea green'],
      'return/present': [],
      'argument/present': [],
    },
  },
  {
    says: 'an optional member of an event that is absent',
    dialogue: [event('BOILED', { kettle: KETTLE })],
    live: { 'data/absent': ['BOILED.tea', 'Vessel.volume'] },
  },
  {
    says: 'an event that lacks its data counts nothing',
    dialogue: [event('BOILED')],
    live: { 'event/received': [], 'data/present': [] },
  },
  {
    says: 'an event without data',
    dialogue: [event('CLOSED'), event('NO_SUCH_EVENT')],
    live: { 'event/received': ['CLOSED'] },
  },
  {
    says: 'responses belong to requests in their order, with an event between',
    dialogue: [send('query-version'), send('close'), event('CLOSED'), refuse(), refuse()],
    live: { 'command/error': ['close', 'query-version'], 'command/success': [] },
  },
  {
    says: 'an error to the first is not one to the second',
    dialogue: [
      send('brew', { leaf: 'none' }),
      send('query-version'),
      refuse(),
      reply({ major: 1, package: '' }),
    ],
    live: { 'command/error': ['brew'], 'command/success': ['query-version'] },
  },
  {
    says: 'responses with an id belong to the request that has it, whatever their order',
    dialogue: [
      send('brew', { leaf: 'none' }, 1),
      send('query-version', undefined, { b: 2n ** 64n - 1n, a: ['x'] }),
      reply({ major: 1, package: '' }, { a: ['x'], b: 2n ** 64n - 1n }),
      refuse(1),
    ],
    live: { 'command/success': ['query-version'], 'command/error': ['brew'] },
  },
  {
    says: 'out of band, too',
    dialogue: [
      send('query-version'),
      ['->', { 'exec-oob': 'brew', arguments: { leaf: 'none' }, id: 'o' }],
      reply([KETTLE], 'o'),
      refuse(),
    ],
    live: { 'command/success': ['brew'], 'command/error': ['query-version'] },
  },
  {
    says: 'a command that may not run out of band counts nothing',
    dialogue: [['->', { 'exec-oob': 'query-version', id: 1 }], reply({ major: 1, package: '' }, 1)],
    live: { 'command/sent': [], 'command/success': [] },
  },
  {
    says: 'a response with an id that nobody sent counts nothing',
    dialogue: [send('query-version'), reply({ major: 1, package: '' }, 'other')],
    live: { 'command/success': [], 'return/present': [] },
  },
  {
    says: 'id 1 is not id "1"',
    dialogue: [send('query-version', undefined, 1), reply({ major: 1, package: '' }, '1')],
    live: { 'command/success': [] },
  },
  {
    says: 'a new greeting ends what was not answered',
    dialogue: [send('brew', { leaf: 'none' }), ['<-', GREETING], send('query-version'), refuse()],
    live: { 'command/error': ['query-version'] },
  },
  {
    says: 'an error after bytes that are no request is not said to answer the request before',
    dialogue: [send('query-version'), bytes('->', '{ "execute": }\r\n'), refuse(), refuse()],
    live: {
      'command/sent': ['query-version'],
      'command/error': [],
      'error-class/received': ['GenericError'],
    },
  },
  {
    says: 'after bytes that are no request, an id still tells',
    dialogue: [
      bytes('->', '\xff'),
      send('query-version', undefined, 7),
      refuse(),
      reply({ major: 1, package: '' }, 7),
    ],
    live: { 'command/success': ['query-version'], 'command/error': [] },
  },
  {
    says: 'a request in two halves, and two in one piece',
    dialogue: [
      bytes('->', '{ "execute": "query-'),
      bytes('->', 'version" }'),
      bytes('->', '{"execute":"close"}{"execute":"qmp_capabilities"}'),
      bytes('<-', '{\n "return": { "major": 1,\n'),
      bytes('<-', ' "package": "" } }\n'),
    ],
    live: {
      'command/sent': ['close', 'qmp_capabilities', 'query-version'],
      'command/success': ['query-version'],
    },
  },
  {
    says: 'single quotes are read, as QEMU reads them',
    dialogue: [bytes('->', "{ 'execute': 'query-version' }")],
    live: { 'command/sent': ['query-version'] },
  },
  {
    says: 'half a request that a control character ends does not swallow the next',
    dialogue: [
      bytes('->', '{ "execute": "'),
      bytes('->', '\xff'),
      send('query-version', undefined, 1),
      refuse(1),
    ],
    live: { 'command/error': ['query-version'] },
  },
  {
    says: 'members that the schema does not describe (gen: false) are no violation, and nothing',
    dialogue: [send('order', { what: 'x', more: 1 }), reply({})],
    live: { 'command/success': ['order'], 'argument/present': ['order.what'] },
  },
  {
    says: 'names that every object inherits are no members',
    dialogue: [send('constructor'), send('toString'), event('hasOwnProperty'), ['<-', { __proto__: null }]],
    live: { 'command/sent': [], 'event/received': [] },
  },
];

describe('measureCoverage', () => {
  for (const { says, dialogue, live } of CASES) {
    it(says, async () => {
      const coverage = await measureArchive({ rows: { 'examples/a/b': dialogue } });
      const found = Object.fromEntries(
        Object.keys(live).map((counter) => [counter, namesOf(coverage, counter as Counter)]),
      );
      expect(found).to.deep.equal(live);
    });
  }

  it('two rows, and two connections, do not answer each other', async () => {
    const rows = { one: [send('query-version')], two: [reply({ major: 1, package: '' })] };
    expect(namesOf(await measureArchive({ rows }), 'command/success')).to.deep.equal([]);
  });

  it('says how many messages it has seen, and how many counted nothing', async () => {
    const rows = { one: [send('query-version'), send('nothing'), bytes('->', '[1]'), refuse()] };
    const [column] = (await measureArchive({ rows })).columns;
    expect([column?.messages, column?.refused]).to.deep.equal([4, 2]);
  });
});

describe('what only recordings show', () => {
  const rows = { none: [] };
  const measure = (body: string) => measureArchive({ rows, recordings: { 'examples/a/shown': body } });

  it('is static: request, response, event', async () => {
    const coverage = await measure(
      '-> { "execute": "query-version" }\n<- { "return": { "major": 1, "package": "" } }\n' +
        '<- { "event": "CLOSED", "timestamp": { "seconds": 1, "microseconds": 2 } }',
    );
    expect(namesOf(coverage, 'command/success', 'static')).to.deep.equal(['query-version']);
    expect(namesOf(coverage, 'event/received', 'static')).to.deep.equal(['CLOSED']);
    expect(namesOf(coverage, 'command/success')).to.deep.equal([]);
    expect(namesOf(coverage, 'command/success', 'never')).to.not.include('query-version');
  });

  it('what is elided is not absent', async () => {
    const coverage = await measure('-> { "execute": "pour", "arguments": { "what": "x", ... } }');
    expect(namesOf(coverage, 'argument/present', 'static')).to.deep.equal(['pour.what']);
    expect(namesOf(coverage, 'argument/absent', 'static')).to.deep.equal([]);
  });

  it('an elided value is no null', async () => {
    const coverage = await measure('-> { "execute": "pour", "arguments": { "what": ... } }');
    expect(namesOf(coverage, 'alternative/sent', 'static')).to.deep.equal([]);
  });

  it('a message that the schema refuses shows nothing', async () => {
    const coverage = await measure('-> { "execute": "pour", "arguments": { "what": "x", "spoon": 1 } }');
    expect(namesOf(coverage, 'command/sent', 'static')).to.deep.equal([]);
  });

  it('live is more than static', async () => {
    const archive: MadeUpArchive = {
      rows: { one: [send('query-version')] },
      recordings: { 'examples/a/shown': '-> { "execute": "query-version" }' },
    };
    const coverage = await measureArchive(archive);
    expect(namesOf(coverage, 'command/sent')).to.deep.equal(['query-version']);
    expect(namesOf(coverage, 'command/sent', 'static')).to.deep.equal([]);
  });
});

describe('what the build has', () => {
  const target = { commands: ['query-version', 'pour'], events: [] };

  it('is in target.json, and the rest is absent with all that stands only in it', async () => {
    const coverage = await measureArchive({ rows: { one: [] }, target });
    expect(namesOf(coverage, 'command/success', 'never')).to.deep.equal(['pour', 'query-version']);
    expect(namesOf(coverage, 'event/received', 'absent')).to.deep.equal(['BOILED', 'CLOSED']);
    expect(namesOf(coverage, 'return/present', 'never')).to.deep.equal([
      'VersionInfo.major',
      'VersionInfo.package',
    ]);
    expect(namesOf(coverage, 'return/present', 'absent')).to.include('Kettle.watts');
    // What stands in absent commands and in one that is there is not absent.
    expect(namesOf(coverage, 'argument/present', 'never')).to.include('Tea.cups');
  });

  it('is what query-qmp-schema answered, where target.json does not say', async () => {
    const answer = reply([
      { name: 'query-version', 'meta-type': 'command' },
      { name: '7', 'meta-type': 'int' },
    ]);
    const rows = { one: [send('query-qmp-schema'), answer] };
    const asked = await measureArchive({ rows });
    expect(asked.columns[0]?.introspected).to.equal(true);
    expect(namesOf(asked, 'command/success', 'never')).to.deep.equal(['query-version']);
    const told = await measureArchive({ rows, target });
    expect(namesOf(told, 'command/success', 'never')).to.deep.equal(['pour', 'query-version']);
  });

  it('is not known where nothing says it: all of the schema counts', async () => {
    const coverage = await measureArchive({ rows: { one: [send('query-qmp-schema'), refuse()] } });
    expect(coverage.columns[0]?.introspected).to.equal(false);
    expect(namesOf(coverage, 'command/success', 'absent')).to.deep.equal([]);
  });

  it('what was seen is never absent', async () => {
    const coverage = await measureArchive({ rows: { one: [event('CLOSED')] }, target });
    expect(namesOf(coverage, 'event/received')).to.deep.equal(['CLOSED']);
  });
});

describe('columns', () => {
  const programs = (coverage: Awaited<ReturnType<typeof measureArchive>>) =>
    coverage.columns.map(({ program, family, own }) => `${family} ${program}${own ? ', own' : ''}`);
  const rows = {
    'examples/a/b': [send('query-version'), refuse()],
    'protocol/R8/greeting/storage-daemon/unix': [send('query-version')],
    'protocol/R8/greeting/guest-agent/unix': [send('query-version')],
    'protocol/R8/greeting/system/unix': [send('close')],
    'queries/s390x/rich/query-version': [send('query-version')],
    'queries/x86_64/rich/query-version': [send('query-version')],
  };

  it('are a release and a program, as rows and results say', async () => {
    const results = { 'examples/a/b': { program: 'qemu-system-ppc64' } };
    expect(programs(await measureArchive({ rows, results }))).to.deep.equal([
      'qmp qemu-system-x86_64, own',
      'qga qemu-ga',
      'qsd qemu-storage-daemon',
      'qmp qemu-system-ppc64',
      'qmp qemu-system-s390x',
    ]);
  });

  it('do not lend each other what they have seen', async () => {
    const results = { 'examples/a/b': { program: 'qemu-system-ppc64' } };
    const coverage = await measureArchive({ rows, results });
    expect(namesOf(coverage, 'command/error')).to.deep.equal([]);
    expect(namesOf(coverage, 'command/sent')).to.deep.equal(['close', 'query-version']);
  });

  it('are none for a release without a schema, and that is said', async () => {
    const target = { version: '10.2.50', schema: 'introspection' };
    const { columns, leftOut } = await measureArchive({ rows: { one: [] }, target });
    expect(columns).to.deep.equal([]);
    expect(leftOut.map(({ reason }) => reason)).to.deep.equal([
      'no schema of QEMU 10.2.50 comes with the project',
    ]);
  });
});

describe('the reason why a command was not executed', () => {
  const reasonOf = async (archive: MadeUpArchive, command = 'query-version') => {
    const { columns } = await measureArchive(archive);
    const items = columns[0]?.items ?? [];
    return items.find(({ counter, name }) => counter === 'command/success' && name === command)?.reason;
  };
  const recordings = { 'examples/a/one': '-> { "execute": "query-version" }' };
  const TABLE: readonly (readonly [says: string, archive: MadeUpArchive, reason: string | undefined])[] = [
    ['nothing sends it', { rows: { one: [] } }, 'no recording and no suite sends it'],
    [
      'its build has it not',
      { rows: { one: [] }, target: { commands: ['close'], events: [] } },
      'absent from the introspection of qemu-system-x86_64',
    ],
    [
      'only errors came',
      { rows: { one: [send('query-version'), refuse()] } },
      'only errors: GenericError: no',
    ],
    [
      'nothing came that fits',
      { rows: { one: [send('query-version'), reply(1)] } },
      'sent, and no response to it fits the schema',
    ],
    [
      'what its row says',
      {
        rows: { 'examples/a/one': [] },
        results: { 'examples/a/one': { verdict: 'untestable', reason: 'needs tea' } },
        recordings,
      },
      'examples/a/one: untestable: needs tea',
    ],
    [
      'what a row of a suite says that is named after it',
      {
        rows: { 'queries/x86_64/bare/query-version': [] },
        results: { 'queries/x86_64/bare/query-version': { verdict: 'crash', reason: 'ended' } },
      },
      'queries/x86_64/bare/query-version: crash: ended',
    ],
    [
      'a row that passes says nothing but its name',
      { rows: { 'examples/a/one': [] }, recordings },
      'its rows pass without it: examples/a/one',
    ],
    [
      'its rows were not run',
      { rows: { other: [] }, recordings },
      'its rows are about another program, or were not run: examples/a/one',
    ],
    [
      'none where it was executed',
      { rows: { one: [send('query-version'), reply({ major: 1, package: '' })] } },
      undefined,
    ],
  ];
  for (const [says, archive, reason] of TABLE) {
    it(says, async () => expect(await reasonOf(archive)).to.equal(reason));
  }
});
