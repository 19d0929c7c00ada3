import type { AbsentTarget, Matrix, RanTarget } from '../harness/compat/matrix.ts';
import { fingerprintOf } from '../harness/results/fingerprint.ts';
import type { RunSummary } from '../harness/results/run.ts';
import type { RowResult } from '../harness/results/verdict.ts';

/** The number of the stream's format; `schemas/formats/result-stream.json` describes it. */
export const STREAM_FORMAT = 1;

/** What the lines of a stream are. */
export const STREAM_TYPES = ['run', 'missing', 'result', 'end'] as const;

/**
 * All results of an invocation as one stream, a JSON object to a line: what was run, what could not be, each result by
 * row and then by target, and how it ended. The same archives give the same bytes.
 * @param exitCode of the command that made or judged the results
 */
export function renderNdjson(matrix: Matrix, exitCode: number): string {
  const results = matrix.rows.flatMap(({ cells }) => cells.filter((cell) => cell !== undefined));
  const lines: readonly object[] = [
    {
      type: 'run',
      format: STREAM_FORMAT,
      targets: matrix.targets.flatMap((target) => (target.state === 'run' ? [targetMember(target)] : [])),
    },
    ...matrix.targets.flatMap((target) => (target.state === 'run' ? [] : [missingLine(target)])),
    ...results.map(resultLine),
    { type: 'end', counts: matrix.counts, whole: isWhole(matrix), exitCode },
  ];
  return lines.map((line) => `${JSON.stringify(line)}\n`).join('');
}

/** Whether every target that was run came to its end. */
export function isWhole({ targets }: Matrix): boolean {
  return targets.every(({ state }) => state !== 'not-whole');
}

/** A whole run has a result for each row that was planned; parts of a run may have rows in common. */
function targetMember({ facts, summaries, counts }: RanTarget): object {
  const planned = Object.values(counts).reduce((sum, count) => sum + count, 0);
  return { ...facts, planned, runs: summaries.map(runMember) };
}

/** Which rows were planned stands in the results. */
function runMember({ complete: _complete, counts: _counts, planned, ...rest }: RunSummary): object {
  return { ...rest, planned: planned.length };
}

function missingLine({ name, state, reason }: AbsentTarget): object {
  return { type: 'missing', target: name, state, reason };
}

/** What passes differs in nothing: it has no fingerprint. The order of members is that of the archives. */
function resultLine(result: RowResult): object {
  const { row, target, verdict, reason, findings, checks, documented, duration, ...rest } = result;
  const known = { row, target, verdict, reason, findings, checks, documented, duration };
  const fingerprint = verdict === 'pass' ? undefined : fingerprintOf(result);
  return { type: 'result', ...known, ...rest, fingerprint };
}
