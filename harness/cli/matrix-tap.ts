import { existsSync } from 'node:fs';
import { InputError } from '../errors.ts';
import { readForeignTap } from '../results/foreign-tap.ts';
import type { Run } from '../results/run.ts';

const FORM = 'NAME=FILE, or NAME=FILE@TARGET where there are several targets';

/**
 * The rows of TAP files as further runs of the targets that are meant.
 * @param words `NAME=FILE[@TARGET]`
 * @throws {InputError}
 */
export async function readTapRuns(words: readonly string[], runs: readonly Run[]): Promise<readonly Run[]> {
  const whole = new Map(
    runs.filter(({ notWhole }) => notWhole === undefined).map((run) => [run.target.name, run.target]),
  );
  const read: Run[] = [];
  for (const word of words) {
    const { name, file, target: asked } = partsOf(word, [...whole.keys()]);
    const target = whole.get(asked);
    if (target === undefined) throw new InputError(`--tap ${word}: no whole run; expected ${FORM}`);
    read.push({ dir: file, target, results: await readForeignTap(file, name, target.name) });
  }
  return read;
}

interface TapWords {
  readonly name: string;
  readonly file: string;
  readonly target: string;
}

function partsOf(word: string, targets: readonly string[]): TapWords {
  const [, name, rest] = /^([\w.+-]+)=(.+)$/s.exec(word) ?? [];
  if (name === undefined || rest === undefined) throw new InputError(`--tap ${word}: expected ${FORM}`);
  const at = rest.lastIndexOf('@');
  if (at > 0 && !existsSync(rest)) {
    return { name, file: rest.slice(0, at), target: targetNamed(rest.slice(at + 1), targets, word) };
  }
  return { name, file: rest, target: targetNamed('', targets, word) };
}

/** A target by its name, or by words at its beginning that only it has. */
function targetNamed(asked: string, targets: readonly string[], word: string): string {
  const found = targets.includes(asked)
    ? [asked]
    : targets.filter((name) => asked === '' || name.startsWith(`${asked} `) || name.startsWith(`${asked}.`));
  const [only] = found;
  if (only !== undefined && found.length === 1) return only;
  const which = asked === '' ? 'which target is meant' : `'${asked}' names ${found.length} targets`;
  throw new InputError(`--tap ${word}: ${which}; expected @ and one of ${targets.join(', ') || 'none'}`);
}
