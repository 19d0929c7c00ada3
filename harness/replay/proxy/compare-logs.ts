import { diffArrays } from 'diff';
import { isJsonObject, type JsonValue } from '../../json/value.ts';
import { writeJson } from '../../json/write-json.ts';
import { findDifferences, type JsonDifference } from './json-differences.ts';
import type { LoggedMessage } from './message-log.ts';

/** What a proxy did to a message. */
export type Misdeed =
  | { readonly kind: 'dropped' | 'added' | 'reordered'; readonly text: string }
  | { readonly kind: 'rewritten'; readonly text: string; readonly differences: readonly JsonDifference[] };

/** What became of the messages of one direction. */
export interface Passage {
  readonly misdeeds: readonly Misdeed[];
  /** Messages that say the same in other words: order of members, spacing, spelling. That is no misdeed. */
  readonly respelled: number;
  /** How long each message took that came through, in milliseconds. */
  readonly delays: readonly number[];
}

type Pair = readonly [LoggedMessage, LoggedMessage];

/**
 * Compares what went into a proxy with what came out of it.
 * @param settledAt what went in later need not have come out
 */
export function compareLogs(
  before: readonly LoggedMessage[],
  after: readonly LoggedMessage[],
  settledAt = Infinity,
): Passage {
  const { pairs, left, extra } = align(before, after);
  const misdeeds: Misdeed[] = [];
  const moved = takePairs(left, extra, (one, other) => one.key === other.key);
  const rewritten = [TELLING, NAMING].flatMap((members) =>
    takePairs(left, extra, (one, other) => isSameMessage(one.value, other.value, members)),
  );
  for (const [one] of moved) misdeeds.push({ kind: 'reordered', text: one.text });
  for (const [one, other] of rewritten) {
    const differences = findDifferences(one.value ?? null, other.value ?? null);
    misdeeds.push({ kind: 'rewritten', text: one.text, differences });
  }
  for (const { text, at } of left) if (at <= settledAt) misdeeds.push({ kind: 'dropped', text });
  for (const { text } of extra) misdeeds.push({ kind: 'added', text });
  return {
    misdeeds,
    respelled: pairs.filter(([one, other]) => one.text !== other.text).length,
    delays: [...pairs, ...moved, ...rewritten].map(([one, other]) => Math.max(0, other.at - one.at)),
  };
}

interface Alignment {
  readonly pairs: readonly Pair[];
  readonly left: LoggedMessage[];
  readonly extra: LoggedMessage[];
}

/** The longest common part of both, in order; what is equal at the beginning and at the end is not searched. */
function align(before: readonly LoggedMessage[], after: readonly LoggedMessage[]): Alignment {
  const shorter = Math.min(before.length, after.length);
  let head = 0;
  while (head < shorter && before[head]?.key === after[head]?.key) head++;
  let tail = 0;
  while (tail < shorter - head && before.at(-1 - tail)?.key === after.at(-1 - tail)?.key) tail++;
  const pairs: Pair[] = [...zip(before.slice(0, head), after.slice(0, head))];
  const [left, extra]: [LoggedMessage[], LoggedMessage[]] = [[], []];
  let [from, to] = [head, head];
  const middle = diffArrays(
    before.slice(head, before.length - tail).map(({ key }) => key),
    after.slice(head, after.length - tail).map(({ key }) => key),
  );
  for (const { value, added, removed } of middle) {
    const { length } = value;
    if (added) extra.push(...after.slice(to, (to += length)));
    else if (removed) left.push(...before.slice(from, (from += length)));
    else pairs.push(...zip(before.slice(from, (from += length)), after.slice(to, (to += length))));
  }
  pairs.push(...zip(before.slice(before.length - tail), after.slice(after.length - tail)));
  return { pairs, left, extra };
}

function zip(one: readonly LoggedMessage[], other: readonly LoggedMessage[]): readonly Pair[] {
  return one.flatMap((message, at) => {
    const partner = other[at];
    return partner === undefined ? [] : [[message, partner] as const];
  });
}

/** Takes from both lists what belongs together. */
function takePairs(
  left: LoggedMessage[],
  extra: LoggedMessage[],
  belong: (one: LoggedMessage, other: LoggedMessage) => boolean,
): readonly Pair[] {
  const pairs: Pair[] = [];
  for (const one of [...left]) {
    const other = extra.find((candidate) => belong(one, candidate));
    if (other === undefined) continue;
    pairs.push([one, other]);
    left.splice(left.indexOf(one), 1);
    extra.splice(extra.indexOf(other), 1);
  }
  return pairs;
}

/** The members that tell which message it is, whatever else it says; and where the id, too, was rewritten. */
const NAMING = ['execute', 'exec-oob', 'event'];
const TELLING = [...NAMING, 'id'];
const KINDS = ['return', 'error', 'QMP', 'event', 'execute', 'exec-oob'];

/** Tells whether two messages are of one kind, and the same in these members. */
function isSameMessage(
  one: JsonValue | undefined,
  other: JsonValue | undefined,
  members: readonly string[],
): boolean {
  if (!isJsonObject(one) || !isJsonObject(other)) return false;
  const kind = KINDS.find((name) => Object.hasOwn(one, name));
  if (kind === undefined || !Object.hasOwn(other, kind)) return false;
  return members.every((name) => textAt(one, name) === textAt(other, name));
}

function textAt(value: JsonValue, name: string): string | undefined {
  const member = isJsonObject(value) ? value[name] : undefined;
  return member === undefined ? undefined : writeJson(member);
}
