import type { CauseGroup } from '../harness/compat/group-causes.ts';
import type { Matrix, MatrixTarget, Prediction, VersionChange } from '../harness/compat/matrix.ts';
import { compareTargets } from '../harness/compat/target-order.ts';
import { VERDICTS, type Finding, type ProcessEnd, type RowResult } from '../harness/results/verdict.ts';
import { costOf, cutAt } from './cut-text.ts';
import { countRan, describeDocumented, formatDuration, wallTime } from './figures.ts';
import { demandOfRule } from './html-rules.ts';
import { Pool } from './pool.ts';
import { VERDICT_SIGNS } from './verdict-words.ts';

/**
 * A cell, by position to keep 50,000 of them small: index of the verdict, 1 if documented, milliseconds, number of
 * checks, index of the reason, indices of the findings, index of the end of the process, index of the shrunk
 * transcript. −1: none. Instead of the whole 0: not run; n: not run, and predicted by the n-th of `predictions`.
 */
type CellData = number | readonly [number, 0 | 1, number, number, number, readonly number[], number, number];

/** Places of one cause that are listed, and causes; the rest is counted. */
const MAX_PLACES = 200;
const MAX_CAUSES = 1000;

/** What an archive may make the page hold: characters of one text, findings of one cell, and bytes of all texts. */
const MAX_TEXT = 4000;
const MAX_FINDINGS = 50;
const MAX_TEXTS = 6_000_000;

/** A column of the page: a target, or a release of which only the schema is known. */
type ColumnSource =
  | { readonly name: string; readonly target: MatrixTarget; readonly index: number }
  | { readonly name: string; readonly release: string; readonly index: number };

/** What the page knows of the matrix; the dialogues are apart, and read when the first is opened. */
export function htmlDataFrom(matrix: Matrix, title: string): unknown {
  const keeper: Keeper = { pool: new Pool(), left: MAX_TEXTS };
  const predictions = new Pool();
  const sources = columnsOf(matrix);
  const columns = new Map(sources.map(({ name }, index) => [name, index]));
  const positions = new Map(matrix.rows.map(({ row }, index) => [row, index]));
  const changes = changesByRow(matrix.changes, columns);
  const rows = matrix.rows.map(({ row, module, cells, differs }, at) => ({
    row,
    module,
    differs,
    cells: sources.map((source) => {
      const cell = 'target' in source ? cells[source.index] : undefined;
      return cell === undefined
        ? predicted(predictionOf(matrix, source, at), predictions)
        : cellData(cell, keeper);
    }),
    ...(changes.has(row) && { changes: changes.get(row) }),
  }));
  const causes = matrix.causes.slice(0, MAX_CAUSES);
  return {
    title,
    suites: [...new Set(matrix.targets.flatMap(suitesOf))],
    wallTime: formatDuration(wallTime(matrix.targets)),
    verdicts: VERDICTS.map((word) => ({ word, ...VERDICT_SIGNS[word], count: matrix.counts[word] ?? 0 })),
    targets: sources.map((source) =>
      'target' in source ? targetData(source.target, source.index) : releaseData(source),
    ),
    modules: matrix.modules.map(({ module, rows, counts }) => ({
      module,
      rows,
      counts: sources.map((source) => {
        const count = 'target' in source ? (counts[source.index] ?? {}) : {};
        return { ran: countRan(count), ...count };
      }),
    })),
    rows,
    causes: causes.map((cause) => causeData(cause, columns, positions)),
    moreCauses: matrix.causes.length - causes.length,
    rules: demandsOf(matrix.causes),
    predictions: predictions.texts,
    texts: keeper.pool.texts,
  };
}

/** The targets, and between them, by version, the releases that are only predicted. */
function columnsOf({ targets, predictions }: Matrix): readonly ColumnSource[] {
  const run = targets.map((target, index) => ({ name: target.name, target, index }));
  const added = (predictions?.releases ?? []).map((release, index) => ({
    name: `${release} schema`,
    release,
    index,
  }));
  return [...run, ...added].sort((a, b) => compareTargets(a.name, b.name));
}

function predictionOf({ predictions }: Matrix, source: ColumnSource, row: number): Prediction | undefined {
  const of = predictions?.rows[row];
  return 'target' in source ? of?.targets[source.index] : of?.releases[source.index];
}

function predicted(prediction: Prediction | undefined, pool: Pool): number {
  if (prediction === undefined) return 0;
  const { kind, evidence, documented } = prediction;
  return 1 + pool.add(JSON.stringify({ kind, evidence: cutAt(evidence, MAX_TEXT), documented }));
}

interface Keeper {
  readonly pool: Pool;
  left: number;
}

