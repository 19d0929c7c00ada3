import { expect } from 'chai';
import fc from 'fast-check';
import { InputError } from '../errors.ts';
import { importLog } from '../import/import-log.ts';
import { readShellLines } from '../import/qmp-shell-line.ts';
import { readJson } from '../json/read-json.ts';
import { isJsonObject, type JsonObject } from '../json/value.ts';
import { writeJson } from '../json/write-json.ts';
import { readTranscript } from '../transcript/read-transcript.ts';
import { exportTranscript, type ExportFormat } from './export-transcript.ts';
import { shellLine } from './write-qmp-shell.ts';

function exported(format: ExportFormat, body: string, head = '') {
  return exportTranscript(readTranscript(`---\nid: wire/x\n${head}---\n${body}`, 'x.qmp'), format);
}

/** The lines of a script that are about its recording. */
function linesOf(script: string): readonly string[] {
  return script.slice(script.indexOf('# The client')).trimEnd().split('\n').slice(1, -1);
}

describe('exportTranscript to socat', () => {
  const NEGOTIATED = ['send 0 \'{"execute": "qmp_capabilities"}\'', 'response 0'];
  const SCRIPTS: readonly (readonly [
    title: string,
    body: string,
    lines: readonly string[],
    lost?: readonly string[],
    head?: string,
  ])[] = [
    [
      'negotiates where the recording does not',
      '-> {"execute": "stop"}\n<- {"return": {}}\n',
      ['open 0', ...NEGOTIATED, `send 0 '{"execute": "stop"}'`, 'response 0', 'close 0'],
    ],
    [
      'waits for the greeting, responses and events where they stand',
      '<- {"QMP": {}}\n-> {"execute": "qmp_capabilities"}\n<- {"return": {}}\n-> {"execute": "a"}\n-> {"exec-oob": "b"}\n<- {"return": 2}\n<- {"event": "E", ...}\n<- {"error": ...}\n',
      [
        'open 0',
        'greeting 0',
        ...NEGOTIATED,
        `send 0 '{"execute": "a"}'`,
        `send 0 '{"exec-oob": "b"}'`,
        'response 0',
        `event 0 'E'`,
        'response 0',
        'close 0',
      ],
    ],
    [
      'waits for a response that is not shown',
      '-> {"execute": "a"}\n-> {"execute": "b"}\n',
      [
        'open 0',
        ...NEGOTIATED,
        `send 0 '{"execute": "a"}'`,
        'response 0',
        `send 0 '{"execute": "b"}'`,
        'response 0',
        'close 0',
      ],
    ],
    [
      'puts a message on one line, as it is spelled',
      '-> { "execute": "a",\n     "arguments": { "x": 1.50, "y": "b  c" } }\n<- {"return": {}}\n',
      [
        'open 0',
        ...NEGOTIATED,
        `send 0 '{"execute": "a", "arguments": {"x": 1.50, "y": "b  c"}}'`,
        'response 0',
        'close 0',
      ],
    ],
    [
      'sends what is no JSON, byte by byte',
      '-> {"execute": "a"}\n<- {"return": {}}\n->x 00 25 27 ff 0a\n',
      [
        'open 0',
        ...NEGOTIATED,
        `send 0 '{"execute": "a"}'`,
        'response 0',
        `octets 0 '\\000\\045\\047\\377\\012'`,
        'close 0',
      ],
    ],
    [
      'has connections open as long as they are used, and their places again',
      '1-> {"execute": "a"}\n1<- {"return": {}}\n7-> {"execute": "b"}\n7<- {"return": {}}\n',
      [
        ...['open 0', ...NEGOTIATED, `send 0 '{"execute": "a"}'`, 'response 0', 'close 0'],
        ...['open 0', ...NEGOTIATED, `send 0 '{"execute": "b"}'`, 'response 0', 'close 0'],
      ],
    ],
    [
      'sends values in the place of documented ones',
      '-> {"execute": "a", "arguments": {"path": "/tmp/x"}}\n<- {"return": {}}\n',
      [
        'open 0',
        ...NEGOTIATED,
        `send 0 '{"execute": "a", "arguments": {"path": "y"}}'`,
        'response 0',
        'close 0',
      ],
      [],
      'substitute:\n  - { at: /0/arguments/path, value: y }\n',
    ],
    [
      'names what it cannot say',
      '-> {"execute": "a", ...}\n<- {"return": {"fd": 1}}\n-> {"execute": "b", "arguments": {"fd": 1}}\n<- {"return": {}}\n-> {"execute": "c"}\n<- {"return": {}}\n-> {"execute": "d"}\n<- {"return": {}}\n<- {"return": {}}\n',
      ['open 0', ...NEGOTIATED, `send 0 '{"execute": "c"}'`, 'response 0', 'close 0'],
      [
        'x.qmp:12: something is elided in this command',
        'x.qmp:13: a response to what the recording does not show',
        'x.qmp:14: a value of an earlier response stands in this command',
        'x.qmp:15: a response to what the recording does not show',
        'x.qmp:18: a descriptor goes with this command',
        'x.qmp:19: a response to what the recording does not show',
        'x.qmp:20: a response to what the recording does not show',
      ],
      "match:\n  - { at: /1/return/fd, as: capture, name: fd }\nsubstitute:\n  - { at: /2/arguments/fd, value: '${fd}' }\n\n\ndescriptors:\n  - { at: /6, file: f }\n",
    ],
  ];
  for (const [title, body, lines, lost = [], head] of SCRIPTS) {
    it(title, () => {
      const script = exported('socat', body, head);
      expect(linesOf(script.text)).to.deep.equal(lines);
      expect(script.lost).to.deep.equal(lost);
    });
  }

  const REFUSED: readonly (readonly [title: string, body: string, error: string])[] = [
    ['a recording without a client', '<- {"return": {}}\n', 'nothing that a client sends'],
    [
      'more connections at a time than a shell holds',
      [0, 1, 2, 3, 0, 1, 2, 3].map((at) => `${at}-> {"execute": "a"}\n${at}<- {"return": {}}\n`).join(''),
      'more than 3 connections at a time',
    ],
  ];
  for (const [title, body, error] of REFUSED)
    it(`refuses ${title}`, () => expect(() => exported('socat', body)).to.throw(InputError, error));
});

