import { expect } from 'chai';
import { readFile, writeFile } from 'node:fs/promises';

/** Compares with the golden of that name; UPDATE_GOLDENS=1 writes it instead. */
export async function expectGolden(name: string, text: string): Promise<void> {
  const file = new URL(`goldens/${name}`, import.meta.url);
  if (process.env['UPDATE_GOLDENS'] === '1') await writeFile(file, text);
  expect(text).to.equal(await readFile(file, 'utf8'));
}
