import { expect } from 'chai';
import type { Performance } from '../results/performance.ts';
import { readTranscript } from '../transcript/read-transcript.ts';
import type { Transcript } from '../transcript/transcript.ts';
import { writeTranscript } from '../transcript/write-transcript.ts';
import { shrinkTranscript } from './shrink-transcript.ts';

const HEAD = `---
id: a/b
stage: some/stage
prepare:
  - { execute: stop }
  - { execute: cont }
match:
  - { at: /1/return, as: exact }
  - { at: /5/return/status, as: exact }
substitute:
  - { at: /2/arguments/device, value: there }
  - { at: /4/arguments/flat, value: true }
---
`;
const BODY = `-> { "execute": "query-name" }
<- { "return": {} }
-> { "execute": "eject", "arguments": { "device": "here" } }
<- { "return": {} }
-> { "execute": "query-block", "arguments": { "flat": false } }
<- { "return": { "status": "running" } }
<- { "event": "STOP", "timestamp": { "seconds": 1, "microseconds": 2 } }
`;
const WHOLE = readTranscript(HEAD + BODY, 'a.qmp');

function ended(signal: string | null, code: number | null): Performance {
  const process = { command: ['q'], code, signal, stderr: '' };
  return { verdict: 'crash', findings: [], checks: 0, wire: [], process };
}
const CRASH = ended('SIGSEGV', null);
const PASS: Performance = { verdict: 'pass', findings: [], checks: 1, wire: [] };

interface Row {
  readonly title: string;
  readonly perform: (smaller: Transcript) => Performance;
  readonly shrunk: string | undefined;
}

const rows: readonly Row[] = [
  {
    title: 'keeps the exchange that does it, with its rules under its new index',
    perform: (smaller) => (writeTranscript(smaller).includes('query-block') ? CRASH : PASS),
    shrunk: `---
id: a/b
stage: some/stage
prepare: []
match:
  - { at: /1/return/status, as: exact }
substitute:
  - { at: /0/arguments/flat, value: true }
---
${BODY.split('\n').slice(4).join('\n')}`,
  },
  {
    title: 'keeps the step that it needs',
    perform: (smaller) => {
      const text = writeTranscript(smaller);
      return text.includes('execute: cont') && text.includes('eject') ? CRASH : PASS;
    },
    shrunk: `---
id: a/b
stage: some/stage
prepare:
  - { execute: cont }
substitute:
  - { at: /0/arguments/device, value: "there" }
---
${BODY.split('\n').slice(2, 4).join('\n')}
`,
  },
  { title: 'says nothing where the crash does not come again', perform: () => PASS, shrunk: undefined },
  {
    title: 'takes another signal for another crash',
    perform: () => ended('SIGABRT', null),
    shrunk: undefined,
  },
  {
    title: 'takes an exit status for another crash',
    perform: () => ended(null, 1),
    shrunk: undefined,
  },
  {
    title: 'takes a hang for something else',
    perform: () => ({ ...PASS, verdict: 'timeout' }),
    shrunk: undefined,
  },
];

describe('shrinkTranscript', () => {
  for (const { title, perform, shrunk } of rows) {
    it(title, async () => {
      const smaller = await shrinkTranscript(WHOLE, CRASH, (candidate) =>
        Promise.resolve(perform(candidate)),
      );
      expect(smaller && writeTranscript(smaller)).to.equal(shrunk);
      if (smaller !== undefined) readTranscript(writeTranscript(smaller), 'smaller.qmp');
    });
  }

  it('tries a bounded number of times', async () => {
    const many = Array.from({ length: 500 }, (_, at) => `-> { "execute": "x-${at}" }\n<- { "return": {} }\n`);
    const long = readTranscript(`---\nid: a/b\n---\n${many.join('')}`, 'a.qmp');
    let tried = 0;
    await shrinkTranscript(long, CRASH, (candidate) => {
      tried++;
      return Promise.resolve(candidate.messages.length % 7 === 0 ? CRASH : PASS);
    });
    expect(tried).to.be.within(1, 24);
  });
});