/** The index of a text, cut where it is beyond all measure, or where the page has had enough. */
function keep(text: string, keeper: Keeper): number {
  const short = cutAt(text, MAX_TEXT);
  const kept = short.length < text.length ? `${short}…` : short;
  if (keeper.pool.has(kept)) return keeper.pool.add(kept);
  const cost = costOf(kept);
  if (cost > keeper.left)
    return keeper.pool.add('left out: the page has no room for more; the run archive has it');
  keeper.left -= cost;
  return keeper.pool.add(kept);
}

function cellData(cell: RowResult, keeper: Keeper): CellData {
  return [
    VERDICTS.indexOf(cell.verdict),
    cell.documented ? 1 : 0,
    Math.round(cell.duration * 10) / 10,
    cell.checks,
    cell.reason === undefined ? -1 : keep(cell.reason, keeper),
    cell.findings
      .slice(0, MAX_FINDINGS)
      .flatMap((finding) => keepRecord(shortFinding(finding), keeper) ?? []),
    cell.process === undefined ? -1 : (keepRecord(shortProcess(cell.process), keeper) ?? -1),
    cell.shrunk === undefined ? -1 : keep(cell.shrunk, keeper),
  ];
}

/** As {@link keep}, of what is read as JSON and must stay whole; `undefined` where there is no room. */
function keepRecord(record: object, keeper: Keeper): number | undefined {
  const text = JSON.stringify(record);
  const cost = keeper.pool.has(text) ? 0 : costOf(text);
  if (cost > keeper.left) return undefined;
  keeper.left -= cost;
  return keeper.pool.add(text);
}

function shortFinding({ blame, rule, message, pointer, what, expected }: Finding): Finding {
  const [short, place] = [cutAt(rule, 200), cutAt(pointer, 1000)];
  return {
    blame,
    rule: short,
    message,
    pointer: place,
    what: cutAt(what, MAX_TEXT),
    expected: cutAt(expected, MAX_TEXT),
  };
}

function shortProcess({ command, code, signal, stderr }: ProcessEnd): ProcessEnd {
  return {
    command: command.slice(0, 200).map((word) => cutAt(word, 500)),
    code,
    signal: signal === null ? null : cutAt(signal, 200),
    stderr: stderr.length > MAX_TEXT ? `…${stderr.slice(-MAX_TEXT).toWellFormed()}` : stderr,
  };
}

/** `at`: its place among the targets alone, by which the dialogues know it. */
function targetData(target: MatrixTarget, at: number): unknown {
  if (target.state !== 'run') return { ...target, at };
  const { name, state, facts, counts, documented, summaries } = target;
  return {
    name,
    at,
    state,
    facts,
    counts: { ran: countRan(counts), ...counts },
    documented: describeDocumented(documented),
    runs: summaries.map(({ suite, started, finished }) => ({ suite, started, finished })),
  };
}

function releaseData({ name, release }: { readonly name: string; readonly release: string }): unknown {
  return { name, state: 'predicted', release, reason: `only what the schema of ${release} says` };
}

function suitesOf(target: MatrixTarget): readonly string[] {
  return target.state === 'run' ? target.summaries.map(({ suite }) => suite) : [];
}

type Positions = ReadonlyMap<string, number>;

/** For each row: 1 for "first bad" and 0 for "fixed in", the column, and the column before. */
function changesByRow(
  changes: readonly VersionChange[],
  columns: Positions,
): ReadonlyMap<string, readonly (readonly number[])[]> {
  const byRow = new Map<string, (readonly number[])[]>();
  for (const { row, kind, target, before } of changes) {
    const change = [kind === 'first-bad' ? 1 : 0, columns.get(target) ?? -1, columns.get(before) ?? -1];
    const known = byRow.get(row);
    if (known === undefined) byRow.set(row, [change]);
    else known.push(change);
  }
  return byRow;
}

function causeData(cause: CauseGroup, columns: Positions, positions: Positions): unknown {
  const { places, what, expected, rule, ...head } = cause;
  const shown = places.slice(0, MAX_PLACES).map(({ row, target, message, pointer }) => {
    return [positions.get(row) ?? -1, columns.get(target) ?? -1, message, cutAt(pointer, 1000)];
  });
  const words = { rule: cutAt(rule, 200), what: cutAt(what, MAX_TEXT), expected: cutAt(expected, MAX_TEXT) };
  return { ...head, ...words, count: places.length, places: shown };
}

/** The demand of each rule that a finding of the page names. */
function demandsOf(causes: readonly CauseGroup[]): Readonly<Record<string, string>> {
  const rules = [...new Set(causes.map(({ rule }) => rule))];
  return Object.fromEntries(
    rules.map((rule) => [rule, demandOfRule(rule)]).filter(([, demand]) => demand !== ''),
  ) as Readonly<Record<string, string>>;
}
