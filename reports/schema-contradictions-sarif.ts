import type { Contradiction, ContradictionRule } from '../harness/compat/history/contradictions.ts';
import { writeSarif } from './sarif.ts';
import { contradictionWords } from './schema-contradictions-text.ts';

const RULES: Readonly<Record<ContradictionRule, string>> = {
  'since-too-early': 'The documents name a release whose schema does not have it',
  'since-too-late': 'The documents name a release later than the first whose schema has it',
  'since-missing': 'The documents do not name the first release',
  'since-malformed': 'What the documents name is no release',
  'removal-differs': 'The list of removed features names another release than the schemas show',
  'deprecation-unmarked': 'The list of deprecated features has it, the schema does not mark it',
};

/**
 * Contradictions between documents and schemas as SARIF 2.1.0, places relative to the QEMU tree of the newest release.
 * @param version of the program that made it.
 */
export function renderContradictionsSarif(contradictions: readonly Contradiction[], version: string): string {
  return writeSarif({
    version,
    rules: Object.entries(RULES).map(([id, text]) => ({ id, text })),
    results: contradictions.map((found) => ({
      rule: found.rule,
      level: 'warning',
      message: contradictionWords(found),
      place: found.place,
      subjects: [found.subject],
      fingerprint: { form: 'contradiction/v1', value: `${found.rule} ${found.subject}` },
    })),
  });
}
