import type { DocumentedCounts } from '../harness/compat/documented-counts.ts';
import type { CauseGroup } from '../harness/compat/group-causes.ts';
import type { Forecast } from '../harness/compat/forecast.ts';
import type { Matrix, MatrixRow, MatrixTarget } from '../harness/compat/matrix.ts';
import type { VerdictCounts } from '../harness/results/run.ts';
import { VERDICTS, type RowResult } from '../harness/results/verdict.ts';
import { countRan, describeCounts, describeDocumented, formatDuration, plural, wallTime } from './figures.ts';
import { oneLine } from './text.ts';
import { VERDICT_SIGNS } from './verdict-words.ts';

/** How many places of a cause are listed. */
const MAX_PLACES = 10;

/** The matrix as GitHub-flavoured Markdown: figures, modules × targets, all rows, and the causes. */
export function renderMarkdown(matrix: Matrix): string {
  const sections = [
    `# QMP conformance\n\n${figuresOf(matrix)}`,
    targetsTable(matrix),
    modulesTable(matrix),
    causesList(matrix.causes),
    ...matrix.forecasts.map(forecastTable),
    rowTables(matrix),
  ];
  return `${sections.filter((section) => section !== '').join('\n\n')}\n`;
}

function figuresOf(matrix: Matrix): string {
  const ran = matrix.targets.filter(({ state }) => state === 'run').length;
  const differing = matrix.rows.filter(({ differs }) => differs).length;
  const figures = [
    `${plural(matrix.rows.length, 'row')} × ${plural(ran, 'target')}`,
    describeCounts(matrix.counts),
    `${plural(differing, 'row')} differ between targets`,
    `wall time ${formatDuration(wallTime(matrix.targets))}`,
  ];
  return `${figures.filter((figure) => figure !== '').join('; ')}.`;
}

function targetsTable(matrix: Matrix): string {
  const lines = matrix.targets.map((target) => {
    const cells = target.state === 'run' ? ranCells(target.counts, target.documented) : absentCells(target);
    return [escapeMarkdown(target.name), ...cells];
  });
  return table('## Targets', ['target', 'passed/ran', 'documented and valid', 'others'], lines);
}

function ranCells(counts: VerdictCounts, documented: DocumentedCounts): string[] {
  return [shareOf(counts), describeDocumented(documented), describeCounts({ ...counts, pass: 0 })];
}

function absentCells(target: Exclude<MatrixTarget, { state: 'run' }>): string[] {
  const words = target.state === 'missing' ? 'not run' : 'not whole';
  return [words, '', `${words}: ${escapeMarkdown(target.reason)}`];
}

function modulesTable(matrix: Matrix): string {
  const lines = matrix.modules.map(({ module, rows, counts }) => [
    escapeMarkdown(module),
    String(rows),
    ...counts.map((count, index) => (matrix.targets[index]?.state === 'run' ? moduleCell(count) : 'not run')),
  ]);
  return table('## Modules', ['module', 'rows', ...namesOf(matrix)], lines);
}

function moduleCell(counts: VerdictCounts): string {
  const others = VERDICTS.filter((verdict) => verdict !== 'pass' && (counts[verdict] ?? 0) > 0);
  const words = others.map((verdict) => `${VERDICT_SIGNS[verdict].glyph} ${counts[verdict] ?? 0}`);
  return [shareOf(counts), ...words].join(', ');
}

function causesList(causes: readonly CauseGroup[]): string {
  if (causes.length === 0) return '';
  return ['## Causes', ...causes.map(causeItem)].join('\n\n');
}

function causeItem(cause: CauseGroup): string {
  const spread = `${plural(cause.rows, 'row')} on ${plural(cause.targets, 'target')}`;
  const rule = cause.rule === cause.verdict ? '' : ` \`${codeText(cause.rule)}\``;
  const blame = cause.blame === undefined ? '' : `, ${cause.blame} to blame`;
  const what = cause.what === '' ? '' : `: ${escapeMarkdown(cause.what)}`;
  const expected = cause.expected === '' ? '' : `; expected ${escapeMarkdown(cause.expected)}`;
  const places = cause.places.slice(0, MAX_PLACES).map(({ row, target, message, pointer }) => {
    const place =
      message < 0 ? '' : `, message ${message}${pointer === '' ? '' : ` at \`${codeText(pointer)}\``}`;
    return `  * \`${codeText(row)} @ ${codeText(target)}\`${place}`;
  });
  const rest = cause.places.length - places.length;
  if (rest > 0) places.push(`  * and ${plural(rest, 'more place')}`);
  return [`* **${cause.verdict}**${rule}${blame} (${spread})${what}${expected}`, ...places].join('\n');
}

function forecastTable({ target, base, policy, passed, breaks }: Forecast): string {
  const lines = breaks.map(({ row, reason }) => [codeText(row), escapeMarkdown(oneLine(reason))]);
  const title = `## Forecast: ${escapeMarkdown(target)}\n\n${plural(breaks.length, 'row')} of ${passed} that pass on ${escapeMarkdown(base)} would break under ${codeText(`-compat ${policy}`)}.`;
  return breaks.length === 0 ? title : table(title, ['row', 'what comes'], lines);
}

function rowTables(matrix: Matrix): string {
  const legend = VERDICTS.map((verdict) => `${VERDICT_SIGNS[verdict].glyph} ${verdict}`).join(', ');
  const tables = matrix.modules.map(({ module }) => {
    const rows = matrix.rows.filter((row) => row.module === module);
    return table(`### ${escapeMarkdown(module)}`, ['row', ...namesOf(matrix)], rows.map(rowLine));
  });
  return [
    `## Rows\n\n${legend}; bold: the target’s release documents the row; empty: not run.`,
    ...tables,
  ].join('\n\n');
}

function rowLine({ row, cells }: MatrixRow): string[] {
  return [`\`${codeText(row)}\``, ...cells.map(cellSign)];
}

function cellSign(cell: RowResult | undefined): string {
  if (cell === undefined) return '';
  const { glyph } = VERDICT_SIGNS[cell.verdict];
  return cell.documented ? `**${glyph}**` : glyph;
}

function namesOf(matrix: Matrix): string[] {
  return matrix.targets.map(({ name }) => escapeMarkdown(name));
}

function shareOf(counts: VerdictCounts): string {
  return `${counts.pass ?? 0}/${countRan(counts)}`;
}

function table(title: string, head: readonly string[], lines: readonly (readonly string[])[]): string {
  const rows = [head, head.map(() => '---'), ...lines];
  return `${title}\n\n${rows.map((cells) => `| ${cells.join(' | ')} |`).join('\n')}`;
}

/** A text of unknown origin as Markdown that shows it and does nothing else. */
export function escapeMarkdown(text: string): string {
  return oneLine(text)
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll(/[\\`*_[\]|~#!]/g, '\\$&');
}

/** A text inside a code span: no backtick may end it, no bar may end the cell of a table. */
export function codeText(text: string): string {
  return oneLine(text).replaceAll('`', 'ˋ').replaceAll('|', '\\|');
}
