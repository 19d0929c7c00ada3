import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { InputError, SetupError } from '../errors.ts';
import { runProgram } from '../target/run-program.ts';
import { inTemporaryFolder } from '../target/temporary-folder.ts';
import { architectureOfGuest, type GuestArchitecture } from './guest-architecture.ts';
import {
  guestFiles,
  guestOrigin,
  guestsFolder,
  readGuestHex,
  SECTOR_SIZE,
  writeGuestHex,
} from './guest-image.ts';
import { TOOLCHAINS, type Assembler, type FindAssembler } from './toolchain.ts';

/** How a guest's hex file stands to its source. */
export interface GuestState {
  readonly name: string;
  /**
   * `stale`: the hex file says something else; `missing`: there is none; `orphan`: a hex file without source; `unbuilt`:
   * there is no assembler for it.
   */
  readonly state: 'current' | 'stale' | 'missing' | 'orphan' | 'unbuilt';
  /** What the hex file should say, where it was built. */
  readonly hex?: string;
  /** Why it is `unbuilt`. */
  readonly reason?: string;
}

/**
 * Assembles every guest, and the firmware, in `folder` and compares it with its hex file. Writes nothing there. Throws
 * InputError and SetupError like {@link buildGuest}.
 */
export async function compareGuests(
  findAssembler: FindAssembler,
  folder = guestsFolder(),
): Promise<readonly GuestState[]> {
  const sources = guestFiles(folder, '.s');
  const assemblers = await assemblersFor(sources, findAssembler);
  const built = await Promise.all(
    sources.map(async (name): Promise<GuestState> => {
      const assembler = assemblers.get(neededArchitecture(name));
      if (assembler === undefined || assembler instanceof SetupError)
        return { name, state: 'unbuilt', reason: assembler?.message ?? '' };
      const hex = writeGuestHex(await buildGuest(name, assembler, folder));
      return { name, hex, state: await compareHex(hexFile(name, folder), hex) };
    }),
  );
  const orphans = guestFiles(folder, '.hex').filter((name) => !sources.includes(name));
  return [...built, ...orphans.map((name): GuestState => ({ name, state: 'orphan' }))];
}

/** Asks for one architecture after the other: an assembler that is not there is fetched. */
async function assemblersFor(
  sources: readonly string[],
  findAssembler: FindAssembler,
): Promise<ReadonlyMap<GuestArchitecture, Assembler | SetupError>> {
  const assemblers = new Map<GuestArchitecture, Assembler | SetupError>();
  for (const architecture of new Set(sources.map(neededArchitecture))) {
    try {
      assemblers.set(architecture, await findAssembler(architecture));
    } catch (error) {
      // The guests of the other architectures can be built all the same.
      if (!(error instanceof SetupError)) throw error;
      assemblers.set(architecture, error);
    }
  }
  return assemblers;
}

function neededArchitecture(name: string): GuestArchitecture {
  const architecture = architectureOfGuest(name);
  if (architecture !== undefined) return architecture;
  const folders = Object.keys(TOOLCHAINS).filter((folder) => folder !== 'x86');
  throw new InputError(`${name}.s: lies in no folder of an architecture; expected ${folders.join(' or ')}`);
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
 * Assembles `NAME.s` in `folder` to a guest, or to the firmware. Throws InputError for a mistake in the source, in the
 * assembler's words, and SetupError where the assembler itself fails.
 */
async function buildGuest(name: string, { as, ld }: Assembler, folder: string): Promise<Uint8Array> {
  return inTemporaryFolder(async (scratch) => {
    const object = join(scratch, 'guest.o');
    const image = join(scratch, 'guest.img');
    const { asWords, ldWords } = TOOLCHAINS[neededArchitecture(name)];
    await runTool([...as, ...asWords, '--fatal-warnings', '-o', object, `${name}.s`], name, folder);
    const origin = `0x${guestOrigin(name).toString(16)}`;
    const output = ['-Ttext', origin, '--oformat', 'binary', '-o', image];
    await runTool([...ld, ...ldWords, ...output, object], name, folder);
    return readSector(image, name);
  });
}

async function runTool(command: readonly string[], name: string, folder: string): Promise<void> {
  const end = await runProgram(command, { cwd: folder, env: { ...process.env, LC_ALL: 'C' } });
  if (end.code === 0) return;
  // The assembler names line and file of what it finds in a source, the linker the missing symbol.
  const isAboutSource = /^\S+\.(s|inc):\d+: |undefined reference/m.test(end.stderr);
  if (isAboutSource) throw new InputError(`guest ${name}: ${end.stderr.trim()}`);
  const said = end.stderr.trim() || `it ended with status ${end.code ?? 'unknown'} and said nothing`;
  throw new SetupError(
    `${command.join(' ')}: ${said}; expected GNU binutils that make code for ${architectureOfGuest(name) ?? 'it'}`,
  );
}

async function readSector(image: string, name: string): Promise<Uint8Array> {
  const sector = await readFile(image);
  if (sector.length !== SECTOR_SIZE) {
    throw new InputError(`${name}.s: assembles to ${sector.length} bytes; expected ${SECTOR_SIZE}`);
  }
  return readGuestHex(writeGuestHex(sector), `${name}.s, assembled`, architectureOfGuest(name));
}
