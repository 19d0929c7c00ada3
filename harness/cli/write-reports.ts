import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { renderHtml } from '../../reports/html.ts';
import { renderMarkdown } from '../../reports/markdown.ts';
import { renderTap } from '../../reports/tap.ts';
import type { Matrix } from '../compat/matrix.ts';
import { readDialogue } from '../results/read-dialogue.ts';
import type { Run } from '../results/run.ts';
import type { WireRecord } from '../results/verdict.ts';
import { writing } from '../results/write-file.ts';

/** Reports that are written only when asked for. */
export type Reporter = 'tap';

/** What the reports are made of, and where they go. */
export interface ReportSettings {
  readonly out: string;
  readonly reporters: readonly Reporter[];
  /** Text of a row's transcript; undefined where it is not at hand. */
  readonly expectationOf: (row: string) => string | undefined;
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
  const html = await renderHtml(matrix, {
    dialogueOf: (row, target) => dialogueIn(runs, row, target),
    expectationOf: (row) => Promise.resolve(settings.expectationOf(row)),
  });
  const files = new Map([
    ['matrix.md', renderMarkdown(matrix)],
    ['index.html', html],
    ...settings.reporters.map((reporter) => [`results.${reporter}`, renderTap(matrix)] as const),
  ]);
  await writing(settings.out, mkdir(settings.out, { recursive: true }));
  for (const [name, text] of files) {
    const file = join(settings.out, name);
    await writing(file, writeFile(file, text));
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
