import {
  CHANGE_KINDS,
  type ChangeCause,
  type RunsComparison,
} from '../harness/compat/runs/runs-comparison.ts';
import { countsInWords, headOfKind, namesOfPair, sentenceOfCause, spreadOfCause } from './compare-words.ts';
import { codeText, escapeMarkdown } from './markdown.ts';

/** Rows of one cause that a list in a merge request can bear. */
const MAX_ROWS = 20;

/** A comparison as GitHub-flavoured Markdown, for a merge request; empty where nothing changed. */
export function renderCompareMarkdown(comparison: RunsComparison): string {
  const { pairs, causes, changes } = comparison;
  if (changes.length === 0) return '';
  const targets = pairs.map((pair) => `* ${escapeMarkdown(namesOfPair(pair))}`).join('\n');
  const sections = CHANGE_KINDS.flatMap((kind) => {
    const ofKind = causes.filter((cause) => cause.kind === kind);
    return ofKind.length === 0 ? [] : [`## ${headOfKind(kind)}`, ofKind.map(itemOf).join('\n')];
  });
  return `${['# QMP conformance, compared', targets, `**${countsInWords(comparison)}.**`, ...sections].join('\n\n')}\n`;
}

function itemOf(cause: ChangeCause): string {
  const rows = cause.rows.slice(0, MAX_ROWS).map((row) => `  * \`${codeText(row)}\``);
  const left = cause.rows.length - rows.length;
  const more = left === 0 ? [] : [`  * and ${left} more`];
  return [`* ${spreadOfCause(cause)}: ${escapeMarkdown(sentenceOfCause(cause))}`, ...rows, ...more].join(
    '\n',
  );
}