describe('exportTranscript to qmp-shell', () => {
  it('leaves negotiation to it, and names what it has no words for', () => {
    const body = `-> {"execute": "qmp_capabilities"}
-> {"execute": "stop", "id": 1}
-> {"exec-oob": "query-yank"}
-> {"execute": "a", "arguments": {"x": "b c"}}
-> {"execute": "a", "arguments": {"x": {"y": "b c"}, "z": [true, null]}}
1-> {"execute": "stop"}
->x 00
`;
    expect(exported('qmp-shell', body)).to.deep.equal({
      text: 'stop\na x={"y":"b c"} z=[true,null]\n',
      lost: [
        'x.qmp:6: a message other than execute and arguments',
        'x.qmp:7: argument "x" has a value or name that it reads otherwise',
        'x.qmp:9: a further connection; qmp-shell has one',
        'x.qmp:10: no JSON object',
      ],
    });
  });

  const UNSAYABLE = [
    '"1"',
    '"true"',
    '"FALSE"',
    '"[1]"',
    '"{"',
    '"a b"',
    '"\'"',
    '"é"',
    '"\\n"',
    '1.5',
    '-0.0',
    'null',
    '"1_0"',
  ];
  for (const value of UNSAYABLE) {
    it(`has no words for an argument ${value}`, () => {
      const command = readJson(`{"execute": "a", "arguments": {"x": ${value}}}`);
      expect(isJsonObject(command) && shellLine(command)).to.have.property('complaint');
    });
  }
  for (const name of ['a b', 'a.b', 'a=b', '', '"', "a'"]) {
    it(`has no words for the name ${JSON.stringify(name)}`, () => {
      expect(shellLine({ execute: 'a', arguments: { [name]: 1 } })).to.have.property('complaint');
      if (name !== 'a.b') expect(shellLine({ execute: name })).to.have.property('complaint');
    });
  }

  it('says whatever it says so that qmp-shell reads the same', () => {
    const value = fc.oneof(
      fc.jsonValue(),
      fc.bigInt({ min: 2n ** 53n, max: 2n ** 64n }),
      fc.constantFrom('1', 'true', '{}', 'a=b', "it's", '"', '\\'),
    );
    const command = fc
      .dictionary(fc.string(), value)
      .map((args) => ({ execute: 'x', arguments: args }) as JsonObject);
    fc.assert(
      fc.property(command, (sent) => {
        const line = shellLine(sent);
        if (typeof line !== 'string') return;
        const read = readShellLines().take(line);
        expect(typeof read === 'object' && writeJson(read)).to.equal(writeJson(readJson(writeJson(sent))));
      }),
      { numRuns: 500 },
    );
  });
});

describe('exportTranscript to libvirt-replies', () => {
  const BODY = `-> {"execute": "qmp_capabilities", "id": "libvirt-1"}
<- {"return": {}, "id": "libvirt-1"}
-> {"execute": "a", "arguments": {"x": 18446744073709551615}, "id": "libvirt-2"}
<- {"return": [], "id": "libvirt-2"}
1-> {"execute": "qmp_capabilities", "id": "libvirt-1"}
1<- {"error": {"class": "GenericError", "desc": "no"}, "id": "libvirt-1"}
`;
  it('comes back as it was', () => {
    const { text, lost } = exported('libvirt-replies', BODY);
    expect(lost).to.deep.equal([]);
    expect(importLog(Buffer.from(text), 'x.replies').text).to.equal(`---\nid: wire/x\n---\n${BODY}`);
  });
  it('names what has no place there', () => {
    const { lost } = exported(
      'libvirt-replies',
      `${BODY}<- {"event": "E", "timestamp": ...}\n-> {"execute": "b"}\n<- {"return": ...}\n-> {"execute": "c"}\n->x 00\n`,
    );
    expect(lost).to.deep.equal([
      'x.qmp:10: an event',
      'x.qmp:11: a command whose reply is not shown whole',
      'x.qmp:13: a command whose reply is not shown whole',
      'x.qmp:14: a command without its reply',
    ]);
  });
  it('refuses a recording without a pair', () => {
    expect(() => exported('libvirt-replies', '-> {"execute": "a", ...}\n')).to.throw(
      InputError,
      'no command with its reply',
    );
  });
});
