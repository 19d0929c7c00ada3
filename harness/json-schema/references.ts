import { pointerTo } from '../json/pointer.ts';
import type { JsonObject } from '../json/value.ts';
import type { TypeRef } from '../qapi/model.ts';

/** The keys in `$defs` under which there stands what has no name of its own in QAPI. */
export const keyOf = {
  /** The members of a struct or union that others take over: open, where the type itself is closed. */
  members: (type: string): string => `${type}/members`,
  arguments: (command: string): string => `command/${command}/arguments`,
  returns: (command: string): string => `command/${command}/returns`,
  data: (event: string): string => `event/${event}/data`,
};

/** A `$ref` to what stands under `key` in `$defs`. */
export function refTo(key: string): string {
  return pointerTo('#/$defs', key);
}

/** The schema of a value of `type`, by reference. */
export function schemaOfType(type: TypeRef): JsonObject {
  return 'array' in type ? { type: 'array', items: schemaOfType(type.array) } : { $ref: refTo(type.name) };
}
