import type { Matrix } from '../harness/compat/matrix.ts';
import { fingerprintOf } from '../harness/results/fingerprint.ts';
import type { Finding, RowResult, VerdictWord } from '../harness/results/verdict.ts';
import { boundText } from './bounded-text.ts';
import { isWhole } from './ndjson.ts';
import type { PlaceOf, RowPlace } from './row-place.ts';
import { writeSarif, type SarifLevel, type SarifNotification, type SarifResult } from './sarif.ts';
import { oneLine } from './text.ts';
import { VERDICT_SIGNS } from './verdict-words.ts';

/** What a run as SARIF is made with. */
export interface RunSarifOptions {
  /** Version of the program that makes it. */
  readonly version: string;
  readonly exitCode: number;
  readonly placeOf: PlaceOf;
  readonly limits?: SarifLimits;
}

/** How much is written. */
export interface SarifLimits {
  readonly results: number;
  /** Of all results, as JSON without spaces. */
  readonly bytes: number;
}

/**
 * GitHub shows the first 5,000 results of a run, refuses more than 25,000, and takes files of up to 10 MB when they are
 * compressed, which does away with the spaces.
 */
export const SARIF_LIMITS: SarifLimits = { results: 5000, bytes: 9_000_000 };

const MAX_MESSAGE = 1000;
const MAX_NAME = 300;
/** Notifications are read one by one. */
const MAX_NOTIFICATIONS = 100;

/**
 * What a run found as SARIF 2.1.0: a result for each finding of a row that is red for what its target did. What went
 * wrong on our side, and targets that were not run, are notifications of the invocation.
 */
export function renderRunSarif(matrix: Matrix, options: RunSarifOptions): string {
  const results = matrix.rows.flatMap(({ cells }) => cells.filter((cell) => cell !== undefined));
  const found = results.flatMap((result) => findingsOf(result, options));
  const kept = keepWithin(found, options.limits ?? SARIF_LIMITS);
  const notifications = [...cutNotice(found.length - kept.length), ...noticesOf(matrix, results)];
  const rules = [...new Map(kept.map(({ rule, level }) => [rule, level]))].sort(([a], [b]) =>
    a < b ? -1 : 1,
  );
  return writeSarif({
    version: options.version,
    rules: rules.map(([id, level]) => ({ id, text: textOfRule(id), level })),
    results: kept,
    invocation: {
      succeeded: isWhole(matrix) && !results.some(({ verdict }) => isOurs(verdict)),
      exitCode: options.exitCode,
      notifications: notifications.slice(0, MAX_NOTIFICATIONS),
    },
    properties: { counts: matrix.counts, targets: matrix.targets.map(({ name }) => line(name)) },
  });
}

function findingsOf(result: RowResult, options: RunSarifOptions): readonly SarifResult[] {
  const level = levelOf(result.verdict);
  if (level === undefined) return [];
  if (result.findings.length === 0) return [resultOf(result, undefined, { level, options, same: 0 })];
  const seen = new Map<string, number>();
  return result.findings.map((finding) => {
    const fingerprint = fingerprintOf({ ...result, findings: [finding] });
    const same = seen.get(fingerprint) ?? 0;
    seen.set(fingerprint, same + 1);
    return resultOf(result, finding, { level, options, same });
  });
}

/** The verdicts that are of the target's making; of the others only the invocation tells. */
function levelOf(verdict: VerdictWord): SarifLevel | undefined {
  switch (verdict) {
    case 'fail':
    case 'crash':
    case 'timeout':
      return 'error';
    case 'unexpected-pass':
      return 'warning';
    case 'pass':
    case 'known-failure':
    case 'not-applicable':
    case 'untestable':
    case 'setup-error':
    case 'harness-error':
      return undefined;
  }
}

interface Around {
  readonly level: SarifLevel;
  readonly options: RunSarifOptions;
  /** How many findings of the row before it have the same fingerprint: elements of one list. */
  readonly same: number;
}

