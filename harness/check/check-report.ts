import type { SchemaFamily } from '../qapi/model.ts';
import type { Transcript } from '../transcript/transcript.ts';
import type { CheckLevel, CheckRuleId } from './check-finding.ts';

/** A recording, and the text of its file, by which places are told. */
export interface Recording {
  readonly transcript: Transcript;
  readonly text: string;
}

/** Against what recordings are checked. */
export interface CheckOptions {
  /** `x.y`, or all that a schema is shipped for. */
  readonly releases: readonly string[] | 'all';
  /** Of all connections; without it each connection tells. */
  readonly family?: SchemaFamily;
}

/** A finding, where it comes first, how often it comes, and in which releases. */
export interface CheckFinding {
  readonly rule: CheckRuleId;
  readonly level: CheckLevel;
  readonly file: string;
  readonly line: number;
  readonly column: number;
  readonly direction: '->' | '<-';
  /** `COMMAND` or `EVENT`, then the JSON Pointer into its message, with `*` for elements. */
  readonly path: string;
  readonly what: string;
  readonly since?: string;
  readonly instead?: string;
  readonly meant?: string;
  readonly releases: readonly string[];
  /** Messages in which it was found. */
  readonly count: number;
}

/** Which releases take a command as a client sends it. */
export interface CommandStanding {
  readonly family: SchemaFamily;
  readonly command: string;
  /** Messages that execute it. */
  readonly count: number;
  /** Ranges such as `2.9-8.0`; '' for none. */
  readonly accepted: string;
  readonly deprecated: string;
  readonly refused: string;
}

/** What releases say of recordings. */
export interface CheckReport {
  readonly findings: readonly CheckFinding[];
  readonly commands: readonly CommandStanding[];
  /** Sorted by number. */
  readonly releases: readonly string[];
  readonly files: number;
  readonly messages: number;
}

/** Tells whether a report has a finding at least as severe as `limit`. */
export function reachesLevel({ findings }: CheckReport, limit: 'error' | 'warning'): boolean {
  return findings.some(({ level }) => level === 'error' || level === limit);
}
