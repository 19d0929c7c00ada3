import { DESCRIPTOR_KINDS, type MarkedEvent } from './transcript.ts';

const FORMS = `'opened', 'closed by the client', 'closed by the server', 'descriptor KIND' or 'ends: REASON'`;

/**
 * Reads what stands after `--`.
 * @returns a text where it is none of the forms: what is expected
 */
export function readMark(text: string): MarkedEvent | string {
  if (text === 'opened') return { kind: 'opened' };
  if (text === 'closed by the client') return { kind: 'closed', by: 'client' };
  if (text === 'closed by the server') return { kind: 'closed', by: 'server' };
  const [, word, rest = ''] = /^(descriptor |ends: )\s*(.+)$/.exec(text) ?? [];
  if (word === 'ends: ') return { kind: 'ends', reason: rest };
  if (word === undefined) return FORMS;
  const of = DESCRIPTOR_KINDS.find((kind) => kind === rest);
  return of === undefined
    ? `a kind of descriptor: ${DESCRIPTOR_KINDS.join(', ')}`
    : { kind: 'descriptor', of };
}

/** The inverse of {@link readMark}. */
export function writeMark(what: MarkedEvent): string {
  switch (what.kind) {
    case 'opened':
      return 'opened';
    case 'closed':
      return `closed by the ${what.by}`;
    case 'descriptor':
      return `descriptor ${what.of}`;
    case 'ends':
      return `ends: ${what.reason}`;
  }
}
