import { OUTSIDE } from '../examples/example-block.ts';
import { isJsonObject, stringAt } from '../json/value.ts';
import type { TranscriptMessage } from '../transcript/transcript.ts';
import { commandName, eventName, isResponse, readMessage, type ReadMessage } from './judge-message.ts';
import type { DialogueFinding } from './lint-finding.ts';
import type { MessageContext } from './find-flaws.ts';
import { lintMessage, type LintedMessage } from './lint-message.ts';
import { isAnswered, type LintSchema } from './lint-schema.ts';
import { severityOf, type LintRuleId } from './rules.ts';
import { idOf, WaitingCommands, type WaitingCommand } from './waiting-commands.ts';

/**
 * Judges the dialogue of an example by the schema of a release. What an elision may stand for is taken to be right.
 * @param definition in whose documentation it stands
 */
export function lintDialogue(
  messages: readonly TranscriptMessage[],
  definition: string,
  schema: LintSchema,
): readonly DialogueFinding[] {
  const waiting = new WaitingCommands();
  const documented = schema.validator.hasCommand(definition) ? definition : undefined;
  const findings: DialogueFinding[] = [];
  const meant: ReadMessage[] = [];
  messages.forEach((message, index) => {
    const { linted, answered } = lintInTurn(message, index, { schema, documented, waiting });
    const read = readMessage(linted.meant);
    findings.push(...linted.findings);
    meant.push(read);
    // What cannot be read is most likely the response.
    waiting.take(isUnreadable(read) ? waiting.left()[0] : answered);
    if (isResponse(read.kind)) accept(answered, { read, index, documented }, findings);
    if (read.direction === '->') waiting.add({ index, name: commandName(read.value), id: idOf(read.value) });
  });
  // A text outside of the reference shows what is sent, step by step.
  const silent = definition === OUTSIDE ? [] : waiting.left().filter(({ name }) => isAnswered(schema, name));
  findings.push(...silent.map(withoutResponse), ...missesDefinition(meant, definition, schema));
  const isStep = ({ rule }: DialogueFinding): boolean =>
    definition === OUTSIDE && rule === 'example/no-command';
  return findings.filter((one) => !isStep(one)).sort((a, b) => a.message - b.message || a.line - b.line);
}

interface Turn {
  readonly schema: LintSchema;
  readonly documented: string | undefined;
  readonly waiting: WaitingCommands;
}

/** Commands that wait and are tried as the one that a response answers. */
const MAX_TRIED = 8;

/**
 * Judges a message by what was said before it. Documents show commands without their responses: where several wait, a
 * response answers the one that it fits best; of equals the one that has waited longest.
 */
function lintInTurn(
  message: TranscriptMessage,
  index: number,
  { schema, documented, waiting }: Turn,
): { readonly linted: LintedMessage; readonly answered: WaitingCommand | undefined } {
  const nth =
    (at: number): MessageContext['answeredBy'] =>
    (id) => {
      const candidates = waiting.candidates(id);
      return candidates[Math.min(at, candidates.length - 1)];
    };
  const tried = message.direction === '<-' ? Math.min(Math.max(1, waiting.left().length), MAX_TRIED) : 1;
  const turns = Array.from({ length: tried }, (_, at) => {
    const linted = lintMessage(message, index, { schema, documented, answeredBy: nth(at) });
    const { kind, value } = readMessage(linted.meant);
    return { linted, answered: isResponse(kind) ? nth(at)(idOf(value)) : undefined };
  });
  return turns.reduce((best, turn) =>
    turn.linted.findings.length < best.linted.findings.length ? turn : best,
  );
}

function isUnreadable({ direction, kind, message }: ReadMessage): boolean {
  return (
    direction === '<-' && (kind === 'malformed' || kind === 'other') && !message.text.includes('"event"')
  );
}

interface Response {
  readonly read: ReadMessage;
  readonly index: number;
  readonly documented: string | undefined;
}

function accept(
  command: WaitingCommand | undefined,
  { read, index, documented }: Response,
  findings: DialogueFinding[],
): void {
  if (command === undefined) {
    // The response itself was reported where nothing tells its command.
    if (documented === undefined && read.kind === 'success') return;
    const expected = 'a command before it';
    findings.push(about('example/no-command', index, 'a response without a command', expected));
  } else if (read.kind === 'error') {
    const refusal = stringAt(isJsonObject(read.value) ? read.value['error'] : undefined, 'class');
    findings.splice(0, Infinity, ...findings.map((one) => softenIfRefused(one, command.index, refusal)));
  }
}

/** Error classes with which a QEMU refuses what it cannot read; before 1.2 they were many. */
const REFUSALS = /^(?:|GenericError|JSON.*|QMPBad.*|Invalid.*|Missing.*)$/;

/** The document shows on purpose what is refused, if it shows the refusal. */
function softenIfRefused(finding: DialogueFinding, command: number, refusal: string): DialogueFinding {
  if (finding.message !== command || finding.severity !== 'error') return finding;
  const explains = finding.rule === 'example/unknown-command' ? /^(?:|CommandNotFound)$/ : REFUSALS;
  if (!explains.test(refusal)) return finding;
  const { message, pointer, what, expected, line } = finding;
  const rule = 'example/refused';
  return { rule, severity: severityOf(rule), message, pointer, what, expected, line };
}

function about(rule: LintRuleId, message: number, what: string, expected: string): DialogueFinding {
  return { rule, severity: severityOf(rule), message, pointer: '', what, expected, line: 1 };
}

function withoutResponse({ index, name }: WaitingCommand): DialogueFinding {
  return about('example/no-response', index, `command '${name}' without a response`, 'its response');
}

/** Whether an example shows what it is an example of. */
function missesDefinition(
  meant: readonly ReadMessage[],
  definition: string,
  { validator }: LintSchema,
): readonly DialogueFinding[] {
  const kind = validator.hasEvent(definition) ? 'event' : 'command';
  if (meant.length === 0 || !(kind === 'event' || validator.hasCommand(definition))) return [];
  const names = meant.map(({ kind: one, value }) =>
    one === 'event' ? eventName(value) : commandName(value),
  );
  // What cannot be read may be it; a response alone is taken for its.
  if (names.includes(definition) || meant.some((one) => one.kind === 'other' || one.value === undefined))
    return [];
  if (kind === 'command' && !meant.some((one) => one.kind === 'command')) return [];
  const shown = [...new Set(names.filter((name) => name !== ''))].join(', ');
  const what = shown === '' ? `an example without '${definition}'` : `an example of ${shown}`;
  return [about('example/other-definition', -1, what, `${kind} '${definition}'`)];
}
