import { expect } from 'chai';
import { InputError } from '../errors.ts';
import { readTranscript } from '../transcript/read-transcript.ts';
import { importLog, type ImportOptions } from './import-log.ts';
import type { LogFormat } from './log-message.ts';

const GREETING =
  '{"QMP": {"version": {"qemu": {"micro": 13, "minor": 0, "major": 10}, "package": ""}, "capabilities": []}}';
const STOP = '{"timestamp": {"seconds": 1, "microseconds": 2}, "event": "STOP"}';

/** A log, what is made of it, and what is said of what it lacks. */
const LOGS: readonly (readonly [
  title: string,
  format: LogFormat,
  log: string,
  body: readonly string[],
  notes?: readonly string[],
])[] = [
  [
    'libvirt.replies',
    'libvirt-replies',
    `{
  "execute": "qmp_capabilities",
  "id": "libvirt-1"
}

{
  "return": {},
  "id": "libvirt-1"
}

{
  "execute": "qom-list-types",
  "id": "libvirt-2"
}

{
  "return": [
    { "name": "a, b:c", "size": 18446744073709551615, "share": 1.50 }
  ],
  "id": "libvirt-2"
}

{ "execute": "qmp_capabilities", "id": "libvirt-1" }

{ "id": "libvirt-1", "error": { "class": "GenericError", "desc": "no" } }
`,
    [
      '-> {"execute": "qmp_capabilities", "id": "libvirt-1"}',
      '<- {"return": {}, "id": "libvirt-1"}',
      '-> {"execute": "qom-list-types", "id": "libvirt-2"}',
      '<- {"return": [{"name": "a, b:c", "size": 18446744073709551615, "share": 1.50}], "id": "libvirt-2"}',
      '1-> { "execute": "qmp_capabilities", "id": "libvirt-1" }',
      '1<- { "id": "libvirt-1", "error": { "class": "GenericError", "desc": "no" } }',
    ],
  ],
  [
    'old.replies',
    'libvirt-replies',
    '{ "return": {}, "id": "libvirt-1" }\n\n{ "return": [], "id": "libvirt-2" }\n',
    ['<- { "return": {}, "id": "libvirt-1" }', '<- { "return": [], "id": "libvirt-2" }'],
    ['2 replies stand there without their commands'],
  ],
  [
    'cut.replies',
    'libvirt-replies',
    '{"execute":"stop"}\n',
    ['-> {"execute":"stop"}'],
    ['1 commands stand there without their replies'],
  ],
  [
    'chardev.log',
    'chardev-log',
    `${GREETING}\r\n{"return": {}}\r\n${STOP}\r\n${GREETING}\r\n{"error": {"class": "CommandNotFound", "desc": ""}}\r\n`,
    [
      `<- ${GREETING}`,
      '<- {"return": {}}',
      `<- ${STOP}`,
      `1<- ${GREETING}`,
      '1<- {"error": {"class": "CommandNotFound", "desc": ""}}',
    ],
    ['the log shows what the server sent; the commands are not in it'],
  ],
  [
    'pretty.log',
    'chardev-log',
    '{\r\n    "return": {\r\n        "a": [\r\n            1,\r\n            2\r\n        ]\r\n    }\r\n}\r\n',
    ['<- {"return": {"a": [1, 2]}}'],
    ['the log shows what the server sent; the commands are not in it'],
  ],
  [
    'trace-5.2.log',
    'trace',
    `1516@1605.933522:handle_qmp_command mon 0x5555 req: {"execute": "qmp_capabilities"}
1512@1605.933568:monitor_qmp_cmd_in_band${' '}
1516@1606.000001:handle_qmp_command mon 0x6666 req: {"execute": "stop"}
1516@1605.999999:handle_qmp_command mon 0x5555 req: {"execute": "qmp_capabilities"}
`,
    [
      '@0.000000 -> {"execute": "qmp_capabilities"}',
      '@0.066479 1-> {"execute": "stop"}',
      '@0.066479 2-> {"execute": "qmp_capabilities"}',
    ],
    ['the trace shows what clients sent, and no responses'],
  ],
  [
    'trace-10.0.log',
    'trace',
    `qmp_enter_query_version {}
monitor_qmp_respond mon 0x5555 resp: ${GREETING}
handle_qmp_command mon 0x5555 req: {"execute": "stop", "id": "monitor_qmp_respond mon 0x1 resp: {"}
monitor_qmp_respond mon 0x5555 resp: ${STOP}
monitor_qmp_respond mon 0x5555 resp: {"return": {}}
qemu: warning: something else
monitor_qmp_respond mon 0x5555 resp: ${GREETING}
monitor_qmp_respond mon 0x5555 resp: {"return": {}}
`,
    [
      `<- ${GREETING}`,
      '-> {"execute": "stop", "id": "monitor_qmp_respond mon 0x1 resp: {"}',
      `<- ${STOP}`,
      '<- {"return": {}}',
      `1<- ${GREETING}`,
      '1<- {"return": {}}',
    ],
  ],
  [
    'qmp-shell.log',
    'qmp-shell',
    `{"execute": "query-status", "arguments": {}, "return": {"running": true}}
{
    "arguments": {"a": 10000000000000000000},
    "error": {"class": "GenericError", "desc": "no"},
    "execute": "frob"
}
`,
    [
      '-> {"execute": "query-status", "arguments": {}}',
      '<- {"return": {"running": true}}',
      '-> {"arguments": {"a": 10000000000000000000}, "execute": "frob"}',
      '<- {"error": {"class": "GenericError", "desc": "no"}}',
    ],
    ['qmp-shell logs neither the greeting nor events'],
  ],
  [
    'verbose.txt',
    'qmp-shell',
    `Welcome to the QMP low-level shell!
Connected to QEMU 10.0.13

(QEMU) device_del id=a
{"execute": "device_del", "arguments": {"id": "a"}}
{"return": {}}
(QEMU) (QEMU)${' '}
{'timestamp': {'seconds': 1, 'microseconds': 2}, 'event': 'STOP', 'data': {'ok': True, 'x': None}}
(QEMU) stop
{
    "return": {}
}
(QEMU)${' '}
`,
    [
      '-> {"execute": "device_del", "arguments": {"id": "a"}}',
      '<- {"return": {}}',
      '<- {"timestamp": {"seconds": 1, "microseconds": 2}, "event": "STOP", "data": {"ok": true, "x": null}}',
      '-> {"execute": "stop", "arguments": {}}',
      '<- {"return": {}}',
    ],
  ],
  [
    'piped.txt',
    'qmp-shell',
    `(QEMU) {"execute": "stop", "arguments": {}}\n{"return": {}}\n(QEMU) {u'error': {u'class': u'GenericError', u'desc': u'it\\'s "no"'}}\n`,
    [
      '-> {"execute": "stop", "arguments": {}}',
      '<- {"return": {}}',
      '<- {"error": {"class": "GenericError", "desc": "it\'s \\"no\\""}}',
    ],
  ],
  [
    'mistyped.txt',
    'qmp-shell',
    '(QEMU) frob x\nError while parsing command line: Expected a key=value pair\ncommand format: <command-name> [arg-name1=arg1] ... [arg-nameN=argN\n(QEMU) stop\n{"return": {}}\n',
    ['-> {"execute": "stop", "arguments": {}}', '<- {"return": {}}'],
    ['1 lines were typed that qmp-shell does not send'],
  ],
  [
    'transaction.txt',
    'qmp-shell',
    '(QEMU) transaction(\nTRANS> abort\nTRANS> x a=1\nTRANS> )\n{"return": {}}\n',
    [
      '-> {"execute": "transaction", "arguments": {"actions": [{"type": "abort", "data": {}}, {"type": "x", "data": {"a": 1}}]}}',
      '<- {"return": {}}',
    ],
  ],
];

