import type { CauseGroup } from '../harness/compat/group-causes.ts';
import type { Matrix, MatrixTarget } from '../harness/compat/matrix.ts';
import { boundText } from './bounded-text.ts';
import { countRan, countRed, describeCounts, describeDocumented, isRed, plural } from './figures.ts';
import { isWhole } from './ndjson.ts';
import { oneLine } from './text.ts';

/** What a summary is made with. */
export interface SummaryOptions {
  /** How long it may get, in characters. */
  readonly limit?: number;
  /** What changed since another run, as Markdown of our own making. */
  readonly comparison?: string;
}

/** A comment on GitHub has at most 65,536 characters, one on GitLab 1,000,000; a bot adds some of its own. */
export const SUMMARY_LIMIT = 60_000;

const MAX_NAME = 200;
const MAX_TEXT = 400;
const MAX_TARGETS = 40;
const MAX_PLACES = 20;

/**
 * The matrix as a comment on a merge request: how it ended, the targets, and what is red, each cause folded up. All
 * that a target or transcript said stands in code, where neither GitHub nor GitLab looks for markup, links, mentions
 * or references.
 */
export function renderSummary(matrix: Matrix, options: SummaryOptions = {}): string {
  const limit = options.limit ?? SUMMARY_LIMIT;
  const head = [`## ${headline(matrix)}`, figures(matrix), targetsTable(matrix.targets)];
  const comparison = options.comparison?.trim() ?? '';
  // A comparison that is too long must not be cut in the middle of its markup.
  if (comparison !== '' && lengthOf(head) + comparison.length < limit / 2) head.push(comparison);
  const red = matrix.causes.filter(({ verdict }) => isRed(verdict));
  const sections = [...head, ...causesWithin(red, limit - lengthOf(head))];
  return `${sections.filter((section) => section !== '').join('\n\n')}\n`;
}

function headline(matrix: Matrix): string {
  const red = countRed(matrix.counts);
  const words = !isWhole(matrix) ? 'not whole' : countRan(matrix.counts) === 0 ? 'nothing was run' : '';
  if (red > 0) return `❌ QMP conformance: ${plural(red, 'red result')}${words === '' ? '' : `, ${words}`}`;
  return words === '' ? '✅ QMP conformance' : `⚠️ QMP conformance: ${words}`;
}

function figures({ rows, targets, counts }: Matrix): string {
  const ran = targets.filter(({ state }) => state === 'run').length;
  const told = describeCounts(counts);
  return `${plural(rows.length, 'row')} × ${plural(ran, 'target')}${told === '' ? '' : `: ${told}`}.`;
}

function targetsTable(targets: readonly MatrixTarget[]): string {
  const lines = targets.slice(0, MAX_TARGETS).map((target) => `| ${targetCells(target).join(' | ')} |`);
  const rest = targets.length - lines.length;
  const more = rest > 0 ? [`| and ${plural(rest, 'more target')} | | | |`] : [];
  return [
    '| target | passed/ran | documented and valid | others |',
    '| --- | --- | --- | --- |',
    ...lines,
    ...more,
  ].join('\n');
}

function targetCells(target: MatrixTarget): readonly string[] {
  const name = code(target.name, MAX_NAME);
  if (target.state !== 'run') {
    const words = target.state === 'missing' ? 'not run' : '**not whole**';
    return [name, words, '', code(target.reason, MAX_TEXT)];
  }
  const { counts, documented, facts } = target;
  const told = facts.package === '' ? name : `${name} ${code(facts.package, MAX_NAME)}`;
  const others = describeCounts({ ...counts, pass: 0 });
  return [told, `${counts.pass ?? 0}/${countRan(counts)}`, describeDocumented(documented), others];
}

/** The causes as far as there is room, the gravest first, and how many are left. */
function causesWithin(causes: readonly CauseGroup[], room: number): readonly string[] {
  const sections: string[] = [];
  const reserve = 100;
  let left = room - reserve;
  for (const cause of causes) {
    const section = causeSection(cause);
    left -= section.length + 2;
    if (left < 0) break;
    sections.push(section);
  }
  const rest = causes.length - sections.length;
  return rest > 0 ? [...sections, `And ${plural(rest, 'more cause')}: see the report.`] : sections;
}

/** `<summary>` is HTML until the empty line, and the details Markdown from there on. */
function causeSection(cause: CauseGroup): string {
  const { verdict, rule, what, expected, blame, places } = cause;
  const spread = `${plural(cause.rows, 'row')} on ${plural(cause.targets, 'target')}`;
  const named = rule === verdict ? '' : ` ${htmlCode(rule, MAX_NAME)}`;
  const to = blame === undefined ? '' : `, ${blame} to blame`;
  const shown = places.slice(0, MAX_PLACES).map(({ row, target, message, pointer }) => {
    const at =
      message < 0 ? '' : `, message ${message}${pointer === '' ? '' : ` at ${code(pointer, MAX_NAME)}`}`;
    return `* ${code(`${row} @ ${target}`, MAX_TEXT)}${at}`;
  });
  const rest = places.length - shown.length;
  return [
    '<details>',
    `<summary><b>${verdict}</b>${named}${to} (${spread})</summary>`,
    '',
    ...(what === '' ? [] : [`Is: ${code(what, MAX_TEXT)}`, '']),
    ...(expected === '' ? [] : [`Expected: ${code(expected, MAX_TEXT)}`, '']),
    ...shown,
    ...(rest > 0 ? [`* and ${plural(rest, 'more place')}`] : []),
    '',
    '</details>',
  ].join('\n');
}

/** A code span: no backtick may end it, and no bar the cell of a table. */
function code(text: string, length: number): string {
  const shown = oneLine(boundText(text, length)).replaceAll('`', 'ˋ').replaceAll('|', '¦').trim();
  return shown === '' ? '–' : `\`${shown}\``;
}

function htmlCode(text: string, length: number): string {
  const shown = oneLine(boundText(text, length));
  const quoted = shown.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
  return `<code>${quoted}</code>`;
}

function lengthOf(sections: readonly string[]): number {
  return sections.reduce((sum, section) => sum + section.length + 2, 0);
}
