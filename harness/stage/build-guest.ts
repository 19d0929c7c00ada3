import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { InputError, SetupError } from '../errors.ts';
import { findOnPath } from '../target/child-process.ts';
import { runProgram } from '../target/run-program.ts';
import {
  guestFiles,
  guestOrigin,
  guestsFolder,
  readGuestHex,
  SECTOR_SIZE,
  writeGuestHex,
} from './guest-image.ts';

/** GNU as and ld that can make x86 code: the words that start each, before its arguments. */
export interface Assembler {
  readonly as: readonly string[];
  readonly ld: readonly string[];
}

/** Whence the assembler comes; throws SetupError where it comes from nowhere. */
export type FindAssembler = () => Assembler | Promise<Assembler>;

/** How a guest's hex file stands to its source. */
export interface GuestState {
  readonly name: string;
  /** `stale`: the hex file says something else; `missing`: there is none; `orphan`: a hex file without source. */
  readonly state: 'current' | 'stale' | 'missing' | 'orphan';
  /** What the hex file should say; absent for an orphan. */
  readonly hex?: string;
}

/** The assembler on PATH: binutils for this machine where it is an x86, else those that cross-assemble for x86. */
export function findAssemblerOnPath(path = process.env['PATH'] ?? ''): Assembler {
  const native = process.arch === 'x64' || process.arch === 'ia32' ? [''] : [];
  for (const prefix of [...native, 'x86_64-linux-gnu-', 'i686-linux-gnu-']) {
    const as = findOnPath(`${prefix}as`, path);
    const ld = findOnPath(`${prefix}ld`, path);
    if (as !== undefined && ld !== undefined) return { as: [as], ld: [ld] };
  }
  const what = native.length > 0 ? 'binutils' : 'binutils-x86-64-linux-gnu';
  throw new SetupError(`no assembler for x86 on PATH; expected GNU as and ld: install the package ${what}`);
}

/** Assembles every guest, and the firmware, in `folder` and compares it with its hex file. Writes nothing there. */
export async function compareGuests(
  findAssembler: FindAssembler,
  folder = guestsFolder(),
): Promise<readonly GuestState[]> {
  const assembler = await findAssembler();
  const sources = guestFiles(folder, '.s');
  const built = await Promise.all(
    sources.map(async (name): Promise<GuestState> => {
      const hex = writeGuestHex(await buildGuest(name, assembler, folder));
      return { name, hex, state: await compareHex(hexFile(name, folder), hex) };
    }),
  );
  const orphans = guestFiles(folder, '.hex').filter((name) => !sources.includes(name));
  return [...built, ...orphans.map((name): GuestState => ({ name, state: 'orphan' }))];
}

/** Writes the hex file of a guest that {@link compareGuests} found stale or missing. */
export async function writeGuest(guest: GuestState, folder = guestsFolder()): Promise<void> {
  if (guest.hex !== undefined) await writeFile(hexFile(guest.name, folder), guest.hex);
}

/** The path of the hex file of guest `name`. */
function hexFile(name: string, folder: string): string {
  return join(folder, `${name}.hex`);
}

async function compareHex(file: string, hex: string): Promise<GuestState['state']> {
  const committed = await readFile(file, 'latin1').catch((error: unknown) => {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw error;
  });
  if (committed === undefined) return 'missing';
  return committed === hex ? 'current' : 'stale';
}

/**
 * Assembles `NAME.s` in `folder` to the boot sector of a guest, or to the firmware. Throws InputError for a mistake in the source, in the
 * assembler's words, and SetupError where the assembler itself fails.
 */
async function buildGuest(name: string, { as, ld }: Assembler, folder: string): Promise<Uint8Array> {
  const scratch = await mkdtemp(join(tmpdir(), 'qmp-conformance-guest-'));
  try {
    const object = join(scratch, 'guest.o');
    const image = join(scratch, 'guest.img');
    // A note of the features that the code uses would become part of a flat binary.
    const asWords = ['--32', '-mx86-used-note=no', '--fatal-warnings', '-o', object, `${name}.s`];
    await runTool([...as, ...asWords], name, folder);
    const origin = `0x${guestOrigin(name).toString(16)}`;
    const ldWords = ['-m', 'elf_i386', '-Ttext', origin, '--oformat', 'binary', '-o', image, object];
    await runTool([...ld, ...ldWords], name, folder);
    return await readSector(image, name);
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}

async function runTool(command: readonly string[], name: string, folder: string): Promise<void> {
  const end = await runProgram(command, { cwd: folder, env: { ...process.env, LC_ALL: 'C' } });
  if (end.code === 0) return;
  // The assembler names line and file of what it finds in a source, the linker the missing symbol.
  const isAboutSource = /^\S+\.(s|inc):\d+: |undefined reference/m.test(end.stderr);
  if (isAboutSource) throw new InputError(`guest ${name}: ${end.stderr.trim()}`);
  const said = end.stderr.trim() || `it ended with status ${end.code ?? 'unknown'} and said nothing`;
  throw new SetupError(`${command.join(' ')}: ${said}; expected GNU binutils that make x86 code`);
}

async function readSector(image: string, name: string): Promise<Uint8Array> {
  const sector = await readFile(image);
  if (sector.length !== SECTOR_SIZE) {
    throw new InputError(`${name}.s: assembles to ${sector.length} bytes; expected ${SECTOR_SIZE}`);
  }
  return readGuestHex(writeGuestHex(sector), `${name}.s, assembled`);
}
