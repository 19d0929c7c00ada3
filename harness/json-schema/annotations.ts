import type { JsonObject, JsonValue } from '../json/value.ts';
import type {
  Alternative,
  Branch,
  Condition,
  Definition,
  EnumDefinition,
  EnumValue,
  Feature,
  Member,
  Origin,
} from '../qapi/model.ts';
import { impliedOrigin, isSameOrigin } from './implied-origin.ts';

/** The condition in QAPI's own form since 6.2: a symbol, or `all`, `any`, `not`. */
function conditionInJson(condition: Condition): JsonValue {
  if ('symbol' in condition) return condition.symbol;
  if ('all' in condition) return { all: condition.all.map(conditionInJson) };
  if ('any' in condition) return { any: condition.any.map(conditionInJson) };
  return { not: conditionInJson(condition.not) };
}

/** `qapi-if`, where there is a condition. */
function ifOf(thing: { readonly condition?: Condition }): JsonObject {
  return thing.condition === undefined ? {} : { 'qapi-if': conditionInJson(thing.condition) };
}

/** What a definition, member or enum value may say of itself beside its type. */
interface Annotated {
  readonly since?: string;
  readonly condition?: Condition;
  readonly features?: readonly Feature[];
}

/** `qapi-since`, `qapi-if`, `qapi-features`; nothing where it has none. */
function annotationsOf(thing: Annotated): JsonObject {
  const features = (thing.features ?? []).map((feature) =>
    feature.condition === undefined
      ? feature.name
      : { name: feature.name, if: conditionInJson(feature.condition) },
  );
  return {
    ...(thing.since !== undefined && { 'qapi-since': thing.since }),
    ...ifOf(thing),
    ...(features.length > 0 && { 'qapi-features': features }),
  };
}

/** What a part of a definition says of itself; of its origin only where that is not the definition's. */
export function annotationsOfPart(
  definition: Definition,
  part: Member | Branch | Alternative | EnumValue,
  kind: 'typed' | 'value' = 'typed',
): JsonObject {
  const implied = impliedOrigin(definition.origin, part, kind);
  return {
    ...annotationsOf(part),
    ...(!isSameOrigin(part.origin, implied) && { 'qapi-origin': originInJson(part.origin) }),
  };
}

function originInJson(origin: Origin | undefined): JsonObject {
  return { ...origin };
}

/** What a definition is and where it stands, then what it says of itself. */
export function annotationsOfDefinition(definition: Definition): JsonObject {
  return {
    'qapi-kind': definition.kind,
    ...(definition.place && { 'qapi-module': definition.place.file }),
    ...annotationsOf(definition),
    ...(definition.origin && { 'qapi-origin': originInJson(definition.origin) }),
  };
}

/** `qapi-values`: what is to be said of single enum values. */
export function annotationsOfValues(definition: EnumDefinition): JsonObject {
  const entries = definition.values
    .map((value): [string, JsonObject] => [value.name, annotationsOfPart(definition, value, 'value')])
    .filter(([, annotations]) => Object.keys(annotations).length > 0);
  return entries.length === 0 ? {} : { 'qapi-values': Object.fromEntries(entries) };
}
