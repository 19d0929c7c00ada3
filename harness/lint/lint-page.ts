import { InputError } from '../errors.ts';
import { readDocumentation } from '../examples/read-documentation.ts';
import { loadSchema } from '../json-schema/load-schema.ts';
import { modelFromManualPage } from '../qapi/manual-page/read-manual-page.ts';
import { readPageFile } from '../qapi/manual-page/read-page-file.ts';
import { seriesOfRelease } from '../release/compare-releases.ts';
import { lintBlocks } from './lint-blocks.ts';
import type { LintReport } from './lint-report.ts';
import { openLintSchema } from './lint-schema.ts';

/**
 * Judges the examples of a manual page by the schema that is shipped for its release.
 * @param release `x.y`; without it, the release that the page names
 * @throws {InputError} for another page, or a release without a schema.
 */
export function lintManualPage(path: string, release: string | undefined): LintReport {
  const model = modelFromManualPage(readPageFile(path), path);
  const series = seriesOfRelease(release ?? model.release);
  const schema = openLintSchema(loadSchema(series, model.family));
  const read = readDocumentation({ kind: 'manual-page', release: series, path });
  const blocks = read.flatMap((one) => one.blocks);
  if (blocks.length === 0)
    throw new InputError(
      `${path}: no example in it; expected a manual page with examples, of QEMU 10.1 or later`,
    );
  return lintBlocks(blocks, { family: model.family, schema, other: () => undefined }, series, () => path);
}
