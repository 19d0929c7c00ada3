import type { LintReport, ReportedFinding } from '../harness/lint/lint-report.ts';
import { lintSummary, lintWords } from './lint-words.ts';
import { oneLine } from './text.ts';

/** Findings of examples as a Markdown table, by document. */
export function renderLintMarkdown(report: LintReport): string {
  const documents = [...new Set(report.findings.map(({ file }) => file))];
  const parts = documents.map((file) => {
    const rows = report.findings.filter((one) => one.file === file).map(rowOf);
    const head = '| line | definition | finding | right | rule |\n| ---: | --- | --- | --- | --- |';
    return `## ${escape(file)}\n\n${head}\n${rows.join('\n')}\n`;
  });
  return [`# Documented examples\n\n${escape(lintSummary(report))}.\n`, ...parts].join('\n');
}

function rowOf(finding: ReportedFinding): string {
  const { line, definition, fix, rule, severity } = finding;
  const cells = [String(line), definition, lintWords(finding), fix?.what ?? '', `${rule} (${severity})`];
  return `| ${cells.map(escape).join(' | ')} |`;
}

function escape(text: string): string {
  return oneLine(text).replaceAll(/[\\`*_{}[\]<>|#]/g, (char) => `\\${char}`);
}
