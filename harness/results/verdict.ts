/** The fixed words of a verdict. A target's wrong answer is a verdict, never an exception. */
export const VERDICTS = [
  'pass',
  'fail',
  'known-failure',
  'unexpected-pass',
  'not-applicable',
  'untestable',
  'setup-error',
  'harness-error',
  'crash',
  'timeout',
] as const;

/** One of the fixed words. */
export type VerdictWord = (typeof VERDICTS)[number];

/** Who is to blame when transcript, schema and live target disagree. */
export type Blame =
  /** The transcript does not fit the schema of a release that documents it: a documentation erratum. */
  | 'example'
  /** The target's message does not fit the target's own schema. */
  | 'target'
  /** Transcript and target both fit the schema, and differ: regression, missing state, or version change. */
  | 'behaviour'
  /** The stage could not be brought about. */
  | 'setup'
  /** We failed. */
  | 'harness';

/** What is wrong with a message, before it is said whose fault it is. */
export interface Complaint {
  /** Identifier of the rule that was broken, e.g. `schema/unknown-member`, `shape/missing-member`. */
  readonly rule: string;
  /** JSON Pointer into that message. */
  readonly pointer: string;
  /** What stands there, and what was expected. */
  readonly what: string;
  readonly expected: string;
}

/** One disagreement, small enough to be read in a line. */
export interface Finding extends Complaint {
  readonly blame: Blame;
  /** Index (from 0) of the message in the transcript; -1 where no single message is meant. */
  readonly message: number;
}

/** What one row (a transcript) did on one target. One line of `results.ndjson`. */
export interface RowResult {
  /** Identity of the transcript, e.g. `examples/migration/query-migrate/active`. */
  readonly row: string;
  /** Name of the target, e.g. `7.2.22 x86_64 tcg`. */
  readonly target: string;
  readonly verdict: VerdictWord;
  /** One line: why not `pass`; for `not-applicable` and `untestable` the evidence or what is missing. */
  readonly reason?: string;
  readonly findings: readonly Finding[];
  /** The hardware, or hypervisor, for want of which the row is untestable; `reason` has what the target answered. */
  readonly hardware?: string;
  /** How many comparisons were made for this verdict; a row without any asserts nothing. */
  readonly checks: number;
  /** Whether the target's release documents this example (else the row is a question of compatibility). */
  readonly documented: boolean;
  /** Milliseconds of wall-clock time, stage included. */
  readonly duration: number;
  /** For `crash`, `timeout`, `setup-error`: exit status or signal, and the end of stderr. */
  readonly process?: ProcessEnd;
  /** For `crash` and `timeout`: a transcript that still shows it, as little of the row as does. */
  readonly shrunk?: string;
  /** File name of the program that the row is about, where it is not the target's own binary. */
  readonly program?: string;
  /** What it was before an expectation made it `known-failure`, `unexpected-pass`, or told why it stays `fail`. */
  readonly was?: RawVerdict;
}

/** A verdict to which no expectation was applied. */
export interface RawVerdict {
  readonly verdict: VerdictWord;
  readonly reason?: string;
}

/** How a process came to its end. */
export interface ProcessEnd {
  readonly command: readonly string[];
  readonly code: number | null;
  readonly signal: string | null;
  readonly stderr: string;
  /** Path of the core dump, where it left one. */
  readonly core?: string;
}

/** `prepare`: the message prepared the stage. `after`: it asked whether the target had survived the dialogue. */
export const WIRE_PHASES = ['prepare', 'after'] as const;

/** One of {@link WIRE_PHASES}. */
export type WirePhase = (typeof WIRE_PHASES)[number];

/** One line of `wire.ndjson`: bytes that went over a monitor connection. */
export interface WireRecord {
  readonly row: string;
  /** Which connection: `main`, or the name of a peer. */
  readonly connection: string;
  readonly direction: '->' | '<-';
  /** Milliseconds since the row began. */
  readonly at: number;
  /** The message as text; bytes that are no UTF-8 stand in `base64` instead. */
  readonly text?: string;
  readonly base64?: string;
  /** Present for a message that is no part of the dialogue. */
  readonly phase?: WirePhase;
}

/** What a run ran on. `target.json` of a run archive. */
export interface TargetFacts {
  /** `<version> <architecture> <accelerator>`; unique within a run. */
  readonly name: string;
  readonly kind: 'qemu' | 'endpoint';
  /** As the greeting says it, e.g. `7.2.22`. */
  readonly version: string;
  /** The package string of the greeting; may be empty. */
  readonly package: string;
  readonly architecture: string;
  readonly accelerator: string;
  /** Binary or address. */
  readonly where: string;
  /** SHA-256 of the binary, in hexadecimal; absent for an endpoint. */
  readonly digest?: string;
  /** The release whose schema judged the messages, e.g. `7.2`, or `introspection` when none is shipped. */
  readonly schema: string;
  /** The value of `-compat` that it was started with: what it says then is a forecast, not what it is. */
  readonly policy?: string;
  /** Names in its `query-qmp-schema`, sorted; absent where it was not asked. */
  readonly commands?: readonly string[];
  readonly events?: readonly string[];
}

/** A target that was asked for and could not be run. */
export interface MissingTarget {
  readonly name: string;
  readonly reason: string;
}
