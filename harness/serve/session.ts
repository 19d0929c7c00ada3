import { isJsonArray, isJsonObject, type JsonObject, type JsonValue } from '../json/value.ts';
import type { Answer, AnswerMessage, ServedCommand } from './answer.ts';
import { errorMessage, successMessage } from './error-answer.ts';

/** What a session comes to with a message: what it says itself, or a command that is to be answered. */
export type Outcome =
  | { readonly kind: 'say'; readonly messages: readonly AnswerMessage[]; readonly id: JsonValue | undefined }
  /** Negotiation has succeeded. */
  | { readonly kind: 'negotiated'; readonly id: JsonValue | undefined }
  | { readonly kind: 'answer'; readonly command: ServedCommand; readonly id: JsonValue | undefined };

/** The rules of the protocol for one connection, as far as they do not depend on what the commands are. */
export interface Session {
  /** Whether commands may run out of band. */
  readonly oob: () => boolean;
  readonly negotiated: () => boolean;
  readonly take: (message: JsonValue) => Outcome;
}

const NEGOTIATION = 'qmp_capabilities';
const MEMBERS = ['execute', 'exec-oob', 'arguments', 'id'];

/**
 * Begins a session in capabilities negotiation mode (qmp-spec, Capabilities Negotiation).
 * @param offered the capabilities of the greeting
 * @param connection its number
 */
export function beginSession(offered: readonly string[], connection: number): Session {
  let negotiated = false;
  let enabled: readonly string[] = [];
  const negotiate = (args: JsonObject, id: JsonValue | undefined): Outcome => {
    const wanted = wantedCapabilities(args, offered);
    if (typeof wanted === 'string') return refusal('GenericError', wanted, id);
    negotiated = true;
    enabled = wanted;
    return { kind: 'negotiated', id };
  };
  return {
    oob: () => enabled.includes('oob'),
    negotiated: () => negotiated,
    take: (message) => {
      const read = readCommand(message, enabled.includes('oob'));
      if ('complaint' in read) return refusal('GenericError', read.complaint, read.id);
      const { name, outOfBand, arguments: args, id } = read;
      if (name === NEGOTIATION && outOfBand)
        return refusal('GenericError', `The command ${name} does not run out of band`, id);
      if (name === NEGOTIATION && !negotiated) return negotiate(args, id);
      if (name === NEGOTIATION)
        return refusal(
          'CommandNotFound',
          'Capabilities negotiation is already complete, command ignored',
          id,
        );
      if (!negotiated)
        return refusal('CommandNotFound', `Expecting capabilities negotiation with '${NEGOTIATION}'`, id);
      const command = { name, arguments: args, outOfBand, connection, message: read.message };
      return { kind: 'answer', id, command };
    },
  };
}

/** A message in a right envelope. */
interface ReadCommand {
  readonly name: string;
  readonly outOfBand: boolean;
  readonly arguments: JsonObject;
  readonly id: JsonValue | undefined;
  readonly message: JsonObject;
}

/** What a client's message is (qmp-spec, Issuing Commands), or what is wrong with it. */
function readCommand(
  message: JsonValue,
  oob: boolean,
): ReadCommand | { readonly complaint: string; readonly id: JsonValue | undefined } {
  if (!isJsonObject(message)) return { complaint: 'QMP input must be a JSON object', id: undefined };
  const { id, execute, 'exec-oob': outOfBand } = message;
  const stranger = Object.keys(message).find(
    (name) => !MEMBERS.includes(name) || (name === 'exec-oob' && !oob),
  );
  if (stranger !== undefined)
    return { complaint: `QMP input member '${stranger.slice(0, 100)}' is unexpected`, id };
  if (execute !== undefined && outOfBand !== undefined)
    return { complaint: "QMP input has both 'execute' and 'exec-oob'", id };
  const name = execute ?? outOfBand;
  if (name === undefined) return { complaint: "QMP input lacks member 'execute'", id };
  if (typeof name !== 'string') return { complaint: "QMP input member 'execute' must be a string", id };
  const { arguments: args = {} } = message;
  if (!isJsonObject(args)) return { complaint: "QMP input member 'arguments' must be an object", id };
  return { name, outOfBand: outOfBand !== undefined, arguments: args, id, message };
}

/** The capabilities that a client wants; a text says why it gets none. */
function wantedCapabilities(args: JsonObject, offered: readonly string[]): readonly string[] | string {
  const stranger = Object.keys(args).find((name) => name !== 'enable');
  if (stranger !== undefined) return `Parameter '${stranger.slice(0, 100)}' is unexpected`;
  const { enable = [] } = args;
  if (!isJsonArray(enable)) return "Invalid parameter type for 'enable', expected: array";
  const wanted = enable.filter((name) => typeof name === 'string');
  if (wanted.length < enable.length) return "Invalid parameter type in 'enable', expected: string";
  const missing = wanted.find((name) => !offered.includes(name));
  return missing === undefined ? wanted : `Capability '${missing.slice(0, 100)}' is not available`;
}

function refusal(
  errorClass: 'GenericError' | 'CommandNotFound',
  desc: string,
  id: JsonValue | undefined,
): Outcome {
  return { kind: 'say', messages: [errorMessage(errorClass, desc)], id };
}

/** What is said when negotiation has succeeded. */
export function negotiationAnswer(opening: readonly AnswerMessage[]): readonly AnswerMessage[] {
  return [successMessage('{}'), ...opening];
}

/** Whether a server ends with the answer to a command, as QEMU does. */
export function endsServer({ name }: ServedCommand, { messages }: Answer): boolean {
  return (
    name === 'quit' &&
    messages.some(
      (message) => message.kind === 'response' && message.members.some((member) => member.name === 'return'),
    )
  );
}
