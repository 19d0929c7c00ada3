import { readdirSync } from 'node:fs';
import { open, writeFile } from 'node:fs/promises';
import { join, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { InputError, inputErrorAt } from '../errors.ts';
import { architectureOfGuest, type GuestArchitecture } from './guest-architecture.ts';

/** Size of a boot sector in bytes, signature included; guests for other architectures than x86 are as long. */
export const SECTOR_SIZE = 512;
const BYTES_PER_LINE = 32;
const LINES = SECTOR_SIZE / BYTES_PER_LINE;
const SIGNATURE = '55aa';

/** What starts a boot sector; it has a source and a hex file like one, and lies beside them. */
const FIRMWARE = 'firmware';
/** QEMU takes a ROM of this size and of its multiples; real mode reaches no more of it. */
const ROM_SIZE = 64 * 1024;
/** Where a BIOS loads a boot sector to. */
const BOOT_ADDRESS = 0x7c00;

/** A BIOS that shall boot the disk does not do so from one of one sector on AHCI or virtio-blk; from 1 MiB it does. */
const IMAGE_SIZE = 1024 * 1024;

/** The folder of the project's own guests, `recordings/guests`. */
export function guestsFolder(): string {
  return fileURLToPath(new URL('../../recordings/guests', import.meta.url));
}

/** Names of the guests that have a built image, sorted. */
export function guestNames(folder = guestsFolder()): readonly string[] {
  return guestFiles(folder, '.hex').filter((name) => name !== FIRMWARE);
}

/** The address for which the source of guest `name`, or of the firmware, is made; on x86 the offset in its segment. */
export function guestOrigin(name: string): number {
  if (architectureOfGuest(name) !== 'x86') return 0;
  return name === FIRMWARE ? ROM_SIZE - SECTOR_SIZE : BOOT_ADDRESS;
}

/** Names, without their `extension`, of the files (guests and firmware) below `folder` that have it; sorted. */
export function guestFiles(folder: string, extension: '.hex' | '.s'): readonly string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith(extension))
    .map((file) => file.slice(0, -extension.length).replaceAll(sep, '/'))
    .sort();
}

/**
 * Writes the boot sector of guest `name` to `path` as a raw disk image of 1 MiB (sparse), replacing what is there.
 * Throws InputError where there is no such guest or its hex file is malformed.
 */
export async function writeGuestImage(name: string, path: string, folder = guestsFolder()): Promise<void> {
  const sector = await readGuest(name, folder);
  await using image = await open(path, 'w');
  await image.write(sector);
  await image.truncate(IMAGE_SIZE);
}

/**
 * Writes to `path` a ROM of 64 KiB (sparse) that starts guest `name` at once, replacing what is there: the boot sector
 * at its start, the firmware at its end, where the processor begins. Throws InputError like {@link writeGuestImage}.
 */
export async function writeGuestFirmware(name: string, path: string, folder = guestsFolder()): Promise<void> {
  const sector = await readGuest(name, folder);
  const firmware = await readSector(FIRMWARE, folder);
  await using rom = await open(path, 'w');
  await rom.write(sector);
  await rom.write(firmware, 0, SECTOR_SIZE, ROM_SIZE - SECTOR_SIZE);
}

/**
 * Writes guest `name`, which is code for another architecture than x86, to `path`, as QEMU loads it to address 0.
 * Throws InputError like {@link writeGuestImage}.
 */
export async function writeForeignGuest(name: string, path: string, folder = guestsFolder()): Promise<void> {
  await writeFile(path, await readGuest(name, folder));
}

async function readGuest(name: string, folder: string): Promise<Uint8Array> {
  const names = guestNames(folder);
  if (!names.includes(name)) {
    throw new InputError(`no guest is called '${name}'; expected one of ${names.join(', ')}`);
  }
  return readSector(name, folder);
}

async function readSector(name: string, folder: string): Promise<Uint8Array> {
  const file = join(folder, `${name}.hex`);
  return readGuestHex(await readStart(file), file, architectureOfGuest(name));
}

/** The text of `file`, cut off shortly after the place where a right one ends. */
async function readStart(file: string): Promise<string> {
  await using handle = await open(file, 'r');
  const buffer = Buffer.alloc(LINES * (BYTES_PER_LINE * 2 + 1) + 1);
  const { bytesRead } = await handle.read(buffer, 0, buffer.length, 0);
  return buffer.toString('latin1', 0, bytesRead);
}

/**
 * Reads a guest from `text`: 16 lines of 32 bytes in lower-case hexadecimal, the last two bytes being, on x86, a boot
 * sector's signature 55 aa. There is one spelling of each, so that texts can be compared. `file` is named in errors.
 */
export function readGuestHex(
  text: string,
  file: string,
  architecture: GuestArchitecture | undefined = 'x86',
): Uint8Array {
  const lines = text.split('\n');
  for (let line = 0; line < LINES; line++) checkLine(lines[line] ?? '', line + 1, file);
  if (lines.length !== LINES + 1 || lines[LINES] !== '') {
    const [line, column, what] =
      lines.length <= LINES
        ? [LINES, BYTES_PER_LINE * 2 + 1, 'the file ends without a newline']
        : [LINES + 1, 1, 'more text follows the boot sector'];
    throw inputErrorAt({ file, line, column }, what, `${LINES} lines, each ended by a newline`);
  }
  const digits = lines.join('');
  if (architecture === 'x86' && !digits.endsWith(SIGNATURE)) {
    const column = BYTES_PER_LINE * 2 - SIGNATURE.length + 1;
    const found = `the boot sector ends with ${digits.slice(-SIGNATURE.length)}`;
    throw inputErrorAt({ file, line: LINES, column }, found, `the signature ${SIGNATURE}`);
  }
  return Uint8Array.from(Buffer.from(digits, 'hex'));
}

function checkLine(text: string, line: number, file: string): void {
  const expected = `${BYTES_PER_LINE} bytes as ${BYTES_PER_LINE * 2} digits 0-9 a-f`;
  const wrong = /[^0-9a-f]/.exec(text);
  if (wrong !== null && wrong.index < BYTES_PER_LINE * 2) {
    const what = `${JSON.stringify(wrong[0])} is no digit of a hex file`;
    throw inputErrorAt({ file, line, column: wrong.index + 1 }, what, expected);
  }
  if (text.length !== BYTES_PER_LINE * 2) {
    const column = Math.min(text.length, BYTES_PER_LINE * 2) + 1;
    const what = text.length < column ? 'the line ends here' : 'the line goes on';
    throw inputErrorAt({ file, line, column }, what, expected);
  }
}

/** The text that {@link readGuestHex} reads as `sector`. */
export function writeGuestHex(sector: Uint8Array): string {
  const digits = Buffer.from(sector).toString('hex');
  return digits.replace(new RegExp(`.{${BYTES_PER_LINE * 2}}`, 'g'), '$&\n');
}
