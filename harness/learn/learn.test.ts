import { expect } from 'chai';
import { readJson } from '../json/read-json.ts';
import { isJsonObject, type JsonValue } from '../json/value.ts';
import { matchMessage } from '../transcript/match-message.ts';
import { readPattern } from '../transcript/read-pattern.ts';
import { readTranscript } from '../transcript/read-transcript.ts';
import type { MatchRule } from '../transcript/transcript.ts';
import { commentMessages } from './comment-messages.ts';
import { deriveRules } from './derive-rules.ts';
import { findCaptures } from './find-captures.ts';
import { relocatePaths } from './relocate-paths.ts';
import { writeTranscript } from '../transcript/write-transcript.ts';

interface Lesson {
  readonly title: string;
  readonly recorded: string;
  readonly lives: readonly string[];
  readonly exact?: true;
  readonly known?: readonly MatchRule[];
  /** `as at` of each rule. */
  readonly rules: readonly string[];
}

const LESSONS: readonly Lesson[] = [
  { title: 'nothing changes', recorded: '{"return": {"a": 1}}', lives: ['{"return": {"a": 1}}'], rules: [] },
  {
    title: 'a number changes',
    recorded: '{"return": {"a": 1}}',
    lives: ['{"return": {"a": 2}}'],
    rules: ['integer /return/a'],
  },
  {
    title: 'a number is no integer once',
    recorded: '{"return": 1}',
    lives: ['{"return": 1.5}'],
    rules: ['number /return'],
  },
  {
    title: 'a number of 64 bits changes',
    recorded: '{"return": 18446744073709551615}',
    lives: ['{"return": 18446744073709551614}'],
    rules: ['integer /return'],
  },
  {
    title: 'a text changes',
    recorded: '{"return": "a"}',
    lives: ['{"return": "b"}', '{"return": "a"}'],
    rules: ['string /return'],
  },
  {
    title: 'a boolean changes',
    recorded: '{"return": true}',
    lives: ['{"return": false}'],
    rules: ['boolean /return'],
  },
  {
    title: 'a type changes',
    recorded: '{"return": {"a": null}}',
    lives: ['{"return": {"a": "x"}}'],
    rules: ['any /return/a'],
  },
  {
    title: 'a member is not always there',
    recorded: '{"return": {"a": 1}}',
    lives: ['{"return": {}}'],
    rules: ['optional /return/a'],
  },
  { title: 'a member comes', recorded: '{"return": {}}', lives: ['{"return": {"a": 1}}'], rules: [] },
  {
    title: 'what the protocol compares changes',
    recorded: '{"event": "E", "timestamp": {"seconds": 1}}',
    lives: ['{"event": "E", "timestamp": {"seconds": 2}}'],
    rules: [],
  },
  {
    title: 'the words of an error change',
    recorded: '{"error": {"class": "G", "desc": "a"}}',
    lives: ['{"error": {"class": "G", "desc": "b"}}'],
    rules: [],
  },
  {
    title: 'an array in another order',
    recorded: '{"return": ["a", "b"]}',
    lives: ['{"return": ["b", "a"]}'],
    rules: ['set /return'],
  },
  {
    title: 'objects in another order, told by a name, one changing',
    recorded: '{"return": [{"n": "a", "v": 1}, {"n": "b", "v": 2}]}',
    lives: ['{"return": [{"n": "b", "v": 3}, {"n": "a", "v": 1}]}'],
    rules: ['set /return', 'integer /return/1/v'],
  },
  {
    title: 'the same of all elements',
    recorded: '{"return": [{"n": "a", "v": 1}, {"n": "b", "v": 2}]}',
    lives: ['{"return": [{"n": "a", "v": 5}, {"n": "b", "v": 6}]}'],
    rules: ['integer /return/*/v'],
  },
  {
    title: 'an array is empty once',
    recorded: '{"return": [1]}',
    lives: ['{"return": []}'],
    rules: ['array /return'],
  },
  {
    title: 'an array is longer once',
    recorded: '{"return": [{"a": 1}]}',
    lives: ['{"return": [{"a": 1}, {"a": 2}]}'],
    rules: [],
  },
  {
    title: 'an element of another shape comes instead',
    recorded: '{"return": [{"a": 1}, {"a": 2}]}',
    lives: ['{"return": [{"b": 1}]}'],
    rules: ['any /return/0', 'any /return/1'],
  },
  {
    title: 'nothing changes, exactly',
    exact: true,
    recorded: '{"return": {"a": 1}}',
    lives: ['{"return": {"a": 1}}'],
    rules: ['exact '],
  },
  {
    title: 'one value changes, all else exactly',
    exact: true,
    recorded: '{"return": {"a": 1, "b": 2}}',
    lives: ['{"return": {"a": 9, "b": 2}}'],
    rules: ['exact ', 'integer /return/a'],
  },
  {
    title: 'a member comes, exactly',
    exact: true,
    recorded: '{"return": {"a": 1}}',
    lives: ['{"return": {"a": 1, "b": 1}}'],
    rules: ['exact ', 'shape /return'],
  },
  {
    title: 'an array grows, exactly',
    exact: true,
    recorded: '{"return": [1]}',
    lives: ['{"return": [1, 2]}'],
    rules: ['exact ', 'array /return'],
  },
  {
    title: 'a place that has a rule already',
    known: [{ at: '/return/a', as: 'integer' }],
    recorded: '{"return": {"a": 1}}',
    lives: ['{"return": {"a": 2}}'],
    rules: [],
  },
  {
    title: 'a place that is captured',
    known: [{ at: '/return/a', as: 'capture', name: 'x' }],
    recorded: '{"return": {"a": 1}}',
    lives: ['{"return": {"a": 2}}'],
    rules: ['integer /return/a'],
  },
];

