import { BUILTIN_TYPES, FOLDED_INTEGER, type QapiModel, type TypeRef } from './model.ts';

/** What JSON calls the values of a type; `any`: it may be each of the others. */
export type JsonKind = 'string' | 'number' | 'boolean' | 'null' | 'object' | 'array' | 'any';

const BUILTINS: ReadonlySet<string> = new Set([...BUILTIN_TYPES, FOLDED_INTEGER]);

/** Tells whether a type is built in, or the folded integer of introspection. */
export function isBuiltin(name: string): boolean {
  return BUILTINS.has(name);
}

/** The JSON type by which an alternate's alternative is told from the others. */
export function jsonKindOf(model: QapiModel, type: TypeRef): JsonKind {
  if ('array' in type) return 'array';
  switch (type.name) {
    case 'str':
    case 'QType':
      return 'string';
    case 'bool':
      return 'boolean';
    case 'null':
      return 'null';
    case 'any':
      return 'any';
  }
  if (isBuiltin(type.name)) return 'number';
  return model.definitions.get(type.name)?.kind === 'enum' ? 'string' : 'object';
}
