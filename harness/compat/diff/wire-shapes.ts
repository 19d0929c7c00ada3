import type { Wire } from '../flatten-model.ts';
import type { Shape, WireItem, WireItems } from '../wire-item.ts';
import { enclosingPlace, pathOfPlace } from '../wire-path.ts';

/** A member, and the values of discriminators with which it comes; none: it comes always. */
export interface Variant {
  readonly item: WireItem;
  readonly when: When;
  /** The object, or the branch in which it is written. */
  readonly place: string;
}

/** Values of discriminators. */
export interface When {
  readonly values: ReadonlyMap<string, string>;
  /** The same as text: equal texts say equal values. */
  readonly key: string;
}

/** The place whose shape a place has: another one at and below a place where a type comes again inside itself. */
export function resolvePlace(wire: Wire, place: string): string {
  let resolved = place;
  for (;;) {
    const known = wire.isPlace(resolved) && !wire.enteredAt.has(resolved);
    const next = known ? undefined : reenter(wire.enteredAt, resolved);
    if (next === undefined) return resolved;
    resolved = next;
  }
}

/** A path at or below a place where a type comes again inside itself, as that below the place where the type was entered. */
function reenter(enteredAt: ReadonlyMap<string, string>, path: string): string | undefined {
  if (enteredAt.size === 0) return undefined;
  const whole = enteredAt.get(path);
  if (whole !== undefined) return whole;
  for (let end = 0; (end = nextMark(path, end + 1)) > 0;) {
    const entered = enteredAt.get(path.slice(0, end));
    if (entered !== undefined) return entered + path.slice(end);
  }
  return undefined;
}

/** Where the next part of a path begins: at `/`, `=` or `[]`. */
function nextMark(path: string, from: number): number {
  for (let at = from; at < path.length; at++) {
    const char = path[at];
    if (char === '/' || char === '=' || char === '[') return at;
  }
  return -1;
}

/** All members that an object may have at a place, with what decides whether they come. */
export function membersAt(wire: Wire, place: string): ReadonlyMap<string, readonly Variant[]> {
  const found = new Map<string, Variant[]>();
  collectMembers(wire, place, ALWAYS, found);
  return found;
}

const ALWAYS: When = { values: new Map(), key: '' };

function collectMembers(wire: Wire, place: string, when: When, found: Map<string, Variant[]>): void {
  const resolved = resolvePlace(wire, place);
  const shape = wire.open(resolved);
  if (shape === undefined) return;
  for (const [name, written] of shape.members) {
    const item = resolved === place ? written : { ...written, path: `${place}/${name}` };
    const variants = found.get(name);
    const variant = { item, when, place };
    if (variants === undefined) found.set(name, [variant]);
    else variants.push(variant);
  }
  for (const { discriminator, value } of shape.branches) {
    if (when.values.has(discriminator)) continue;
    const inner = whenAlso(when, discriminator, value);
    collectMembers(wire, `${place}/${discriminator}=${value}`, inner, found);
  }
}

function whenAlso({ values }: When, discriminator: string, value: string): When {
  if (values.size === 0)
    return { values: new Map([[discriminator, value]]), key: `${discriminator}=${value}` };
  const all = new Map([...values, [discriminator, value]]);
  const texts = Array.from(all, ([name, one]) => `${name}=${one}`);
  return { values: all, key: texts.sort().join('/') };
}

/** The values of the enum at a place. */
export function valuesAt(wire: Wire, place: string): ReadonlyMap<string, WireItem> {
  const resolved = resolvePlace(wire, place);
  const values = wire.open(resolved)?.values ?? NO_VALUES;
  if (values.size === 0 || resolved === place) return values;
  return new Map(Array.from(values, ([name, item]) => [name, { ...item, path: `${place}=${name}` }]));
}

const NO_VALUES: ReadonlyMap<string, WireItem> = new Map();

/**
 * The item at a path, also where the model wrote down what stands there at another path only, because a type comes again
 * inside itself.
 */
export function findItem(wire: WireItems, path: string): WireItem | undefined {
  const found = wire.items.get(path) ?? itemInShape(wire, path);
  if (found !== undefined) return found;
  const entered = reenter(wire.enteredAt, path);
  return entered === undefined ? undefined : findItem(wire, entered);
}

function itemInShape(wire: WireItems, path: string): WireItem | undefined {
  const place = enclosingPlace(path);
  if (place === undefined) return undefined;
  const shape = openAlong(wire, place);
  const name = path.slice(place.length + 1);
  return path[place.length] === '=' ? shape?.values.get(name) : shape?.members.get(name);
}

/** Opens a place, and before it those that enclose it. */
function openAlong(wire: WireItems, place: string): Shape | undefined {
  const shape = wire.open?.(place);
  if (shape !== undefined || wire.open === undefined) return shape;
  const above = enclosingPlace(pathOfPlace(place));
  if (above === undefined || openAlong(wire, above) === undefined) return undefined;
  // The branch of a union is a place since the union is open, which encloses the discriminator.
  return wire.open(place);
}
