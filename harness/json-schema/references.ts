import { pointerTo } from '../json/pointer.ts';
import type { JsonObject } from '../json/value.ts';
import type { QapiModel, TypeRef } from '../qapi/model.ts';
import { isBuiltin } from './builtin-schemas.ts';

/** The keys under which the messages of a command or event stand in `$defs`. */
export const keyOf = {
  arguments: (command: string): string => `command/${command}/arguments`,
  returns: (command: string): string => `command/${command}/returns`,
  data: (event: string): string => `event/${event}/data`,
};

/** A `$ref` to what stands under `key` in `$defs`. */
export function refTo(key: string): string {
  return pointerTo('#/$defs', key);
}

/**
 * The schema of a value of `type`, by reference. Definitions of objects say what their members are and leave the rest
 * open, so that they can be bases and branches of others; where a whole value is meant, the reference closes them.
 */
export function schemaOfType(model: QapiModel, type: TypeRef): JsonObject {
  if ('array' in type) return { type: 'array', items: schemaOfType(model, type.array) };
  const $ref = refTo(type.name);
  return isObjectType(model, type.name) ? { $ref, unevaluatedProperties: false } : { $ref };
}

function isObjectType(model: QapiModel, name: string): boolean {
  const kind = model.definitions.get(name)?.kind;
  return kind === 'struct' || kind === 'union';
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
