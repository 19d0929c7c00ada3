import type { Validator } from '../json-schema/validator.ts';
import { valueAt } from '../json/pointer.ts';
import type { JsonValue } from '../json/value.ts';
import { writeJson } from '../json/write-json.ts';
import { commandName, judgeMessage, readMessage } from '../lint/judge-message.ts';
import type { Complaint } from '../results/verdict.ts';
import { pairResponses } from '../transcript/pair-responses.ts';
import type { Transcript } from '../transcript/transcript.ts';

/** A place in which what came is not what was recorded, as small as it is. */
export interface Difference extends Complaint {
  /** What stands at the pointer, as JSON; absent where nothing does. */
  readonly came?: string;
  readonly recorded?: string;
  /** What the target's schema says against either, at this place; empty where it is valid. */
  readonly cameBreaks: readonly Complaint[];
  readonly recordedBreaks: readonly Complaint[];
}

/** Explains what differs between a message of a transcript and the one that came, with the schema's opinion beside it. */
export function explainDifference(
  transcript: Transcript,
  index: number,
  live: JsonValue,
  complaint: Complaint,
  validator: Validator,
): Difference {
  const message = transcript.messages[index];
  const read = message && readMessage(message);
  const command = commandOf(transcript, index);
  const recorded = read?.value === undefined ? undefined : valueAt(read.value, complaint.pointer);
  const came = valueAt(live, complaint.pointer);
  const recordedBreaks = read === undefined ? [] : judgeMessage(read, validator, command);
  return {
    ...complaint,
    ...(came !== undefined && { came: writeJson(came) }),
    ...(recorded !== undefined && { recorded: writeJson(recorded) }),
    cameBreaks: judgeLive(live, command, validator).filter((one) => isRelated(one, complaint)),
    recordedBreaks: recordedBreaks.filter((one) => isRelated(one, complaint)),
  };
}

function judgeLive(live: JsonValue, command: string, validator: Validator): readonly Complaint[] {
  const has = (name: string): boolean =>
    typeof live === 'object' && live !== null && Object.hasOwn(live, name);
  if (has('return')) return validator.hasCommand(command) ? validator.checkSuccess(command, live) : [];
  if (has('error')) return validator.checkError(live);
  if (has('event')) return validator.checkEvent(live);
  return has('QMP') ? validator.checkGreeting(live) : [];
}

/** The command that a message of the transcript answers; '' where it answers none. */
export function commandOf(transcript: Transcript, index: number): string {
  const message = transcript.messages[pairResponses(transcript).get(index) ?? -1];
  return message === undefined ? '' : commandName(readMessage(message).value);
}

/** The one place holds the other. */
function isRelated({ pointer: one }: Complaint, { pointer: other }: Complaint): boolean {
  return one === other || one.startsWith(`${other}/`) || other.startsWith(`${one}/`);
}
