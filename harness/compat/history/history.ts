import type { Definition, SchemaFamily } from '../../qapi/model.ts';
import type { Direction, WireItem } from '../wire-item.ts';

/** Releases, one after the other, that have a thing: from the first that has it to before the first that has not. */
export interface Interval {
  readonly from: string;
  /** Absent: the newest release has it. */
  readonly until?: string;
}

/** From `release` on the value is `value`, until the next change. */
export interface Change<T> {
  readonly release: string;
  readonly value: T;
}

/**
 * What became of one place on the wire. Lists of changes are sorted by release; before the first change the value is
 * the empty one: no type, not optional, no feature, no flag, no condition.
 */
export interface PlaceHistory {
  /** As `flattenModel` writes it: no names of types, so that these may change silently. */
  readonly path: string;
  readonly kind: WireItem['kind'];
  readonly direction: Direction;
  /** At least one; more when it was removed and came back. */
  readonly intervals: readonly Interval[];
  /** See `wireType`; none for commands, events and values. */
  readonly types: readonly Change<string>[];
  readonly optional: readonly Change<boolean>[];
  readonly features: readonly Change<readonly string[]>[];
  /** Those of the type that stands there. */
  readonly typeFeatures: readonly Change<readonly string[]>[];
  readonly flags: readonly Change<readonly string[]>[];
  /** As text, without those of the place that encloses it; all must hold. */
  readonly conditions: readonly Change<readonly string[]>[];
  /** The definition in which it is written. */
  readonly definitions: readonly Change<string>[];
  /** Its first release only begins to describe it: what encloses it was there before and told nothing of what is in it. */
  readonly described?: true;
  /** The place that it had before, gone in the same release: a member went from the base to a branch, or back. */
  readonly movedFrom?: string;
  /** The same place with `x-` before its name, or in another case, gone in the same release. */
  readonly renamedFrom?: string;
}

/** What became of one definition. Names of types are no part of the interface; they are here to find things by. */
export interface DefinitionHistory {
  readonly name: string;
  readonly kinds: readonly Change<Definition['kind']>[];
  readonly intervals: readonly Interval[];
  /** Files in which it was written, relative to the source tree. */
  readonly modules: readonly Change<string>[];
}

/** What the documents of a release say was deprecated or removed: names and numbers of one heading. */
export interface Announcement {
  /** The wire paths that are meant; none when the heading cannot be understood as such. */
  readonly paths: readonly string[];
  /** Names of the heading, as they stand there. */
  readonly names: readonly string[];
  readonly deprecated?: string;
  readonly removed?: string;
  /** The first release whose documents say so. */
  readonly from: string;
}

/** One family's history over all releases that were given. */
export interface History {
  readonly family: SchemaFamily;
  /** `x.y`, sorted. What stands in the first came with it or before. */
  readonly releases: readonly string[];
  /** By path, sorted. */
  readonly places: ReadonlyMap<string, PlaceHistory>;
  /** By name, sorted. */
  readonly definitions: ReadonlyMap<string, DefinitionHistory>;
  readonly announcements: readonly Announcement[];
}
