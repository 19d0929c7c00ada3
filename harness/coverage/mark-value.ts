import { pointerTo } from '../json/pointer.ts';
import { isJsonArray, isJsonObject, jsonType, type JsonObject, type JsonValue } from '../json/value.ts';
import type { ItemId, ObjectPlan, Plan } from './plan.ts';

/** Takes down that an item was seen. */
export type Mark = (item: ItemId) => void;

/**
 * The places of a documented message at which something is elided, as JSON Pointers into the message. What is not
 * written there may be there.
 */
export type Open = ReadonlySet<string>;

/**
 * Marks all that is to be seen in a value that fits its schema.
 * @param pointer where the value stands in the message; of use only with `open`
 */
export function markValue(plan: Plan, value: JsonValue, mark: Mark, open?: Open, pointer = ''): void {
  if (plan === undefined) return;
  switch (plan.kind) {
    case 'array':
      if (!isJsonArray(value)) return;
      value.forEach((element, at) => markValue(plan.element, element, mark, open, step(open, pointer, at)));
      return;
    case 'enum': {
      const item = typeof value === 'string' ? plan.values.get(value) : undefined;
      if (item !== undefined) mark(item);
      return;
    }
    case 'object':
      if (isJsonObject(value)) markObject(plan, value, mark, open, pointer);
      return;
    case 'alternate': {
      // An elided value stands as null, and null is an alternative of some alternates.
      if (open?.has(pointer) === true && value === null) return;
      const type = jsonType(value);
      const meant = plan.alternatives.find(({ json }) => json === type || json === 'any');
      if (meant === undefined) return;
      mark(meant.taken);
      markValue(meant.type, value, mark, open, pointer);
    }
  }
}

function markObject(
  { base, members, union }: ObjectPlan,
  value: JsonObject,
  mark: Mark,
  open: Open | undefined,
  pointer: string,
): void {
  if (base !== undefined) markObject(base, value, mark, open, pointer);
  const whole = open?.has(pointer) !== true;
  for (const { name, present, absent, type } of members) {
    if (Object.hasOwn(value, name)) {
      mark(present);
      markValue(type, value[name] ?? null, mark, open, step(open, pointer, name));
    } else if (absent !== undefined && whole) mark(absent);
  }
  if (union === undefined) return;
  const tag = value[union.discriminator];
  const branch = typeof tag === 'string' ? union.branches.get(tag) : undefined;
  if (branch === undefined) return;
  mark(branch.taken);
  if (branch.members !== undefined) markObject(branch.members, value, mark, open, pointer);
}

function step(open: Open | undefined, pointer: string, name: string | number): string {
  return open === undefined ? '' : pointerTo(pointer, name);
}
