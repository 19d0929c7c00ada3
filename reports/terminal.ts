import pc from 'picocolors';
import type { CauseGroup, CausePlace } from '../harness/compat/group-causes.ts';
import type { Forecast } from '../harness/compat/forecast.ts';
import type { Matrix, MatrixTarget } from '../harness/compat/matrix.ts';
import { VERDICTS } from '../harness/results/verdict.ts';
import { renderChanges } from './changes-text.ts';
import {
  countRan,
  countRed,
  describeCounts,
  describeDocumented,
  formatDuration,
  plural,
  wallTime,
} from './figures.ts';
import { describePredictions } from './predicted-words.ts';
import { renderTables } from './terminal-table.ts';
import { oneLine } from './text.ts';
import { VERDICT_SIGNS } from './verdict-words.ts';

/** How results are shown on a terminal. */
export interface TerminalOptions {
  /** Width in characters; 80 to 200 look right. */
  readonly columns?: number;
  /** ANSI colours; off unless asked for. */
  readonly colour?: boolean;
  /** How many causes are shown, and how many places of each; the rest is counted. */
  readonly maxCauses?: number;
  readonly maxPlaces?: number;
  /** Where to look for the dialogue of a place, e.g. a file or a command. */
  readonly whereToLook?: (place: CausePlace) => string | undefined;
}

type Colours = ReturnType<typeof pc.createColors>;

/** The matrix for a terminal: modules × targets, then what is wrong, then the figures. Ends with a line end. */
export function renderTerminal(matrix: Matrix, options: TerminalOptions = {}): string {
  const colours = pc.createColors(options.colour === true);
  const tables =
    matrix.rows.length === 0 ? 'no rows\n' : renderTables(matrix, options.columns ?? 100, colours);
  const parts = [
    tables,
    renderLegend(matrix, tables),
    renderCauses(matrix.causes, options, colours),
    renderChanges(matrix),
    renderForecasts(matrix.forecasts),
    describePredictions(matrix),
    renderSummary(matrix, colours),
  ];
  return parts.filter((part) => part !== '').join('\n');
}

function renderLegend(matrix: Matrix, tables: string): string {
  const words = VERDICTS.filter((verdict) => verdict !== 'pass' && (matrix.counts[verdict] ?? 0) > 0)
    .map((verdict) => ({ verdict, letter: VERDICT_SIGNS[verdict].letter }))
    .filter(({ letter }) => new RegExp(` \\${letter}\\d`).test(tables))
    .map(({ verdict, letter }) => `${letter} ${verdict}`);
  return words.length === 0 ? '' : `passed/ran; ${words.join(', ')}\n`;
}

function renderCauses(causes: readonly CauseGroup[], options: TerminalOptions, colours: Colours): string {
  const loud = causes.filter(({ verdict }) => ['bad', 'error'].includes(VERDICT_SIGNS[verdict].tone));
  const shown = loud.slice(0, options.maxCauses ?? 20);
  const lines = shown.flatMap((cause) => [...causeLines(cause, options, colours), '']);
  if (loud.length > shown.length) lines.push(`… and ${plural(loud.length - shown.length, 'more cause')}`, '');
  return lines.join('\n');
}

function causeLines(cause: CauseGroup, options: TerminalOptions, colours: Colours): string[] {
  const places = cause.places.slice(0, options.maxPlaces ?? 3);
  const rest = cause.places.length - places.length;
  const spread = `${plural(cause.rows, 'row')} on ${plural(cause.targets, 'target')}`;
  const blame = cause.blame === undefined ? '' : `, ${cause.blame} to blame`;
  const rule = cause.rule === cause.verdict ? '' : ` ${colours.bold(oneLine(cause.rule))}`;
  const head = `${colours.red(cause.verdict)}${rule}${blame} (${spread})`;
  const expected = cause.expected === '' ? '' : `; expected ${oneLine(cause.expected)}`;
  return [
    head,
    ...(cause.what === '' ? [] : [`  ${oneLine(cause.what)}${expected}`]),
    ...places.map((place) => `    ${placeWords(place)}${colours.dim(lookWords(place, options))}`),
    ...(rest > 0 ? [`    … and ${plural(rest, 'more place')}`] : []),
  ];
}

function placeWords({ row, target, message, pointer }: CausePlace): string {
  const where = message < 0 ? '' : `, message ${message}${pointer === '' ? '' : ` at ${oneLine(pointer)}`}`;
  return `${oneLine(row)} @ ${oneLine(target)}${where}`;
}

function lookWords(place: CausePlace, options: TerminalOptions): string {
  const where = options.whereToLook?.(place);
  return where === undefined ? '' : `\n      see ${where}`;
}

function renderForecasts(forecasts: readonly Forecast[]): string {
  return forecasts
    .map(
      ({ target, policy, passed, breaks }) =>
        `${oneLine(target)}: ${plural(breaks.length, 'row')} of ${passed} that pass would break under -compat ${oneLine(policy)}\n`,
    )
    .join('');
}

function renderSummary(matrix: Matrix, colours: Colours): string {
  const ran = matrix.targets.filter(({ state }) => state === 'run').length;
  const lines = [
    ...matrix.targets.map((target) => targetLine(target, colours)),
    [
      `${plural(matrix.rows.length, 'row')} × ${plural(ran, 'target')}`,
      describeCounts(matrix.counts),
      `${plural(matrix.rows.filter(({ differs }) => differs).length, 'row')} differ between targets`,
      `wall time ${formatDuration(wallTime(matrix.targets))}`,
    ]
      .filter((words) => words !== '')
      .join('; '),
  ];
  return `${lines.join('\n')}\n`;
}

function targetLine(target: MatrixTarget, colours: Colours): string {
  if (target.state !== 'run') {
    return `${oneLine(target.name)}: ${colours.yellow('not run')}: ${oneLine(target.reason)}`;
  }
  const { counts } = target;
  const paint = countRed(counts) > 0 ? colours.red : colours.green;
  const passed = paint(`${counts.pass ?? 0} of ${countRan(counts)} passed`);
  const others = describeCounts({ ...counts, pass: 0 });
  const rest = others === '' ? '' : `; ${others}`;
  return `${oneLine(target.name)}: ${passed}${rest}; documented ${describeDocumented(target.documented)}`;
}
