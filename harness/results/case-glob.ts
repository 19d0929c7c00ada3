import picomatch from 'picomatch';
import { InputError } from '../errors.ts';

/** Tells whether a case is meant: a row (a transcript's identity) on a target (its name). */
export interface CaseGlob {
  (row: string, target: string): boolean;
  /** Whether the row is meant on any target. */
  readonly matchesRow: (row: string) => boolean;
}

const BETWEEN = ' @ ';

const MAX_GLOB_LENGTH = 1000;

/** No negation and no extglobs: they make patterns that take exponential time, and none is needed in names of ours. */
const OPTIONS: picomatch.PicomatchOptions = { dot: true, nonegate: true, noextglob: true };

/**
 * The one grammar for names of cases: `<row> @ <target>`. `*` and `?` do not cross `/`, `**` does, `{a,b}` and `[ab]`
 * as in a shell. A glob without ` @ ` means the row on every target.
 * @throws {InputError} for a glob that is empty, too long, or has an empty part.
 */
export function compileCaseGlob(glob: string): CaseGlob {
  const at = glob.indexOf(BETWEEN);
  const matchesRow = compileGlob(at < 0 ? glob : glob.slice(0, at), glob);
  if (at < 0) return Object.assign((row: string) => matchesRow(row), { matchesRow });
  const matchesTarget = compileGlob(glob.slice(at + BETWEEN.length), glob);
  return Object.assign((row: string, target: string) => matchesRow(row) && matchesTarget(target), {
    matchesRow,
  });
}

/** Compiles one part of a case glob, or a glob over rule identifiers. @throws {InputError} */
export function compileGlob(part: string, whole = part): (text: string) => boolean {
  if (part.trim() === '')
    throw new InputError(`glob '${whole}' has an empty part; expected ROW or ROW @ TARGET`);
  if (part.length > MAX_GLOB_LENGTH) {
    throw new InputError(`glob of ${part.length} characters; expected at most ${MAX_GLOB_LENGTH}`);
  }
  const matches = picomatch(part, OPTIONS);
  return (text) => matches(text);
}
