import type { JsonObject, JsonValue } from '../json/value.ts';
import type { Condition, Definition, EnumValue, Feature } from '../qapi/model.ts';

/** The condition in QAPI's own form since 6.2: a symbol, or `all`, `any`, `not`. */
function conditionInJson(condition: Condition): JsonValue {
  if ('symbol' in condition) return condition.symbol;
  if ('all' in condition) return { all: condition.all.map(conditionInJson) };
  if ('any' in condition) return { any: condition.any.map(conditionInJson) };
  return { not: conditionInJson(condition.not) };
}

/** `qapi-if`, where there is a condition. */
export function ifOf(thing: { readonly condition?: Condition }): JsonObject {
  return thing.condition === undefined ? {} : { 'qapi-if': conditionInJson(thing.condition) };
}

/** `qapi-if` and `qapi-features` of a definition, member or enum value; nothing where it has none. */
export function annotationsOf(thing: {
  readonly condition?: Condition;
  readonly features: readonly Feature[];
}): JsonObject {
  const features = thing.features.map((feature) =>
    feature.condition === undefined
      ? feature.name
      : { name: feature.name, if: conditionInJson(feature.condition) },
  );
  return { ...ifOf(thing), ...(features.length > 0 && { 'qapi-features': features }) };
}

/** What a definition is and where it stands, then its condition and features. */
export function annotationsOfDefinition(definition: Definition): JsonObject {
  return {
    'qapi-kind': definition.kind,
    ...(definition.place && { 'qapi-module': definition.place.file }),
    ...annotationsOf(definition),
  };
}

/** `qapi-values`: what is to be said of single enum values. */
export function annotationsOfValues(values: readonly EnumValue[]): JsonObject {
  const entries = values
    .filter((value) => value.condition !== undefined || value.features.length > 0)
    .map((value): [string, JsonValue] => [value.name, annotationsOf(value)]);
  return entries.length === 0 ? {} : { 'qapi-values': Object.fromEntries(entries) };
}
