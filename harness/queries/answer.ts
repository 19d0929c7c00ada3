import type { JsonObject, JsonValue } from '../json/value.ts';
import type { Incoming } from '../qmp/connection.ts';
import type { Complaint, ProcessEnd } from '../results/verdict.ts';

/** One request of a row, and whether the target may refuse it. */
export interface QueryRequest {
  readonly arguments: JsonObject | undefined;
  /** False: the target itself has named what is asked for, so a refusal is a finding. */
  readonly mayBeRefused: boolean;
}

/** What came of one request. */
export type Answer =
  | {
      readonly kind: 'response';
      /** Success, error, or whatever else came in its place. */
      readonly incoming: Incoming;
      readonly value: JsonValue | undefined;
      /** What is wrong with it as a response: its id. */
      readonly complaints: readonly Complaint[];
    }
  | Failure
  /** So many requests of the row have ended the process that this one was not made any more. */
  | { readonly kind: 'not-asked' };

/** A request that the process did not survive, or did not answer in time. */
export interface Failure {
  readonly kind: 'crash' | 'timeout';
  readonly end: ProcessEnd;
  /** Arguments of the same command that must be asked for before; none where the request does it alone. */
  readonly after: readonly (JsonObject | undefined)[];
  /** Whether a fresh process ended again by this, after those. */
  readonly reproduced: boolean;
}
