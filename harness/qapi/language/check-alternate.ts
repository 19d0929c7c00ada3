import type { AlternateDefinition, EnumDefinition, TypeRef } from '../model.ts';
import { checkClashes } from './check-objects.ts';
import { checkType, describeType, failFor, type Schema, type SourcedDefinition } from './schema.ts';

type JsonKind = 'null' | 'boolean' | 'string' | 'number' | 'array' | 'object';

/**
 * Checks an alternate. Which branch is meant is told by the JSON type, so no two may share one; nor may a string stand
 * beside what a string could be meant as on a command line (since 2.10).
 * @throws {InputError}
 */
export function checkAlternate(
  schema: Schema,
  source: SourcedDefinition,
  definition: AlternateDefinition,
): void {
  checkClashes(schema, source, [], definition.alternatives, 'branch');
  const taken = new Map<JsonKind, string>();
  for (const { name, type } of definition.alternatives) {
    const what = `branch '${name}'`;
    checkType(schema, source, type, what);
    const kinds = jsonKinds(schema, type);
    if (kinds.length === 0) failFor(source, `${what} cannot use ${describeType(schema, type)}`);
    for (const kind of kinds) {
      const other = taken.get(kind);
      if (other !== undefined) failFor(source, `${what} cannot be told from '${other}'`);
      taken.set(kind, name);
    }
  }
}

/** The JSON types that a value may have, or be taken to have; none for a type that may have them all. */
function jsonKinds(schema: Schema, type: TypeRef): readonly JsonKind[] {
  if ('array' in type) return ['array'];
  const definition = schema.sources.get(type.name)?.definition;
  switch (definition?.kind) {
    case 'struct':
    case 'union':
      return ['object'];
    case 'enum':
      return kindsOfEnum(schema, definition);
    case undefined:
      return kindsOfBuiltin(schema, type.name);
    default:
      return [];
  }
}

function kindsOfBuiltin(schema: Schema, name: string): readonly JsonKind[] {
  switch (name) {
    case 'any':
      return [];
    case 'str':
      return schema.dialect.has('keyval-alternates') ? ['string', 'number', 'boolean'] : ['string'];
    case 'QType':
      return ['string'];
    case 'bool':
      return ['boolean'];
    case 'null':
      return ['null'];
    default:
      return ['number'];
  }
}

function kindsOfEnum(schema: Schema, { values }: EnumDefinition): readonly JsonKind[] {
  const kinds: JsonKind[] = ['string'];
  if (!schema.dialect.has('keyval-alternates')) return kinds;
  if (values.some(({ name }) => name === 'on' || name === 'off')) kinds.push('boolean');
  if (values.some(({ name }) => /^[-+0-9.]/.test(name))) kinds.push('number');
  return kinds;
}
