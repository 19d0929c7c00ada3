import type { Validator } from '../json-schema/validator.ts';
import { writeJson } from '../json/write-json.ts';
import { isJsonObject, stringAt, type JsonValue } from '../json/value.ts';
import type { Incoming, QmpConnection } from '../qmp/connection.ts';
import { DeadlineExceeded } from '../qmp/connection-errors.ts';
import type { Complaint, Finding } from '../results/verdict.ts';
import type { Descriptor } from '../transcript/step.ts';
import { interpolate } from '../transcript/interpolate.ts';
import { matchMessage } from '../transcript/match-message.ts';
import { valueOfPattern } from '../transcript/read-pattern.ts';
import type { MatchRule, Pattern, Transcript, TranscriptMessage } from '../transcript/transcript.ts';
import { classifyMessage } from '../transcript/classify-message.ts';
import { substituteValues } from './substitute-values.ts';
import { commandName } from '../lint/judge-message.ts';

/** Where a transcript is performed, and by what it is judged. */
export interface DialogueContext {
  readonly connection: QmpConnection;
  readonly validator: Validator;
  /** Milliseconds to wait for a response or an event. */
  readonly patience: number;
  /** The greeting, and the events of the preparation: they are judged by the schema, but answer no expectation. */
  readonly earlier: readonly Incoming[];
  /** Opens what is handed over with a command, and gives its number in this process. */
  readonly open: (descriptor: Descriptor) => Promise<number>;
  /** What was captured before the dialogue, by name. */
  readonly captured?: ReadonlyMap<string, JsonValue>;
}

/** What came of performing a transcript. */
export interface DialogueOutcome {
  readonly findings: readonly Finding[];
  readonly checks: number;
}

/** An event that has come and that no message of the transcript has claimed. */
interface HeardEvent {
  readonly name: string;
  readonly value: JsonValue;
}

interface PendingCommand {
  readonly name: string;
  readonly index: number;
}

/** The state of one dialogue in progress. */
interface Dialogue extends DialogueContext {
  readonly transcript: Transcript;
  readonly captures: Map<string, JsonValue>;
  readonly heard: HeardEvent[];
  readonly pending: PendingCommand[];
  /** Responses that came while an event was awaited. */
  readonly responses: Incoming[];
  readonly findings: Finding[];
  checks: number;
}

/**
 * Performs a transcript on a connection: sends its commands, and compares every message that comes with the
 * transcript and with the schema. An event may come before or after a response: the order of the two is no demand.
 * @throws {ConnectionClosed} when the target goes away before the end
 * @throws {DeadlineExceeded} when a command is not answered in time
 */
export async function performDialogue(
  transcript: Transcript,
  context: DialogueContext,
): Promise<DialogueOutcome> {
  const dialogue: Dialogue = {
    ...context,
    transcript,
    captures: new Map(context.captured),
    heard: [],
    pending: [],
    responses: [],
    findings: [],
    checks: 0,
  };
  judgeEarlier(dialogue);
  for (const [index, message] of transcript.messages.entries())
    await performMessage(dialogue, message, index);
  await answerAll(dialogue);
  return { findings: dialogue.findings, checks: dialogue.checks };
}

async function performMessage(dialogue: Dialogue, message: TranscriptMessage, index: number): Promise<void> {
  if (isInvalid(dialogue, index)) return sendAsItStands(dialogue, message, index);
  if (message.body.kind !== 'pattern') throw new TypeError('a malformed message cannot be performed');
  const { pattern } = message.body;
  switch (classifyMessage(message)) {
    case 'command':
      // Documented dialogues answer in turn; a command without its answer written still gets one.
      await answerAll(dialogue);
      return sendCommand(dialogue, message, pattern, index);
    case 'success':
    case 'error':
      return expectResponse(dialogue, pattern, index);
    case 'event':
      return expectEvent(dialogue, pattern, index);
    case 'greeting': {
      const greeting = dialogue.earlier.find(({ kind }) => kind === 'greeting');
      if (greeting?.value !== undefined) compare(dialogue, pattern, greeting.value, index);
      return;
    }
    case 'malformed':
    case 'bytes':
    case 'other':
      throw new TypeError('what is no QMP cannot be performed');
  }
}

function isInvalid({ transcript }: Dialogue, index: number): boolean {
  return transcript.head.invalid?.includes(`/${index}`) ?? false;
}

/** What is no JSON on purpose draws an error, as a command does. */
async function sendAsItStands(dialogue: Dialogue, { text }: TranscriptMessage, index: number): Promise<void> {
  await answerAll(dialogue);
  dialogue.pending.push({ name: '', index });
  return dialogue.connection.send(`${text}\r\n`);
}

