import { stringify } from 'yaml';
import { seriesOfRelease } from '../release/compare-releases.ts';
import { fingerprintOf } from './fingerprint.ts';
import { TO_BE_SAID } from './known-failures.ts';
import { rawVerdictOf } from './raw-verdict.ts';
import type { Run } from './run.ts';
import type { RowResult, TargetFacts } from './verdict.ts';

/** Months after which somebody must look again at what is proposed. */
const MONTHS_UNTIL_REVIEW = 6;

/** How many characters an entry's glob spends on the names of its rows; a glob has a limit. */
const MAX_NAMES = 400;

/**
 * Entries for what is red in runs, as YAML: the same difference of neighbouring rows on several targets is one entry.
 * Their reasons are not said, so that they are not read before somebody has.
 * @param today `YYYY-MM-DD`
 * @returns undefined where nothing is red
 */
export function proposeExpectations(runs: readonly Run[], today: string): string | undefined {
  const failures = failuresOf(runs);
  const stale = runs.flatMap(({ results }) => results.filter(({ verdict }) => verdict === 'unexpected-pass'));
  if (failures.length === 0 && stale.length === 0) return undefined;
  const entries = groupRows(failures)
    .map((group) => entryOf(group, reviewDay(today)))
    .sort((a, b) => (a < b ? -1 : 1));
  return [HEAD, ...stale.map(staleLine), ...entries].join('\n');
}

const HEAD = `# Proposed by qmp-conformance. Say of each entry why it fails, and give it a link if there is one.\n`;

/** One row, one difference, and the targets on which it shows. */
interface Failure {
  readonly row: string;
  readonly print: string;
  readonly targets: readonly string[];
  /** Glob over the names of these targets. */
  readonly where: string;
  readonly first: RowResult;
}

function failuresOf(runs: readonly Run[]): readonly Failure[] {
  const found = new Map<string, { row: string; print: string; first: RowResult; targets: TargetFacts[] }>();
  const ran = new Map<string, TargetFacts[]>();
  for (const { results, target } of runs) {
    for (const result of results) {
      if (ASSERTS.has(result.verdict)) ran.set(result.row, [...(ran.get(result.row) ?? []), target]);
      if (!RED.has(result.verdict)) continue;
      const print = fingerprintOf(result);
      const key = `${print} ${result.row}`;
      const failure = found.get(key) ?? { row: result.row, print, first: result, targets: [] };
      failure.targets.push(target);
      found.set(key, failure);
    }
  }
  return [...found.values()].map(({ targets, ...failure }) => ({
    ...failure,
    targets: targets.map(({ name }) => name).sort(),
    where: globOfTargets(targets, ran.get(failure.row) ?? []),
  }));
}

const RED: ReadonlySet<string> = new Set(['fail', 'crash', 'timeout']);
const ASSERTS: ReadonlySet<string> = new Set([...RED, 'pass', 'known-failure', 'unexpected-pass']);

/** A glob that means `targets`, their point releases, and none other of those that ran the row. */
function globOfTargets(targets: readonly TargetFacts[], ran: readonly TargetFacts[]): string {
  const versions = alternatives(targets.map(({ version }) => seriesGlob(version)));
  const of = (name: 'architecture' | 'accelerator') => {
    const found = new Set(targets.map((target) => target[name]));
    return ran.every((target) => found.has(target[name])) ? '*' : alternatives([...found]);
  };
  const product = ran.filter(
    (one) =>
      targets.some((target) => seriesOfRelease(target.version) === seriesOfRelease(one.version)) &&
      targets.some((target) => target.architecture === one.architecture) &&
      targets.some((target) => target.accelerator === one.accelerator),
  );
  const isProduct = product.length === targets.length && targets.every(({ policy }) => policy === undefined);
  if (isProduct) return [versions, of('architecture'), of('accelerator')].join(' ').replace(/ \* \*$/, ' *');
  return alternatives(targets.map(({ name }) => escapeGlob(name)));
}

function seriesGlob(version: string): string {
  const series = seriesOfRelease(version);
  return escapeGlob(series) + (series === version ? '' : '.*');
}

function alternatives(words: readonly string[]): string {
  const [first = '', ...rest] = [...new Set(words)].sort();
  return rest.length === 0 ? first : `{${[first, ...rest].join(',')}}`;
}

function escapeGlob(text: string): string {
  return text.replaceAll(/[\\*?[\]{}()!+@,|"]/g, String.raw`\$&`);
}

/** Rows of one folder that differ in the same way on the same targets. */
function groupRows(failures: readonly Failure[]): readonly (readonly Failure[])[] {
  const groups = new Map<string, Failure[]>();
  for (const failure of failures) {
    const key = JSON.stringify([failure.print, failure.where, failure.targets, folderOf(failure.row)]);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [failure]);
    else group.push(failure);
  }
  return [...groups.values()].flatMap(splitByLength);
}

function splitByLength(group: readonly Failure[]): readonly (readonly Failure[])[] {
  const parts: Failure[][] = [];
  let length = Infinity;
  for (const failure of [...group].sort((a, b) => (a.row < b.row ? -1 : 1))) {
    length += failure.row.length;
    if (length > MAX_NAMES) {
      parts.push([]);
      length = failure.row.length;
    }
    parts.at(-1)?.push(failure);
  }
  return parts;
}

function folderOf(row: string): string {
  return row.slice(0, row.lastIndexOf('/') + 1);
}

function entryOf(group: readonly Failure[], reviewBy: string): string {
  const [first] = group;
  if (first === undefined) return '';
  const folder = folderOf(first.row);
  const names = alternatives(group.map(({ row }) => escapeGlob(row.slice(folder.length))));
  const rows = `${escapeGlob(folder)}${names} @ ${first.where}`;
  const entry = { rows, fingerprints: [first.print], reason: TO_BE_SAID, 'review-by': reviewBy };
  const yaml = stringify([entry], { lineWidth: 0 });
  return yaml.replace(/^(- rows: .*)$/m, (line) => `${line}\n${commentOf(first)}`);
}

/** What was found, for whoever says why. It stands in a comment: nobody reads it again. */
function commentOf({ first, targets }: Failure): string {
  const { verdict, reason = '' } = rawVerdictOf(first);
  const rules = [...new Set(first.findings.map(({ rule }) => rule))].join(', ');
  const text = `${verdict}${rules === '' ? '' : ` (${rules})`} on ${targets.join(', ')}: ${reason}`;
  return `  # ${printable(text).slice(0, 300)}`;
}

function staleLine({ row, target }: RowResult): string {
  return `# passes, although an entry says that it fails: ${printable(row)} @ ${printable(target)}`;
}

/** Whatever a target says must not end the comment. */
function printable(text: string): string {
  return text.replaceAll(/[\p{C}\u2028\u2029]/gu, ' ');
}

function reviewDay(today: string): string {
  const day = new Date(`${today}T00:00:00Z`);
  const wanted = day.getUTCMonth() + MONTHS_UNTIL_REVIEW;
  day.setUTCMonth(wanted);
  // The 31st of August plus six months is no day: the month's last is meant.
  if (day.getUTCMonth() !== wanted % 12) day.setUTCDate(0);
  return day.toISOString().slice(0, 10);
}
