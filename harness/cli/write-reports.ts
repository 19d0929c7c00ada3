import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { renderHtml } from '../../reports/html.ts';
import { renderJunit } from '../../reports/junit.ts';
import { renderMarkdown } from '../../reports/markdown.ts';
import { renderNdjson } from '../../reports/ndjson.ts';
import type { PlaceOf } from '../../reports/row-place.ts';
import { renderRunSarif } from '../../reports/run-sarif.ts';
import { renderSummary } from '../../reports/summary-markdown.ts';
import { renderTap } from '../../reports/tap.ts';
import type { Matrix } from '../compat/matrix.ts';
import { suiteVersion } from '../replay/suite-version.ts';
import { exitCodeOfRuns } from '../results/exit-code.ts';
import { readDialogue } from '../results/read-dialogue.ts';
import type { Run } from '../results/run.ts';
import type { WireRecord } from '../results/verdict.ts';
import { writing } from '../results/write-file.ts';
import { REPORT_FILES, type Reporter } from './reporters.ts';
import { rowRecordings } from './row-recordings.ts';

/** What the reports are made of, and where they go. */
export interface ReportSettings {
  readonly out: string;
  readonly reporters: readonly Reporter[];
  /** Text of a row's transcript; undefined where it is not at hand. */
  readonly expectationOf: (row: string) => string | undefined;
}

/** What each report is made of: nothing but what the archives hold, and the recordings that their rows are of. */
export interface ReportSource {
  readonly matrix: Matrix;
  readonly runs: readonly Run[];
  /** Text of a row's transcript; undefined where it is not at hand. */
  readonly expectationOf: (row: string) => string | undefined;
  readonly placeOf: PlaceOf;
}

/**
 * Writes `matrix.md`, `index.html` and what was asked for into `settings.out`.
 * @throws {SetupError} when the disk takes them not
 */
export async function writeReports(
  matrix: Matrix,
  runs: readonly Run[],
  settings: ReportSettings,
): Promise<void> {
  const { out, reporters, expectationOf } = settings;
  const { placeOf } = rowRecordings();
  await writeReportFiles(out, [...reporters, 'html'], { matrix, runs, expectationOf, placeOf });
  const file = join(out, 'matrix.md');
  await writing(file, writeFile(file, renderMarkdown(matrix)));
}

/**
 * Writes each report once into its file in `out`.
 * @returns the files
 * @throws {SetupError} when the disk takes them not
 */
export async function writeReportFiles(
  out: string,
  reporters: readonly Reporter[],
  source: ReportSource,
): Promise<readonly string[]> {
  await writing(out, mkdir(out, { recursive: true }));
  const files: string[] = [];
  for (const reporter of new Set(reporters)) {
    const file = join(out, REPORT_FILES[reporter]);
    await writing(file, writeFile(file, await renderReport(reporter, source)));
    files.push(file);
  }
  return files;
}

/** One report as text. The same archives give the same bytes. */
export async function renderReport(reporter: Reporter, source: ReportSource): Promise<string> {
  const { matrix, runs, expectationOf, placeOf } = source;
  const exitCode = exitCodeOfRuns(matrix.counts, runs);
  switch (reporter) {
    case 'junit':
      return renderJunit(matrix, { placeOf });
    case 'tap':
      return renderTap(matrix);
    case 'sarif':
      return renderRunSarif(matrix, { version: suiteVersion(), exitCode, placeOf });
    case 'markdown':
      return renderSummary(matrix);
    case 'ndjson':
      return renderNdjson(matrix, exitCode);
    case 'html':
      return renderHtml(matrix, {
        dialogueOf: (row, target) => dialogueIn(runs, row, target),
        expectationOf: (row) => Promise.resolve(expectationOf(row)),
      });
  }
}

/** More than one run holds rows of a target where the rows were shared out. */
async function dialogueIn(runs: readonly Run[], row: string, target: string): Promise<readonly WireRecord[]> {
  for (const run of runs) {
    if (run.target.name !== target) continue;
    const dialogue = await readDialogue(run, row);
    if (dialogue.length > 0) return dialogue;
  }
  return [];
}
