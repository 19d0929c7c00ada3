import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SetupError } from '../errors.ts';
import { isJsonObject, type JsonValue } from '../json/value.ts';
import { seriesOfRelease } from '../release/compare-releases.ts';
import { startQemu } from '../target/start-qemu.ts';

/** What a QEMU says of its own schema. */
export interface Introspection {
  /** `x.y`, by its greeting. */
  readonly release: string;
  /** The value of `return`. */
  readonly reply: JsonValue;
}

const PATIENCE = 20_000;

/**
 * Starts the QEMU at `path` without a machine and asks for its schema.
 * @throws {SetupError} when it does not start or does not answer.
 */
export async function introspectQemu(path: string): Promise<Introspection> {
  const dir = await mkdtemp(join(tmpdir(), 'qmp-conformance-'));
  const programs = {
    command: [path],
    env: {},
    dataArgs: [],
    qemuImg: undefined,
    storageDaemon: undefined,
    path,
  };
  const args = ['-no-user-config', '-nodefaults', '-display', 'none', '-machine', 'none', '-S'];
  try {
    const qemu = await startQemu(programs, args, { dir, deadline: PATIENCE });
    try {
      await qemu.connection.negotiate([], PATIENCE);
      const { value } = await qemu.connection.execute('query-qmp-schema', undefined, PATIENCE);
      const reply = isJsonObject(value) ? value['return'] : undefined;
      if (reply === undefined) throw new SetupError(`${path}: query-qmp-schema failed; expected a schema`);
      return { release: seriesOfRelease(qemu.greeting.version), reply };
    } finally {
      await qemu.kill();
    }
  } finally {
    await rm(dir, { recursive: true, force: true });
  }
}
