import { expect } from 'chai';
import { isJsonObject, type JsonObject, type JsonValue } from '../json/value.ts';
import { writeJson } from '../json/write-json.ts';
import type { QmpConnection } from '../qmp/connection.ts';
import { GREETING, recordingOf, withServer } from './fixture-server.ts';
import type { ServeOptions } from './serve.ts';
import { readTranscript } from '../transcript/read-transcript.ts';
import type { WantedSources } from './read-sources.ts';

const STATES = recordingOf(`${GREETING}-> {"execute": "qmp_capabilities", "id": "r1"}
<- {"return": {}, "id": "r1"}
-> {"execute": "query-status", "id": "r2"}
<- {"return": {"status": "running", "running": true}, "id": "r2"}
-> {"execute": "stop", "id": "r3"}
<- {"timestamp": {"seconds": 1, "microseconds": 2}, "event": "STOP"}
<- {"return": {}, "id": "r3"}
-> {"execute": "query-status"}
<- {"return": {"status": "paused", "running": false}}
-> {"execute": "device_add", "arguments": {"driver": "nope", "id": "a"}}
<- {"error": {"class": "GenericError", "desc": "no such model"}}
-> {"execute": "query-migrate"}
<- {"return": {"status": "active"}}
-> {"execute": "query-migrate"}
<- {"return": {"status": "completed"}}
-> {"execute": "block_resize", "arguments": {"device": "d", "size": 18446744073709551615}}
<- {"error": {"class": "GenericError", "desc": "größer"}}
-> {"execute": "device_del", "arguments": {"id": "a"}}
<- {"return": {}}
<- {"timestamp": {"seconds": 1, "microseconds": 3}, "event": "DEVICE_DELETED", "data": {"path": "/a"}}
`);

/** A command, and the messages that come until its response and behind it: the first line of each, without ids of ours. */
type Asked = readonly [command: string, ...messages: readonly string[]];

const STOP = '{"timestamp": {"seconds": 1, "microseconds": 2}, "event": "STOP"}';
const RUNNING = '{"return": {"status": "running", "running": true}}';
const PAUSED = '{"return": {"status": "paused", "running": false}}';
const notFound = (name: string): string =>
  `{"error": {"class": "CommandNotFound", "desc": "The command ${name} has not been found: 10.0.0 has none"}}`;
const generic = (desc: string): string => `{"error": {"class": "GenericError", "desc": "${desc}"}}`;

