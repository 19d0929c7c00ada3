import type { DocumentFinding } from './lint-documentation.ts';
import type { LintSeverity } from './rules.ts';

/** A finding, and the releases in whose documentation it stands. */
export interface ReportedFinding extends DocumentFinding {
  /** What a reader opens: a path relative to the tree, a manual page, a transcript. */
  readonly file: string;
  /** As a range, e.g. `2.9-8.0, 10.2`. */
  readonly releases: string;
  /** Identity of the transcript, of a finding in the corpus. */
  readonly example?: string;
}

/** What the examples of some documentation are worth. */
export interface LintReport {
  readonly findings: readonly ReportedFinding[];
  readonly releases: readonly string[];
  /** Examples judged, each once for each release. */
  readonly examples: number;
  readonly messages: number;
}

const ORDER: readonly LintSeverity[] = ['note', 'warning', 'error'];

/** Tells whether a report has a finding at least as severe as `limit`. */
export function reaches({ findings }: LintReport, limit: LintSeverity): boolean {
  return findings.some(({ severity }) => ORDER.indexOf(severity) >= ORDER.indexOf(limit));
}
