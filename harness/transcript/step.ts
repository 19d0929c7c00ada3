import type { JsonObject, JsonValue } from '../json/value.ts';

/** Which QEMU of a stage a step talks to. */
export type Side = 'main' | 'peer';

/** One step of a preparation. Waiting is for events, states and output, never for time. */
export type Step =
  /** Executes a command, which must succeed (or fail with the class named). */
  | {
      readonly kind: 'execute';
      readonly on: Side;
      readonly command: string;
      readonly arguments: JsonObject | undefined;
      readonly error?: string;
      /** What the host or the build does not have when the command is refused: the row is then `untestable`. */
      readonly missing?: string;
    }
  /** Executes a query again and again until its reply has the members and values given. */
  | {
      readonly kind: 'until';
      readonly on: Side;
      readonly command: string;
      readonly arguments: JsonObject | undefined;
      readonly returns: JsonValue;
    }
  /** Waits for an event, which may have come already. */
  | {
      readonly kind: 'event';
      readonly on: Side;
      readonly event: string;
      readonly data: JsonValue | undefined;
    }
  /** Waits until the guest has written this to its first serial port. */
  | { readonly kind: 'serial'; readonly on: Side; readonly text: string }
  /** Writes this to the guest's first serial port. */
  | { readonly kind: 'type'; readonly on: Side; readonly text: string };
