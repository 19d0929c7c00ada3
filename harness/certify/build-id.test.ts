import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { readBuildId } from './build-id.ts';

/** A note as GNU ld writes it: sizes, type, name, description. */
function note(name: string, type: number, description: Buffer): Buffer {
  const head = Buffer.alloc(12);
  head.writeUInt32LE(name.length, 0);
  head.writeUInt32LE(description.length, 4);
  head.writeUInt32LE(type, 8);
  const padding = Buffer.alloc((4 - (description.length % 4)) % 4);
  return Buffer.concat([head, Buffer.from(name, 'latin1'), description, padding]);
}

/** An ELF file of two sections, the second of notes. */
function elf(notes: Buffer, size = notes.length): Buffer {
  const header = Buffer.alloc(64);
  header.write('\x7fELF\x02\x01', 'latin1');
  header.writeBigUInt64LE(BigInt(64 + notes.length), 40);
  header.writeUInt16LE(64, 58);
  header.writeUInt16LE(2, 60);
  const section = Buffer.alloc(64);
  section.writeUInt32LE(7, 4);
  section.writeBigUInt64LE(64n, 24);
  section.writeBigUInt64LE(BigInt(size), 32);
  return Buffer.concat([header, notes, Buffer.alloc(64), section]);
}

const ID = Buffer.from('00112233445566778899aabbccddeeff00112233', 'hex');

describe('readBuildId', () => {
  let folder = '';
  before(async () => (folder = await mkdtemp(join(tmpdir(), 'elf-'))));
  after(() => rm(folder, { recursive: true }));

  const cases: readonly (readonly [what: string, bytes: Buffer, id: string | undefined])[] = [
    ['a build id', elf(note('GNU\0', 3, ID)), ID.toString('hex')],
    [
      'a build id behind other notes',
      elf(Buffer.concat([note('GNU\0', 1, Buffer.alloc(6)), note('GNU\0', 3, ID)])),
      ID.toString('hex'),
    ],
    ['a note of another maker', elf(note('Go\0\0', 3, ID)), undefined],
    ['a note that says more than there is', elf(note('GNU\0', 3, ID).subarray(0, 20)), undefined],
    ['notes that say to be larger than the file', elf(note('GNU\0', 1, ID), 2 ** 40), undefined],
    ['no ELF', Buffer.from('#!/bin/sh\n'), undefined],
    ['nothing', Buffer.alloc(0), undefined],
    ['half a header', elf(note('GNU\0', 3, ID)).subarray(0, 40), undefined],
  ];
  for (const [what, bytes, id] of cases) {
    it(`of ${what}`, async () => {
      const file = join(folder, 'x');
      await writeFile(file, bytes);
      expect(await readBuildId(file)).to.equal(id);
    });
  }

  it('of no file', async () => {
    expect(await readBuildId(join(folder, 'none'))).to.equal(undefined);
  });
});
