import type { CauseGroup } from '../harness/compat/group-causes.ts';
import type { Matrix, MatrixTarget } from '../harness/compat/matrix.ts';
import { VERDICTS, type RowResult } from '../harness/results/verdict.ts';
import { countRan, describeDocumented, formatDuration, wallTime } from './figures.ts';
import { Pool } from './pool.ts';
import { VERDICT_SIGNS } from './verdict-words.ts';

/**
 * A cell, by position to keep 5,000 of them small: index of the verdict, 1 if documented, milliseconds, number of
 * checks, index of the reason, indices of the findings, index of the end of the process, index of the shrunk
 * transcript. −1: none. 0 instead of the whole: not run.
 */
type CellData = 0 | readonly [number, 0 | 1, number, number, number, readonly number[], number, number];

/** Places of one cause that are listed; the rest is counted. */
const MAX_PLACES = 200;

/** What the page knows of the matrix; the dialogues are apart, and read when the first is opened. */
export function htmlDataFrom(matrix: Matrix, title: string): unknown {
  const texts = new Pool();
  const columns = new Map(matrix.targets.map(({ name }, index) => [name, index]));
  const positions = new Map(matrix.rows.map(({ row }, index) => [row, index]));
  const rows = matrix.rows.map(({ row, module, cells, differs }) => ({
    row,
    module,
    differs,
    cells: cells.map((cell) => cellData(cell, texts)),
  }));
  return {
    title,
    suites: [...new Set(matrix.targets.flatMap(suitesOf))],
    wallTime: formatDuration(wallTime(matrix.targets)),
    verdicts: VERDICTS.map((word) => ({ word, ...VERDICT_SIGNS[word], count: matrix.counts[word] ?? 0 })),
    targets: matrix.targets.map(targetData),
    modules: matrix.modules.map(({ module, rows, counts }) => ({
      module,
      rows,
      counts: counts.map((count) => ({ ran: countRan(count), ...count })),
    })),
    rows,
    causes: matrix.causes.map((cause) => causeData(cause, columns, positions)),
    texts: texts.texts,
  };
}

function cellData(cell: RowResult | undefined, texts: Pool): CellData {
  if (cell === undefined) return 0;
  return [
    VERDICTS.indexOf(cell.verdict),
    cell.documented ? 1 : 0,
    Math.round(cell.duration * 10) / 10,
    cell.checks,
    cell.reason === undefined ? -1 : texts.add(cell.reason),
    cell.findings.map((finding) => texts.add(JSON.stringify(finding))),
    cell.process === undefined ? -1 : texts.add(JSON.stringify(cell.process)),
    cell.shrunk === undefined ? -1 : texts.add(cell.shrunk),
  ];
}

function targetData(target: MatrixTarget): unknown {
  if (target.state !== 'run') return target;
  const { name, state, facts, counts, documented, summaries } = target;
  return {
    name,
    state,
    facts,
    counts: { ran: countRan(counts), ...counts },
    documented: describeDocumented(documented),
    runs: summaries.map(({ suite, started, finished }) => ({ suite, started, finished })),
  };
}

function suitesOf(target: MatrixTarget): readonly string[] {
  return target.state === 'run' ? target.summaries.map(({ suite }) => suite) : [];
}

type Positions = ReadonlyMap<string, number>;

function causeData(cause: CauseGroup, columns: Positions, positions: Positions): unknown {
  const { places, ...head } = cause;
  const shown = places.slice(0, MAX_PLACES).map(({ row, target, message, pointer }) => {
    return [positions.get(row) ?? -1, columns.get(target) ?? -1, message, pointer];
  });
  return { ...head, count: places.length, places: shown };
}
