import { architectureOfProgram, familyOfProgram, machineOfArchitecture } from '../target/known-programs.ts';
import type { StageFile } from './read-stage.ts';
import type { Stage } from './stage.ts';

/** Keys of stages that mean nothing to a program without a machine. */
const OF_MACHINES = ['machine', 'memory', 'paused', 'guest'] as const;

/**
 * Checks what a stage says of a program's surroundings, and that it adds to a stage of the same program.
 * @throws {InputError} with the place
 */
export function checkProgram(base: Stage | undefined, { program, keys }: StageFile): void {
  if (program !== undefined && base !== undefined && base.program !== program) {
    const other = base.program ?? "the target's own binary";
    keys.get('program')?.fail(`'${program}', and '${base.name}' is a stage of ${other}`, 'the same program');
  }
  const actual = program ?? base?.program;
  for (const key of actual === undefined ? [] : keysWithoutMeaning(actual))
    keys.get(key)?.fail(`${key} of ${actual ?? ''}`, 'no such key for this program');
}

function keysWithoutMeaning(program: string): readonly string[] {
  switch (familyOfProgram(program)) {
    case 'qmp':
      // The guests are made of code for x86.
      return /^(x86_64|i386)$/.test(architectureOfProgram(program) ?? '') ? [] : ['guest'];
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
