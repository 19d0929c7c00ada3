import { compareReleases } from '../../release/compare-releases.ts';
import { writeCondition } from '../../qapi/write-condition.ts';
import type { WireItem, WireItems } from '../wire-item.ts';
import { enclosingPath } from '../wire-path.ts';
import { hasFeature } from './compare-features.ts';
import type { WireChange } from './compare-wire.ts';
import { judgeRemoval, type Announcements } from './judge-removal.ts';
import { lessSevere, ruleOf, type ChangeKind, type RuleId, type Severity } from './rules.ts';
import type { Announcement } from './schema-diff.ts';
import { findItem } from './wire-shapes.ts';

/** One of the two models, as far as judging needs it. */
export interface JudgedSide {
  readonly release: string;
  readonly items: WireItems;
  /** Introspection says what exists: what depends on conditions may be missing. */
  readonly isBuild: boolean;
  /** Paths of which it is known whether they are unstable. */
  readonly unstable: Map<string, boolean>;
}

export interface JudgedChange extends WireChange {
  readonly severity: Severity;
  readonly change: ChangeKind;
  readonly unstable: boolean;
  readonly announcement?: Announcement;
}

/** What a change at one path means for clients. */
export function judgeChange(
  change: WireChange,
  before: JudgedSide,
  after: JudgedSide,
  announcements: () => Announcements,
): JudgedChange {
  const absent = absentCondition(change, before, after);
  if (absent !== undefined) return absentInBuild(change, absent);
  const rule = ruleOf(change.rule);
  const unstable = change.before
    ? isUnstable(change.before, before)
    : change.after !== undefined && isUnstable(change.after, after);
  const judged = { ...change, change: rule.change, unstable };
  if (unstable) return { ...judged, severity: lessSevere(rule.severity) };
  if (rule.removal !== true || change.before === undefined) return { ...judged, severity: rule.severity };
  const announcement = judgeRemoval(change.before, announcements());
  const announced = announcement.kind === 'announced' && rule.severity === 'breaking';
  return { ...judged, severity: announced ? 'risky' : rule.severity, announcement };
}

/** The conditions of a thing that a build is without and that the other schema has only under them. */
function absentCondition(change: WireChange, before: JudgedSide, after: JudgedSide): string | undefined {
  if (change.before && change.after) return undefined;
  const missing = change.after === undefined ? after : before;
  const there = change.after ?? change.before;
  if (!missing.isBuild || there === undefined || there.conditions.length === 0) return undefined;
  return [...new Set(there.conditions.map(writeCondition))].join(', ');
}

function absentInBuild(change: WireChange, condition: string): JudgedChange {
  const rule: RuleId = 'absent-in-build';
  const kind = change.after === undefined ? 'removed' : 'added';
  const where = change.after === undefined ? { was: condition } : { now: condition };
  return { ...change, ...where, rule, change: kind, severity: ruleOf(rule).severity, unstable: false };
}

/** The release from which on the feature `unstable` says what names that began with `x-` had said (qapi-code-gen). */
const FIRST_UNSTABLE = '6.2';

/** Whether nothing is promised of a thing: it is unstable, or what encloses it is. */
function isUnstable({ path }: WireItem, side: JudgedSide): boolean {
  return isUnstableAt(path, side, compareReleases(side.release, FIRST_UNSTABLE) < 0);
}

function isUnstableAt(path: string, side: JudgedSide, byName: boolean): boolean {
  const known = side.unstable.get(path);
  if (known !== undefined) return known;
  const item = findItem(side.items, path);
  const above = enclosingPath(path);
  const unstable =
    (item !== undefined && (hasFeature(item, 'unstable') || (byName && item.name.startsWith('x-')))) ||
    (above !== undefined && isUnstableAt(above, side, byName));
  side.unstable.set(path, unstable);
  return unstable;
}
