import { execFile } from 'node:child_process';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { SetupError } from '../errors.ts';
import { makeCertificates } from '../target/certificates.ts';
import type { GivenFile } from './stage.ts';

/**
 * Puts files into a stage's folder, in their order.
 * @throws {SetupError} when one of them cannot be made
 */
export async function putFiles(files: readonly GivenFile[], dir: string): Promise<void> {
  for (const file of files) {
    await putFile(file, join(dir, file.name)).catch((error: unknown) => {
      throw new SetupError(`file ${file.name} cannot be made: ${String(error)}`, { cause: error });
    });
  }
}

async function putFile(file: GivenFile, path: string): Promise<void> {
  switch (file.kind) {
    case 'text':
      return writeFile(path, file.text);
    case 'hex':
      return writeFile(path, file.bytes);
    case 'fifo':
      // Node has no mkfifo(3); the program is part of POSIX.
      await promisify(execFile)('mkfifo', [path], { timeout: 10_000 });
      return;
    case 'folder':
      return mkdir(path);
    case 'certificates': {
      await mkdir(path);
      const certificates = await makeCertificates();
      await Promise.all(
        Object.entries(certificates).map(([name, text]) =>
          writeFile(join(path, name), text, { mode: 0o600 }),
        ),
      );
    }
  }
}