describe('importLog', () => {
  for (const [file, format, log, body, notes = []] of LOGS) {
    it(`reads ${file}, with and without its format named`, () => {
      for (const options of [{}, { format }]) {
        const imported = importLog(Buffer.from(log), `logs/${file}`, options);
        const name = file.replace(/\.\w+$/, '');
        expect(imported.text).to.equal(
          `---\nid: wire/${name}\n---\n${body.map((line) => `${line}\n`).join('')}`,
        );
        expect(imported).to.deep.include({ format, notes, messages: body.length });
        expect(readTranscript(imported.text, 'made.qmp').messages).to.have.length(body.length);
      }
    });
  }

  it('takes the identity that it is given, and makes one of any name', () => {
    const log = Buffer.from('{"return": {}}');
    expect(importLog(log, 'a.log', { id: 'wire/x/y' }).id).to.equal('wire/x/y');
    expect(importLog(log, '/tmp/Ä b\nc.log').id).to.equal('wire/-b-c');
    expect(importLog(log, 'öä').id).to.equal('wire/imported');
  });

  const REFUSED: readonly (readonly [
    title: string,
    log: string | Buffer,
    error: string,
    options?: ImportOptions,
  ])[] = [
    ['nothing', '', 'x.log:1:1: nothing; expected a log of'],
    ['prose', '\n  hello world\n', "x.log:2:3: 'hello world'; expected a log of"],
    [
      'a recording',
      '---\nid: a\n---\n-> {"execute": "x"}\n',
      'x.log:1:1: front matter: this is a recording already',
    ],
    ['an object that is no message', '{"a": 1}', 'x.log:1:1: an object that is no QMP message'],
    [
      'bytes that are no text',
      Buffer.from([0x7b, 0x0a, 0x22, 0xef, 0xbf, 0xbd, 0xc3, 0x28]),
      'x.log:2:3: bytes that are no UTF-8',
    ],
    [
      'a message that is cut off',
      '{"return": {}}\n{"return": {',
      'x.log:2:1: a message that does not end in this file',
    ],
    [
      'a message that is cut off in a string',
      '{"return": {}}\n{"return": "a',
      'x.log:2:1: a message that does not end',
    ],
    [
      'text between two messages',
      '{"return": {}}\n oops {"return": {}}',
      'x.log:2:2: \'oops {"return": {}}\'; expected a JSON object',
    ],
    ['text behind them', '{"return": {}}\noops', "x.log:2:1: 'oops'"],
    ['terminal commands in an error', '{"return": {}}\n\u001b[2J', "x.log:2:1: '?[2J'"],
    ['an array', '{"return": {}}\n[1]', "x.log:2:1: '[1]'; expected a JSON object"],
    ['wrong JSON, in its line', '{"return":\n  {"a": 01}}', "x.log:2:10: '1'; expected ',' or '}'"],
    ['wrong JSON, behind what stands on its line', '{"return": 1} {"return": tru}', "x.log:1:26: 'tru'"],
    ['too much nesting', `{"return": ${'['.repeat(2000)}`, 'x.log:1:1: nesting of over 1024 levels'],
    [
      'a command in what a server sent',
      `${GREETING}\n{"execute": "stop"}`,
      'x.log:2:1: a command; expected what a server sends',
    ],
    [
      'something else in what a server sent',
      `${GREETING}\n{"a": 1}`,
      'x.log:2:1: an object that is no QMP message',
    ],
    [
      'half an exchange in a log of qmp-shell',
      '{"execute": "a", "return": 1}\n{"return": 1}',
      'x.log:2:1: an object that is not both',
    ],
    [
      'a whole exchange among replies',
      '{"execute": "a"}\n{"execute": "a", "return": 1}',
      'x.log:2:1: a command and its response in one object',
    ],
    [
      'something else among replies',
      '{"execute": "a"}\n{"b": 1}',
      'x.log:2:1: an object that is no QMP message',
    ],
    [
      'a trace that is cut off',
      'handle_qmp_command mon 0x5 req: {"execute": "a"',
      'x.log:1:33: a message that does not end',
    ],
    [
      'a trace that is cut off before its message',
      `handle_qmp_command mon 0x5 req: {"execute": "a"}\nmonitor_qmp_respond mon 0x5`,
      "x.log:2:1: 'monitor_qmp_respond mon 0x5'; expected NAME mon",
    ],
    [
      'more on a line of a trace',
      'handle_qmp_command mon 0x5 req: {"execute": "a"} b',
      "x.log:1:50: 'b'; expected the end of the line",
    ],
    [
      'a trace without monitors',
      'qmp_enter_query_status {}\n',
      'x.log:1:1: no message; expected messages in the form of trace',
      { format: 'trace' },
    ],
    ['output that qmp-shell does not have', '(QEMU) stop\nhello\n', "x.log:2:1: 'hello'; expected a prompt"],
    ['another object in qmp-shell', '(QEMU) stop\n{"a": 1}\n', 'x.log:2:1: an object that is no QMP message'],
    [
      'a message of qmp-shell that is cut off',
      '(QEMU) stop\n{"return": ',
      'x.log:2:1: a message that does not end',
    ],
    [
      'replies that are a trace',
      'handle_qmp_command mon 0x5 req: {"execute": "a"}',
      "x.log:1:1: 'handle_qmp_command mon 0x5 req'; expected a JSON object",
      { format: 'libvirt-replies' },
    ],
    ['an identity that is none', '{"return": {}}', "--id '../x y'; expected segments", { id: '../x y' }],
  ];
  for (const [title, log, error, options] of REFUSED) {
    it(`refuses ${title}, with its place`, () => {
      expect(() => importLog(Buffer.from(log), 'x.log', options))
        .to.throw(InputError)
        .with.property('message')
        .that.includes(error);
    });
  }

  it('takes a time that grows with the log, not faster', () => {
    const message = `{\n  "return": [\n${'    { "name": "x", "value": [ 1, 2 ] },\n'.repeat(20)}    {}\n  ]\n}\n\n`;
    const took = (count: number): number => {
      const log = Buffer.from(`{"execute": "x"}\n${message.repeat(count)}`);
      const start = performance.now();
      importLog(log, 'x.replies');
      return performance.now() - start;
    };
    took(200);
    expect(took(4000)).to.be.below(2000);
  });

  it('refuses a log whose recording would be too large', () => {
    const size = 64 * 1024 * 1024;
    const log = Buffer.from(`{"return": "${'x'.repeat(size - 14)}"}`);
    expect(() => importLog(log, 'x.log')).to.throw(InputError, 'messages of over 64 MiB');
    expect(() => importLog(Buffer.concat([log, Buffer.from(' ')]), 'x.log')).to.throw(
      InputError,
      'a file over 64 MiB',
    );
  });
});
