import Table from 'cli-table3';
import type pc from 'picocolors';
import type { Matrix, MatrixTarget } from '../harness/compat/matrix.ts';
import type { VerdictCounts } from '../harness/results/run.ts';
import { VERDICTS } from '../harness/results/verdict.ts';
import { countRan, countRed, isRed } from './figures.ts';
import { oneLine } from './text.ts';
import { VERDICT_SIGNS } from './verdict-words.ts';

type Colours = ReturnType<typeof pc.createColors>;

/** What a column shows of its counts: all of them, or those that make the exit code other than 0. */
type Detail = 'full' | 'brief';

const MAX_LABEL = 28;
const GAP = 2;

interface Column {
  readonly head: readonly string[];
  readonly cells: readonly string[];
  readonly counts: readonly VerdictCounts[];
  readonly width: number;
}

/** Modules × targets, in as many tables one below the other as the width asks for. */
export function renderTables(matrix: Matrix, width: number, colours: Colours): string {
  const labels = [...matrix.modules.map(({ module }) => shorten(oneLine(module))), 'all'];
  const labelWidth = Math.max(...labels.map((label) => label.length));
  const room = Math.max(width - labelWidth, 12);
  const full = columnsOf(matrix, 'full');
  const columns = widthOf(full) <= room ? full : columnsOf(matrix, 'brief');
  return chunks(columns, room)
    .map((chunk) => `${tableOf(labels, chunk, colours)}\n`)
    .join('\n');
}

function columnsOf(matrix: Matrix, detail: Detail): readonly Column[] {
  return matrix.targets.map((target, index) => {
    const counts = [...matrix.modules.map((module) => module.counts[index] ?? {}), totalOf(target)];
    const cells = counts.map((count) => (target.state === 'run' ? cellText(count, detail) : 'not run'));
    const head = oneLine(target.name).split(' ');
    return { head, cells, counts, width: Math.max(...[...head, ...cells].map((text) => text.length)) };
  });
}

function totalOf(target: MatrixTarget): VerdictCounts {
  return target.state === 'run' ? target.counts : {};
}

function cellText(counts: VerdictCounts, detail: Detail): string {
  const ran = `${counts.pass ?? 0}/${countRan(counts)}`;
  if (Object.keys(counts).length === 0) return '·';
  const others = VERDICTS.filter((verdict) => verdict !== 'pass' && (counts[verdict] ?? 0) > 0);
  const shown = detail === 'full' ? others : others.filter((verdict) => isRed(verdict));
  return [ran, ...shown.map((verdict) => `${VERDICT_SIGNS[verdict].letter}${counts[verdict] ?? 0}`)].join(
    ' ',
  );
}

function chunks(columns: readonly Column[], room: number): readonly (readonly Column[])[] {
  const parts: Column[][] = [[]];
  for (const column of columns) {
    const last = parts.at(-1) ?? [];
    if (last.length === 0 || widthOf([...last, column]) <= room) last.push(column);
    else parts.push([column]);
  }
  return parts;
}

function widthOf(columns: readonly Column[]): number {
  return columns.reduce((sum, { width }) => sum + width + GAP, 0);
}

function tableOf(labels: readonly string[], columns: readonly Column[], colours: Colours): string {
  const height = Math.max(...columns.map(({ head }) => head.length));
  const heads = columns.map(({ head }) =>
    [...head, ...Array<string>(height - head.length).fill('')].join('\n'),
  );
  const table = new Table({
    head: ['module', ...heads].map((text) => colours.bold(text)),
    chars: NO_LINES,
    style: { head: [], border: [], 'padding-left': 0, 'padding-right': GAP },
  });
  labels.forEach((label, row) => {
    table.push([label, ...columns.map((column) => paint(column, row, colours))]);
  });
  return table
    .toString()
    .split('\n')
    .map((line) => line.trimEnd())
    .join('\n');
}

function paint({ cells, counts }: Column, row: number, colours: Colours): string {
  const text = cells[row] ?? '';
  const count = counts[row] ?? {};
  const [ran = '', ...others] = text.split(' ');
  if (Object.keys(count).length === 0) return colours.dim(text);
  const colour = countRed(count) > 0 ? colours.red : (count.pass ?? 0) > 0 ? colours.green : colours.dim;
  return [colour(ran), ...others].join(' ');
}

function shorten(label: string): string {
  return label.length <= MAX_LABEL ? label : `${label.slice(0, MAX_LABEL - 1)}…`;
}

const NO_LINES = {
  top: '',
  'top-mid': '',
  'top-left': '',
  'top-right': '',
  bottom: '',
  'bottom-mid': '',
  'bottom-left': '',
  'bottom-right': '',
  left: '',
  'left-mid': '',
  mid: '',
  'mid-mid': '',
  right: '',
  'right-mid': '',
  middle: '',
};
