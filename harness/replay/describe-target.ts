import type { JsonValue } from '../json/value.ts';
import { ImageStore } from '../stage/image-store.ts';
import type { Accelerator, QemuBinary } from '../target/qemu-binary.ts';
import { factsOfBinary } from '../target/target-facts.ts';
import { withQemu } from '../target/probe-qemu.ts';
import { baseArguments } from '../target/start-qemu.ts';
import { judgeIntrospection, queryIntrospection } from './judge-introspection.ts';
import { planTarget } from './plan-target.ts';
import { ProgramBook } from './program-book.ts';
import type { PlannedTarget } from './run-plan.ts';

/**
 * Starts a binary once, asks for its introspection, and makes one target of it for each accelerator.
 * @throws {SetupError} when it does not start
 */
export async function describeTargets(
  binary: QemuBinary,
  accelerators: readonly Accelerator[],
  patience: number,
): Promise<readonly PlannedTarget[]> {
  const judged = judgeIntrospection(await introspectBinary(binary, patience), binary.version);
  const images = new ImageStore(binary.qemuImg);
  const programs = new ProgramBook(binary, patience);
  return accelerators.map((accelerator) =>
    planTarget(factsOfBinary(binary, accelerator, judged.schema), judged, {
      kind: 'qemu',
      binary,
      accelerator,
      images,
      programs,
    }),
  );
}

/**
 * Starts a binary without a machine and asks for its schema.
 * @throws {SetupError} when it does not start
 */
export function introspectBinary(binary: QemuBinary, patience: number): Promise<JsonValue> {
  const args = [...baseArguments('tcg'), '-machine', 'none'];
  return withQemu(binary, args, async ({ connection, negotiate }) => {
    await negotiate([], patience);
    return queryIntrospection(connection, patience);
  });
}
