import { fingerprintOf } from '../harness/results/fingerprint.ts';
import type { RowResult, TargetFacts } from '../harness/results/verdict.ts';
import { countRows, type RowChange, type RunsComparison } from '../harness/compat/runs/runs-comparison.ts';

/** A comparison as JSON, described by `schemas/formats/runs-comparison.json`. */
export function renderCompareJson(comparison: RunsComparison): string {
  const { pairs, alone, changes, causes, unchanged } = comparison;
  const value = {
    format: 1,
    pairs: pairs.map(({ before, after }) => ({ before: factsOf(before), after: factsOf(after) })),
    alone,
    counts: countRows(comparison),
    unchanged,
    causes,
    changes: changes.map(changeOf),
  };
  return `${JSON.stringify(value, undefined, 2)}\n`;
}

function factsOf({ name, version, package: build, digest }: TargetFacts): object {
  return { name, version, package: build, ...(digest === undefined ? {} : { digest }) };
}

function changeOf({ kind, row, renamedFrom, pair, before, after }: RowChange): object {
  return {
    kind,
    row,
    ...(renamedFrom === undefined ? {} : { renamedFrom }),
    pair: { before: pair.before.name, after: pair.after.name },
    ...(before === undefined ? {} : { before: resultOf(before) }),
    ...(after === undefined ? {} : { after: resultOf(after) }),
  };
}

function resultOf(result: RowResult): object {
  const { verdict, reason } = result;
  return { verdict, ...(reason === undefined ? {} : { reason }), fingerprint: fingerprintOf(result) };
}
