import type { SchemaFamily } from '../qapi/model.ts';
import type { RowResult, TargetFacts } from '../results/verdict.ts';

const STORAGE_DAEMON = 'qemu-storage-daemon';
const GUEST_AGENT = 'qemu-ga';

/** The program that a target is. */
export function programOfTarget({ architecture }: TargetFacts): string {
  return architecture === 'unknown' ? 'endpoint' : emulatorOf(architecture);
}

/**
 * The program that a row is about: as its result says; else as the name of the row says, which for the suites of the
 * protocol and of queries has it.
 */
export function programOfRow({ row, program }: RowResult, target: TargetFacts): string {
  if (program !== undefined) return program;
  const parts = row.split('/');
  const [suite, second = ''] = parts;
  if (suite === 'queries') return emulatorOf(second);
  const named = suite === 'protocol' ? parts[3] : undefined;
  if (named === 'storage-daemon') return STORAGE_DAEMON;
  return named === 'guest-agent' ? GUEST_AGENT : programOfTarget(target);
}

/** Whose schema describes what a program says. */
export function familyOfProgram(program: string): SchemaFamily {
  if (program === STORAGE_DAEMON) return 'qsd';
  return program === GUEST_AGENT ? 'qga' : 'qmp';
}

function emulatorOf(architecture: string): string {
  return `qemu-system-${architecture}`;
}
