import type { Matrix, Prediction } from '../harness/compat/matrix.ts';
import { plural } from './figures.ts';

const KINDS = ['absent', 'refused', 'fits'] as const satisfies readonly Prediction['kind'][];

/** Signs of predictions; none of them is a sign of a verdict. */
const SIGNS: Readonly<Record<Prediction['kind'], string>> = { absent: '∅', refused: '×', fits: '·' };

/** The sign of a cell that was not run, in parentheses, so that nobody takes it for a verdict; '' for no prediction. */
export function predictedSign(prediction: Prediction | undefined): string {
  return prediction === undefined ? '' : `(${SIGNS[prediction.kind]})`;
}

/** Heads of the columns that only schemas fill. */
export function predictedHeads({ predictions }: Matrix): readonly string[] {
  return (predictions?.releases ?? []).map((release) => `${release} schema`);
}

/** What the signs in parentheses mean; '' where there are none. */
export function predictedLegend(matrix: Matrix): string {
  if (countPredictions(matrix).size === 0) return '';
  const signs = KINDS.map((kind) => `(${SIGNS[kind]}) ${kind}`);
  return `; not run, and by the schema: ${signs.join(', ')}`;
}

/** How many cells were not run, and what the schemas say of them, in a line; '' for none. */
export function describePredictions(matrix: Matrix): string {
  const counts = countPredictions(matrix);
  if (counts.size === 0) return '';
  const words = KINDS.flatMap((kind) => (counts.has(kind) ? [`${counts.get(kind) ?? 0} ${kind}`] : []));
  const sum = [...counts.values()].reduce((total, count) => total + count, 0);
  return `not run, and predicted by the schema: ${plural(sum, 'cell')}; ${words.join(', ')}\n`;
}

function countPredictions({ predictions }: Matrix): ReadonlyMap<Prediction['kind'], number> {
  const counts = new Map<Prediction['kind'], number>();
  for (const { targets, releases } of predictions?.rows ?? []) {
    for (const one of [...targets, ...releases]) {
      if (one !== undefined) counts.set(one.kind, (counts.get(one.kind) ?? 0) + 1);
    }
  }
  return counts;
}
