import { writeJson } from '../json/write-json.ts';
import type { JsonObject, JsonValue } from '../json/value.ts';
import { matchMessage } from '../transcript/match-message.ts';
import { hasElision, valueOfPattern } from '../transcript/read-pattern.ts';
import type { MatchRule, Pattern } from '../transcript/transcript.ts';
import { keyOfShape, keyOfValue } from './keys.ts';
import type { RecordedDialogue } from './recorded-dialogue.ts';

/** The exchanges of one dialogue that fit a command, in recorded order. */
export interface FittingExchanges {
  /** Which dialogue. */
  readonly dialogue: number;
  /** Which of its exchanges. */
  readonly exchanges: readonly number[];
}

/** Finds the exchanges in which a command stands. */
export interface AnswerIndex {
  /** With equal arguments, as far as the recording shows them. */
  readonly equal: (command: string, args: JsonObject) => readonly FittingExchanges[];
  /** With arguments of the same shape. */
  readonly similar: (command: string, args: JsonObject) => readonly FittingExchanges[];
}

/** Exchanges by what they are looked up by. */
type Shelf = Map<string, { readonly dialogue: number; readonly exchanges: number[] }[]>;

/** An exchange whose arguments are not all shown. */
interface OpenExchange {
  readonly dialogue: number;
  readonly exchange: number;
  readonly arguments: Pattern;
}

/** Shelves all exchanges, so that looking one up does not depend on how many there are. */
export function indexAnswers(dialogues: readonly RecordedDialogue[]): AnswerIndex {
  const equal: Shelf = new Map();
  const similar: Shelf = new Map();
  const open = new Map<string, OpenExchange[]>();
  for (const [dialogue, { exchanges }] of dialogues.entries()) {
    for (const [exchange, recorded] of exchanges.entries()) {
      for (const pattern of recorded.arguments) {
        if (hasElision(pattern)) {
          const others = open.get(recorded.command) ?? [];
          others.push({ dialogue, exchange, arguments: pattern });
          open.set(recorded.command, others);
          continue;
        }
        const { value } = valueOfPattern(pattern);
        put(equal, lookupKey(recorded.command, keyOfValue(value)), dialogue, exchange);
        put(similar, lookupKey(recorded.command, keyOfShape(value)), dialogue, exchange);
      }
    }
  }
  const among = (
    command: string,
    args: JsonObject,
    rules: readonly MatchRule[],
  ): readonly FittingExchanges[] =>
    (open.get(command) ?? [])
      .filter((one) => fits(one.arguments, args, rules))
      .map(({ dialogue, exchange }) => ({ dialogue, exchanges: [exchange] }));
  return {
    equal: (command, args) => [
      ...(equal.get(lookupKey(command, keyOfValue(args))) ?? []),
      ...among(command, args, EXACT),
    ],
    similar: (command, args) => [
      ...(similar.get(lookupKey(command, keyOfShape(args))) ?? []),
      ...among(command, args, []),
    ],
  };
}

const EXACT: readonly MatchRule[] = [{ at: '', as: 'exact' }];

function lookupKey(command: string, key: string): string {
  return `${command}\0${key}`;
}

function put(shelf: Shelf, key: string, dialogue: number, exchange: number): void {
  const fitting = shelf.get(key) ?? [];
  shelf.set(key, fitting);
  const last = fitting.at(-1);
  if (last?.dialogue !== dialogue) fitting.push({ dialogue, exchanges: [exchange] });
  else if (last.exchanges.at(-1) !== exchange) last.exchanges.push(exchange);
}

/** Tells whether arguments are as a recording shows them, by rules of comparison. */
function fits(pattern: Pattern, args: JsonValue, rules: readonly MatchRule[]): boolean {
  return matchMessage(pattern, args, { rules, captures: new Map() }).mismatches.length === 0;
}

/** Tells whether arguments are equal to what a recording shows of them. */
export function isEqual(pattern: Pattern, args: JsonValue): boolean {
  if (hasElision(pattern)) return fits(pattern, args, EXACT);
  return keyOfValue(valueOfPattern(pattern).value) === keyOfValue(args);
}

/** The beginning of a message, for a line of a report. */
export function excerpt(message: JsonValue, most = 200): string {
  const text = writeJson(message, { spaced: true });
  return text.length > most ? `${text.slice(0, most)}…` : text;
}
