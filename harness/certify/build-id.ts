import { open, type FileHandle } from 'node:fs/promises';

const NOTE_SECTION = 7;
const NT_GNU_BUILD_ID = 3;
/** Bytes of notes that are looked at; a build id is one of the first. */
const MAX_NOTE_BYTES = 64 * 1024;
const MAX_SECTIONS = 1000;

/**
 * The build id of an ELF binary of 64 bits in little-endian order (elf(5); the note NT_GNU_BUILD_ID of GNU ld), in
 * hexadecimal; `undefined` for one that has none, and for any other file.
 */
export async function readBuildId(path: string): Promise<string | undefined> {
  const file = await open(path).catch(() => undefined);
  if (file === undefined) return undefined;
  try {
    return await buildIdOf(file);
  } finally {
    await file.close();
  }
}

async function buildIdOf(file: FileHandle): Promise<string | undefined> {
  const header = await read(file, 0, 64);
  if (header.length < 64 || header.toString('latin1', 0, 6) !== '\x7fELF\x02\x01') return undefined;
  const size = header.readUInt16LE(58);
  const count = Math.min(header.readUInt16LE(60), MAX_SECTIONS);
  const sections = await read(file, Number(header.readBigUInt64LE(40)), size * count);
  for (let at = 0; at + 40 <= sections.length && size >= 40; at += size) {
    if (sections.readUInt32LE(at + 4) !== NOTE_SECTION) continue;
    const length = Math.min(Number(sections.readBigUInt64LE(at + 32)), MAX_NOTE_BYTES);
    const id = buildIdIn(await read(file, Number(sections.readBigUInt64LE(at + 24)), length));
    if (id !== undefined) return id;
  }
  return undefined;
}

/** Notes follow one another: three numbers, a name, and what they say, each padded to four bytes. */
function buildIdIn(notes: Buffer): string | undefined {
  for (let at = 0; at + 12 <= notes.length;) {
    const nameSize = notes.readUInt32LE(at);
    const size = notes.readUInt32LE(at + 4);
    const from = at + 12 + padded(nameSize);
    const isGnu = notes.toString('latin1', at + 12, at + 12 + nameSize) === 'GNU\0';
    if (isGnu && notes.readUInt32LE(at + 8) === NT_GNU_BUILD_ID && from + size <= notes.length)
      return notes.toString('hex', from, from + size);
    at = from + padded(size);
  }
  return undefined;
}

function padded(size: number): number {
  return Math.ceil(size / 4) * 4;
}

async function read(file: FileHandle, at: number, length: number): Promise<Buffer> {
  const bytes = Buffer.alloc(length);
  const { bytesRead } = await file.read(bytes, 0, length, at);
  return bytes.subarray(0, bytesRead);
}
