import { isJsonObject } from '../json/value.ts';
import { valueOfPattern } from './read-pattern.ts';
import type { Transcript, TranscriptMessage } from './transcript.ts';

/**
 * Tells whether a transcript is of whole connections, as a recorder writes it down: it has their numbers, offsets,
 * marks or bytes, or begins with their negotiation and no document shows it. It opens its connections itself; any other
 * is performed on one that is open and has negotiated.
 */
export function isCapture({ head, messages, marks = [] }: Transcript): boolean {
  if (marks.length > 0 || messages.some(isOfCapture)) return true;
  if (head.source.length > 0) return false;
  const first = messages.find(({ direction }) => direction === '->');
  const value = first?.body.kind === 'pattern' ? valueOfPattern(first.body.pattern).value : undefined;
  return isJsonObject(value) && value['execute'] === 'qmp_capabilities';
}

function isOfCapture({ connection, offset, body }: TranscriptMessage): boolean {
  return connection > 0 || offset !== undefined || body.kind === 'bytes';
}
