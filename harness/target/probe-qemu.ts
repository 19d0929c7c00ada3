import { SetupError } from '../errors.ts';
import { isJsonObject, type JsonValue } from '../json/value.ts';
import { writeJson } from '../json/write-json.ts';
import type { Incoming } from '../qmp/connection.ts';
import { machineOfArchitecture } from './known-programs.ts';
import type { Accelerator, QemuPrograms } from './qemu-binary.ts';
import { QemuStartError } from './server-process.ts';
import { baseArguments, startQemu, type RunningQemu } from './start-qemu.ts';
import { inTemporaryFolder } from './temporary-folder.ts';

/** What a QEMU says of itself. */
export interface QemuIdentity {
  readonly version: string;
  readonly package: string;
  /** As `query-target` says, e.g. `x86_64`. */
  readonly architecture: string;
}

/** Which accelerators run guests here, and why not the others. */
export interface AcceleratorProbe {
  readonly available: readonly Accelerator[];
  readonly unavailable: readonly { readonly accelerator: Accelerator; readonly reason: string }[];
}

const PATIENCE = 20_000;

/**
 * Starts the binary once, without a machine, and asks what it is.
 * @throws {SetupError} when it does not start or does not answer
 */
export function identifyQemu(programs: QemuPrograms): Promise<QemuIdentity> {
  const args = ['-no-user-config', '-nodefaults', '-display', 'none', '-machine', 'none', '-S'];
  return withQemu(programs, args, async ({ connection, greeting, negotiate }) => {
    await negotiate([], PATIENCE);
    const target = memberOf(await connection.execute('query-target', undefined, PATIENCE), 'arch');
    if (typeof target !== 'string')
      throw new SetupError(`${programs.path}: query-target names no architecture`);
    return { version: greeting.version, package: greeting.package, architecture: target };
  });
}

/** Tries each accelerator by running a guest with it; a device file that is there proves nothing. */
export async function probeAccelerators(
  programs: QemuPrograms,
  architecture = 'x86_64',
): Promise<AcceleratorProbe> {
  const tried = await Promise.all(
    (['tcg', 'kvm'] as const).map(async (accelerator) => ({
      accelerator,
      reason: await reasonAgainst(programs, accelerator, architecture),
    })),
  );
  return {
    available: tried.filter(({ reason }) => reason === undefined).map(({ accelerator }) => accelerator),
    unavailable: tried.flatMap(({ accelerator, reason }) =>
      reason === undefined ? [] : [{ accelerator, reason }],
    ),
  };
}

async function reasonAgainst(
  programs: QemuPrograms,
  accelerator: Accelerator,
  architecture: string,
): Promise<string | undefined> {
  const args = [...baseArguments(accelerator), '-machine', machineOfArchitecture(architecture)];
  try {
    return await withQemu(programs, args, async ({ connection, negotiate }) => {
      await negotiate([], PATIENCE);
      const enabled = memberOf(await connection.execute('query-kvm', undefined, PATIENCE), 'enabled');
      if (enabled !== (accelerator === 'kvm')) return `query-kvm says enabled: ${writeJson(enabled ?? null)}`;
      const status = memberOf(await connection.execute('query-status', undefined, PATIENCE), 'status');
      return status === 'running' ? undefined : `the guest does not run: ${writeJson(status ?? null)}`;
    });
  } catch (error) {
    if (error instanceof QemuStartError) return complaint(error);
    if (error instanceof Error) return error.message;
    throw error;
  }
}

/** The line that names the cause; `failed to initialize` follows it and says nothing more. */
function complaint(error: QemuStartError): string {
  const lines = error.end.stderr.trim().split('\n');
  const line = lines.find((each) => !each.includes('warning:')) ?? error.message;
  return line.replace(/^\S*qemu-system-\w+: /, '');
}

/**
 * Starts a QEMU in a folder of its own, asks it something, and ends it.
 * @throws {SetupError} when it does not start
 */
export async function withQemu<T>(
  programs: QemuPrograms,
  args: readonly string[],
  ask: (qemu: RunningQemu) => Promise<T>,
): Promise<T> {
  return inTemporaryFolder(async (dir) => {
    const qemu = await startQemu(programs, args, { dir, deadline: PATIENCE });
    return ask(qemu).finally(() => void qemu.kill());
  });
}

function memberOf(response: Incoming, name: string): JsonValue | undefined {
  const returned = isJsonObject(response.value) ? response.value['return'] : undefined;
  return isJsonObject(returned) ? returned[name] : undefined;
}
