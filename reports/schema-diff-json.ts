import { countChanges, type SchemaDiff } from '../harness/compat/diff/schema-diff.ts';

/** The number of the form; `schemas/formats/schema-diff.json` describes it. */
const FORMAT = 1;

/** A diff for programs. Ends with a line end. */
export function renderSchemaDiffJson(diff: SchemaDiff): string {
  const { before, after, conditionsUnknown, changes } = diff;
  const counts = countChanges(diff);
  return `${JSON.stringify({ format: FORMAT, before, after, conditionsUnknown, counts, changes }, null, 2)}\n`;
}
