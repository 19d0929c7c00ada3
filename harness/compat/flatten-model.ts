import type { QapiModel } from '../qapi/model.ts';
import type { Shape, WireItem, WireItems } from './wire-item.ts';
import { addDefinition, addTops, startWalk, type Closed, type OpenShape, type Walk } from './wire-walk.ts';

export type { WireItems } from './wire-item.ts';

/**
 * Everything that travels on the wire by a model, by path, in the order of the model.
 * @throws {InputError} when that is more than a million things, which no schema has.
 */
export function flattenModel(model: QapiModel): WireItems {
  const walk = startWalk(model);
  addTops(walk);
  return { items: walk.items, enteredAt: walk.enteredAt };
}

/** What a model allows on the wire, written down place by place as it is asked for. */
export interface Wire extends WireItems {
  /** Commands and events. */
  readonly tops: readonly WireItem[];
  /**
   * What stands at a place; `undefined` where no type does that has an inside. The place that encloses it must be open.
   * @throws {InputError} when more than a million things are written down.
   */
  readonly open: (place: string) => Shape | undefined;
  /** Whether a type with an inside stands at a place, as far as what encloses it is open. */
  readonly isPlace: (place: string) => boolean;
  /** The one definition that alone says what stands at such a place: branches have features, which their values show. */
  readonly typeAt: (place: string) => string | undefined;
}

/** As {@link flattenModel}, with nothing done for places that nobody asks for. */
export function openWire(model: QapiModel): Wire {
  const closed = new Map<string, Closed[]>();
  const shapes = new Map<string, Shape>();
  const walk = startWalk(model, closed);
  addTops(walk);
  const { items, enteredAt, branchFeatures } = walk;
  return {
    items,
    enteredAt,
    tops: [...items.values()].filter(({ kind }) => kind !== 'body'),
    open: (path) => shapes.get(path) ?? openPlace(walk, closed.get(path), shapes),
    isPlace: (path) => closed.has(path),
    typeAt: (path) => {
      const at = closed.get(path);
      return at?.length === 1 && !branchFeatures.has(path) ? at[0]?.definition.name : undefined;
    },
  };
}

function openPlace(
  walk: Walk,
  closed: readonly Closed[] | undefined,
  shapes: Map<string, Shape>,
): Shape | undefined {
  const [first] = closed ?? [];
  if (first === undefined) return undefined;
  const shape: OpenShape = { members: new Map(), values: new Map(), branches: [] };
  shapes.set(first.place.path, shape);
  for (const { definition, place } of closed ?? []) addDefinition(walk, definition, { ...place, shape });
  return shape;
}
