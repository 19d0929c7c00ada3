import type { LintReport, ReportedFinding } from '../harness/lint/lint-report.ts';
import type { LintRule } from '../harness/lint/rules.ts';
import { lintSummary, lintWords, linesOfFix } from './lint-words.ts';
import { oneLine } from './text.ts';

/**
 * Findings of examples, one to a line: `file:line: definition: finding [rule]`, with the releases where they are many.
 * Below stands what would be right, where that can be told: lines with `-` become those with `+`.
 */
export function renderLintText(report: LintReport): string {
  const many = report.releases.length > 1;
  const lines = report.findings.flatMap((finding) => [lineOf(finding, many), ...fixOf(finding)]);
  return [...lines, lintSummary(report)].map((line) => `${oneLine(line)}\n`).join('');
}

function lineOf(finding: ReportedFinding, many: boolean): string {
  const { file, line, definition, severity, rule, releases } = finding;
  const grave = severity === 'error' ? '' : `${severity}: `;
  const where = many ? ` (${releases})` : '';
  return `${file}:${line}: ${definition}: ${grave}${lintWords(finding)} [${rule}]${where}`;
}

/** More lines than these say nothing that the first do not. */
const MAX_LINES = 6;

function fixOf(finding: ReportedFinding): readonly string[] {
  const lines = linesOfFix(finding);
  if (lines === undefined || finding.fix === undefined) return [];
  const shown = (texts: readonly string[], mark: string): string[] => {
    const rest = texts.length - MAX_LINES;
    return [...texts.slice(0, MAX_LINES), ...(rest > 0 ? [`(${rest} more)`] : [])].map(
      (text) => `    ${mark} ${text}`,
    );
  };
  return [`    right: ${finding.fix.what}`, ...shown(lines.removed, '-'), ...shown(lines.added, '+')];
}

/** The rules, with severity and reason. */
export function renderLintRules(rules: readonly LintRule[]): string {
  return rules.map(({ id, severity, text, reason }) => `${id} (${severity}): ${text}: ${reason}\n`).join('');
}
