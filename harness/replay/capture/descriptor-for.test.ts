import { fstatSync } from 'node:fs';
import { expect } from 'chai';
import { OpenDescriptors } from '../../stage/open-descriptors.ts';
import { putFiles } from '../../stage/put-files.ts';
import { inTemporaryFolder } from '../../target/temporary-folder.ts';
import { readTranscript } from '../../transcript/read-transcript.ts';
import type { Transcript } from '../../transcript/transcript.ts';
import { descriptorFor, filesForDescriptors, findUnmakableDescriptor } from './descriptor-for.ts';

const read = (body: string, head = ''): Transcript =>
  readTranscript(`---\nid: wire/x\n${head}---\n${body}`, 'x.qmp');
const GETFD = '-> {"execute": "getfd"}\n';
const MARK = '-- descriptor file\n';
const STATUS = '-> {"execute": "query-status"}\n';

describe('descriptors of a capture', () => {
  for (const kind of ['file', 'socket', 'pipe'] as const) {
    it(`hands over a fresh ${kind} for one`, () =>
      inTemporaryFolder(async (dir) => {
        const transcript = read(`-- descriptor ${kind}\n${GETFD}`);
        expect(findUnmakableDescriptor(transcript)).to.equal(undefined);
        await putFiles(filesForDescriptors(transcript), dir);
        const wanted = descriptorFor(transcript, 0);
        if (wanted === undefined) throw new TypeError('none');
        const open = new OpenDescriptors(dir);
        const opened = await open.open(wanted);
        const status = fstatSync(opened);
        const is = { file: status.isFile(), socket: status.isSocket(), pipe: status.isFIFO() };
        expect(is).to.deep.equal({ file: false, socket: false, pipe: false, [kind]: true });
        await open.close();
      }));
  }
  for (const kind of ['device', 'other'] as const)
    it(`can make no ${kind}`, () =>
      expect(findUnmakableDescriptor(read(`-- descriptor ${kind}\n${GETFD}`))).to.equal(kind));

  /** The index of each message that one goes with. */
  const PLACES: readonly (readonly [title: string, body: string, at: readonly number[]])[] = [
    ['the next message', STATUS + MARK + GETFD + STATUS, [1]],
    ['the next of the client', `${MARK}<- {"return": {}}\n${GETFD}`, [1]],
    ['the next of its own connection', `1${MARK}${GETFD}1${GETFD}`, [1]],
    ['each its own', MARK + GETFD + MARK + GETFD, [0, 1]],
    ['none where no message follows', GETFD + MARK, []],
    ['none without a mark', GETFD, []],
  ];
  for (const [title, body, at] of PLACES)
    it(`goes with ${title}`, () => {
      const transcript = read(body);
      const found = transcript.messages.flatMap(({ direction }, index) =>
        direction === '<-' || descriptorFor(transcript, index) === undefined ? [] : [index],
      );
      expect(found).to.deep.equal(at);
    });
  it('is what the front matter says, whatever the mark says', () => {
    const head = 'descriptors:\n  - { at: /0, file: mine.img }\n';
    expect(descriptorFor(read(MARK + GETFD, head), 0)).to.deep.equal({ kind: 'file', name: 'mine.img' });
  });
});
