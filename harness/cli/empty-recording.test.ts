import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'chai';
import { cacheFolder, readReleases } from '../target/release-cache.ts';
import { inTemporaryFolder } from '../target/temporary-folder.ts';
import { runCommand } from './testing-cli.ts';

const EMPTY = '---\nid: wire/x\n---\n@0.000000 -- opened\n@0.100000 -- closed by the client\n';
const newest = readReleases(cacheFolder()).at(-1)?.version ?? '';

/** What is called with FILE, how it ends, and what it says. */
const TABLE: readonly (readonly [words: string, code: number, says: RegExp])[] = [
  ['check FILE', 0, /x\.qmp: no message, as its client said nothing/],
  ['redact FILE', 0, /x\.qmp: no message, as its client said nothing/],
  ['redact --in-place FILE', 0, /x\.qmp: 0 messages changed/],
  ['export socat FILE', 2, /x\.qmp:1:1: no message, as its client said nothing; expected a command/],
  ['export qmp-shell FILE', 2, /x\.qmp:1:1: no message, as its client said nothing; expected a command/],
  ['export libvirt-replies FILE', 2, /x\.qmp:1:1: no message, as its client said nothing/],
  ['serve FILE -- true', 2, /x\.qmp:1:1: no message, as its client said nothing/],
  [`replay FILE --release ${newest}`, 2, /x\.qmp:1:1: no message of a client; expected at least one/],
  [`learn FILE --release ${newest} -o FILE.learned`, 2, /x\.qmp:1:1: no message of a client/],
  [`run FILE --release ${newest} --out FILE.out`, 2, /x\.qmp:1:1: no message, as its client said nothing/],
];

describe('a recording whose client said nothing', () => {
  for (const [words, code, says] of TABLE)
    it(`${words}: ${code}`, () =>
      inTemporaryFolder(async (dir) => {
        const file = join(dir, 'x.qmp');
        await writeFile(file, EMPTY);
        const end = await runCommand(words.split(' ').map((word) => word.replace('FILE', file)));
        expect(end.stderr).to.match(says);
        expect(end.code).to.equal(code);
        expect(await readFile(file, 'utf8')).to.equal(EMPTY);
        if (words === 'redact FILE') expect(end.stdout).to.equal(EMPTY);
      }));
});
