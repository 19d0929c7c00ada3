import type { Validator } from '../json-schema/validator.ts';
import type { JsonValue } from '../json/value.ts';
import { isJsonObject, stringAt } from '../json/value.ts';
import type { Complaint, Finding } from '../results/verdict.ts';
import { classifyMessage } from '../transcript/classify-message.ts';
import { valueOfPattern } from '../transcript/read-pattern.ts';
import type { Transcript, TranscriptMessage } from '../transcript/transcript.ts';

/** What a release's schema says of a transcript. */
export interface StaticJudgement {
  readonly findings: readonly Finding[];
  /** How many messages were compared with the schema. */
  readonly checks: number;
  /** Commands of the transcript, in order. */
  readonly commands: readonly string[];
  /** Events of the transcript, in order. */
  readonly events: readonly string[];
}

/**
 * The static tier: compares each message of a transcript with a schema; needs no target. Whatever an elision may
 * stand for is taken to be right.
 */
export function judgeTranscript(transcript: Transcript, validator: Validator): StaticJudgement {
  const findings: Finding[] = [];
  const commands: string[] = [];
  const events: string[] = [];
  const unanswered: string[] = [];
  let checks = 0;
  const blame = (message: number, violations: readonly Complaint[]): void => {
    checks++;
    for (const violation of violations) findings.push({ blame: 'example', message, ...violation });
  };
  transcript.messages.forEach((message, index) => {
    const kind = classifyMessage(message);
    if (message.body.kind !== 'pattern') return blame(index, [notJson(message)]);
    const { value, open } = valueOfPattern(message.body.pattern);
    switch (kind) {
      case 'command': {
        const name = commandName(value);
        commands.push(name);
        unanswered.push(name);
        return blame(index, validator.checkCommand(value, { open }));
      }
      case 'success': {
        const command = unanswered.shift();
        return blame(
          index,
          command === undefined ? [replyWithoutCommand()] : validator.checkSuccess(command, value, { open }),
        );
      }
      case 'error':
        unanswered.shift();
        return blame(index, validator.checkError(value, { open }));
      case 'event':
        events.push(stringAt(value, 'event'));
        return blame(index, validator.checkEvent(value, { open }));
      case 'greeting':
        return blame(index, validator.checkGreeting(value, { open }));
      case 'malformed':
      case 'bytes':
      case 'other':
        return blame(index, [notQmp(message)]);
    }
  });
  return { findings, checks, commands, events };
}

/** The name of the command that a client message executes. */
export function commandName(message: JsonValue): string {
  const name = isJsonObject(message) ? (message['execute'] ?? message['exec-oob']) : undefined;
  return typeof name === 'string' ? name : '';
}

function notJson(message: TranscriptMessage): Complaint {
  const what = message.body.kind === 'malformed' ? message.body.reason : 'bytes that are no JSON';
  return { rule: 'example/not-json', pointer: '', what, expected: 'a JSON object' };
}

function notQmp(message: TranscriptMessage): Complaint {
  const expected =
    message.direction === '->' ? 'a command: an object with execute' : 'a response, an event or the greeting';
  return { rule: 'example/not-qmp', pointer: '', what: `'${firstWords(message.text)}'`, expected };
}

function replyWithoutCommand(): Complaint {
  return {
    rule: 'example/no-command',
    pointer: '',
    what: 'a response without a command',
    expected: 'a command before it',
  };
}

function firstWords(text: string): string {
  const line = text.replaceAll(/\s+/g, ' ');
  return line.length > 60 ? `${line.slice(0, 57)}...` : line;
}