/** Sends the command for a response that is shown without it. */
async function ask(dialogue: Dialogue, index: number): Promise<PendingCommand | undefined> {
  const asked = dialogue.transcript.head.asks?.find(({ at }) => at === `/${index}`);
  if (asked === undefined) return undefined;
  const { execute, arguments: given } = asked;
  const value = interpolate({ execute, ...(given && { arguments: given }) }, dialogue.captures);
  await dialogue.connection.send(`${writeJson(value, { spaced: true })}\r\n`);
  return { name: execute, index };
}

async function sendCommand(
  dialogue: Dialogue,
  message: TranscriptMessage,
  pattern: Pattern,
  index: number,
): Promise<void> {
  const { head } = dialogue.transcript;
  const documented = valueOfPattern(pattern).value;
  const substituted = substituteValues(documented, index, head.substitute);
  const value = interpolate(substituted, dialogue.captures);
  // As documented to the byte, where nothing had to be replaced: spacing and spelling are part of the example.
  const text = value === documented ? message.text : writeJson(value, { spaced: true });
  const given = head.descriptors?.find(({ at }) => at === `/${index}`);
  const descriptor = given && (await dialogue.open(given.descriptor));
  dialogue.pending.push({ name: commandName(value), index });
  if (descriptor === undefined) return dialogue.connection.send(`${text}\r\n`);
  return dialogue.connection.sendWithDescriptor(`${text}\r\n`, descriptor, dialogue.patience);
}

async function expectResponse(dialogue: Dialogue, pattern: Pattern, index: number): Promise<void> {
  const command = dialogue.pending.shift() ?? (await ask(dialogue, index));
  const response = await nextResponse(dialogue, command?.name ?? '', index);
  if (response.value !== undefined)
    compare(dialogue, pattern, response.value, index, outcomeOf(pattern, response));
}

/** Awaits the answers of commands whose answer the transcript does not show. They are expected to succeed. */
async function answerAll(dialogue: Dialogue): Promise<void> {
  for (let command = dialogue.pending.shift(); command; command = dialogue.pending.shift()) {
    const response = await nextResponse(dialogue, command.name, command.index);
    dialogue.checks++;
    if (response.kind !== 'error') continue;
    const what = describeError(response.value);
    blame(dialogue, command.index, { rule: 'shape/outcome', pointer: '', what, expected: 'success' });
  }
}

/** Reads on until a response comes, taking in the events before it. */
async function nextResponse(dialogue: Dialogue, command: string, index: number): Promise<Incoming> {
  for (;;) {
    const incoming = dialogue.responses.shift() ?? (await dialogue.connection.next(dialogue.patience));
    judge(dialogue, incoming, command, index);
    if (isResponse(incoming)) return incoming;
  }
}

function isResponse({ kind }: Incoming): boolean {
  return kind === 'success' || kind === 'error';
}

/**
 * Takes the event that is shown. Several of one name may come, as a job's do for each state: the first that is as
 * shown is meant, and the others are left for what the transcript shows next. Where none is, the first is the answer.
 */
async function expectEvent(dialogue: Dialogue, pattern: Pattern, index: number): Promise<void> {
  const name = stringAt(valueOfPattern(pattern).value, 'event');
  const isShown = (event: HeardEvent): boolean =>
    event.name === name && mismatchesOf(dialogue, pattern, event.value, index).length === 0;
  const event =
    takeHeard(dialogue, isShown) ??
    (await awaitEvent(dialogue, isShown, index)) ??
    takeHeard(dialogue, (heard) => heard.name === name);
  if (event !== undefined) {
    compare(dialogue, pattern, event.value, index);
    return;
  }
  dialogue.checks++;
  const what = `no event ${name} within ${dialogue.patience / 1000} s`;
  blame(dialogue, index, { rule: 'shape/missing-event', pointer: '', what, expected: `the event ${name}` });
}

/** Compares without taking note of anything. */
function mismatchesOf(
  dialogue: Dialogue,
  pattern: Pattern,
  live: JsonValue,
  index: number,
): readonly Complaint[] {
  const rules = rulesFor(dialogue.transcript.head.match, index);
  return matchMessage(pattern, live, { rules, captures: new Map(dialogue.captures) }).mismatches;
}

function takeHeard(dialogue: Dialogue, wants: (event: HeardEvent) => boolean): HeardEvent | undefined {
  const at = dialogue.heard.findIndex(wants);
  return at < 0 ? undefined : dialogue.heard.splice(at, 1)[0];
}

