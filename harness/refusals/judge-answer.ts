import { isJsonObject, stringAt, type JsonValue } from '../json/value.ts';
import type { Incoming } from '../qmp/message.ts';
import type { Complaint } from '../results/verdict.ts';
import { sameJson } from './same-json.ts';

/** What a server may do wrong about a request that the schema forbids. */
export type RefusalRule =
  /** It answered with success. */
  | 'refusals/accepted'
  /** An error response, but of a class that its handler, not the check of its arguments, would give. */
  | 'refusals/error-class'
  /** The error response has no id, or another one than the request. */
  | 'refusals/id'
  /** What came is no response, or that of the next request. */
  | 'refusals/no-response'
  /** What can be queried is not as it was, or an event told so. */
  | 'refusals/side-effect'
  /** The process ended, by itself or by a signal. */
  | 'refusals/ended'
  /** No response came in time. */
  | 'refusals/hang';

/** A {@link Complaint} by one of the rules. */
export interface RefusalComplaint extends Complaint {
  readonly rule: RefusalRule;
}

/** What is expected of the answer. */
export interface Expected {
  /** `undefined`: the request has none. */
  readonly id: JsonValue | undefined;
  readonly classes: readonly string[] | undefined;
  /** What is wrong with the request. */
  readonly what: string;
  /** JSON Pointer into the request. */
  readonly pointer: string;
}

/**
 * Judges the answer to a request that the schema forbids; `undefined`: it is as it should be.
 * @param next the request after it, whose answer this may be
 */
export function judgeAnswer(
  expected: Expected,
  answer: Incoming,
  next?: Pick<Expected, 'id'>,
): RefusalComplaint | undefined {
  const { id, classes, what, pointer } = expected;
  const wrong = (rule: RefusalRule, found: string, wanted: string): RefusalComplaint => ({
    rule,
    pointer,
    what: `${found}: ${shorten(answer.text)}`,
    expected: `${wanted} (${what})`,
  });
  const given = isJsonObject(answer.value) ? answer.value['id'] : undefined;
  if (answer.kind === 'success' && sameJson(given, id))
    return wrong('refusals/accepted', 'success', 'an error response');
  if ((answer.kind !== 'error' && answer.kind !== 'success') || !isJsonObject(answer.value))
    return wrong('refusals/no-response', `a message of kind '${answer.kind}'`, 'an error response');
  if (next !== undefined && !sameJson(given, id) && sameJson(given, next.id))
    return wrong('refusals/no-response', 'the response to the next request', 'an error response');
  if (!sameJson(given, id)) return wrong('refusals/id', 'another id', 'the id of the request');
  const errorClass = stringAt(answer.value['error'], 'class');
  if (classes !== undefined && !classes.includes(errorClass))
    return wrong('refusals/error-class', `class '${errorClass}'`, `class ${classes.join(' or ')}`);
  return undefined;
}

const LONGEST = 200;

/** The beginning of a text. */
export function shorten(text: string, longest = LONGEST): string {
  return text.length > longest ? `${text.slice(0, longest)}…` : text;
}
