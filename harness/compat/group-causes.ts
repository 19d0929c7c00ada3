import type { Blame, Finding, RowResult, VerdictWord } from '../results/verdict.ts';
import { compareText } from './target-order.ts';

/** One cause, and every place where it shows. */
export interface CauseGroup {
  readonly verdict: VerdictWord;
  /** Absent where a verdict came with no finding (a crash, an untestable row): then `what` is its reason. */
  readonly blame?: Blame;
  readonly rule: string;
  /** As the first place words it. */
  readonly what: string;
  readonly expected: string;
  readonly places: readonly CausePlace[];
  /** How many different rows and targets the places are of. */
  readonly rows: number;
  readonly targets: number;
}

/** Where a cause shows. */
export interface CausePlace {
  readonly row: string;
  readonly target: string;
  /** Index of the message in the transcript; -1 where no single message is meant. */
  readonly message: number;
  readonly pointer: string;
}

/** The verdicts in the order in which a reader needs them; `pass` has no cause. */
const ORDER: readonly VerdictWord[] = [
  'crash',
  'timeout',
  'fail',
  'unexpected-pass',
  'harness-error',
  'setup-error',
  'untestable',
  'known-failure',
  'not-applicable',
];

/** Groups what stands in the way of `pass` by verdict, blame, rule, and `what` without its volatile parts. */
export function groupCauses(results: Iterable<RowResult>): readonly CauseGroup[] {
  const groups = new Map<string, Opened>();
  for (const result of results) {
    if (result.verdict === 'pass') continue;
    for (const finding of result.findings) addPlace(groups, result, finding);
    if (result.findings.length === 0) addPlace(groups, result, undefined);
  }
  return [...groups.values()].map(closeGroup).sort(compareGroups);
}

interface Opened {
  readonly head: Omit<CauseGroup, 'places' | 'rows' | 'targets'>;
  readonly places: CausePlace[];
}

function addPlace(groups: Map<string, Opened>, result: RowResult, finding: Finding | undefined): void {
  const { verdict, row, target } = result;
  const what = finding?.what ?? result.reason ?? '';
  const rule = finding?.rule ?? verdict;
  const key = JSON.stringify([verdict, finding?.blame, rule, withoutVolatileParts(what)]);
  const group = groups.get(key) ?? {
    head: {
      verdict,
      ...(finding === undefined ? {} : { blame: finding.blame }),
      rule,
      what,
      expected: finding?.expected ?? '',
    },
    places: [],
  };
  groups.set(key, group);
  group.places.push({ row, target, message: finding?.message ?? -1, pointer: finding?.pointer ?? '' });
}

/** Numbers, UUIDs and paths of temporary folders differ from run to run and say nothing about the cause. */
function withoutVolatileParts(what: string): string {
  return what
    .replaceAll(/\b[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\b/gi, '<uuid>')
    .replaceAll(/(?<![\w.])\/(?:tmp|var|run|home)\/[^\s'",]+/g, '<path>')
    .replaceAll(/\b0x[0-9a-f]+\b/gi, '<n>')
    .replaceAll(/(?<![\w.-])-?\d+(?:\.\d+)?\b/g, '<n>');
}

function closeGroup({ head, places }: Opened): CauseGroup {
  const rows = new Set(places.map(({ row }) => row)).size;
  const targets = new Set(places.map(({ target }) => target)).size;
  return { ...head, places, rows, targets };
}

function compareGroups(a: CauseGroup, b: CauseGroup): number {
  return (
    ORDER.indexOf(a.verdict) - ORDER.indexOf(b.verdict) ||
    b.places.length - a.places.length ||
    compareText(a.rule, b.rule) ||
    compareText(a.what, b.what)
  );
}
