import { pointerTo } from '../json/pointer.ts';
import type { JsonObject } from '../json/value.ts';
import type { QapiModel, TypeRef } from '../qapi/model.ts';
import { isBuiltin } from './builtin-schemas.ts';

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

/** The JSON type by which an alternate recognises `type`; `undefined` for `any`. */
export function jsonTypeOf(model: QapiModel, type: TypeRef): string | undefined {
  if ('array' in type) return 'array';
  if (!isBuiltin(type.name)) return model.definitions.get(type.name)?.kind === 'enum' ? 'string' : 'object';
  switch (type.name) {
    case 'str':
    case 'QType':
      return 'string';
    case 'bool':
      return 'boolean';
    case 'null':
      return 'null';
    case 'any':
      return undefined;
    default:
      return 'number';
  }
}
