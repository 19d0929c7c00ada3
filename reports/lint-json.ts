import type { LintReport } from '../harness/lint/lint-report.ts';

/** Findings of examples as one JSON document: see `LintReport` for its members. */
export function renderLintJson(report: LintReport): string {
  return `${JSON.stringify({ format: 1, ...report }, undefined, 2)}\n`;
}
