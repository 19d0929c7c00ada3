import { writeFile } from 'node:fs/promises';
import { InputError, SetupError } from '../errors.ts';
import type { QemuBinary } from './qemu-binary.ts';

/** The emulator itself, where no other program is asked for. */
const LAUNCHED = 'qemu-system-x86_64';

/**
 * A shell script that is an installed program, for whoever wants to start one: its arguments are the program's, and the
 * process becomes it, so signals and descriptors reach it.
 * @param program file name, e.g. `qemu-img`
 * @throws {InputError} where the release has no such program
 */
export function launcherOf(binary: QemuBinary, program = LAUNCHED): string {
  const command = program === LAUNCHED ? binary.command : binary.findProgram(program);
  if (command === undefined)
    throw new InputError(
      `QEMU ${binary.version} has no ${program} here; expected one that 'qemu list' shows`,
    );
  // Only emulators have firmware, and take -L.
  const data = program.startsWith('qemu-system-') ? binary.dataArgs : [];
  const settings = Object.entries(binary.env).map(([name, value]) => `export ${name}=${quote(value)}\n`);
  const words = [...command, ...data].map(quote).join(' ');
  return `#!/bin/sh\n# ${program} of QEMU ${binary.version}\n${settings.join('')}exec ${words} "$@"\n`;
}

/** Writes it to a file that can be executed; what is there is not replaced. @throws {SetupError} */
export async function writeLauncher(file: string, text: string): Promise<void> {
  await writeFile(file, text, { mode: 0o755, flag: 'wx' }).catch((error: unknown) => {
    const why = error instanceof Error && 'code' in error ? String(error.code) : String(error);
    throw new SetupError(
      `${file}: cannot be written (${why}); expected a new file in a folder that is there`,
      {
        cause: error,
      },
    );
  });
}

/** A word of sh(1). */
function quote(word: string): string {
  return /^[A-Za-z0-9_./:=-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}
