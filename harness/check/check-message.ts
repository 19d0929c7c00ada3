import { pointerTo, stepsOfPointer, valueAt } from '../json/pointer.ts';
import { isJsonObject } from '../json/value.ts';
import { commandName, eventName, judgeMessage, type ReadMessage } from '../lint/judge-message.ts';
import { namesAt, type LintSchema } from '../lint/lint-schema.ts';
import { nearestName } from '../yaml/nearest-name.ts';
import type { CheckRuleId, MessageFinding } from './check-finding.ts';
import type { PlaceHistories } from './place-history.ts';
import { placesInSchema, type MessagePart, type SchemaPlace } from './sent-places.ts';

/** What a message is held against. */
export interface CheckContext {
  readonly schema: LintSchema;
  readonly histories: PlaceHistories;
}

/** A finding, but for the index of its message. */
export type Remark = Omit<MessageFinding, 'message'>;

type Complaint = ReturnType<typeof judgeMessage>[number];

/**
 * What a release does not agree with in a message.
 * @param answered the command that a response answers; `undefined` where nobody knows
 */
export function checkMessage(
  read: ReadMessage,
  answered: string | undefined,
  context: CheckContext,
): readonly Remark[] {
  if (read.kind === 'success' && answered === undefined) return [];
  // Bytes are no part of a dialogue; a guest agent is woken by some.
  if (read.kind === 'bytes' || read.kind === 'greeting') return [];
  const complaints = judgeMessage(read, context.schema.validator, answered);
  if (read.direction === '<-') return checkReceived(read, complaints, answered, context);
  const name = commandName(read.value);
  if (read.kind !== 'command') return complaints.map((complaint) => noCommand(complaint, name));
  const subject: Subject = { ...context, read, name, answered: undefined, part: partOf(read, name) };
  const refused = complaints.map((complaint) => refusal(subject, complaint));
  return [...refused, ...flagged(subject)];
}

/** A message that is checked, and what is known of it. */
interface Subject extends CheckContext {
  readonly read: ReadMessage;
  /** Of the command or event. */
  readonly name: string;
  readonly answered: string | undefined;
  readonly part: MessagePart;
}

function partOf({ value, kind }: ReadMessage, name: string): MessagePart {
  const message = isJsonObject(value) ? value : {};
  if (kind === 'success') return { pointer: '/return', name, value: message['return'] };
  if (kind === 'event') return { pointer: '/data', name, value: message['data'] };
  return { pointer: '/arguments', name, value: message['arguments'] };
}

function noCommand({ pointer, what, expected }: Complaint, name: string): Remark {
  return { rule: 'sent/no-command', pointer, name, what: `${what}; expected ${expected}` };
}

/** What the release refuses, and why. */
function refusal(subject: Subject, complaint: Complaint): Remark {
  const { rule, pointer } = complaint;
  const { name } = subject;
  switch (rule) {
    case 'schema/unknown-command':
      return absence(subject, complaint, name, 'no such command');
    case 'schema/unknown-member':
      return absence(subject, complaint, memberPath(subject, pointer), 'no such member');
    case 'schema/enum-value':
    case 'schema/branch': {
      const value = valueAt(subject.read.value ?? null, pointer);
      if (typeof value !== 'string') return wrong(name, complaint);
      return absence(subject, complaint, `${pathOf(subject, pointer)}=${value}`, `no value '${value}'`);
    }
    case 'schema/missing-member':
      return { rule: 'sent/missing', pointer, name, what: 'is missing, and not optional' };
    default:
      return wrong(name, complaint);
  }
}

function wrong(name: string, { pointer, what, expected }: Complaint): Remark {
  return { rule: 'sent/wrong', pointer, name, what: `${what}; expected ${expected}` };
}

function absence(subject: Subject, { pointer }: Complaint, path: string, what: string): Remark {
  const { schema, histories, name } = subject;
  const { since, instead, isRemoved } = histories.tellAbsence(path, schema.release);
  const rule: CheckRuleId = isRemoved ? 'sent/removed' : 'sent/unknown';
  const meant = isRemoved ? undefined : likelyName(subject, pointer);
  return {
    rule,
    pointer,
    name,
    what,
    since,
    ...(instead !== undefined && { instead }),
    ...(meant !== undefined && { meant }),
  };
}

