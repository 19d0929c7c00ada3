import type { Validator } from '../json-schema/validator.ts';
import { valueAt } from '../json/pointer.ts';
import { stringAt, type JsonValue } from '../json/value.ts';
import type { Incoming, QmpConnection } from '../qmp/connection.ts';
import type { Complaint, Finding } from '../results/verdict.ts';
import type { Descriptor } from '../transcript/step.ts';
import { matchMessage } from '../transcript/match-message.ts';
import type { MatchRule, Pattern, Transcript } from '../transcript/transcript.ts';
import type { DialogueWatcher } from './dialogue-watcher.ts';

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
  readonly watch?: DialogueWatcher | undefined;
}

/** What came of performing a transcript. */
export interface DialogueOutcome {
  readonly findings: readonly Finding[];
  readonly checks: number;
}

/** An event that has come and that no message of the transcript has claimed. */
export interface HeardEvent {
  readonly name: string;
  readonly value: JsonValue;
}

export interface PendingCommand {
  readonly name: string;
  readonly index: number;
}

/** The state of one dialogue in progress. */
export interface Dialogue extends DialogueContext {
  readonly transcript: Transcript;
  readonly captures: Map<string, JsonValue>;
  readonly heard: HeardEvent[];
  readonly pending: PendingCommand[];
  /** Responses that came while an event was awaited. */
  readonly responses: Incoming[];
  readonly findings: Finding[];
  /** Number of the connection in the transcript; 0 where there is one only. */
  readonly number?: number;
  checks: number;
}

/** Tells whether it answers a command. */
export function isResponse({ kind }: Incoming): boolean {
  return kind === 'success' || kind === 'error';
}

/** Checks a message that came against the target's schema, and remembers it if it is an event. */
export function judge(dialogue: Dialogue, incoming: Incoming, command: string, index: number): void {
  dialogue.checks++;
  hear(dialogue, incoming);
  const violations = violationsOf(dialogue.validator, incoming, command);
  for (const violation of violations)
    dialogue.findings.push({ blame: 'target', message: index, ...violation });
  dialogue.watch?.came?.({ connection: dialogue.number ?? 0, incoming, command, violations });
}

/** What a schema, and the protocol, say against a message that came in a dialogue. */
function violationsOf(
  validator: Validator,
  { kind, text, value = null }: Incoming,
  command: string,
): readonly Complaint[] {
  switch (kind) {
    case 'success':
      return validator.checkSuccess(command, value);
    case 'error':
      return validator.checkError(value);
    case 'event':
      return validator.checkEvent(value);
    case 'greeting':
      return [
        {
          rule: 'protocol/second-greeting',
          pointer: '',
          what: 'a greeting',
          expected: 'none after the first',
        },
      ];
    case 'unknown':
    case 'garbage':
      return [
        {
          rule: 'protocol/not-qmp',
          pointer: '',
          what: `'${text.slice(0, 60)}'`,
          expected: 'a QMP message',
        },
      ];
  }
}

/** Checks what came before the dialogue against the target's schema. */
export function judgeEarlier(dialogue: Dialogue): void {
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

/** Compares a message with what is shown, and notes where they differ. */
export function compare(
  dialogue: Dialogue,
  pattern: Pattern,
  live: JsonValue,
  index: number,
  outcome?: Complaint,
): void {
  const rules = rulesFor(dialogue.transcript.head.match, index);
  const { checks, mismatches } =
    outcome === undefined
      ? matchMessage(pattern, live, { rules, captures: dialogue.captures })
      : { checks: 1, mismatches: [outcome] };
  captureByPlace(dialogue, rules, live);
  dialogue.checks += checks;
  for (const mismatch of mismatches)
    dialogue.findings.push({ blame: 'behaviour', message: index, ...mismatch });
  dialogue.watch?.compared?.(index, live, mismatches);
}

/** Where the surroundings of a value are not as shown, the one that stands in its place is taken. */
function captureByPlace({ captures }: Dialogue, rules: readonly MatchRule[], live: JsonValue): void {
  for (const { as, at, name } of rules) {
    if (as !== 'capture' || name === undefined || captures.has(name)) continue;
    const value = valueAt(live, at);
    if (value !== undefined) captures.set(name, value);
  }
}

/** Compares without taking note of anything. */
export function mismatchesOf(
  dialogue: Dialogue,
  pattern: Pattern,
  live: JsonValue,
  index: number,
): readonly Complaint[] {
  const rules = rulesFor(dialogue.transcript.head.match, index);
  return matchMessage(pattern, live, { rules, captures: new Map(dialogue.captures) }).mismatches;
}

/** Notes what the target did otherwise than shown, and is no difference between two messages. */
export function blame(
  dialogue: Dialogue,
  message: number,
  violation: Complaint,
  guilty: Finding['blame'] = 'behaviour',
): void {
  const finding = { blame: guilty, message, ...violation };
  dialogue.findings.push(finding);
  dialogue.watch?.missed?.(finding);
}

/** The rules that speak of one message, their pointers relative to it. */
function rulesFor(rules: readonly MatchRule[], index: number): readonly MatchRule[] {
  const prefix = `/${index}`;
  return rules
    .filter(({ at }) => at === prefix || at.startsWith(`${prefix}/`))
    .map((rule) => ({ ...rule, at: rule.at.slice(prefix.length) }));
}
