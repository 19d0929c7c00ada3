/** The suites that a run is made of, in the order in which they begin: the longest batches first. */
export const SUITES = ['refusals', 'queries', 'protocol', 'examples'] as const;

/**
 * What a run performs that is told nothing. The specification has thousands of rows, which take minutes; the query
 * surface writes more than all others together.
 */
export const DEFAULT_SUITES: readonly Suite[] = ['refusals', 'examples'];

/** One of {@link SUITES}. */
export type Suite = (typeof SUITES)[number];

/** What a glob cannot read as itself. */
const WILD = /[*?[{\\(]/;

/**
 * Tells whether a glob could mean rows of a suite that plans its rows only when the targets are known. Their
 * identities begin with the suite's name.
 */
export function couldMean(glob: string, suite: Suite): boolean {
  const wild = glob.search(WILD);
  const literal = wild < 0 ? glob : glob.slice(0, wild);
  const prefix = `${suite}/`;
  return literal.startsWith(prefix) || (wild >= 0 && prefix.startsWith(literal));
}

/** The suite of a row, which its identity begins with; recordings are named as their authors like. */
export function suiteOfRow(row: string): Suite {
  return SUITES.find((suite) => row.startsWith(`${suite}/`)) ?? 'examples';
}
