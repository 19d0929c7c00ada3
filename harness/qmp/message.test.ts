import { expect } from 'chai';
import { eventName, readGreeting, readIncoming, type Incoming } from './message.ts';

const GREETING =
  '{"QMP": {"version": {"qemu": {"micro": 22, "minor": 2, "major": 7}, "package": "v7 "}, "capabilities": ["oob"]}}';

function read(text: string): Incoming {
  return readIncoming({ kind: 'value', bytes: Buffer.from(text) }, 5);
}

describe('readIncoming', () => {
  const rows: [string, string][] = [
    [GREETING, 'greeting'],
    ['{"return": {}}', 'success'],
    ['{"return": [1], "id": null}', 'success'],
    ['{"error": {"class": "GenericError", "desc": ""}}', 'error'],
    ['{"event": "STOP", "timestamp": {"seconds": 1, "microseconds": 2}}', 'event'],
    ['{}', 'unknown'],
    ['[1]', 'unknown'],
    ['{"return": 1, "error": 2}', 'unknown'],
    ['{"__proto__": {"return": 1}}', 'unknown'],
    ['{"RETURN": 1}', 'unknown'],
    ['{"return": }', 'garbage'],
    ['{"return" 1}', 'garbage'],
    ["{'return': 1}", 'garbage'],
    ['{"return": 1]', 'garbage'],
  ];
  for (const [text, kind] of rows) {
    it(`reads ${text.slice(0, 50)} as ${kind}`, () => {
      const incoming = read(text);
      expect(incoming).to.include({ kind, text, at: 5 });
      expect(incoming.value === undefined).to.equal(kind === 'garbage');
    });
  }

  it('keeps the text of what is no JSON', () => {
    const incoming = readIncoming({ kind: 'garbage', bytes: Buffer.from('hello') }, 5);
    expect(incoming).to.deep.equal({ kind: 'garbage', text: 'hello', value: undefined, at: 5 });
  });
});

describe('readGreeting', () => {
  it('reads version, package and capabilities', () => {
    const expected = { version: '7.2.22', package: 'v7', capabilities: ['oob'] };
    expect(readGreeting(read(GREETING))).to.deep.equal(expected);
  });

  const bad = [
    '{"return": {}}',
    '{"QMP": {}}',
    '{"QMP": []}',
    '{"QMP": {"version": {}}}',
    '{"QMP": {"version": {"qemu": {"major": 7, "minor": 2}}}}',
    '{"QMP": {"version": {"qemu": {"major": "7", "minor": 2, "micro": 0}}}}',
    '[]',
    'no JSON',
  ];
  for (const text of bad)
    it(`takes ${text} for none`, () => expect(readGreeting(read(text))).to.equal(undefined));
});

describe('eventName', () => {
  const rows: [string, string | undefined][] = [
    ['{"event": "STOP"}', 'STOP'],
    ['{"event": 1}', undefined],
    ['{"return": {"event": "STOP"}}', undefined],
    ['[]', undefined],
  ];
  for (const [text, name] of rows)
    it(`of ${text} is ${name ?? 'none'}`, () => expect(eventName(read(text))).to.equal(name));
});
