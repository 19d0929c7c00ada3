import type { ChangeKind, RuleId, Severity } from './rules.ts';
import { SEVERITIES } from './rules.ts';

/** One of the two schemas that are compared. */
export interface SchemaSide {
  readonly family: string;
  readonly release: string;
  /** What it was read from, e.g. `qapi`; the first says what exists. */
  readonly sources: readonly string[];
}

/** Whether a removal was announced as QEMU's policy asks. */
export interface Announcement {
  readonly kind: 'announced' | 'announced-late' | 'not-announced' | 'unknown';
  /** The release since which the thing was deprecated. */
  readonly since?: string;
  /** The first known release without the thing. */
  readonly removed: string;
  /** Who says it: the feature `deprecated`, or QEMU's list of deprecated features. */
  readonly by?: 'schema' | 'documents';
  /** The same in words: `announced since 6.0, 2 releases before 6.2`. */
  readonly text: string;
}

/** One difference, however many paths on the wire show it. */
export interface SchemaChange {
  readonly rule: RuleId;
  readonly severity: Severity;
  readonly change: ChangeKind;
  /** The definition in which the thing is written, where its name is known. */
  readonly definition?: string;
  /** Name of the thing in its definition. */
  readonly name: string;
  /** Where that definition begins, in the tree after the change; of things removed in the tree before. */
  readonly place?: { readonly file: string; readonly line: number };
  /** Every path at which the change shows, as `WireItem.path`; at least one. */
  readonly paths: readonly string[];
  /** What was there, and what is: a type, a condition, a feature, branches. */
  readonly was?: string;
  readonly now?: string;
  /** Present: the thing is marked as unstable, which makes the change one step less severe. */
  readonly unstable?: true;
  readonly announcement?: Announcement;
}

/** All differences between two schemas. */
export interface SchemaDiff {
  readonly before: SchemaSide;
  readonly after: SchemaSide;
  /**
   * Present: one side is a build, the other tells no conditions. What only one of them has may then merely be switched off
   * in the other; nothing tells.
   */
  readonly conditionsUnknown?: true;
  /** The worst first; among equals in the order of the schemas. */
  readonly changes: readonly SchemaChange[];
}

/** The worst severity among the changes; `undefined` when nothing changed. */
export function worstOf(diff: SchemaDiff): Severity | undefined {
  return SEVERITIES.find((severity) => diff.changes.some((change) => change.severity === severity));
}

/** How many changes have each severity. */
export function countChanges(diff: SchemaDiff): Readonly<Record<Severity, number>> {
  const counts = { breaking: 0, risky: 0, compatible: 0 };
  for (const { severity } of diff.changes) counts[severity]++;
  return counts;
}
