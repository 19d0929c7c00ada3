import { SetupError } from '../errors.ts';
import type { JsonValue } from '../json/value.ts';
import { findLack } from '../stage/find-lack.ts';
import { ImageStore } from '../stage/image-store.ts';
import { binaryUnderPolicy, type Policy } from '../target/policies.ts';
import type { Accelerator, QemuBinary } from '../target/qemu-binary.ts';
import { factsOfBinary } from '../target/target-facts.ts';
import { QemuStartError } from '../target/server-process.ts';
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
  return targetsOf(binary, await introspectBinary(binary, patience), accelerators, patience);
}

/**
 * Makes the targets that a binary is under a policy. They are held to what it has without: what the policy takes away
 * is just what a forecast is to show.
 * @throws {SetupError} when it does not start so, which a release without the policy does not
 */
export async function describeForecasts(
  binary: QemuBinary,
  accelerators: readonly Accelerator[],
  patience: number,
  policy: Policy,
): Promise<readonly PlannedTarget[]> {
  await introspectBinary(binaryUnderPolicy(binary, policy), patience).catch((error: unknown) => {
    const lack = error instanceof QemuStartError ? findLack(error.end.stderr) : undefined;
    throw lack === undefined ? error : new SetupError(lack, { cause: error });
  });
  return targetsOf(binary, await introspectBinary(binary, patience), accelerators, patience, policy);
}

function targetsOf(
  binary: QemuBinary,
  reply: JsonValue,
  accelerators: readonly Accelerator[],
  patience: number,
  policy?: Policy,
): readonly PlannedTarget[] {
  const judged = judgeIntrospection(reply, binary.version, 'qmp', policy?.features);
  const images = new ImageStore(binary.qemuImg);
  const programs = new ProgramBook(binary, patience, policy?.features);
  return accelerators.map((accelerator) =>
    planTarget(
      factsOfBinary(binary, accelerator, judged.schema, policy),
      judged,
      {
        kind: 'qemu',
        binary: policy === undefined ? binary : binaryUnderPolicy(binary, policy),
        accelerator,
        images,
        programs,
      },
      policy?.features,
    ),
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
