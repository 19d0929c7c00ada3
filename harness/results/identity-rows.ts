/**
 * Rows that every shard performs, where they are meant at all: what a target says it is. A target that another shard
 * has under the same name must answer them alike; when shards are merged they count once.
 */
const IDENTITY_ROWS: ReadonlySet<string> = new Set([
  'examples/control/qmp_capabilities',
  'examples/control/query-version',
  'examples/control/query-commands',
]);

/** Tells whether every shard performs a row. */
export function isIdentityRow(row: string): boolean {
  return IDENTITY_ROWS.has(row);
}
