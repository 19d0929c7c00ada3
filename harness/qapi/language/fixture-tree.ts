import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

/** For tests: a temporary folder with files in it; it is removed at the end of the `using` block. */
export function makeTree(
  files: Readonly<Record<string, string | Buffer>>,
): Disposable & { readonly folder: string } {
  const folder = mkdtempSync(join(tmpdir(), 'qapi-'));
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), text);
  }
  return { folder, [Symbol.dispose]: () => rmSync(folder, { recursive: true, force: true }) };
}

/** For tests: calls `use` with a temporary folder that holds `files`, and removes it afterwards. */
export function withTree<T>(files: Readonly<Record<string, string | Buffer>>, use: (folder: string) => T): T {
  using tree = makeTree(files);
  return use(tree.folder);
}
