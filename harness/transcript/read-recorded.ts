import type { YamlCursor } from '../yaml/yaml-cursor.ts';
import type { RecordedFacts } from './transcript.ts';

/** As ISO 8601 writes it, in UTC and to the second. */
const TIME =
  /^[0-9]{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12][0-9]|3[01])T(?:[01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9]Z$/;

/** Reads what a recorder says of a recording. */
export function readRecorded(cursor: YamlCursor | undefined): RecordedFacts | undefined {
  if (cursor === undefined) return undefined;
  const members = cursor.members(['at', 'by', 'server'], ['at', 'by']);
  const server = members.get('server')?.string();
  return {
    at: timeAt(members.get('at') ?? cursor),
    by: (members.get('by') ?? cursor).string(),
    ...(server !== undefined && { server }),
  };
}

function timeAt(cursor: YamlCursor): string {
  const text = cursor.string();
  return TIME.test(text) ? text : cursor.fail(`'${text}'`, 'a time in UTC such as "2026-11-21T15:07:59Z"');
}