function resultOf(result: RowResult, finding: Finding | undefined, around: Around): SarifResult {
  const { row, target, verdict, reason = '' } = result;
  const { level, options, same } = around;
  const difference = fingerprintOf(finding === undefined ? result : { ...result, findings: [finding] });
  return {
    rule: line(finding?.rule ?? verdict),
    level,
    message: boundText(
      `${row} @ ${target}: ${finding === undefined ? `${verdict}: ${reason}` : wordsOf(finding)}`,
      MAX_MESSAGE,
    ),
    place: placeOfRow(row, finding?.message ?? -1, options),
    subjects: [line(row)],
    kind: 'resource',
    fingerprint: { form: 'result/v1', value: line(`${difference} ${row} @ ${target} ${same}`) },
    properties: {
      verdict,
      target: line(target),
      fingerprint: difference,
      ...(finding && { blame: finding.blame, message: finding.message, pointer: line(finding.pointer) }),
    },
  };
}

function wordsOf({ blame, message, pointer, what, expected }: Finding): string {
  const where = message < 0 ? '' : `message ${message}${pointer === '' ? '' : ` at ${pointer}`}: `;
  return `${where}${what}; expected ${expected} (${blame} to blame)`;
}

/**
 * GitHub takes no result without a file. A row that is no recording is one of a suite, whose page says what it demands.
 */
function placeOfRow(row: string, message: number, { placeOf }: RunSarifOptions): RowPlace | undefined {
  const page = /^(protocol|queries|refusals)\//.exec(row)?.[1];
  return placeOf(row, message) ?? (page === undefined ? undefined : { file: `docs/${page}.md`, line: 1 });
}

function keepWithin(results: readonly SarifResult[], limits: SarifLimits): readonly SarifResult[] {
  let bytes = 0;
  const kept = [];
  for (const result of results.slice(0, limits.results)) {
    bytes += Buffer.byteLength(JSON.stringify(result));
    if (bytes > limits.bytes) break;
    kept.push(result);
  }
  return kept;
}

function cutNotice(omitted: number): readonly SarifNotification[] {
  if (omitted === 0) return [];
  return [{ level: 'warning', message: `${omitted} more findings are left out: viewers take no more` }];
}

function noticesOf(matrix: Matrix, results: readonly RowResult[]): readonly SarifNotification[] {
  const absent = matrix.targets.flatMap((target): SarifNotification[] => {
    if (target.state === 'run') return [];
    const words = target.state === 'missing' ? 'not run' : 'not whole';
    const level = target.state === 'missing' ? 'warning' : 'error';
    return [{ level, message: boundText(`${target.name}: ${words}: ${target.reason}`, MAX_MESSAGE) }];
  });
  const ours = results
    .filter(({ verdict }) => isOurs(verdict))
    .map(({ row, target, verdict, reason = '' }): SarifNotification => {
      return { level: 'error', message: boundText(`${row} @ ${target}: ${verdict}: ${reason}`, MAX_MESSAGE) };
    });
  return [...absent, ...ours];
}

function isOurs(verdict: VerdictWord): boolean {
  return verdict === 'setup-error' || verdict === 'harness-error';
}

/** What the first word of a rule's identifier says; see docs/running.md, "Verdicts". */
const FAMILIES: Readonly<Record<string, string>> = {
  schema: 'A message does not fit the schema of its release',
  protocol: 'What came is not as the QMP specification demands',
  example: 'A documented example is no valid QMP',
  shape: 'What came has another shape than what is documented',
  exact: 'What came has another value than what is documented',
  set: 'A list has other elements than what is documented',
  type: 'A value is of another type than what is documented',
};

function textOfRule(id: string): string {
  const sign = Object.entries(VERDICT_SIGNS).find(([verdict]) => verdict === id)?.[1];
  const family = Object.entries(FAMILIES).find(([word]) => id.startsWith(`${word}/`))?.[1];
  return sign?.meaning ?? family ?? 'What came is not what was expected';
}

function line(text: string): string {
  return oneLine(boundText(text, MAX_NAME));
}
