import type { JsonObject, JsonValue } from '../json/value.ts';

/** Which QEMU of a stage a step talks to. */
export type Side = 'main' | 'peer';

/** One step of a preparation. Waiting is for events, states and output, never for time. */
export type Step = StepScope & StepAct;

/** Where a step is performed. */
interface StepScope {
  readonly on: Side;
  /** Only on these releases; on all where it is absent. */
  readonly releases?: string;
}

type StepAct =
  /** Executes a command, which must succeed (or fail with the class named). */
  | {
      readonly kind: 'execute';
      readonly command: string;
      readonly arguments: JsonObject | undefined;
      readonly error?: string;
      /** What the host or the build does not have when the command is refused: the row is then `untestable`. */
      readonly missing?: string;
      readonly descriptor?: Descriptor;
      /** Names for values of the reply, each with the JSON Pointer into its `return`: the dialogue may send them. */
      readonly capture?: Readonly<Record<string, string>>;
    }
  /** Executes a query again and again until its reply has the members and values given, and not those of `not`. */
  | {
      readonly kind: 'until';
      readonly command: string;
      readonly arguments: JsonObject | undefined;
      readonly returns: JsonValue;
      readonly not?: JsonValue;
    }
  /** Waits for an event, which may have come already. */
  | { readonly kind: 'event'; readonly event: string; readonly data: JsonValue | undefined }
  /** Waits until the guest has written this to its first serial port. */
  | { readonly kind: 'serial'; readonly text: string }
  /** Writes this to the guest's first serial port. */
  | { readonly kind: 'type'; readonly text: string }
  /** Connects a SPICE client to this unix socket of the row's folder, for as long as the row is performed. */
  | { readonly kind: 'spice'; readonly socket: string };

/** What is handed over with a command (SCM_RIGHTS of unix(7)). */
export type Descriptor =
  /** A file of the row's folder, open for reading and writing; made empty where it is not there. */
  | { readonly kind: 'file'; readonly name: string }
  /** One end of a pair of stream sockets. The other is ours, and nothing is written to it. */
  | { readonly kind: 'socketpair' };
