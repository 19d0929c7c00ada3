import { InputError } from '../errors.ts';
import { parseReleaseRange, RANGE_FORMS } from '../release/release-range.ts';
import type { YamlCursor } from '../yaml/yaml-cursor.ts';

/**
 * Reads a range of releases and gives it as it is written.
 * @throws {InputError} with the place
 */
export function readReleases(cursor: YamlCursor): string {
  const text = cursor.word();
  try {
    return parseReleaseRange(text).text;
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    const [what, expected] = error.message.split('; expected ');
    return cursor.fail(what ?? error.message, expected ?? RANGE_FORMS);
  }
}
