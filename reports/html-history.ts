import { readFile } from 'node:fs/promises';
import { pack } from './pack.ts';

/** The families whose history the page holds, by the name of their file. */
const FAMILIES = ['qmp', 'qsd', 'qga'] as const;

/**
 * The shipped schema histories for the page, packed: they are read when somebody asks for the first name. Definitions
 * are left out, as names of types are no part of the interface. A family that is not shipped is absent.
 */
export async function packedHistories(): Promise<Readonly<Record<string, string>>> {
  const read = await Promise.all(
    FAMILIES.map(async (family) => {
      const text = await readFile(
        new URL(`../schemas/history/${family}.json`, import.meta.url),
        'utf8',
      ).catch(() => undefined);
      return text === undefined ? [] : [[family, packHistory(text)] as const];
    }),
  );
  return Object.fromEntries(read.flat());
}

function packHistory(text: string): string {
  const history = JSON.parse(text) as Record<string, unknown>;
  const { releases, shared, commands, events, announcements } = history;
  return pack(JSON.stringify({ releases, shared, commands, events, announcements }));
}
