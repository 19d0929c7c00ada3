import { createHash } from 'node:crypto';
import type { Batch } from '../results/batch.ts';
import type { Durations } from '../results/durations.ts';
import { isIdentityRow } from '../results/identity-rows.ts';
import type { ShardFacts } from '../results/run.ts';
import type { PlannedColumn, PlannedTarget } from './run-plan.ts';

/** Part `index` (from 1) of `count` parts of a run. */
export interface Shard {
  readonly index: number;
  readonly count: number;
}

/** A part of a run, and what tells that it is one of that run. */
export interface SelectedShard {
  readonly columns: readonly PlannedColumn[];
  readonly facts: ShardFacts;
}

/** A batch on a target: what shares a QEMU stays together. */
interface Unit {
  readonly key: string;
  readonly batch: Batch;
  readonly cost: number;
}

interface Part {
  cost: number;
  readonly units: Unit[];
}

/**
 * Shares out the batches of a run, so that the parts take about the same time: the longest first, each to the part
 * that has the least (Graham's longest-processing-time rule, at most a third above the best). Every shard comes to the
 * same parts from the same plan and durations. Identity rows are in every part.
 */
export function selectShard(
  columns: readonly PlannedColumn[],
  { index, count }: Shard,
  durations: Durations,
): SelectedShard {
  const units = columns.flatMap((column) => unitsOf(column, durations));
  const parts = shareOut(units, count);
  const mine = new Set(parts[index - 1]?.units.map(({ key }) => key));
  return {
    columns: columns.map(({ target, batches }) => ({
      target,
      batches: batches.filter((batch) => mine.has(keyOf(batch, target)) || isIdentityBatch(batch)),
    })),
    facts: { index, count, plan: digestOf(columns, parts) },
  };
}

function unitsOf({ target, batches }: PlannedColumn, durations: Durations): readonly Unit[] {
  return batches
    .filter((batch) => !isIdentityBatch(batch))
    .map((batch) => ({
      key: keyOf(batch, target),
      batch,
      cost: batch.rows.reduce((sum, row) => sum + durations(row, target.facts), 0),
    }));
}

/** Rows are in one batch of a target only. */
function keyOf({ rows }: Batch, { facts }: PlannedTarget): string {
  return `${rows[0] ?? ''} @ ${facts.name}`;
}

function isIdentityBatch({ rows }: Batch): boolean {
  return rows.every(isIdentityRow);
}

function shareOut(units: readonly Unit[], count: number): readonly Part[] {
  const parts = Array.from({ length: count }, (): Part => ({ cost: 0, units: [] }));
  const longestFirst = units.toSorted((a, b) => b.cost - a.cost || (a.key < b.key ? -1 : 1));
  for (const unit of longestFirst) {
    const least = parts.reduce((best, part) => (part.cost < best.cost ? part : best));
    least.cost += unit.cost;
    least.units.push(unit);
  }
  return parts;
}

/** Parts of other selections, other targets or other durations do not make a whole together. */
function digestOf(columns: readonly PlannedColumn[], parts: readonly Part[]): string {
  const shared = parts.flatMap(({ units }, part) =>
    units.map(({ key, batch }) => [key, part + 1, batch.rows]),
  );
  const everywhere = columns.map(({ target, batches }) => [
    target.facts.name,
    batches.filter(isIdentityBatch).flatMap(({ rows }) => rows),
  ]);
  const lines = [...shared, ...everywhere].map((each) => JSON.stringify(each)).sort();
  return createHash('sha256').update(lines.join('\n')).digest('hex');
}
