import { FOLDED_INTEGER, type Condition, type ModelSource } from '../../qapi/model.ts';
import { writeCondition } from '../../qapi/write-condition.ts';
import type { WireItem, WireItems } from '../wire-item.ts';
import type { Change, Interval, PlaceHistory } from './history.ts';
import { enclosingPath, nameOfPath } from '../wire-path.ts';

/** All places of one release, the `index`th. */
export interface Snapshot extends WireItems {
  readonly index: number;
  readonly sources: readonly ModelSource[];
  /** QAPI has conditions since 2.12; before, only the command table told some. */
  readonly tellsConditions: boolean;
  /** The first release of a place that it has. */
  readonly first: (path: string) => number;
}

/** A place's history while releases are read; numbers are indices of releases. */
export interface PlaceDraft {
  readonly path: string;
  readonly kind: WireItem['kind'];
  readonly direction: WireItem['direction'];
  /** First and last release of each interval. */
  readonly spans: { from: number; last: number }[];
  readonly types: DraftChange<string>[];
  readonly optional: DraftChange<boolean>[];
  readonly features: DraftChange<readonly string[]>[];
  readonly typeFeatures: DraftChange<readonly string[]>[];
  readonly flags: DraftChange<readonly string[]>[];
  readonly conditions: DraftChange<readonly string[]>[];
  readonly definitions: DraftChange<string>[];
  readonly described: boolean;
  movedFrom?: string;
  renamedFrom?: string;
  /** Whether it exists only in some builds, by the newest release that has it. */
  conditional: boolean;
}

interface DraftChange<T> {
  readonly index: number;
  readonly value: T;
}

/** Notes that a release has a place, and how it is there. */
export function recordItem(
  drafts: Map<string, PlaceDraft>,
  item: WireItem,
  now: Snapshot,
  before: Snapshot | undefined,
): void {
  let draft = drafts.get(item.path);
  if (draft === undefined) {
    draft = newDraft(item, isDescription(drafts, item.path, now, before));
    drafts.set(item.path, draft);
    draft.spans.push({ from: firstIndex(item.path, now, before), last: now.index });
  } else {
    const span = draft.spans.at(-1);
    if (span !== undefined && span.last >= now.index - 1) span.last = now.index;
    else draft.spans.push({ from: now.index, last: now.index });
  }
  recordState(draft, item, now);
}

function newDraft({ path, kind, direction }: WireItem, described: boolean): PlaceDraft {
  return {
    path,
    kind,
    direction,
    described,
    spans: [],
    types: [],
    optional: [],
    features: [],
    typeFeatures: [],
    flags: [],
    conditions: [],
    definitions: [],
    conditional: false,
  };
}

/** The nearest place above that the release has; a discriminator that is a string (before 2.0) has no places of values. */
function placeAbove({ items }: WireItems, path: string): WireItem | undefined {
  for (let at = enclosingPath(path); at !== undefined; at = enclosingPath(at)) {
    const item = items.get(at);
    if (item !== undefined) return item;
  }
  return undefined;
}

/**
 * Introspection and the manual page tell less than source does: what they cannot tell is no change.
 */
function recordState(draft: PlaceDraft, item: WireItem, now: Snapshot): void {
  const { index, sources } = now;
  const isSource = sources.includes('qapi') || sources.includes('hx');
  const { type } = item;
  if (type !== undefined && (isSource || !foldsTo(draft.types.at(-1)?.value, type))) {
    note(draft.types, index, type, '');
  }
  note(draft.optional, index, item.optional, false);
  note(draft.features, index, sorted(item.features), NONE);
  note(draft.typeFeatures, index, sorted(item.typeFeatures ?? NONE), NONE);
  draft.conditional = item.conditions.length > 0 || (draft.conditional && !isSource);
  const conditions = ownConditions(item, now);
  if ((isSource && now.tellsConditions) || conditions.length > 0)
    note(draft.conditions, index, conditions, NONE);
  if (isSource) note(draft.flags, index, item.flags, NONE);
  else if (sources.includes('introspection')) note(draft.flags, index, withOob(draft, item), NONE);
  if (!isMaskedName(item.definition)) note(draft.definitions, index, item.definition, '');
}

/** Introspection numbers the types whose names it hides. */
export function isMaskedName(definition: string): boolean {
  return /^[0-9]+$/.test(definition);
}

/** Of all flags introspection tells whether a command may run out of band, nothing else. */
function withOob({ flags }: PlaceDraft, item: WireItem): readonly string[] {
  const others = (flags.at(-1)?.value ?? NONE).filter((flag) => flag !== 'oob');
  return item.flags.includes('oob') ? ['oob', ...others] : others;
}

const NONE: readonly string[] = [];

function sorted(names: readonly string[]): readonly string[] {
  return names.length < 2 ? names : [...names].sort();
}

function note<T>(changes: DraftChange<T>[], index: number, value: T, empty: T): void {
  const last = changes.at(-1)?.value ?? empty;
  if (last !== value && (typeof value !== 'object' || String(last) !== String(value)))
    changes.push({ index, value });
}

