import { isUtf8 } from 'node:buffer';
import { bodyFromText } from '../transcript/read-body.ts';
import { hasElision } from '../transcript/read-pattern.ts';
import type { Direction } from '../transcript/transcript.ts';
import type { Piece } from './message-cutter.ts';
import type { Redaction } from './redaction.ts';

/** Where and when something came. */
export interface Place {
  /** Seconds since the first entry, as written. */
  readonly offset: string;
  readonly connection: number;
}

/** A text or bytes of a file. */
export type Part = string | Buffer;

const LINE_END = '\n';

/** What stands before the text of an entry. */
export function placeText({ offset, connection }: Place): string {
  return `@${offset} ${connection === 0 ? '' : String(connection)}`;
}

/**
 * A message as its line in a transcript, with the line end: JSON as `->`; other text as `->?`; what no text file can
 * hold, or what the reader would take for something else, byte by byte as `->x`. The parts are views on its bytes where
 * nothing is changed.
 */
export function messageLine(
  piece: Piece,
  direction: Direction,
  place: Place,
  redaction: Redaction | undefined,
): readonly Part[] {
  const { bytes } = piece;
  const { connection } = place;
  const arrow = `${placeText(place)}${direction}`;
  const kind = kindOfPiece(piece, direction);
  switch (kind) {
    case 'json': {
      if (redaction === undefined) return [`${arrow} `, bytes, LINE_END];
      const text = bytes.toString();
      const written = redaction.redactMessage(text, direction, connection);
      return [`${arrow} `, written === text ? bytes : written, LINE_END];
    }
    case 'malformed': {
      const text = bytes.toString();
      const written = redaction?.redactPart(text, direction, connection) ?? text;
      return [`${arrow}? ${written.replaceAll('\n', '\n ')}`, LINE_END];
    }
    case 'bytes': {
      const written = redaction?.redactPart(bytes.toString('latin1'), direction, connection);
      return [`${arrow}x ${hexOf(written === undefined ? bytes : Buffer.from(written, 'latin1'))}`, LINE_END];
    }
  }
}

/** Bytes as `->x` has them: two digits each. */
export function hexOf(bytes: Buffer): string {
  return bytes.toString('hex');
}

/** JSON; other text; and what no text file can hold, or what the reader would take for something else. */
type PieceKind = 'json' | 'malformed' | 'bytes';

function kindOfPiece({ bytes, isJson }: Piece, direction: Direction): PieceKind {
  // A reader of text files refuses NUL.
  if (!isUtf8(bytes) || bytes.includes(0)) return 'bytes';
  if (isJson) return 'json';
  const body = bodyFromText(bytes.toString(), direction);
  // Three dots on the wire are no elision, and would be read as one.
  if (body.kind === 'pattern') return hasElision(body.pattern) ? 'bytes' : 'json';
  return 'malformed';
}
