import { CHECK_RULES } from '../harness/check/check-finding.ts';
import type { CheckReport } from '../harness/check/check-report.ts';
import { checkWords } from './check-text.ts';
import { writeSarif } from './sarif.ts';

/**
 * Findings in recordings as SARIF 2.1.0.
 * @param version of the program that made it.
 */
export function renderCheckSarif(report: CheckReport, version: string): string {
  const { findings, releases, files, messages } = report;
  return writeSarif({
    version,
    rules: CHECK_RULES,
    results: findings.map((finding) => {
      const { rule, level, file, line, path, what, count } = finding;
      return {
        rule,
        level,
        message: checkWords(finding),
        place: { file, line },
        subjects: [path],
        fingerprint: { form: 'check/v1', value: [rule, file, path, what].join(' ') },
        properties: { releases: finding.releases, messages: count },
      };
    }),
    properties: { releases, files, messages },
  });
}
