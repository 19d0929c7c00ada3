import type { Feature, QapiModel, TypeRef } from '../qapi/model.ts';

/**
 * What JSON may stand for a type: the name of a built-in type (`int64` for `int`, `uint64` for `size`), `enum`, `object`,
 * `[…]` around the type of elements, and for an alternate its alternatives, sorted, with `|` between.
 */
function wireType(model: QapiModel, type: TypeRef): string {
  if ('array' in type) return `[${wireType(model, type.array)}]`;
  const definition = model.definitions.get(type.name);
  if (definition === undefined) return SYNONYMS[type.name] ?? type.name;
  if (definition.kind === 'enum') return 'enum';
  if (definition.kind !== 'alternate') return 'object';
  const types = definition.alternatives.map((alternative) => wireType(model, alternative.type));
  return [...new Set(types)].sort().join('|');
}

/** Built-in types of the same range. */
const SYNONYMS: Readonly<Record<string, string>> = { int: 'int64', size: 'uint64' };

/** What items say of the types that stand there. */
export interface TypeFacts {
  readonly type: string;
  readonly typeFeatures: readonly string[] | undefined;
  /** Whether it has members or values, or some that stand there have. */
  readonly hasInside: boolean;
}

/** What was found of a model's types, by their names. */
export interface TypesKnown {
  readonly model: QapiModel;
  readonly types: Map<string, TypeFacts>;
}

/** What an item says of the type that stands there. */
export function factsOfType(known: TypesKnown, type: TypeRef): TypeFacts {
  if ('array' in type) {
    const inner = factsOfType(known, type.array);
    return { ...inner, type: `[${inner.type}]` };
  }
  const { model, types } = known;
  const found = types.get(type.name);
  if (found !== undefined) return found;
  const definition = model.definitions.get(type.name);
  const { features = [] } = definition ?? {};
  const facts = {
    type: wireType(model, type),
    typeFeatures: features.length === 0 ? undefined : namesOf(features),
    hasInside: definition !== undefined,
  };
  types.set(type.name, facts);
  return facts;
}

/** The names of feature flags. */
export function namesOf(features: readonly Feature[]): readonly string[] {
  return features.length === 0 ? NONE : features.map(({ name }) => name);
}

const NONE: readonly string[] = [];
