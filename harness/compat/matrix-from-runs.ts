import { InputError } from '../errors.ts';
import { countVerdicts, type Run } from '../results/run.ts';
import type { MissingTarget, RowResult, TargetFacts } from '../results/verdict.ts';
import { countDocumented } from './documented-counts.ts';
import { forecastsFrom, isForecastBreak } from './forecast.ts';
import { groupCauses } from './group-causes.ts';
import type { Matrix, MatrixModule, MatrixRow, MatrixTarget } from './matrix.ts';
import { compareTargets, compareText } from './target-order.ts';
import { findVersionChanges } from './version-changes.ts';

/**
 * Makes a matrix of runs. Runs of one target and binary that share no row are one column.
 * @throws {InputError} for two runs of one name that are of different binaries, or have a row in common.
 */
export function matrixFromRuns(runs: readonly Run[], missing: readonly MissingTarget[] = []): Matrix {
  const columns = columnsFrom(runs);
  const targets = targetsFrom(runs, missing, columns);
  const rows = rowsFrom(columns, targets);
  const forecasts = forecastsFrom(runs);
  const results = rows.flatMap(({ cells }) => cells.filter((cell) => cell !== undefined));
  return {
    targets,
    rows,
    modules: modulesFrom(rows, targets),
    counts: countVerdicts(results),
    causes: groupCauses(results.filter((result) => !isForecastBreak(result, forecasts))),
    forecasts,
    changes: findVersionChanges(targets, rows),
  };
}

/** The rows on which targets differ. */
export function differences(matrix: Matrix): readonly MatrixRow[] {
  return matrix.rows.filter(({ differs }) => differs);
}

/** The second segment of `examples/migration/query-migrate`; the first where there are only two. */
export function moduleOfRow(row: string): string {
  const segments = row.split('/');
  return (segments.length > 2 ? segments[1] : segments[0]) ?? row;
}

interface Column {
  readonly runs: Run[];
  readonly results: Map<string, RowResult>;
}

function columnsFrom(runs: readonly Run[]): ReadonlyMap<string, Column> {
  const columns = new Map<string, Column>();
  for (const run of runs) {
    if (run.notWhole !== undefined) continue;
    const column = columns.get(run.target.name) ?? { runs: [], results: new Map<string, RowResult>() };
    columns.set(run.target.name, column);
    addRun(column, run);
  }
  return columns;
}

function addRun(column: Column, run: Run): void {
  const [first] = column.runs;
  const { name, digest } = run.target;
  if (first !== undefined && first.target.digest !== digest) {
    throw new InputError(`${run.dir}: '${name}' is another binary than in ${first.dir}; expected the same`);
  }
  column.runs.push(run);
  for (const result of run.results) {
    if (column.results.has(result.row)) {
      const where = first?.dir ?? run.dir;
      throw new InputError(`${run.dir}: '${result.row} @ ${name}' stands in ${where} too; expected it once`);
    }
    column.results.set(result.row, result);
  }
}

function targetsFrom(
  runs: readonly Run[],
  missing: readonly MissingTarget[],
  columns: ReadonlyMap<string, Column>,
): readonly MatrixTarget[] {
  const targets = new Map<string, MatrixTarget>();
  for (const { name, reason } of missing) targets.set(name, { state: 'missing', name, reason });
  for (const { target, notWhole, dir } of runs) {
    if (notWhole === undefined) continue;
    targets.set(target.name, { state: 'not-whole', name: target.name, reason: `${dir}: ${notWhole}` });
  }
  for (const [name, column] of columns) {
    // A part that was cut off makes the whole column not whole, however many parts came through.
    if (targets.get(name)?.state !== 'not-whole') targets.set(name, ranTarget(name, column));
  }
  return [...targets.values()].sort((a, b) => compareTargets(a.name, b.name));
}

/** The commands and events that a target has are for whoever counts them; every page would carry them. */
function withoutNames({ commands: _commands, events: _events, ...facts }: TargetFacts): TargetFacts {
  return facts;
}

function ranTarget(name: string, { runs, results }: Column): MatrixTarget {
  const [first] = runs;
  if (first === undefined) return { state: 'missing', name, reason: 'no run' };
  const values = [...results.values()];
  return {
    state: 'run',
    name,
    facts: withoutNames(first.target),
    summaries: runs.flatMap(({ summary }) => (summary === undefined ? [] : [summary])),
    counts: countVerdicts(values),
    documented: countDocumented(values),
  };
}

function rowsFrom(
  columns: ReadonlyMap<string, Column>,
  targets: readonly MatrixTarget[],
): readonly MatrixRow[] {
  const shown = targets.map((target) =>
    target.state === 'run' ? columns.get(target.name)?.results : undefined,
  );
  const rows = new Set(shown.flatMap((results) => [...(results?.keys() ?? [])]));
  return [...rows].sort(compareText).map((row) => {
    const cells = shown.map((results) => results?.get(row));
    const verdicts = new Set(cells.flatMap((cell) => (cell === undefined ? [] : [cell.verdict])));
    return { row, module: moduleOfRow(row), cells, differs: verdicts.size > 1 };
  });
}

function modulesFrom(rows: readonly MatrixRow[], targets: readonly MatrixTarget[]): readonly MatrixModule[] {
  const byModule = new Map<string, MatrixRow[]>();
  for (const row of rows) {
    const module = byModule.get(row.module);
    if (module === undefined) byModule.set(row.module, [row]);
    else module.push(row);
  }
  return [...byModule]
    .sort(([a], [b]) => compareText(a, b))
    .map(([module, members]) => ({
      module,
      rows: members.length,
      counts: targets.map((_, column) => {
        return countVerdicts(members.flatMap(({ cells }) => cells[column] ?? []));
      }),
    }));
}
