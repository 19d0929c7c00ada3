import { RESULTS_FILE, WIRE_FILE } from '../results/layout.ts';
import type { RowResult, WireRecord } from '../results/verdict.ts';
import type { CertifiedTarget } from './bundle-facts.ts';
import { readMessages, readResults } from './bundle-files.ts';
import type { Court } from './court.ts';
import { findForeignGreeting } from './foreign-greeting.ts';
import type { Breach, RuleId } from './rules.ts';

/** What judging the rows of a bundle again has come to. */
export interface RejudgedRows {
  /** As this suite judges them, sorted by row. */
  readonly results: readonly RowResult[];
  readonly breaches: readonly Breach[];
}

/** More breaches than these tell nobody more. */
const MAX_BREACHES = 1000;

/**
 * Judges all rows of a bundle again, and compares. Rows come one at a time, and nothing is started.
 * @throws {BrokenRule} for a file that cannot be read as what it is
 */
export async function verifyRows(
  folder: string,
  target: CertifiedTarget,
  court: Court,
): Promise<RejudgedRows> {
  const breaches: Breach[] = [];
  const breach = (rule: RuleId, where: string, what: string, expected: string): void => {
    if (breaches.length < MAX_BREACHES) breaches.push({ rule, where, what, expected });
  };
  const claims = new Map<string, RowResult>();
  for await (const result of readResults(folder, RESULTS_FILE)) {
    const { row } = result;
    if (result.target !== target.name)
      breach('bundle/other-target', row, `a verdict of '${result.target}'`, `'${target.name}'`);
    else if (!court.scored.has(row))
      breach('bundle/foreign-row', row, 'a verdict', 'none: the row is not scored on this target');
    else if (claims.has(row)) breach('bundle/double-row', row, 'a second verdict', 'one');
    else claims.set(row, result);
  }
  for (const row of court.scored.keys())
    if (!claims.has(row)) breach('bundle/missing-row', row, 'no verdict', 'one, as the profile has the row');
  const judged = new Map<string, RowResult>();
  const judge = async (claimed: RowResult, records: readonly WireRecord[]): Promise<void> => {
    const { result, mismatch } = await court.judge(claimed, records);
    judged.set(claimed.row, result);
    if (mismatch !== undefined) breach('bundle/log-differs', claimed.row, mismatch.what, mismatch.expected);
    const difference = differenceOf(claimed, result);
    if (difference !== undefined)
      breach('bundle/verdict-differs', claimed.row, difference.what, difference.expected);
  };
  for await (const { row, records } of readMessages(folder, WIRE_FILE)) {
    const greeting = findForeignGreeting(records, target);
    if (greeting !== undefined) {
      const who = `${greeting.version} ${greeting.package}`.trim();
      breach(
        'bundle/other-target',
        row,
        `a greeting of ${who}`,
        `${target.version} ${target.package}`.trim(),
      );
    }
    const claimed = claims.get(row);
    if (claimed !== undefined) await judge(claimed, records);
    else if (!court.scored.has(row))
      breach('bundle/foreign-row', row, 'messages', 'none: the row is not scored on this target');
  }
  for (const [row, claimed] of claims) if (!judged.has(row)) await judge(claimed, []);
  const results = [...judged.values()].sort((a, b) => (a.row < b.row ? -1 : 1));
  return { results, breaches };
}

/** The first member of a verdict that is other than its messages give. */
function differenceOf(
  claimed: RowResult,
  judged: RowResult,
): { readonly what: string; readonly expected: string } | undefined {
  for (const member of [
    'verdict',
    'findings',
    'reason',
    'checks',
    'documented',
    'hardware',
    'program',
  ] as const) {
    const [what = '', expected = ''] = [claimed, judged].map((result) => wordsOf(result[member]));
    if (what !== expected)
      return { what: `${member} ${what}`, expected: `${expected}, as the messages give` };
  }
  const [what = '', expected = ''] = [claimed, judged].map((result) => JSON.stringify(result));
  return what === expected ? undefined : { what: shorten(what), expected: shorten(expected) };
}

function wordsOf(value: RowResult[keyof RowResult]): string {
  return value === undefined ? 'absent' : shorten(JSON.stringify(value));
}

function shorten(text: string): string {
  return text.length > 200 ? `${text.slice(0, 200)}…` : text;
}
