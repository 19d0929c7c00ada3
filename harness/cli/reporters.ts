/** The reports that are made of results, each with the file that it stands in. */
export const REPORTERS = ['junit', 'tap', 'sarif', 'markdown', 'html', 'ndjson'] as const;

/** One of them. */
export type Reporter = (typeof REPORTERS)[number];

/** Names of the files in the folder of the reports. */
export const REPORT_FILES: Readonly<Record<Reporter, string>> = {
  junit: 'results.junit.xml',
  tap: 'results.tap',
  sarif: 'results.sarif',
  markdown: 'summary.md',
  html: 'index.html',
  ndjson: 'results.ndjson',
};
