import { seriesOfRelease } from '../release/compare-releases.ts';
import type { Matrix, MatrixTarget, Prediction } from './matrix.ts';

/** Judges rows by the schema of a release; `undefined` for a row of which it says nothing, or a release without schema. */
export type Predictor = (release: string) => ((row: string) => Prediction | undefined) | undefined;

/**
 * The matrix with what the schemas say of the cells that were not run, and of `releases`, which get columns.
 * @param predictor is asked for one release after the other, so that one schema at a time is open
 */
export function withPredictions(matrix: Matrix, releases: readonly string[], predictor: Predictor): Matrix {
  const { targets, rows } = matrix;
  const columns = targets.map((target, index) => {
    const empty = rows.filter(({ cells }) => cells[index] === undefined);
    const release = empty.length === 0 ? undefined : releaseOf(target);
    const predict = release === undefined ? undefined : predictor(release);
    return rows.map(({ row, cells }) => (cells[index] === undefined ? predict?.(row) : undefined));
  });
  const added = releases.map((release) => {
    const predict = predictor(release);
    return rows.map(({ row }) => predict?.(row));
  });
  const predicted = rows.map((_, at) => ({
    targets: columns.map((column) => column[at]),
    releases: added.map((column) => column[at]),
  }));
  return { ...matrix, predictions: { releases, rows: predicted } };
}

/** A target that was not run at all says in its name alone what it would have been. */
function releaseOf(target: MatrixTarget): string | undefined {
  const version = target.state === 'run' ? target.facts.version : (target.name.split(' ')[0] ?? '');
  return version === '' ? undefined : seriesOfRelease(version);
}
