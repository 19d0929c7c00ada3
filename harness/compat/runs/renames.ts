import { readFile } from 'node:fs/promises';
import { InputError, inputErrorAt, type FilePlace } from '../../errors.ts';
import { readYaml } from '../../yaml/yaml-cursor.ts';

/** A row that has another identity than it had. */
export interface Rename {
  readonly place: FilePlace;
  readonly from: string;
  readonly to: string;
}

/** Reads a map of renames, `old: new`, YAML or JSON. @throws {InputError} `file:line:column: what; expected what` */
export function readRenames(text: string, file: string): readonly Rename[] {
  const root = readYaml(text, file);
  if (root.describe() === 'nothing') return [];
  const renames = [...root.anyMembers()].map(([from, cursor]) => ({
    place: cursor.place,
    from,
    to: cursor.string(),
  }));
  for (const { from, to, place } of renames) {
    if (from === to) throw inputErrorAt(place, `'${from}' is renamed to itself`, 'another identity');
  }
  const seen = new Map<string, string>();
  for (const { from, to, place } of renames) {
    const other = seen.get(to);
    if (other !== undefined)
      throw inputErrorAt(place, `'${other}' is renamed to '${to}', too`, 'one of them');
    seen.set(to, from);
  }
  return renames;
}

/** Reads a file of renames. @throws {InputError} */
export async function readRenamesIn(file: string): Promise<readonly Rename[]> {
  const text = await readFile(file, 'utf8').catch((error: unknown) => {
    throw new InputError(`${file}: cannot be read; expected a map of renames`, { cause: error });
  });
  return readRenames(text, file);
}

/**
 * Checks that a user's renames mean something.
 * @param before identities of the older run
 * @param after those of the newer one
 * @throws {InputError} for one whose old identity is in no older run, or still in a newer one; or whose new one is in none
 */
export function checkRenames(
  renames: readonly Rename[],
  before: ReadonlySet<string>,
  after: ReadonlySet<string>,
): void {
  const renamed = new Set(renames.map(({ from }) => from));
  for (const { from, to, place } of renames) {
    if (!before.has(from) && ![...renames].some((other) => other.to === from))
      throw inputErrorAt(place, `'${from}' is no row of the older run`, 'a row that was renamed');
    if (after.has(from) && !renames.some((other) => other.to === from))
      throw inputErrorAt(place, `'${from}' is still a row of the newer run`, 'a row that was renamed');
    if (!after.has(to) && !renamed.has(to))
      throw inputErrorAt(place, `'${to}' is no row of the newer run`, 'the identity that the row has now');
  }
}

/** Follows renames of renames to the last identity. @throws {InputError} for renames that go in a circle */
export function followRenames(renames: readonly Rename[]): (row: string) => string {
  const next = new Map(renames.map((rename) => [rename.from, rename]));
  return (row) => {
    let now = row;
    for (let steps = 0; ; steps++) {
      const rename = next.get(now);
      if (rename === undefined) return now;
      if (steps > next.size)
        throw inputErrorAt(rename.place, `'${row}' is renamed in a circle`, 'a last identity');
      now = rename.to;
    }
  };
}