describe('deriveRules', () => {
  for (const { title, recorded, lives, exact = false, known = [], rules } of LESSONS) {
    it(title, () => {
      const pattern = readPattern(recorded);
      const values = lives.map((live) => readJson(live));
      const derived = deriveRules({ pattern, lives: values, rules: known, exact });
      const told = derived.map(({ as, at }) => `${as} ${at}`);
      expect(told.sort()).to.deep.equal([...rules].sort());
      const all = [...known, ...derived];
      for (const value of [readJson(recorded), ...values])
        expect(matchMessage(pattern, value, { rules: all, captures: new Map() }).mismatches).to.deep.equal(
          [],
        );
      const again = deriveRules({ pattern, lives: values, rules: all, exact });
      expect(again).to.deep.equal([]);
    });
  }
  it('lets a regression be seen: exactly, another value than ever came', () => {
    const pattern = readPattern('{"return": {"a": 1, "b": 2}}');
    const rules = deriveRules({
      pattern,
      lives: [readJson('{"return": {"a": 9, "b": 2}}')],
      rules: [],
      exact: true,
    });
    const { mismatches } = matchMessage(pattern, readJson('{"return": {"a": 9, "b": 3}}'), {
      rules,
      captures: new Map(),
    });
    expect(mismatches.map(({ pointer }) => pointer)).to.deep.equal(['/return/b']);
  });
});

const HEAD = '---\nid: wire/x\n---\n';

/** A dialogue, what came for message 1, and the captures with what is sent. */
const CAPTURES: readonly (readonly [
  title: string,
  told: string,
  came: string,
  sent: string,
  found: readonly string[],
])[] = [
  [
    'a node name',
    '{"node": "#block1"}',
    '{"node": "#block2"}',
    '{"node-name": "#block1"}',
    ['node: /2/arguments/node-name=${node}'],
  ],
  [
    'one within a longer text',
    '{"pty": "/dev/pts/1"}',
    '{"pty": "/dev/pts/2"}',
    '{"x": "file:/dev/pts/1,a"}',
    ['pty: /2/arguments/x=file:${pty},a'],
  ],
  ['a small number of the same name', '{"fd": 3}', '{"fd": 4}', '{"fd": 3}', ['fd: /2/arguments/fd=${fd}']],
  [
    'a large number',
    '{"pid": 4711}',
    '{"pid": 4712}',
    '{"process": 4711}',
    ['pid: /2/arguments/process=${pid}'],
  ],
  ['no small number of another name', '{"size": 3}', '{"size": 4}', '{"count": 3}', []],
  [
    'nothing that came as recorded',
    '{"node": "#block1"}',
    '{"node": "#block1"}',
    '{"node-name": "#block1"}',
    [],
  ],
  ['nothing that is not sent', '{"node": "#block1"}', '{"node": "#block2"}', '{"node-name": "other"}', []],
  ['no short text within another', '{"n": "ab"}', '{"n": "cd"}', '{"x": "abc"}', []],
  ['nothing that came with another type', '{"n": "abc"}', '{"n": 5}', '{"x": "abc"}', []],
];

