import type { DocumentedCounts } from '../harness/compat/documented-counts.ts';
import type { CauseGroup } from '../harness/compat/group-causes.ts';
import type { Forecast } from '../harness/compat/forecast.ts';
import type { Matrix, MatrixRow, MatrixTarget } from '../harness/compat/matrix.ts';
import type { VerdictCounts } from '../harness/results/run.ts';
import { VERDICTS, type RowResult, type TargetFacts } from '../harness/results/verdict.ts';
import { changesSection } from './changes-markdown.ts';
import { countRan, describeCounts, describeDocumented, formatDuration, plural, wallTime } from './figures.ts';
import { codeText, escapeMarkdown } from './markdown-text.ts';
import { oneLine } from './text.ts';
import { predictedHeads, predictedLegend, predictedSign } from './predicted-words.ts';
import { VERDICT_SIGNS } from './verdict-words.ts';

export { codeText, escapeMarkdown };

/** How many places of a cause are listed. */
const MAX_PLACES = 10;

/** The matrix as GitHub-flavoured Markdown: figures, modules × targets, all rows, and the causes. */
export function renderMarkdown(matrix: Matrix): string {
  const sections = [
    `# QMP conformance\n\n${figuresOf(matrix)}`,
    targetsTable(matrix),
    modulesTable(matrix),
    changesSection(matrix),
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
    const own = target.state === 'run' ? identityCells(target.facts) : ['', ''];
    return [escapeMarkdown(target.name), ...cells, ...own];
  });
  const heads = ['target', 'passed/ran', 'documented and valid', 'others', 'says it is', 'SHA-256'];
  return table('## Targets', heads, lines);
}

/** What the target says it is, and what it is: its own version string, and the digest of its binary. */
function identityCells({ version, package: packaged, digest }: TargetFacts): string[] {
  const words = packaged === '' ? version : `${version} (${packaged})`;
  return [escapeMarkdown(words), digest === undefined ? '' : `\`${codeText(digest)}\``];
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
  const heads = ['row', ...namesOf(matrix), ...predictedHeads(matrix)];
  const tables = matrix.modules.map(({ module }) => {
    const rows = matrix.rows.flatMap((row, at) => (row.module === module ? [rowLine(row, at, matrix)] : []));
    return table(`### ${escapeMarkdown(module)}`, heads, rows);
  });
  return [
    `## Rows\n\n${legend}; bold: the target’s release documents the row; empty: not run${predictedLegend(matrix)}.`,
    ...tables,
  ].join('\n\n');
}

function rowLine({ row, cells }: MatrixRow, at: number, matrix: Matrix): string[] {
  const predicted = matrix.predictions?.rows[at];
  return [
    `\`${codeText(row)}\``,
    ...cells.map((cell, column) =>
      cell === undefined ? predictedSign(predicted?.targets[column]) : cellSign(cell),
    ),
    ...(predicted?.releases ?? []).map(predictedSign),
  ];
}

function cellSign(cell: RowResult): string {
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
