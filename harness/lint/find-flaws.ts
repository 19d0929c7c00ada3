import { isDeepStrictEqual } from 'node:util';
import { stepsOfPointer } from '../json/pointer.ts';
import { isJsonObject, type JsonValue } from '../json/value.ts';
import { writeJson } from '../json/write-json.ts';
import type { TranscriptMessage } from '../transcript/transcript.ts';
import { firstSingleQuote } from './edit-message.ts';
import { isResponse, judgeMessage, readMessage, type ReadMessage } from './judge-message.ts';
import type { LintSchema } from './lint-schema.ts';
import { placesOf } from './places.ts';
import { ruleOfComplaint, type LintRuleId } from './rules.ts';
import { idOf, type WaitingCommand } from './waiting-commands.ts';

/** Something in one message that breaks a rule. */
export interface Flaw {
  readonly rule: LintRuleId;
  /** JSON Pointer into the message. */
  readonly pointer: string;
  readonly what: string;
  readonly expected: string;
  /** For `example/missing-member`: what the object at `pointer` lacks. */
  readonly members?: readonly string[];
  /** Offset in the text, where the pointer does not tell it. */
  readonly offset?: number;
}

/** What a message is judged by besides its text. */
export interface MessageContext {
  readonly schema: LintSchema;
  /** The command that it answers if it is a response with this `id`. */
  answeredBy(id: JsonValue | undefined): WaitingCommand | undefined;
  /** The command in whose documentation the message stands. */
  readonly documented: string | undefined;
}

/** The name of the command that a response answers. One without a command is taken for the documented command's. */
export function answeredName({ value }: ReadMessage, context: MessageContext): string | undefined {
  return context.answeredBy(idOf(value))?.name ?? context.documented;
}

/** All that is wrong with a message that is JSON; for one that is none, that. */
export function findFlaws(message: TranscriptMessage, context: MessageContext): readonly Flaw[] {
  const read = readMessage(message);
  if (read.kind === 'other') return [flawOfOther(read, context)];
  const mixture = read.kind === 'command' ? flawOfMixture(read) : undefined;
  if (mixture !== undefined) return [mixture];
  const complaints = judgeMessage(read, context.schema.validator, answeredName(read, context));
  const flaws = complaints.map(({ rule, ...complaint }) => ({
    rule: ruleAt(rule, complaint.pointer),
    ...complaint,
  }));
  if (message.body.kind !== 'pattern') return flaws;
  return [...joinMissing(flaws), ...flawsOfId(read, context), ...flawsOfText(message)];
}

function ruleAt(rule: string, pointer: string): LintRuleId {
  const mapped = ruleOfComplaint(rule);
  return pointer === '/error/class' && mapped !== 'example/wrong-type' && mapped !== 'example/envelope'
    ? 'example/unknown-error-class'
    : mapped;
}

const SERVER_MEMBERS = ['QMP', 'return', 'error', 'event'];
const CLIENT_MEMBERS = ['execute', 'exec-oob'];

/** JSON that is not what its arrow says. */
function flawOfOther(read: ReadMessage, context: MessageContext): Flaw {
  const { direction, value } = read;
  const other = direction === '->' ? SERVER_MEMBERS : CLIENT_MEMBERS;
  const wrong = isJsonObject(value) ? other.find((name) => Object.hasOwn(value, name)) : undefined;
  if (wrong !== undefined) {
    const expected = direction === '->' ? "'<-'" : "'->'";
    return {
      rule: 'example/wrong-direction',
      pointer: '',
      what: `'${direction}' before '${wrong}'`,
      expected,
    };
  }
  const [complaint] = judgeMessage(read, context.schema.validator, undefined);
  const { what = '', expected = '' } = complaint ?? {};
  if (direction === '<-' && answeredName(read, context) !== undefined)
    return { rule: 'example/no-return', pointer: '', what, expected: "a response: an object with 'return'" };
  return { rule: 'example/not-qmp', pointer: '', what, expected };
}

/** Two messages that are one, because a bracket is missing between them. */
function flawOfMixture({ value }: ReadMessage): Flaw | undefined {
  const name = isJsonObject(value) ? SERVER_MEMBERS.find((one) => Object.hasOwn(value, one)) : undefined;
  if (name === undefined) return undefined;
  return {
    rule: 'example/not-qmp',
    pointer: `/${name}`,
    what: `'${name}' in a command`,
    expected: 'two messages',
  };
}

function flawsOfId(read: ReadMessage, context: MessageContext): readonly Flaw[] {
  if (!isResponse(read.kind) || read.open.has('')) return [];
  const id = idOf(read.value);
  const command = context.answeredBy(id);
  if (command === undefined || isDeepStrictEqual(command.id, id)) return [];
  // QEMU cannot know the id of a command that it could not read.
  if (command.name === '' || read.open.has('/id')) return [];
  const words = (one: JsonValue | undefined): string =>
    one === undefined ? 'no id' : `id ${writeJson(one)}`;
  const expected =
    command.id === undefined ? 'none, as in its command' : `${words(command.id)}, as in its command`;
  return [{ rule: 'example/id', pointer: '/id', what: words(id), expected }];
}

/** The same message is judged by many schemas, and its text by none of them. */
const textFlaws = new WeakMap<TranscriptMessage, readonly Flaw[]>();

/** What the value does not show any more. */
function flawsOfText(message: TranscriptMessage): readonly Flaw[] {
  const known = textFlaws.get(message) ?? findTextFlaws(message);
  textFlaws.set(message, known);
  return known;
}

function findTextFlaws(message: TranscriptMessage): readonly Flaw[] {
  const flaws: Flaw[] = placesOf(message).duplicates.map(({ pointer, offset }) => ({
    rule: 'example/duplicate-member',
    pointer,
    what: `member '${stepsOfPointer(pointer).at(-1) ?? ''}' a second time`,
    expected: 'it once',
    offset,
  }));
  const quote = message.direction === '->' ? firstSingleQuote(message.text) : -1;
  if (quote < 0) return flaws;
  const flaw = { pointer: '', what: 'single quotes', expected: 'double quotes', offset: quote };
  return [...flaws, { rule: 'example/single-quotes', ...flaw }];
}

/** One flaw for all that an object lacks. */
function joinMissing(flaws: readonly Flaw[]): readonly Flaw[] {
  const lacks = new Map<string, string[]>();
  for (const { rule, pointer } of flaws) {
    if (rule !== 'example/missing-member') continue;
    const object = pointer.slice(0, pointer.lastIndexOf('/'));
    lacks.set(object, [...(lacks.get(object) ?? []), stepsOfPointer(pointer).at(-1) ?? '']);
  }
  const joined = [...lacks].map(([pointer, members]) => missing(pointer, members));
  return [...flaws.filter(({ rule }) => rule !== 'example/missing-member'), ...joined];
}

const MAX_NAMES = 8;

/** What it means that the object at `pointer` lacks these members. */
export function missing(pointer: string, members: readonly string[]): Flaw {
  const names = members.slice(0, MAX_NAMES).map((name) => `'${name}'`);
  const more = members.length > names.length ? ` and ${members.length - names.length} more` : '';
  const expected = `${members.length === 1 ? 'this member' : 'these members'}, not optional`;
  return {
    rule: 'example/missing-member',
    pointer,
    members,
    what: `no ${names.join(', ')}${more}`,
    expected,
  };
}