const DIALOGUES: readonly (readonly [
  title: string,
  texts: readonly string[],
  asked: readonly Asked[],
  options?: Partial<ServeOptions>,
  wanted?: Partial<WantedSources>,
])[] = [
  [
    'answers by the state that the client has made',
    [STATES],
    [
      ['{"execute": "query-status"}', RUNNING],
      ['{"execute": "query-status"}', RUNNING],
      ['{"execute": "stop"}', STOP, '{"return": {}}'],
      ['{"execute": "query-status"}', PAUSED],
    ],
  ],
  [
    'echoes the id in the place of the recorded one',
    [STATES],
    [
      [
        '{"execute": "query-status", "id": "r9"}',
        '{"return": {"status": "running", "running": true}, "id": "r9"}',
      ],
      [
        '{"id": {"é": [1.5, null]}, "execute": "stop"}',
        STOP,
        '{"return": {}, "id": {"\\u00E9": [1.5, null]}}',
      ],
    ],
  ],
  [
    'answers in recorded sequence where several answers are recorded',
    [STATES],
    [
      ['{"execute": "query-migrate"}', '{"return": {"status": "active"}}'],
      ['{"execute": "query-migrate"}', '{"return": {"status": "completed"}}'],
      ['{"execute": "query-migrate"}', '{"return": {"status": "completed"}}'],
    ],
  ],
  [
    'finds arguments in any order of their members, also as recorded out of the schema',
    [STATES],
    [['{"execute": "device_add", "arguments": {"id": "a", "driver": "nope"}}', generic('no such model')]],
  ],
  [
    'prefers equal arguments, and takes those of the same shape',
    [STATES],
    [
      ['{"execute": "block_resize", "arguments": {"device": "e", "size": 1}}', generic('gr\\u00F6\\u00DFer')],
      ['{"execute": "device_add", "arguments": {"driver": "x", "id": "b"}}', generic('no such model')],
    ],
  ],
  [
    'takes none of the same shape where it must be exact',
    [STATES],
    [
      [
        '{"execute": "device_add", "arguments": {"driver": "x"}}',
        generic('no recording answers device_add with arguments {\\"driver\\": \\"x\\"}'),
      ],
    ],
    { similar: false },
  ],
  [
    'refuses what the schema of the release refuses',
    [STATES],
    [
      ['{"execute": "nope"}', notFound('nope')],
      [
        '{"execute": "stop", "arguments": {"a": 1}}',
        generic("/arguments/a: member 'a'; expected members none"),
      ],
      [
        '{"execute": "device_del", "arguments": {"id": 1}}',
        generic('/arguments/id: number 1; expected a string'),
      ],
    ],
  ],
  [
    'says what the schema tells of the release',
    [STATES],
    [
      [
        '{"execute": "query-version"}',
        '{"return": {"qemu": {"micro": 0, "minor": 0, "major": 10}, "package": ""}}',
      ],
    ],
  ],
  [
    'says that it does not know',
    [STATES],
    [['{"execute": "query-name"}', generic('no recording answers query-name')]],
  ],
  [
    'generates what the schema allows where it may',
    [STATES],
    [
      ['{"execute": "query-name"}', '{"return": {}}'],
      ['{"execute": "query-uuid"}', '{"return": {"UUID": "UUID0"}}'],
    ],
    { generate: true },
  ],
  [
    'holds requests against no schema where no release is known',
    [recordingOf('-> {"execute": "frob", "arguments": {"a": 1}}\n<- {"return": {"b": 1.50}}\n')],
    [
      ['{"execute": "frob", "arguments": {"a": 1}}', '{"return": {"b": 1.50}}'],
      ['{"execute": "frob", "arguments": {"a": 2}}', '{"return": {"b": 1.50}}'],
      ['{"execute": "grob"}', generic('no recording answers grob')],
    ],
  ],
  [
    'sends a captured value, and knows it again',
    [
      recordingOf(
        `${GREETING}-> {"execute": "add-fd"}
<- {"return": {"fdset-id": 7, "fd": 42}}
-> {"execute": "remove-fd", "arguments": {"fdset-id": 1, "fd": 3}}
<- {"return": {}}
`,
        `match:
  - { at: /2/return/fdset-id, as: capture, name: set }
  - { at: /2/return/fd, as: capture, name: fd }
substitute:
  - { at: /3/arguments/fdset-id, value: '\${set}' }
  - { at: /3/arguments/fd, value: '\${fd}' }
`,
      ),
    ],
    [
      ['{"execute": "add-fd"}', '{"return": {"fdset-id": 7, "fd": 42}}'],
      ['{"execute": "remove-fd", "arguments": {"fdset-id": 7, "fd": 42}}', '{"return": {}}'],
      ['{"execute": "remove-fd", "arguments": {"fdset-id": 1, "fd": 3}}', '{"return": {}}'],
      [
        '{"execute": "remove-fd", "arguments": {"fdset-id": 8, "fd": 42}}',
        generic('no recording answers remove-fd with arguments {\\"fdset-id\\": 8, \\"fd\\": 42}'),
      ],
    ],
    { similar: false },
  ],
  [
    'fills what is elided with what the schema demands',
    [
      recordingOf(`-> {"execute": "query-status"}
<- {"return": {"status": "paused", ...}}
-> {"execute": "device_add", "arguments": {"driver": "x", ...}}
<- {"error": {"class": "GenericError", "desc": ...}}
`),
    ],
    [
      ['{"execute": "query-status"}', '{"return": {"status": "paused", "running": true}}'],
      ['{"execute": "device_add", "arguments": {"driver": "x", "addr": "1"}}', generic('not recorded')],
    ],
    { similar: false },
    { checkedBy: '10.0' },
  ],
  [
    'answers for a release by what is documented, and not by what its schema contradicts',
    [],
    [
      ['{"execute": "query-status"}', '{"return": {"status": "running", "running": true}}'],
      ['{"execute": "stop"}', generic('what is recorded of stop is no answer that 10.0.0 could give')],
      ['{"execute": "guest-ping"}', notFound('guest-ping')],
    ],
    {},
    {
      release: '10.0',
      documented: [
        ['-> {"execute": "query-status"}\n<- {"return": {"status": "running", ...}}\n', '9.0-10.0'],
        ['-> {"execute": "query-status"}\n<- {"return": {"status": "paused", "running": false}}\n', '-9.2'],
        [
          '-> {"execute": "stop"}\n<- {"return": {"surplus": 1}}\n-> {"execute": "guest-ping"}\n<- {"return": {}}\n',
          '10.0',
        ],
      ].map(([body = '', releases = ''], at) => documentedRecording(body, releases, at)),
    },
  ],
];

