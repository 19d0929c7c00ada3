import { InputError } from '../errors.ts';
import { selectDocumented } from '../replay/select-documented.ts';
import type { Transcript } from '../transcript/transcript.ts';
import type { Profile } from './profile.ts';

/**
 * The rows of a profile that are scored on a version: those that its documentation shows, and those that no document
 * does. Rows of other releases say nothing of it, and rows that came after the profile was frozen are not its.
 * @param corpus all recordings of the suite
 * @throws {InputError} for a row of the profile that the suite does not have any more
 */
export function scoredRows(
  profile: Profile,
  corpus: readonly Transcript[],
  version: string,
): readonly Transcript[] {
  const byId = new Map(corpus.map((row) => [row.head.id, row]));
  const frozen = profile.rows.map((id) => {
    const row = byId.get(id);
    if (row !== undefined) return row;
    throw new InputError(
      `${profile.file}: row '${id}' is not in this suite; expected it to stay as long as the profile`,
    );
  });
  return selectDocumented(frozen, [version], corpus);
}
