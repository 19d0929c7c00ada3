import { expect } from 'chai';
import { classifyMessage } from './classify-message.ts';
import { readExchanges } from './order-of-messages.ts';
import { readTranscript } from './read-transcript.ts';
import type { Transcript } from './transcript.ts';

function transcriptOf(...lines: readonly string[]): Transcript {
  return readTranscript(`---\nid: a\n---\n${lines.join('\n')}\n`, 'a.qmp');
}

describe('classifyMessage', () => {
  const rows: readonly (readonly [line: string, kind: string])[] = [
    ['<- { "QMP": {...} }', 'greeting'],
    ['-> { "execute": "stop" }', 'command'],
    ['-> { "id": 1, "exec-oob": 5 }', 'command'],
    ['-> { "command": "stop" }', 'other'],
    ['-> { "return": {} }', 'other'],
    ['-> [ "execute" ]', 'other'],
    ['<- { "return": ... }', 'success'],
    ['<- { "error": {}, "id": 1 }', 'error'],
    ['<- { "event": "STOP" }', 'event'],
    ['<- { "execute": "stop" }', 'other'],
    ['<- { "status": "running" }', 'other'],
    ['<- ...', 'other'],
    ['<- { ... }', 'other'],
    ['->? stop', 'malformed'],
    ['<-x ff', 'bytes'],
  ];
  for (const [line, kind] of rows) {
    it(`${line} is ${kind}`, () =>
      expect(transcriptOf(line).messages.map(classifyMessage)).to.deep.equal([kind]));
  }
});

/** Exchanges as `command: replies; others`, by index. */
function summary(...lines: readonly string[]): readonly string[] {
  return readExchanges(transcriptOf(...lines)).map(({ command, replies, others }) => {
    const indices = (list: readonly { index: number }[]): string => list.map(({ index }) => index).join(',');
    return `${command?.index ?? '-'}: ${indices(replies)}; ${indices(others)}`;
  });
}

describe('readExchanges', () => {
  const command = '-> { "execute": "a" }';
  const success = '<- { "return": {} }';
  const error = '<- { "error": {} }';
  const event = '<- { "event": "E" }';
  const rows: readonly (readonly [what: string, lines: readonly string[], exchanges: readonly string[]])[] = [
    ['in turn', [command, success, command, error], ['0: 1; ', '2: 3; ']],
    ['greeting first', ['<- { "QMP": {} }', command, success], ['-: ; 0', '1: 2; ']],
    ['event before and after the response', [command, event, success, event], ['0: 2; 1,3']],
    ['in flight', [command, command, success, success], ['0: 2; ', '1: 3; ']],
    [
      'by id',
      [
        '-> { "execute": "a", "id": 1 }',
        '-> { "exec-oob": "b", "id": {"x": [2], "y": 1} }',
        '<- { "return": {}, "id": {"y": 1, "x": [2]} }',
        '<- { "return": {}, "id": 1 }',
      ],
      ['0: 3; ', '1: 2; '],
    ],
    [
      'ids of two types',
      ['-> { "execute": "a", "id": "1" }', '-> { "execute": "a", "id": 1 }', '<- { "return": {}, "id": 1 }'],
      ['0: ; ', '1: 2; '],
    ],
    [
      'by connection',
      [command, '1-> { "execute": "a" }', '1<- { "return": {} }', success],
      ['0: 3; ', '1: 2; '],
    ],
    ['a response without a command', [success, command, success], ['-: 0; ', '1: 2; ']],
    ['a command without a response', [command], ['0: ; ']],
    ['several errors to one', ['->? {"execute"', error, error, command, success], ['0: 1,2; ', '3: 4; ']],
    ['no success to what is no command', ['->x ff', command, success], ['0: ; ', '1: 2; ']],
    [
      'what is no response stands for one',
      [command, '<- { "status": 1 }', command, success],
      ['0: 1; ', '2: 3; '],
    ],
  ];
  for (const [what, lines, exchanges] of rows) {
    it(what, () => expect(summary(...lines)).to.deep.equal(exchanges));
  }
});
