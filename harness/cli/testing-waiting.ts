import { readdir, readFile } from 'node:fs/promises';

/** The first entry of a folder, as soon as there is one. */
export async function firstFolder(parent: string): Promise<string> {
  for (;;) {
    const [name] = await readdir(parent).catch(() => []);
    if (name !== undefined) return name;
    await nextTurn();
  }
}

/** Waits until a file has more than `count` lines. */
export async function untilLines(file: string, count: number): Promise<void> {
  for (;;) {
    const text = await readFile(file, 'utf8').catch(() => '');
    if (text.split('\n').length > count) return;
    await nextTurn();
  }
}

/** Waits for the event loop's next round: a file of another process has no event of its own. */
export function nextTurn(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 10));
}
