import type { Matrix } from '../harness/compat/matrix.ts';
import type { RowResult } from '../harness/results/verdict.ts';
import { oneLine } from './text.ts';

/**
 * The matrix as TAP version 14, a test point to a cell. What the exit code forgives is a TODO or a SKIP with its
 * reason: `known-failure` and `untestable` are `not ok # TODO`, `not-applicable` is `ok # SKIP`. A target that was
 * not run is a `not ok # TODO` of its own, so that it is counted.
 */
export function renderTap(matrix: Matrix): string {
  const cells = matrix.rows.flatMap(({ cells }) => cells.filter((cell) => cell !== undefined));
  const absent = matrix.targets.filter((target) => target.state !== 'run');
  const points = [
    ...cells.map((cell, index) => testPoint(cell, index + 1)),
    ...absent.map(({ name, reason }, index) => {
      return `not ok ${cells.length + index + 1} - ${escapeTap(`target ${name}`)} # TODO not run: ${escapeTap(reason)}`;
    }),
  ];
  return ['TAP version 14', `1..${points.length}`, ...points, ''].join('\n');
}

function testPoint(result: RowResult, number: number): string {
  const { word, directive } = statusOf(result);
  const line = `${word} ${number} - ${escapeTap(`${result.row} @ ${result.target}`)}${directive}`;
  return result.verdict === 'pass' ? line : `${line}\n${diagnosticOf(result)}`;
}

function statusOf({ verdict, reason = '' }: RowResult): {
  readonly word: string;
  readonly directive: string;
} {
  const why = escapeTap(reason);
  switch (verdict) {
    case 'pass':
      return { word: 'ok', directive: '' };
    case 'not-applicable':
      return { word: 'ok', directive: ` # SKIP ${why}` };
    case 'known-failure':
    case 'untestable':
      return { word: 'not ok', directive: ` # TODO ${verdict}: ${why}` };
    case 'fail':
    case 'unexpected-pass':
    case 'setup-error':
    case 'harness-error':
    case 'crash':
    case 'timeout':
      return { word: 'not ok', directive: '' };
  }
}

/** A YAML block; JSON is YAML, and quotes whatever a target said. */
function diagnosticOf({ verdict, reason, findings, duration, process, shrunk }: RowResult): string {
  const members = { verdict, reason, duration_ms: Math.round(duration), findings, process, shrunk };
  const lines = Object.entries(members)
    .filter(([, value]) => value !== undefined && !(Array.isArray(value) && value.length === 0))
    .map(([name, value]) => `  ${name}: ${asciiJson(value)}`);
  return ['  ---', ...lines, '  ...'].join('\n');
}

/** JSON in ASCII: what ends a line for one reader of TAP does not for another. */
function asciiJson(value: unknown): string {
  return JSON.stringify(value).replaceAll(/[^\x20-\x7e]/g, (unit) => {
    return `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`;
  });
}

function escapeTap(text: string): string {
  return oneLine(text).replaceAll('\\', '\\\\').replaceAll('#', '\\#');
}