/** Whether a type is what introspection makes of `known`. */
function foldsTo(known: string | undefined, type: string): boolean {
  if (known === undefined || !type.includes(FOLDED_INTEGER)) return false;
  return known.replaceAll(/\bu?int[0-9]+\b/g, FOLDED_INTEGER) === type;
}

function ownConditions(item: WireItem, now: Snapshot): readonly string[] {
  if (item.conditions.length === 0) return NONE;
  const above = placeAbove(now, item.path);
  const outer = new Set(above?.conditions.map(textOf));
  return [...new Set(item.conditions.map(textOf))].filter((text) => !outer.has(text)).sort();
}

const TEXTS = new WeakMap<Condition, string>();

function textOf(condition: Condition): string {
  let text = TEXTS.get(condition);
  if (text === undefined) TEXTS.set(condition, (text = writeCondition(condition)));
  return text;
}

/**
 * Whether a place only begins to be described: what encloses it was there in the release before and did not tell its
 * inside, because it was written as any value, as a string, as a reply of which nothing was known, or as arguments that
 * are not checked.
 */
function isDescription(
  drafts: ReadonlyMap<string, PlaceDraft>,
  path: string,
  now: Snapshot,
  before: Snapshot | undefined,
): boolean {
  const above = placeAbove(now, path);
  if (above === undefined || before === undefined) return false;
  const earlier = before.items.get(above.path);
  if (earlier === undefined) {
    if (above.kind === 'body') return isOpenBody(above.path, before);
    const draft = drafts.get(above.path);
    return draft?.described === true && draft.spans[0]?.from === now.index;
  }
  if (above.kind === 'command') return isOpenBody(path, before);
  const type = earlier.type?.replaceAll(/[[\]]/g, '');
  if (type === 'any' || (type === 'str' && above.type?.includes('enum') === true)) return true;
  return earlier.kind === 'body' && isOpenBody(above.path, before);
}

function isOpenBody(path: string, { items }: Snapshot): boolean {
  const [command = '', body] = path.replaceAll('[]', '').split('/');
  const flags = items.get(command)?.flags ?? NONE;
  return flags.includes(body === 'returns' ? 'reply-unknown' : 'unchecked-arguments');
}

/**
 * The release in which a place begins that is seen for the first time. Below a place where a type came again inside
 * itself nothing was written down; what stands there now was there already when the type's own members had it.
 */
function firstIndex(path: string, now: Snapshot, before: Snapshot | undefined): number {
  const inside = before && pathWhereEntered(before, path);
  return inside !== undefined && before?.items.has(inside) === true ? before.first(inside) : now.index;
}

/** A path below a place where a type comes again inside itself, as that below the place where the type was entered. */
function pathWhereEntered({ enteredAt }: WireItems, path: string): string | undefined {
  for (const [at, entered] of enteredAt) {
    if (path.startsWith(at) && path.length > at.length) return entered + path.slice(at.length);
  }
  return undefined;
}

/**
 * Notes places that a release does not show, and that are not gone: in introspection what depends on a condition, which
 * other builds have; and what stands below a place that is now written as any value or as a string, or among arguments
 * that are not checked.
 */
export function carryUnseen(drafts: ReadonlyMap<string, PlaceDraft>, now: Snapshot): void {
  const isPartial = now.sources[0] === 'introspection';
  for (const draft of drafts.values()) {
    const span = draft.spans.at(-1);
    if (span?.last !== now.index - 1) continue;
    if ((isPartial && draft.conditional) || isHidden(draft.path, now)) span.last = now.index;
  }
}

function isHidden(path: string, now: Snapshot): boolean {
  if (path.includes('/') && isOpenBody(path, now)) return true;
  const above = placeAbove(now, path);
  if (above?.type === undefined) return false;
  const type = above.type.replaceAll(/[[\]]/g, '');
  return type === 'any' || (type === 'str' && path.startsWith('=', path.lastIndexOf(nameOfPath(path)) - 1));
}

/** A place's history with the names of releases. */
export function finishPlace(draft: PlaceDraft, releases: readonly string[]): PlaceHistory {
  const named = <T>(changes: readonly DraftChange<T>[]): Change<T>[] =>
    changes.map(({ index, value }) => ({ release: releases[index] ?? '', value }));
  return {
    path: draft.path,
    kind: draft.kind,
    direction: draft.direction,
    intervals: draft.spans.map((span) => intervalOf(span, releases)),
    types: named(draft.types),
    optional: named(draft.optional),
    features: named(draft.features),
    typeFeatures: named(draft.typeFeatures),
    flags: named(draft.flags),
    conditions: named(draft.conditions),
    definitions: named(draft.definitions),
    ...(draft.described && { described: true }),
    ...(draft.movedFrom !== undefined && { movedFrom: draft.movedFrom }),
    ...(draft.renamedFrom !== undefined && { renamedFrom: draft.renamedFrom }),
  };
}

/** The interval from the `from`th to the `last`th release. */
export function intervalOf(span: { from: number; last: number }, releases: readonly string[]): Interval {
  const until = releases[span.last + 1];
  return { from: releases[span.from] ?? '', ...(until !== undefined && { until }) };
}