async function awaitEvent(
  dialogue: Dialogue,
  wants: (event: HeardEvent) => boolean,
  index: number,
): Promise<HeardEvent | undefined> {
  const until = performance.now() + dialogue.patience;
  for (let left = dialogue.patience; left > 0; left = until - performance.now()) {
    const incoming = await dialogue.connection.next(left).catch(undefinedAtDeadline);
    if (incoming === undefined) return undefined;
    if (isResponse(incoming)) {
      dialogue.responses.push(incoming);
      continue;
    }
    judge(dialogue, incoming, '', index);
    const last = dialogue.heard.at(-1);
    if (last !== undefined && wants(last)) return dialogue.heard.pop();
  }
  return undefined;
}

/** Checks a message that came against the target's schema, and remembers it if it is an event. */
function judge(dialogue: Dialogue, incoming: Incoming, command: string, index: number): void {
  dialogue.checks++;
  const report = (violations: readonly Complaint[]): void => {
    for (const violation of violations)
      dialogue.findings.push({ blame: 'target', message: index, ...violation });
  };
  const value = incoming.value ?? null;
  switch (incoming.kind) {
    case 'success':
      return report(dialogue.validator.checkSuccess(command, value));
    case 'error':
      return report(dialogue.validator.checkError(value));
    case 'event':
      hear(dialogue, incoming);
      return report(dialogue.validator.checkEvent(value));
    case 'greeting':
      return report([
        {
          rule: 'protocol/second-greeting',
          pointer: '',
          what: 'a greeting',
          expected: 'none after the first',
        },
      ]);
    case 'unknown':
    case 'garbage':
      return report([
        {
          rule: 'protocol/not-qmp',
          pointer: '',
          what: `'${incoming.text.slice(0, 60)}'`,
          expected: 'a QMP message',
        },
      ]);
  }
}

function judgeEarlier(dialogue: Dialogue): void {
  for (const { kind, value = null } of dialogue.earlier) {
    if (kind !== 'event' && kind !== 'greeting') continue;
    dialogue.checks++;
    const { validator } = dialogue;
    const violations = kind === 'event' ? validator.checkEvent(value) : validator.checkGreeting(value);
    for (const violation of violations)
      dialogue.findings.push({ blame: 'target', message: -1, ...violation });
  }
}

function hear(dialogue: Dialogue, incoming: Incoming): void {
  if (incoming.kind === 'event' && incoming.value !== undefined) {
    dialogue.heard.push({ name: stringAt(incoming.value, 'event'), value: incoming.value });
  }
}

function compare(
  dialogue: Dialogue,
  pattern: Pattern,
  live: JsonValue,
  index: number,
  outcome?: Complaint,
): void {
  if (outcome !== undefined) {
    dialogue.checks++;
    return blame(dialogue, index, outcome);
  }
  const rules = rulesFor(dialogue.transcript.head.match, index);
  const result = matchMessage(pattern, live, { rules, captures: dialogue.captures });
  dialogue.checks += result.checks;
  for (const mismatch of result.mismatches) blame(dialogue, index, mismatch);
}

/** Success where an error is documented, or the other way round: one finding, not one for each member. */
function outcomeOf(pattern: Pattern, response: Incoming): Complaint | undefined {
  const expected =
    isJsonObject(valueOfPattern(pattern).value) && pattern.kind === 'object' && pattern.members.has('error');
  if (expected === (response.kind === 'error')) return undefined;
  const what = response.kind === 'error' ? describeError(response.value) : 'success';
  return { rule: 'shape/outcome', pointer: '', what, expected: expected ? 'an error' : 'success' };
}

function describeError(value: JsonValue | undefined): string {
  const error = isJsonObject(value) ? value['error'] : undefined;
  return isJsonObject(error) ? `error ${stringAt(error, 'class')}: ${stringAt(error, 'desc')}` : 'an error';
}

function blame(dialogue: Dialogue, message: number, violation: Complaint): void {
  dialogue.findings.push({ blame: 'behaviour', message, ...violation });
}

/** The rules that speak of one message, their pointers relative to it. */
function rulesFor(rules: readonly MatchRule[], index: number): readonly MatchRule[] {
  const prefix = `/${index}`;
  return rules
    .filter(({ at }) => at === prefix || at.startsWith(`${prefix}/`))
    .map((rule) => ({ ...rule, at: rule.at.slice(prefix.length) }));
}

function undefinedAtDeadline(error: unknown): undefined {
  if (error instanceof DeadlineExceeded) return undefined;
  throw error;
}
