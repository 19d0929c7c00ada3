import { readFileSync } from 'node:fs';
import { InputError } from '../errors.ts';
import { onOneLine } from '../json/one-line.ts';
import { writeJson } from '../json/write-json.ts';
import type { Transcript } from '../transcript/transcript.ts';
import type { Act, Exported, SayableDialogue } from './sayable-dialogue.ts';

/** A shell of POSIX has single digits for descriptors; a connection takes two. */
const MOST_CONNECTIONS = 3;

/** The acts of a connection begin and end with these, as indices. */
interface Span {
  readonly first: number;
  readonly last: number;
  readonly negotiates: boolean;
}

/**
 * Writes a recording as a shell script that says the client's part of it through socat, waits for each response and
 * event where the recording shows it, and prints the dialogue. Whatever the recording holds stands in single quotes. A
 * connection is open from its first message to its last, as most monitors have one client at a time.
 * @throws {InputError} for more connections at a time than a shell can hold
 */
export function writeSocatScript({ file, head }: Transcript, { acts, lost }: SayableDialogue): Exported {
  if (!acts.some(({ kind }) => kind === 'send'))
    throw new InputError(`${file}: nothing that a client sends; expected a command`);
  const spans = spansOf(acts);
  const open = new Map<number, number>();
  const lines = acts.flatMap((act, at) => {
    const span = spans.get(act.connection);
    const isFirst = span?.first === at;
    const place = isFirst ? freePlace(open, file) : (open.get(act.connection) ?? 0);
    open.set(act.connection, place);
    if (span?.last === at) open.delete(act.connection);
    return [
      ...(isFirst ? [`open ${place}`, ...(span.negotiates ? [] : negotiate(place))] : []),
      writeAct(act, place),
      ...(span?.last === at ? [`close ${place}`] : []),
    ];
  });
  // The reader of transcripts lets nothing into an id that could end a comment.
  const title = `# The client's part of ${head.id}:`;
  return { text: [readPrologue(), title, ...lines, 'finish', ''].join('\n'), lost };
}

function spansOf(acts: readonly Act[]): ReadonlyMap<number, Span> {
  const spans = new Map<number, Span>();
  for (const [at, act] of acts.entries()) {
    const { first = at, negotiates = false } = spans.get(act.connection) ?? {};
    spans.set(act.connection, { first, last: at, negotiates: negotiates || isNegotiation(act) });
  }
  return spans;
}

function freePlace(open: ReadonlyMap<number, number>, file: string): number {
  const taken = new Set(open.values());
  for (let place = 0; place < MOST_CONNECTIONS; place++) if (!taken.has(place)) return place;
  throw new InputError(
    `${file}: more than ${MOST_CONNECTIONS} connections at a time; expected what a shell can hold`,
  );
}

function isNegotiation(act: Act): boolean {
  return act.kind === 'send' && act.value?.['execute'] === 'qmp_capabilities';
}

function negotiate(place: number): readonly string[] {
  return [`send ${place} '{"execute": "qmp_capabilities"}'`, `response ${place}`];
}

function writeAct(act: Act, place: number): string {
  switch (act.kind) {
    case 'greeting':
      return `greeting ${place}`;
    case 'send':
      return writeSend(act, place);
    case 'response':
      return `response ${place}`;
    case 'event':
      return `event ${place} ${quote(act.name)}`;
  }
}

function writeSend({ message, value, changed }: Extract<Act, { kind: 'send' }>, place: number): string {
  const { body } = message;
  if (body.kind === 'bytes') return `octets ${place} ${quote(octal(body.bytes))}`;
  if (body.kind === 'malformed') return `send ${place} ${quote(message.text)}`;
  const text = changed && value !== undefined ? writeJson(value, { spaced: true }) : onOneLine(message.text);
  return `send ${place} ${quote(text)}`;
}

/** A word of the shell: in single quotes nothing has a meaning but the quote that ends them. */
export function quote(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}

function octal(bytes: Buffer): string {
  return [...bytes].map((byte) => `\\${byte.toString(8).padStart(3, '0')}`).join('');
}

/** The part that is the same for all recordings; nothing of a recording is in it. */
function readPrologue(): string {
  return readFileSync(new URL('socat-prologue.sh', import.meta.url), 'utf8');
}
