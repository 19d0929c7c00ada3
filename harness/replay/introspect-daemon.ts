import type { JsonValue } from '../json/value.ts';
import type { QemuPrograms } from '../target/qemu-binary.ts';
import { startStorageDaemon } from '../target/start-qemu.ts';
import { inTemporaryFolder } from '../target/temporary-folder.ts';
import { queryIntrospection } from './judge-introspection.ts';

/** What a storage daemon says of itself. */
export interface IntrospectedDaemon {
  /** The reply to query-qmp-schema. */
  readonly reply: JsonValue;
  /** `x.y.z`, from its greeting. */
  readonly version: string;
}

/**
 * Starts a qemu-storage-daemon and asks it for its schema.
 * @param patience milliseconds for each answer
 * @throws {SetupError} when it does not start
 */
export async function introspectDaemon(
  daemon: Pick<QemuPrograms, 'command' | 'env'>,
  patience: number,
): Promise<IntrospectedDaemon> {
  return inTemporaryFolder(async (dir) => {
    const running = await startStorageDaemon(daemon, [], { dir, deadline: patience });
    try {
      await running.negotiate([], patience);
      const reply = await queryIntrospection(running.connection, patience);
      return { reply, version: running.greeting.version };
    } finally {
      await running.kill();
    }
  });
}
