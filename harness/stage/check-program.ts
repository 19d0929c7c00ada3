import { architectureOfProgram, familyOfProgram, machineOfArchitecture } from '../target/known-programs.ts';
import { architectureOfGuest, guestArchitectureOf } from './guest-architecture.ts';
import type { StageFile } from './read-stage.ts';
import type { Stage } from './stage.ts';

/** Keys of stages that mean nothing to a program without a machine. */
const OF_MACHINES = ['machine', 'memory', 'paused', 'guest'] as const;

/**
 * Checks what a stage says of a program's surroundings, and that it adds to a stage of the same program.
 * @throws {InputError} with the place
 */
export function checkProgram(base: Stage | undefined, file: StageFile): void {
  const { program, keys } = file;
  if (program !== undefined && base !== undefined && base.program !== program) {
    const other = base.program ?? "the target's own binary";
    keys.get('program')?.fail(`'${program}', and '${base.name}' is a stage of ${other}`, 'the same program');
  }
  const actual = program ?? base?.program;
  for (const key of actual === undefined ? [] : keysWithoutMeaning(actual))
    keys.get(key)?.fail(`${key} of ${actual ?? ''}`, 'no such key for this program');
  checkGuest(file, actual);
}

function checkGuest({ guest, keys }: StageFile, program = 'qemu-system-x86_64'): void {
  if (guest === undefined) return;
  const architecture = architectureOfGuest(guest);
  if (
    architecture !== undefined &&
    architecture === guestArchitectureOf(architectureOfProgram(program) ?? '')
  )
    return;
  const what = architecture === undefined ? 'is in no folder of guests' : `is code for ${architecture}`;
  keys.get('guest')?.fail(`'${guest}' ${what}`, `a guest that ${program} can run`);
}

function keysWithoutMeaning(program: string): readonly string[] {
  switch (familyOfProgram(program)) {
    case 'qmp':
      return guestArchitectureOf(architectureOfProgram(program) ?? '') === undefined ? ['guest'] : [];
    case 'qsd':
      return OF_MACHINES;
    case 'qga':
      // What the agent is allowed to do is told it by its arguments: those are ours alone.
      return [...OF_MACHINES, 'negotiated', 'arguments', 'images', 'files'];
  }
}

/** The machine of a stage that names none. */
export function defaultMachine(program: string | undefined): string {
  return machineOfArchitecture(architectureOfProgram(program ?? '') ?? 'x86_64');
}
