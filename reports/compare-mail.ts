import type { TargetFacts } from '../harness/results/verdict.ts';
import type { ChangeCause, RunsComparison } from '../harness/compat/runs/runs-comparison.ts';
import { countsInWords, sentenceOfCause, spreadOfCause } from './compare-words.ts';
import { plural } from './figures.ts';
import { oneLine } from './text.ts';

/** How many causes a paragraph can bear. */
const MAX_CAUSES = 3;

/** Mails are read in lines of so many columns (RFC 5322 asks for less than 78). */
const COLUMNS = 72;

/** A comparison as one paragraph for a mail; empty where nothing changed. */
export function renderCompareMail(comparison: RunsComparison): string {
  const { changes, causes, pairs, unchanged } = comparison;
  if (changes.length === 0) return '';
  const [olds, news] = [pairs.map(({ before }) => before), pairs.map(({ after }) => after)];
  const sentences = [
    `QMP conformance of QEMU ${targetsInWords(news)}, compared with ${targetsInWords(olds)}: ${countsInWords(comparison)}; ${plural(unchanged, 'case')} as before.`,
    ...TOLD.flatMap(([kind, words]) =>
      causesInWords(
        words,
        causes.filter((cause) => cause.kind === kind),
      ),
    ),
  ];
  return `${wrap(oneLine(sentences.join(' ')))}\n`;
}

/** What is said in sentences; what is new, or fixed, is counted. */
const TOLD = [
  ['regressed', 'Regressions'],
  ['changed', 'Other reasons'],
  ['gone', 'Gone'],
] as const;

function targetsInWords(targets: readonly TargetFacts[]): string {
  const names = targets.map(
    (target) => `${target.name}${target.package === '' ? '' : ` (${target.package})`}`,
  );
  return [...new Set(names)].join(', ');
}

function causesInWords(words: string, causes: readonly ChangeCause[]): readonly string[] {
  if (causes.length === 0) return [];
  const told = causes
    .slice(0, MAX_CAUSES)
    .map((cause) => `${spreadOfCause(cause)}: ${shorten(sentenceOfCause(cause))}`);
  const left = causes.length - told.length;
  const more = left === 0 ? '' : `; and ${left} more ${left === 1 ? 'cause' : 'causes'}`;
  return [`${words}: ${told.join('; ')}${more}.`];
}

function shorten(text: string): string {
  return text.length <= 160 ? text : `${text.slice(0, 157)}...`;
}

function wrap(text: string): string {
  const lines: string[] = [];
  for (const word of text.split(' ')) {
    const last = lines.at(-1);
    if (last !== undefined && last.length + 1 + word.length <= COLUMNS)
      lines[lines.length - 1] = `${last} ${word}`;
    else lines.push(word);
  }
  return lines.join('\n');
}
