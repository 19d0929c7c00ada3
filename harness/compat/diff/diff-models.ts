import { compareReleases } from '../../release/compare-releases.ts';
import type { QapiModel } from '../../qapi/model.ts';
import { openWire } from '../flatten-model.ts';
import type { WireItems } from '../wire-item.ts';
import { knownOf } from './compare-flags.ts';
import { compareWire } from './compare-wire.ts';
import { groupChanges } from './group-changes.ts';
import { judgeChange, type JudgedSide } from './judge-change.ts';
import type { Announcements, ReleaseItems } from './judge-removal.ts';
import type { SchemaDiff, SchemaSide } from './schema-diff.ts';
import { unchangedTypes } from './unchanged-types.ts';

/** What the two models do not say themselves. */
export interface DiffContext {
  /**
   * Other releases that are known, in any order; asked for once, and only when something was removed. Those from the
   * later schema's release on are left out.
   */
  readonly earlier?: () => readonly ReleaseItems[];
  /** Since when QEMU's documents list a path, or the name of a definition, as deprecated. */
  readonly announcements?: (name: string) => string | undefined;
}

/**
 * All differences between two models on the wire, with what they mean for clients. Names of types, the order of members,
 * and how types are made of others are no differences.
 */
export function diffModels(before: QapiModel, after: QapiModel, context: DiffContext = {}): SchemaDiff {
  const [left, right] = [openWire(before), openWire(after)];
  const [was, now] = [judgedSide(before, left), judgedSide(after, right)];
  let known: Announcements | undefined;
  const announcements = (): Announcements => (known ??= announcementsOf(before, left, after, context));
  const unchanged = unchangedTypes(before, after);
  const comparison = { ...knownOf(before, after), before: left, after: right, unchanged };
  const judged = compareWire(comparison).map((change) => judgeChange(change, was, now, announcements));
  return {
    before: sideOf(before),
    after: sideOf(after),
    ...(isConditionsUnknown(before, after) && { conditionsUnknown: true }),
    changes: groupChanges(judged, before, after),
  };
}

function announcementsOf(
  before: QapiModel,
  items: WireItems,
  after: QapiModel,
  { earlier = () => [], announcements = () => undefined }: DiffContext,
): Announcements {
  const others = earlier().filter(({ release }) => {
    return compareReleases(release, after.release) < 0 && compareReleases(release, before.release) !== 0;
  });
  const all = [...others, { release: before.release, items }];
  return {
    earlier: all.sort((a, b) => compareReleases(a.release, b.release)),
    removed: after.release,
    listed: announcements,
  };
}

/** Whether one side is a build, and what the other has more cannot be told to depend on conditions. */
function isConditionsUnknown(before: QapiModel, after: QapiModel): boolean {
  return (isBuild(before) && !tellsConditions(after)) || (isBuild(after) && !tellsConditions(before));
}

/** Introspection says what exists: what depends on conditions may be missing. */
function isBuild({ sources }: QapiModel): boolean {
  return sources[0] === 'introspection';
}

/** Introspection tells none; all other sources tell those that they know. */
function tellsConditions({ sources }: QapiModel): boolean {
  return sources.some((source) => source !== 'introspection');
}

function judgedSide(model: QapiModel, items: WireItems): JudgedSide {
  return { release: model.release, items, isBuild: isBuild(model), unstable: new Map() };
}

function sideOf({ family, release, sources }: QapiModel): SchemaSide {
  return { family, release, sources };
}
