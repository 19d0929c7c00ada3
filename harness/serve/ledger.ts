import { ANSWER_KINDS, type Answer, type AnswerKind, type ServedCommand } from './answer.ts';
import { keyOfShape } from './keys.ts';

/** What a server was asked, by what came of it. */
export interface Ledger {
  readonly record: (command: ServedCommand, answer: Answer) => void;
  readonly malformed: () => void;
  readonly opened: () => void;
  readonly summary: () => Summary;
}

/** What a server was asked, in figures. */
export interface Summary {
  readonly connections: number;
  /** Commands after negotiation. */
  readonly commands: number;
  /** Input that was no command in a right envelope. */
  readonly malformed: number;
  readonly answers: Readonly<Record<AnswerKind, number>>;
  /** What was answered by other than a recording, once for each command and shape of arguments. */
  readonly told: readonly ToldCommand[];
  /** How many further such there were, of which nothing more is kept. */
  readonly untold: number;
}

/** A command that no recording answers with equal arguments. */
export interface ToldCommand {
  readonly kind: AnswerKind;
  readonly command: string;
  readonly count: number;
  /** Why, in words. */
  readonly reason: string;
}

/** More kinds of questions than any client has; what a hostile one asks beyond is only counted. */
const MOST_TOLD = 1000;
/** As in QEMU, a name is a few words. */
const MOST_OF_NAME = 100;

/**
 * Keeps what was asked.
 * @param tell receives a line for each new thing that was not answered, as it is asked
 */
export function openLedger(tell: (line: string) => void): Ledger {
  const counts = new Map<AnswerKind, number>();
  const told = new Map<string, ToldCommand>();
  let connections = 0;
  let malformed = 0;
  let untold = 0;
  return {
    opened: () => connections++,
    malformed: () => malformed++,
    record: ({ name, arguments: args }, { kind, reason = '' }) => {
      counts.set(kind, (counts.get(kind) ?? 0) + 1);
      if (kind === 'recorded' || kind === 'schema') return;
      const command = printable(name.slice(0, MOST_OF_NAME));
      const key = `${kind}\0${command}\0${keyOfShape(args).slice(0, MOST_OF_KEY)}`;
      const before = told.get(key);
      if (before === undefined && told.size >= MOST_TOLD) {
        untold++;
        return;
      }
      const words = before?.reason ?? printable(reason);
      told.set(key, { kind, command, reason: words, count: (before?.count ?? 0) + 1 });
      if (before === undefined && IS_TOLD[kind]) tell(`${kind}: ${words}`);
    },
    summary: () => ({
      connections,
      commands: [...counts.values()].reduce((sum, count) => sum + count, 0),
      malformed,
      answers: answersOf(counts),
      told: [...told.values()],
      untold,
    }),
  };
}

/** What a client sent, on one line of a terminal that it cannot command. */
function printable(text: string): string {
  return text.replace(
    /[\p{Cc}\u2028\u2029]/gu,
    (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

const MOST_OF_KEY = 1000;

/** Which kinds of answers are told as they are given. */
const IS_TOLD: Readonly<Record<AnswerKind, boolean>> = {
  recorded: false,
  similar: false,
  schema: false,
  generated: false,
  refused: true,
  disorder: true,
  unknown: true,
};

function answersOf(counts: ReadonlyMap<AnswerKind, number>): Readonly<Record<AnswerKind, number>> {
  const none = { recorded: 0, similar: 0, schema: 0, generated: 0, refused: 0, disorder: 0, unknown: 0 };
  return ANSWER_KINDS.reduce((all, kind) => ({ ...all, [kind]: counts.get(kind) ?? 0 }), none);
}
