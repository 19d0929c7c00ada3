import { InputError } from '../errors.ts';
import { suiteVersion } from '../replay/suite-version.ts';
import { isIdentityRow } from '../results/identity-rows.ts';
import type { Run } from '../results/run.ts';
import type { RowResult, TargetFacts } from '../results/verdict.ts';

/** What was run of one target: one archive, or the parts of a run that was shared out. */
export interface ChosenRun {
  readonly target: TargetFacts & { readonly digest: string };
  /** By row: its result, and the archive that has its messages. */
  readonly results: ReadonlyMap<string, { readonly result: RowResult; readonly run: Run }>;
  readonly started: string;
  readonly finished: string;
}

/**
 * Chooses what is certified: one target's whole runs.
 * @param name of the target; needed where there are several
 * @throws {InputError} for what cannot be certified
 */
export function chooseRun(runs: readonly Run[], name?: string): ChosenRun {
  const names = [...new Set(runs.map(({ target }) => target.name))];
  const [first = '', ...others] = names;
  if (name === undefined && others.length > 0)
    throw new InputError(`runs of ${names.length} targets; expected --target, one of ${names.join(', ')}`);
  const wanted = name ?? first;
  const parts = runs.filter(({ target }) => target.name === wanted);
  const [part] = parts;
  if (part === undefined) throw new InputError(`--target '${wanted}'; expected one of ${names.join(', ')}`);
  for (const one of parts) refuse(one, part.target);
  const { digest } = part.target;
  if (digest === undefined)
    throw new InputError(
      `${part.dir}: a target without a digest; expected a binary, as it is what is certified`,
    );
  const times = parts.flatMap(({ summary }) => (summary === undefined ? [] : [summary]));
  return {
    target: { ...part.target, digest },
    results: resultsOf(parts),
    started: times.map(({ started }) => started).sort()[0] ?? '',
    finished:
      times
        .map(({ finished }) => finished)
        .sort()
        .at(-1) ?? '',
  };
}

function refuse({ dir, target, summary, notWhole }: Run, first: TargetFacts): void {
  if (notWhole !== undefined || summary === undefined)
    throw new InputError(`${dir}: not whole: ${notWhole ?? 'no end'}; expected a run that came to its end`);
  if (target.kind !== 'qemu')
    throw new InputError(
      `${dir}: a run of ${target.where}; expected a run of a binary (--qemu or --release)`,
    );
  if (target.policy !== undefined)
    throw new InputError(`${dir}: a forecast (-compat ${target.policy}); expected the target as it is`);
  if (target.digest !== first.digest)
    throw new InputError(
      `${dir}: a run of another binary under the name '${target.name}'; expected one binary`,
    );
  const version = suiteVersion();
  if (summary.suite !== version)
    throw new InputError(
      `${dir}: judged by suite ${summary.suite}; expected suite ${version}, which certifies`,
    );
  const [flaky] = summary.flaky ?? [];
  if (flaky !== undefined)
    throw new InputError(
      `${dir}: '${flaky}' failed before it passed; expected a run in which nothing had to be tried again`,
    );
}

function resultsOf(parts: readonly Run[]): ChosenRun['results'] {
  const results = new Map<string, { result: RowResult; run: Run }>();
  for (const run of parts) {
    for (const result of run.results) {
      const other = results.get(result.row);
      if (other !== undefined && !isIdentityRow(result.row))
        throw new InputError(
          `'${result.row}' is in ${other.run.dir} and in ${run.dir}; expected parts of one run`,
        );
      results.set(result.row, { result, run });
    }
  }
  return results;
}
