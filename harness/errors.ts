/** The user's mistake: a file, word or option that is wrong. Printed as one line; the process exits with 2. */
export class InputError extends Error {
  override readonly name = 'InputError';
}

/** Something around the run is missing or broken: no QEMU, no room on disk, no answer. The process exits with 3. */
export class SetupError extends Error {
  override readonly name = 'SetupError';
}

/** A place in a file of the user's; lines and columns count from 1. */
export interface FilePlace {
  readonly file: string;
  readonly line: number;
  readonly column: number;
}

/** An {@link InputError} in the house form `file:line:column: what; expected what`. */
export function inputErrorAt(place: FilePlace, what: string, expected: string, cause?: unknown): InputError {
  const text = `${place.file}:${place.line}:${place.column}: ${what}; expected ${expected}`;
  return new InputError(text, cause === undefined ? undefined : { cause });
}
