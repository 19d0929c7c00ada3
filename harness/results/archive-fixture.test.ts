import type { RowResult, TargetFacts, WireRecord } from './verdict.ts';

/** A target that was never run. */
export const TARGET: TargetFacts = {
  name: '7.2.22 x86_64 tcg',
  kind: 'qemu',
  version: '7.2.22',
  package: 'Debian 1:7.2+dfsg',
  architecture: 'x86_64',
  accelerator: 'tcg',
  where: 'qemu-system-x86_64',
  digest: 'ab'.repeat(32),
  schema: '7.2',
};
export const ROWS = ['examples/a/one', 'examples/a/two', 'examples/b/three'];
export const SUITE = { suite: '0.1.0' };

/** A result of {@link TARGET}. */
export function result(row: string, members: Partial<RowResult> = {}): RowResult {
  const base = {
    row,
    target: TARGET.name,
    verdict: 'pass',
    findings: [],
    checks: 3,
    documented: true,
    duration: 1.5,
  };
  return { ...base, ...members } as RowResult;
}

/** A message from the client. */
export function wire(row: string, text: string, at = 0): WireRecord {
  return { row, connection: 'main', direction: '->', at, text };
}

/** The error that `work` ends with. */
export async function failure(work: Promise<unknown>): Promise<Error> {
  try {
    await work;
  } catch (error) {
    if (error instanceof Error) return error;
  }
  throw new Error('no error came');
}
