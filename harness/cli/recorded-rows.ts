import { readdir } from 'node:fs/promises';
import { relative, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Identities of the project's recordings: their paths say them, so none is read. */
export async function recordedRows(): Promise<readonly string[]> {
  const folder = fileURLToPath(new URL('../../recordings/', import.meta.url));
  const files = await readdir(folder, { recursive: true, withFileTypes: true });
  return files
    .filter((file) => file.isFile() && file.name.endsWith('.qmp'))
    .map((file) =>
      relative(folder, join(file.parentPath, file.name)).replaceAll('\\', '/').slice(0, -'.qmp'.length),
    );
}
