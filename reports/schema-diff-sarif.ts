import { listRules, type Severity } from '../harness/compat/diff/rules.ts';
import type { SchemaChange, SchemaDiff } from '../harness/compat/diff/schema-diff.ts';
import { writeSarif, type SarifLevel, type SarifResult } from './sarif.ts';
import { sentenceOfChange } from './schema-diff-words.ts';

/** How many paths of a change are named; the message counts them all. */
const MAX_PATHS = 20;

const LEVELS: Readonly<Record<Severity, SarifLevel>> = {
  breaking: 'error',
  risky: 'warning',
  compatible: 'note',
};

/**
 * A diff as SARIF 2.1.0: the rules with the sections of QEMU's documents, a result for each change with the place of its
 * definition in the QEMU tree and its paths on the wire. Ends with a line end.
 * @param version of the program that made it.
 */
export function renderSchemaDiffSarif(diff: SchemaDiff, version: string): string {
  const rules = listRules().map(({ id, text, section, severity }) => ({
    id,
    text,
    help: `${text}; see ${section}`,
    level: LEVELS[severity],
  }));
  const { before, after, conditionsUnknown, changes } = diff;
  const properties = { before, after, ...(conditionsUnknown && { conditionsUnknown }) };
  return writeSarif({ version, rules, results: changes.map(resultOf), properties });
}

function resultOf(change: SchemaChange): SarifResult {
  const { rule, severity, definition, name, place, paths, was, now, announcement, unstable } = change;
  const value = [rule, definition ?? paths[0] ?? '', name, was ?? '', now ?? ''].join(' ');
  return {
    rule,
    level: LEVELS[severity],
    message: sentenceOfChange(change),
    place,
    subjects: paths.slice(0, MAX_PATHS),
    fingerprint: { form: 'change/v1', value },
    properties: {
      severity,
      paths: paths.length,
      ...(unstable && { unstable }),
      ...(announcement && { announcement }),
    },
  };
}
