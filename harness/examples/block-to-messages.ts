import type { DocLine } from '../qapi/language/read-doc-comments.ts';
import { bodyFromText } from '../transcript/read-body.ts';
import type { Direction, TranscriptMessage } from '../transcript/transcript.ts';
import { partsOfDialogue } from './dialogue-parts.ts';
import type { ExampleBlock } from './example-block.ts';

/** The dialogue of an example. */
export interface ExampleDialogue {
  readonly messages: readonly TranscriptMessage[];
  /** Lines of messages that were documented without an arrow; their direction is told from their members. */
  readonly arrowless: readonly number[];
  /** Lines of arrows with nothing behind them: they say who speaks and not what. */
  readonly empty: readonly number[];
}

/**
 * Reads the messages of an example. Their text stays as it is written, but for the indentation that all of it shares
 * and for empty lines; prose is left behind. What is no JSON becomes a `malformed` message: a wrong example stays in
 * the corpus as it is. The `line` of a message is the one in its document.
 */
export function messagesFromBlock(block: ExampleBlock): ExampleDialogue {
  const messages: TranscriptMessage[] = [];
  const arrowless: number[] = [];
  const empty: number[] = [];
  for (const part of partsOfDialogue(block.lines)) {
    if (part.kind === 'prose') continue;
    const line = part.lines[0]?.line ?? block.line;
    const text = textOfMessage(part.lines, part.column, part.arrow);
    const direction = part.arrow ?? directionOf(text);
    if (part.arrow === undefined) arrowless.push(line);
    if (text === '') empty.push(line);
    else messages.push({ direction, connection: 0, text, line, body: bodyFromText(text, direction) });
  }
  return { messages, arrowless, empty };
}

/** Width of an arrow and the space after it; continuation lines are aligned with what follows. */
const ARROW_WIDTH = 3;

function textOfMessage(lines: readonly DocLine[], column: number, arrow: Direction | undefined): string {
  const [first, ...rest] = lines.map(({ text }) => text);
  const opening = first?.slice(column + (arrow?.length ?? 0)) ?? '';
  const gap = opening.length - opening.trimStart().length;
  const start = opening.trim() === '' ? column + ARROW_WIDTH : column + (arrow?.length ?? 0) + gap;
  const continued = rest.map((text) => {
    const bare = text.trimStart();
    return ' '.repeat(Math.max(0, text.length - bare.length - start + ARROW_WIDTH)) + bare;
  });
  return [opening.trim(), ...continued]
    .map((text) => text.trimEnd())
    .join('\n')
    .trimStart();
}

/** Only a client writes `execute`; everything else comes from the server. */
function directionOf(text: string): Direction {
  return /^\{\s*["'](?:execute|exec-oob|command|arguments|id)["']/.test(text) ? '->' : '<-';
}