function documentedRecording(body: string, releases: string, at: number) {
  const head = `source:\n  - { document: qapi/x.json, definition: x, releases: "${releases}" }\n`;
  return readTranscript(recordingOf(body, head), `documented-${at}.qmp`);
}

describe('serveRecordings', () => {
  for (const [title, texts, asked, options, wanted] of DIALOGUES) {
    it(title, () =>
      withServer(
        texts,
        async ({ client }) => {
          const connection = await client();
          for (const [command, ...messages] of asked) {
            await connection.send(command);
            for (const message of messages)
              expect((await connection.next(1000)).text, command).to.equal(message);
          }
        },
        options,
        wanted,
      ),
    );
  }

  it('sends events that came behind an answer', () =>
    withServer([STATES], async ({ client }) => {
      const connection = await client();
      await connection.execute('device_del', { id: 'a' });
      expect((await connection.waitForEvent('DEVICE_DELETED', 1000)).kind).to.equal('event');
    }));

  it('sends events that came before anything was asked, behind negotiation', () =>
    withServer(
      [recordingOf(`${GREETING}<- ${STOP}\n-> {"execute": "stop"}\n<- {"return": {}}\n`)],
      async ({ client }) => {
        const connection = await client();
        expect((await connection.next(1000)).text).to.equal(STOP);
      },
    ));

  it('gives a served recording back as it is, to the byte', () =>
    withServer([STATES], async ({ socket }) => {
      const { messages } = readTranscript(STATES, 'states.qmp');
      const stream = await socket();
      const received: Buffer[] = [];
      stream.on('data', (chunk: Buffer) => received.push(chunk));
      for (const { direction, text } of messages) if (direction === '->') stream.write(text);
      stream.end();
      await new Promise((resolve) => stream.once('close', resolve));
      const expected = messages.flatMap(({ direction, text }) => (direction === '<-' ? [`${text}\r\n`] : []));
      expect(Buffer.concat(received).toString()).to.equal(
        expected.join('').replace('größer', 'gr\\u00F6\\u00DFer'),
      );
    }));

  it('counts what it was asked, and says once what it does not know', () =>
    withServer([STATES], async ({ client, server, told }) => {
      const connection = await client();
      for (const command of ['query-status', 'query-name', 'query-name', 'nope\u001b[2J', 'query-version'])
        await connection.execute(command);
      await connection.send('hello\n');
      await connection.next(1000);
      const { connections, commands, malformed, answers, told: kept } = server.summary();
      expect({ connections, commands, malformed }).to.deep.equal({
        connections: 1,
        commands: 5,
        malformed: 1,
      });
      expect(answers).to.include({ recorded: 1, unknown: 2, refused: 1, schema: 1, similar: 0 });
      expect(told[0]).to.equal('unknown: no recording answers query-name');
      expect(told[1]).to.include('nope\\u001b[2J').and.not.include('\u001b');
      expect(kept.map(({ command, count }) => [command, count])).to.deep.equal([
        ['query-name', 2],
        ['nope\\u001b[2J', 1],
      ]);
    }));

  it('lays messages out over several lines', () =>
    withServer(
      [STATES],
      async ({ client }) => {
        const { text } = await (await client()).execute('query-status');
        expect(text).to.match(/^\{\r?\n {4}"return": \{\r?\n {8}"status": "running"/);
      },
      { pretty: true },
    ));

  it('begins anew when a client ends it, and for each client that is to have all', async () => {
    const quitting = `${STATES}-> {"execute": "quit"}\n<- {"return": {}}\n`;
    await withServer([quitting], async ({ client }) => {
      const first = await client();
      await first.execute('stop');
      const second = client();
      await first.execute('quit');
      await first.closed;
      expect(valueOf(await (await second).execute('query-status'))).to.have.property('running', true);
    });
    await withServer(
      [STATES],
      async ({ client }) => {
        const first = await client();
        await first.execute('stop');
        first.close();
        expect(valueOf(await (await client()).execute('query-status'))).to.have.property('running', true);
      },
      { fresh: true },
    );
  });

  it('goes on where another client left it', () =>
    withServer([STATES], async ({ client }) => {
      const first = await client();
      await first.execute('stop');
      first.close();
      expect(valueOf(await (await client()).execute('query-status'))).to.have.property('running', false);
    }));
});

describe('serveRecordings, strictly', () => {
  const ORDER: readonly (readonly [title: string, asked: readonly Asked[], left: number])[] = [
    [
      'keeps to the order',
      [
        ['{"execute": "query-status"}', RUNNING],
        ['{"execute": "stop"}', STOP, '{"return": {}}'],
        ['{"execute": "query-status", "arguments": {}}', PAUSED],
      ],
      5,
    ],
    [
      'takes nothing but the next command',
      [
        [
          '{"execute": "stop"}',
          generic('stop with arguments {}; the recording has query-status next, at 0.qmp:7'),
        ],
        ['{"execute": "query-status"}', RUNNING],
      ],
      7,
    ],
    [
      'takes no other arguments',
      [
        ['{"execute": "query-status"}', RUNNING],
        ['{"execute": "stop"}', STOP, '{"return": {}}'],
        ['{"execute": "query-status"}', PAUSED],
        [
          '{"execute": "device_add", "arguments": {"driver": "other", "id": "a"}}',
          generic(
            'device_add with arguments {\\"driver\\": \\"other\\", \\"id\\": \\"a\\"}; the recording has device_add next, at 0.qmp:14',
          ),
        ],
      ],
      5,
    ],
  ];
  for (const [title, asked, left] of ORDER) {
    it(title, () =>
      withServer(
        [STATES],
        async ({ client, server }) => {
          const connection = await client();
          for (const [command, ...messages] of asked) {
            await connection.send(command);
            for (const message of messages)
              expect((await connection.next(1000)).text, command).to.equal(message);
          }
          expect(server.summary().left).to.have.length(left);
        },
        { strict: true },
      ),
    );
  }

  it('says that the recording has nothing further, for a connection that it does not show as well', () =>
    withServer(
      [recordingOf('-> {"execute": "stop"}\n<- {"return": {}}\n')],
      async ({ client, server }) => {
        const first = await client();
        await first.execute('stop');
        expect((await first.execute('stop')).text).to.include('nothing further');
        first.close();
        expect((await (await client()).execute('stop')).text).to.include('nothing further');
        expect(server.summary()).to.deep.include({ left: [] });
        expect(server.summary().answers.disorder).to.equal(2);
      },
      { strict: true },
    ));

  for (const [written, sent] of [
    ['"(redacted)"', '"hunter2"'],
    [`"${Buffer.from('(redacted)').toString('base64')}"`, '"aHVudGVyMg=="'],
    ['["x", "pw=(redacted)"]', '["x", "pw=hunter2"]'],
  ] as const)
    it(`takes any secret for one that was taken out: ${written}`, () =>
      withServer(
        [
          recordingOf(
            `-> {"execute": "x-set", "arguments": {"id": "s", "data": ${written}}}\n<- {"return": {"done": 1}}\n`,
          ),
        ],
        async ({ client }) => {
          const connection = await client();
          await connection.send(`{"execute": "x-set", "arguments": {"id": "t", "data": ${sent}}}`);
          expect((await connection.next(1000)).kind).to.equal('error');
          await connection.send(`{"execute": "x-set", "arguments": {"id": "s", "data": ${sent}}}`);
          expect(valueOf(await connection.next(1000))).to.deep.equal({ done: 1 });
        },
        { strict: true },
      ));

  it('plays each connection to the client of its number', () =>
    withServer(
      [
        recordingOf(`0-> {"execute": "query-name"}
0<- {"return": {"name": "zero"}}
1-> {"execute": "query-name"}
1<- {"return": {"name": "one"}}
`),
      ],
      async ({ client }) => {
        const [first, second] = [await client(), await client()];
        expect(valueOf(await second.execute('query-name'))).to.have.property('name', 'one');
        expect(valueOf(await first.execute('query-name'))).to.have.property('name', 'zero');
      },
      { strict: true, clients: 2 },
    ));
});

function valueOf({ value }: Awaited<ReturnType<QmpConnection['execute']>>): JsonObject {
  const returned: JsonValue | undefined = isJsonObject(value) ? value['return'] : undefined;
  if (!isJsonObject(returned)) throw new Error(`no success: ${writeJson(value ?? null)}`);
  return returned;
}
