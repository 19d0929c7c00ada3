import type { Run } from '../results/run.ts';
import type { RowResult } from '../results/verdict.ts';
import { compareTargets, compareText } from './target-order.ts';

/** What would break on a target if the parts were gone that its policy refuses and hides. */
export interface Forecast {
  /** Name of the target under the policy, and without it. */
  readonly target: string;
  readonly base: string;
  /** The value of `-compat`. */
  readonly policy: string;
  /** How many rows pass without the policy, and were run with it. */
  readonly passed: number;
  /** Of these, the rows that do not pass with it, by identity. */
  readonly breaks: readonly ForecastBreak[];
}

export interface ForecastBreak {
  readonly row: string;
  readonly reason: string;
}

/** Compares each target under a policy with the same target without it, where both were run. */
export function forecastsFrom(runs: readonly Run[]): readonly Forecast[] {
  const whole = runs.filter(({ notWhole }) => notWhole === undefined);
  const names = [...new Set(whole.filter(({ target }) => target.policy !== undefined).map(nameOf))];
  return names.sort(compareTargets).flatMap((name) => {
    const policy = whole.find((run) => nameOf(run) === name)?.target.policy ?? '';
    const base = baseNameOf(name, whole.map(nameOf));
    return base === undefined
      ? []
      : [compareWith(resultsOf(base, whole), resultsOf(name, whole), { target: name, base, policy })];
  });
}

/** Tells whether a result is what a policy is there to show: it passes without. */
export function isForecastBreak(result: RowResult, forecasts: readonly Forecast[]): boolean {
  return forecasts.some(
    ({ target, breaks }) => target === result.target && breaks.some(({ row }) => row === result.row),
  );
}

/** A target's name begins with that of the same target without a policy. */
function baseNameOf(name: string, names: readonly string[]): string | undefined {
  return names.find((other) => other !== name && name.startsWith(`${other} `));
}

function compareWith(
  base: ReadonlyMap<string, RowResult>,
  under: ReadonlyMap<string, RowResult>,
  names: Pick<Forecast, 'target' | 'base' | 'policy'>,
): Forecast {
  const passed = [...under.values()].filter(({ row }) => base.get(row)?.verdict === 'pass');
  const breaks = passed
    .filter(({ verdict }) => BROKEN.has(verdict))
    .map(({ row, verdict, reason }) => ({ row, reason: reason ?? verdict }))
    .sort((a, b) => compareText(a.row, b.row));
  return { ...names, passed: passed.length, breaks };
}

const BROKEN: ReadonlySet<RowResult['verdict']> = new Set(['fail', 'crash', 'timeout']);

function resultsOf(name: string, runs: readonly Run[]): ReadonlyMap<string, RowResult> {
  const results = runs.filter((run) => nameOf(run) === name).flatMap((run) => run.results);
  return new Map(results.map((result) => [result.row, result]));
}

function nameOf({ target }: Run): string {
  return target.name;
}
