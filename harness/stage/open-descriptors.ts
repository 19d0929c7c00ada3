import { open, type FileHandle } from 'node:fs/promises';
import { constants } from 'node:fs';
import { join } from 'node:path';
import { SetupError } from '../errors.ts';
import type { SocketPair } from '../qmp/native-sockets.ts';
import type { Descriptor } from '../transcript/step.ts';

/** What is open for one row to be handed over. It stays open as long as the row is performed: QEMU has it twice. */
export class OpenDescriptors {
  private readonly files: FileHandle[] = [];
  private readonly pairs: SocketPair[] = [];

  /** @param dir the folder of the row */
  constructor(private readonly dir: string) {}

  /**
   * Opens it, and gives the number that it has in this process.
   * @throws {SetupError} with what the system says
   */
  async open(descriptor: Descriptor): Promise<number> {
    switch (descriptor.kind) {
      case 'file': {
        const file = await this.openFile(descriptor.name);
        this.files.push(file);
        return file.fd;
      }
      case 'socketpair': {
        const { makeSocketPair } = await import('../qmp/native-sockets.ts');
        const pair = makeSocketPair();
        this.pairs.push(pair);
        return pair.theirs;
      }
    }
  }

  async close(): Promise<void> {
    for (const pair of this.pairs.splice(0)) pair.close();
    await Promise.all(this.files.splice(0).map((file) => file.close()));
  }

  private async openFile(name: string): Promise<FileHandle> {
    try {
      return await open(join(this.dir, name), constants.O_RDWR | constants.O_CREAT);
    } catch (error) {
      throw new SetupError(`descriptor of ${name}: ${String(error)}`, { cause: error });
    }
  }
}
