import pc from 'picocolors';
import {
  CHANGE_KINDS,
  type ChangeCause,
  type RunChangeKind,
  type RunsComparison,
} from '../harness/compat/runs/runs-comparison.ts';
import { countsInWords, headOfKind, namesOfPair, sentenceOfCause, spreadOfCause } from './compare-words.ts';
import { plural } from './figures.ts';
import { oneLine } from './text.ts';

/** How a comparison of runs is shown as text. */
export interface CompareTextOptions {
  /** ANSI colours; off unless asked for. */
  readonly colour?: boolean;
  /** All causes and rows, and what is compared even where nothing changed. */
  readonly verbose?: boolean;
}

/** How many causes of a kind, and rows of a cause, are told. */
const MAX_CAUSES = 12;
const MAX_ROWS = 3;

type Colours = ReturnType<typeof pc.createColors>;

/** Each cause once, the worst first, with some of its rows. Empty where nothing changed: nobody need read that. */
export function renderCompareText(comparison: RunsComparison, options: CompareTextOptions = {}): string {
  const { colour = false, verbose = false } = options;
  if (comparison.changes.length === 0 && !verbose) return '';
  const colours = pc.createColors(colour);
  const pairs = comparison.pairs.map((pair) => oneLine(namesOfPair(pair)));
  const head = [...pairs, `${countsInWords(comparison)}; ${plural(comparison.unchanged, 'case')} as before`];
  const sections = CHANGE_KINDS.flatMap((kind) => sectionOf(kind, comparison.causes, verbose, colours));
  return `${[head.join('\n'), ...sections].join('\n\n')}\n`;
}

function sectionOf(
  kind: RunChangeKind,
  all: readonly ChangeCause[],
  verbose: boolean,
  colours: Colours,
): readonly string[] {
  const causes = all.filter((cause) => cause.kind === kind);
  if (causes.length === 0) return [];
  const shown = verbose ? causes : causes.slice(0, MAX_CAUSES);
  const left = causes.length - shown.length;
  const more = left === 0 ? [] : [`  and ${left} more; --verbose shows them`];
  return [
    [paint(kind, colours)(headOfKind(kind)), ...shown.map((cause) => itemOf(cause, verbose)), ...more].join(
      '\n',
    ),
  ];
}

function itemOf(cause: ChangeCause, verbose: boolean): string {
  const rows = verbose ? cause.rows : cause.rows.slice(0, MAX_ROWS);
  const left = cause.rows.length - rows.length;
  const more = left === 0 ? [] : [`      and ${left} more`];
  const line = `  ${spreadOfCause(cause)}: ${oneLine(sentenceOfCause(cause))}`;
  return [line, ...rows.map((row) => `      ${oneLine(row)}`), ...more].join('\n');
}

function paint(kind: RunChangeKind, colours: Colours): (text: string) => string {
  switch (kind) {
    case 'regressed':
      return colours.red;
    case 'changed':
    case 'known':
      return colours.yellow;
    case 'fixed':
      return colours.green;
    case 'gone':
    case 'new':
      return colours.bold;
  }
}