describe('findCaptures', () => {
  for (const [title, told, came, sent, found] of CAPTURES) {
    it(`finds ${title}`, () => {
      const body = `-> {"execute": "a"}\n<- {"return": ${told}}\n-> {"execute": "b", "arguments": ${sent}}\n`;
      const transcript = readTranscript(HEAD + body, 'x.qmp');
      const live: JsonValue = { return: readJson(came) };
      const captures = findCaptures(transcript, new Map([[1, live]]));
      const texts = captures.flatMap(({ rule, substitutions }) =>
        substitutions.map(({ at, value }) => `${rule.name}: ${at}=${JSON.stringify(value).slice(1, -1)}`),
      );
      expect(texts).to.deep.equal(found);
    });
  }
  it('names two captures apart', () => {
    const body =
      '-> {"execute": "a"}\n<- {"return": [{"n": "aaa"}, {"n": "bbb"}]}\n-> {"execute": "b", "arguments": {"x": "aaa", "y": "bbb"}}\n';
    const live: JsonValue = readJson('{"return": [{"n": "ccc"}, {"n": "ddd"}]}');
    const captures = findCaptures(readTranscript(HEAD + body, 'x.qmp'), new Map([[1, live]]));
    expect(captures.map(({ rule }) => rule.name)).to.deep.equal(['n', 'n-2']);
  });
});

describe('relocatePaths', () => {
  const send = (name: string, given: string): string => `-> {"execute": "${name}", "arguments": ${given}}\n`;
  const TABLE: readonly (readonly [title: string, body: string, values: readonly string[]])[] = [
    ['a file', send('screendump', '{"filename": "/home/me/shot.ppm"}'), ['shot.ppm']],
    ['a socket behind a protocol', send('migrate', '{"uri": "unix:/run/a.sock"}'), ['unix:a.sock']],
    [
      'the same file twice',
      send('screendump', '{"filename": "/a/x"}') + send('screendump', '{"filename": "/a/x"}'),
      ['x', 'x'],
    ],
    [
      'two files of one name',
      send('screendump', '{"filename": "/a/x"}') + send('screendump', '{"filename": "/b/x"}'),
      ['x', 'b-x'],
    ],
    ['no file of the folder', send('screendump', '{"filename": "x"}'), []],
    ['no program', send('migrate', '{"uri": "exec:/bin/sh"}'), []],
    ['no path of objects', send('qom-get', '{"path": "/machine", "property": "type"}'), []],
  ];
  for (const [title, body, values] of TABLE) {
    it(title, () => {
      const { head } = relocatePaths(readTranscript(HEAD + body, 'x.qmp'));
      expect(head.substitute.map(({ value }) => value)).to.deep.equal(values);
      expect(relocatePaths({ ...readTranscript(HEAD + body, 'x.qmp'), head }).head).to.deep.equal(head);
    });
  }
});

describe('commentMessages', () => {
  it('puts comments before their messages, and changes nothing that is read', () => {
    const transcript = readTranscript(
      `${HEAD}-> {"execute": "a"}\n<- {"return": {}}\n<- {"return": {}}\n`,
      'x.qmp',
    );
    const text = commentMessages(
      writeTranscript(transcript),
      transcript,
      new Map([[2, ['one', 'two\nlines']]]),
    );
    expect(text.split('\n').slice(3)).to.deep.equal([
      '-> {"execute": "a"}',
      '<- {"return": {}}',
      '# one',
      '# two lines',
      '<- {"return": {}}',
      '',
    ]);
    const read = readTranscript(text, 'x.qmp');
    expect(read.messages.map((message) => message.text)).to.deep.equal(
      transcript.messages.map(({ text: one }) => one),
    );
    expect(isJsonObject(readJson(read.messages[2]?.text ?? ''))).to.equal(true);
  });
});
