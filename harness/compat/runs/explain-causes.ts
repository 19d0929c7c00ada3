import { ruleOf } from '../diff/rules.ts';
import type { SchemaChange, SchemaDiff } from '../diff/schema-diff.ts';
import { CHANGE_KINDS, type ChangeCause, type RunsComparison, type SchemaWord } from './runs-comparison.ts';

/** Says of each cause what changed in the schema, where that explains it. */
export function explainCauses(comparison: RunsComparison, diffs: readonly SchemaDiff[]): RunsComparison {
  const changes = diffs.flatMap((diff) => diff.changes);
  const causes = comparison.causes.map((cause) => {
    const schema = schemaWordOf(cause, changes);
    return schema === undefined ? cause : { ...cause, schema };
  });
  // What the schema explains is told first: it is what a client has to look at.
  const sorted = CHANGE_KINDS.flatMap((kind) => {
    const ofKind = causes.filter((cause) => cause.kind === kind);
    return [...ofKind.filter(({ schema }) => schema), ...ofKind.filter(({ schema }) => !schema)];
  });
  return { ...comparison, causes: sorted };
}

/**
 * A change explains a cause where both are about one name, and the change shows in a command or event that the rows are
 * named after: `examples/run-state/query-status` and `query-status/returns/singlestep`.
 */
function schemaWordOf(cause: ChangeCause, changes: readonly SchemaChange[]): SchemaWord | undefined {
  if (cause.kind === 'new' || cause.kind === 'fixed') return undefined;
  const steps = new Set(cause.rows.flatMap((row) => row.split('/')));
  const fitting = changes.filter(
    (change) =>
      cause.names.includes(change.name) &&
      change.paths.some((path) => steps.has(path.split('/')[0]?.replace(/\[\]$/, '') ?? '')),
  );
  // What is missing where it was not has come; else a removal says most.
  const first = cause.rule.includes('missing') ? 'added' : 'removed';
  const change = fitting.find((one) => one.change === first) ?? fitting[0];
  if (change === undefined) return undefined;
  const announcement = change.announcement?.text;
  return { text: textOfChange(change), ...(announcement === undefined ? {} : { announcement }) };
}

function textOfChange({ name, definition, change, rule, paths }: SchemaChange): string {
  const of = definition ?? paths[0]?.split('/')[0] ?? 'the schema';
  if (change === 'removed') return name === of ? `'${name}' was removed` : `'${name}' left ${of}`;
  if (change === 'added') return name === of ? `'${name}' is new` : `'${name}' came to ${of}`;
  return `'${name}' of ${of}: ${ruleOf(rule).text}`;
}
