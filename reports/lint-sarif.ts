import type { LintReport } from '../harness/lint/lint-report.ts';
import { listLintRules } from '../harness/lint/rules.ts';
import { lintWords } from './lint-words.ts';
import { writeSarif } from './sarif.ts';

/**
 * Findings of examples as SARIF 2.1.0, places relative to the tree that was judged. What would be right stands in the
 * property `fix`.
 * @param version of the program that made it.
 */
export function renderLintSarif(report: LintReport, version: string): string {
  return writeSarif({
    version,
    rules: listLintRules().map(({ id, text, reason, severity }) => ({
      id,
      text,
      help: `${text}: ${reason}`,
      level: severity,
    })),
    results: report.findings.map((finding) => {
      const { rule, severity, file, line, definition, document, pointer, message, fix, releases, example } =
        finding;
      const words = lintWords(finding);
      return {
        rule,
        level: severity,
        message: `${definition}: ${words}${fix === undefined ? '' : `; right: ${fix.what}`}`,
        place: { file, line },
        subjects: [definition],
        fingerprint: {
          form: 'example/v1',
          value: [rule, document, definition, message?.direction ?? '', pointer, finding.what].join(' '),
        },
        properties: {
          releases,
          pointer,
          ...(example !== undefined && { example }),
          ...(fix && { fix: `${fix.direction} ${fix.text}` }),
        },
      };
    }),
    properties: { releases: report.releases, examples: report.examples, messages: report.messages },
  });
}
