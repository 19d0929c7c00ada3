import { closeSync, openSync, readFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { inTemporaryFolder } from '../target/temporary-folder.ts';
import { readTranscript } from '../transcript/read-transcript.ts';
import { beginHead, noteServer } from './transcript-head.ts';

const FACTS = { at: '2026-11-21T15:07:59Z', by: 'qmp-conformance 1.0.0' };
const greeting = (version: string): string =>
  `@0.000100 <- {"QMP": {"version": ${version}, "capabilities": []}}\n`;
const numbers = '"qemu": {"micro": 13, "minor": 0, "major": 10}';
const of = (named: string): string => greeting(`{${numbers}, "package": ${JSON.stringify(named)}}`);
const COMMAND = '@0.000200 -> {"execute": "qmp_capabilities"}\n';

/** What was recorded, and what is known of the server. */
const TABLE: readonly (readonly [title: string, body: string, server: string | undefined])[] = [
  ['a greeting', of('Debian 1:10.0.13+ds-1') + COMMAND, '10.0.13 (Debian 1:10.0.13+ds-1)'],
  ['a greeting without a package', of('') + COMMAND, '10.0.13'],
  ['the first of two', of('') + of('x').replace('<-', '1<-'), '10.0.13'],
  ['one on another connection', of('x').replace('<-', '3<-'), '10.0.13 (x)'],
  ['a long package', of('x'.repeat(200)), '10.0.13'],
  ['a package in quotes', of('"a\\b"'), '10.0.13 ("a\\b")'],
  ['a package that is only just too long', of(`"${'x'.repeat(89)}`), '10.0.13'],
  ['a package with control characters', of('a\u001bä\n'), '10.0.13 (a???)'],
  ['none', COMMAND, undefined],
  ['one of something else', greeting('"3.0"'), undefined],
  ['half of one', '@0.000100 <-x 7b22514d50223a\n', undefined],
  ["one that is not the server's", `@0.1 -> {"QMP": {"version": {${numbers}, "package": ""}}}\n`, undefined],
];

describe('the front matter of a recording', () => {
  for (const [title, body, server] of TABLE) {
    it(`tells the server by ${title}: ${server ?? 'nothing'}`, () =>
      inTemporaryFolder((dir) => {
        const file = join(dir, 'a.qmp');
        const descriptor = openSync(file, 'w+');
        const head = beginHead('wire/a', FACTS);
        writeSync(descriptor, head + body);
        // It is whole before it is finished, too.
        expect(readTranscript(readFileSync(file, 'utf8'), file).head.recorded).to.deep.equal(FACTS);
        noteServer(descriptor, 'wire/a', FACTS);
        closeSync(descriptor);
        const text = readFileSync(file, 'utf8');
        const { recorded } = readTranscript(text, file).head;
        expect(recorded).to.deep.equal({ ...FACTS, ...(server !== undefined && { server }) });
        expect(text.length).to.equal(head.length + body.length);
        expect(text.endsWith(body)).to.equal(true);
        return Promise.resolve();
      }));
  }
});