/** What a name that no release has may have been meant to be. */
function likelyName({ schema, read, name, answered }: Subject, pointer: string): string | undefined {
  const { value = null, kind } = read;
  if (pointer === '/execute' || pointer === '/exec-oob')
    return nearestName(name, schema.validator.commandNames());
  const message = { kind, value, answered };
  const here = valueAt(value, pointer);
  const values = namesAt(schema, message, pointer).values;
  if (typeof here === 'string' && values.length > 0) return nearestName(here, values);
  return nearestName(lastStep(pointer), namesAt(schema, message, parentOf(pointer)).members);
}

function lastStep(pointer: string): string {
  return stepsOfPointer(pointer).at(-1) ?? '';
}

function parentOf(pointer: string): string {
  return pointer.slice(0, Math.max(0, pointer.lastIndexOf('/')));
}

/** The path of a place that the schema knows; the last of several, which is the innermost branch. */
function pathOf({ schema, part }: Subject, pointer: string): string {
  const places = placesInSchema(schema.definitions, part);
  const found = places.findLast((place) => place.pointer === pointer && !isValue(place));
  return found?.path ?? part.name + pointer;
}

function isValue({ path }: SchemaPlace): boolean {
  return path.lastIndexOf('=') > path.lastIndexOf('/');
}

function memberPath(subject: Subject, pointer: string): string {
  return `${pathOf(subject, parentOf(pointer))}${pointerTo('', lastStep(pointer))}`;
}

/** What the release still takes, and does not want any more, or does not promise. */
function flagged(subject: Subject): Remark[] {
  const { schema, histories, part, name } = subject;
  const { release } = schema;
  return placesInSchema(schema.definitions, part).flatMap(({ path, pointer: at, features }): Remark[] => {
    const remarks: Remark[] = [];
    const pointer = at === '' ? verbOf(subject.read) : at;
    const what = wordsFor(path);
    const listed = histories.listedSince(path, release);
    if (features.includes('deprecated') || listed !== undefined) {
      const since = histories.sinceFeature(path, 'deprecated', release) ?? listed;
      remarks.push({ rule: 'sent/deprecated', pointer, name, what: `${what}deprecated`, ...sinceOf(since) });
    }
    if (features.includes('unstable')) {
      const since = histories.sinceFeature(path, 'unstable', release);
      remarks.push({ rule: 'sent/unstable', pointer, name, what: `${what}unstable`, ...sinceOf(since) });
    }
    return remarks;
  });
}

/** Where a message names its command. */
function verbOf({ value }: ReadMessage): string {
  return isJsonObject(value) && value['execute'] === undefined ? '/exec-oob' : '/execute';
}

function sinceOf(release: string | undefined): { readonly since?: string } {
  return release === undefined ? {} : { since: `since ${release}` };
}

/** Its path names a member or command; only a value must be named besides. */
function wordsFor(path: string): string {
  const value = path.lastIndexOf('=');
  return value > path.lastIndexOf('/') ? `value '${path.slice(value + 1)}' is ` : '';
}

/** What a client was told and would not be told by the release. What it would be told besides is no matter. */
function checkReceived(
  read: ReadMessage,
  complaints: readonly Complaint[],
  answered: string | undefined,
  context: CheckContext,
): readonly Remark[] {
  const name = read.kind === 'event' ? eventName(read.value) : (answered ?? '');
  const subject: Subject = { ...context, read, name, answered, part: partOf(read, name) };
  return complaints.flatMap((complaint) => notTold(subject, complaint));
}

function notTold(subject: Subject, complaint: Complaint): readonly Remark[] {
  const { rule, pointer, what, expected } = complaint;
  const { name, read } = subject;
  const gone = (path: string, words: string): readonly Remark[] => {
    const { since, instead } = subject.histories.tellAbsence(path, subject.schema.release);
    return [
      { rule: 'received/gone', pointer, name, what: words, since, ...(instead !== undefined && { instead }) },
    ];
  };
  switch (rule) {
    case 'schema/unknown-event':
      return gone(name, 'no such event');
    case 'schema/unknown-member':
      return gone(memberPath(subject, pointer), 'no such member');
    case 'schema/enum-value':
    case 'schema/branch': {
      const value = valueAt(read.value ?? null, pointer);
      if (typeof value === 'string')
        return gone(`${pathOf(subject, pointer)}=${value}`, `no value '${value}'`);
      return [{ rule: 'received/other', pointer, name, what: `${what}; expected ${expected}` }];
    }
    // A release that tells more than the recorded one breaks no client.
    case 'schema/missing-member':
      return [];
    default:
      return [{ rule: 'received/other', pointer, name, what: `${what}; expected ${expected}` }];
  }
}
