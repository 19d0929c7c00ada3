import { isDeepStrictEqual } from 'node:util';
import { isJsonObject, type JsonValue } from '../json/value.ts';

/** A command whose response has not come. */
export interface WaitingCommand {
  /** Index of its message. */
  readonly index: number;
  /** '' where nobody can read it. */
  readonly name: string;
  readonly id: JsonValue | undefined;
}

/**
 * The commands of a dialogue that wait for their response. A response belongs to the command with its `id` where one
 * waits, else to the one that has waited longest (qmp-spec, "Commands Responses" and "Out-of-band execution").
 */
export class WaitingCommands {
  private waiting: WaitingCommand[] = [];

  add(command: WaitingCommand): void {
    this.waiting.push(command);
  }

  /** The commands that a response with this `id` may answer, by a client's eye; the one that it does answer first. */
  candidates(id: JsonValue | undefined): readonly WaitingCommand[] {
    const named = id === undefined ? undefined : this.waiting.find((one) => isDeepStrictEqual(one.id, id));
    return named === undefined ? this.waiting : [named];
  }

  /** Takes a command from those that wait. */
  take(command: WaitingCommand | undefined): void {
    this.waiting = this.waiting.filter((one) => one !== command);
  }

  /** Those that were never answered. */
  left(): readonly WaitingCommand[] {
    return this.waiting;
  }
}

/** The `id` of a message; `undefined` where it has none. */
export function idOf(value: JsonValue | undefined): JsonValue | undefined {
  return isJsonObject(value) ? value['id'] : undefined;
}
