import { InputError } from '../errors.ts';
import { isJsonArray, isJsonObject, stringAt, type JsonObject, type JsonValue } from '../json/value.ts';
import { impliedOrigin } from './implied-origin.ts';
import type { Condition, EnumValue, Feature, ModelSource, Origin } from '../qapi/model.ts';

interface Annotated {
  readonly since?: string;
  readonly condition?: Condition;
  readonly features: readonly Feature[];
}

/** What a definition says of itself. */
export function readAnnotations(schema: JsonObject): Annotated & { readonly origin?: Origin } {
  const { 'qapi-origin': origin } = schema;
  return { ...readPlain(schema), ...(isJsonObject(origin) && { origin: readOrigin(origin) }) };
}

/** What a member or enum value says of itself, in a definition of that origin. */
export function readPart(
  schema: JsonObject,
  whole: Origin | undefined,
  kind: 'typed' | 'value' = 'typed',
): Annotated & { readonly origin?: Origin } {
  const said = readPlain(schema);
  const { 'qapi-origin': written } = schema;
  const origin = isJsonObject(written) ? readOrigin(written) : impliedOrigin(whole, said, kind);
  return { ...said, ...(origin && Object.keys(origin).length > 0 && { origin }) };
}

/** The same of a branch or alternative, which has neither features nor `since`. */
export function readChoice(
  schema: JsonObject,
  whole: Origin | undefined,
): { readonly condition?: Condition; readonly origin?: Origin } {
  const { condition, origin } = readPart(schema, whole);
  return { ...(condition && { condition }), ...(origin && { origin }) };
}

function readPlain(schema: JsonObject): Annotated {
  const { 'qapi-since': since, 'qapi-features': features, 'qapi-if': condition } = schema;
  return {
    ...(typeof since === 'string' && { since }),
    ...(condition !== undefined && { condition: conditionFromJson(condition) }),
    features: isJsonArray(features) ? features.map(readFeature) : [],
  };
}

/** All strings of an array; none where there is no array. */
export function stringsOf(value: JsonValue | undefined): string[] {
  return isJsonArray(value) ? value.filter((element) => typeof element === 'string') : [];
}

/** The values of an enum with what `annotationsOfValues` wrote of them. */
export function readEnumValues(schema: JsonObject, whole: Origin | undefined): EnumValue[] {
  const notes = isJsonObject(schema['qapi-values']) ? schema['qapi-values'] : {};
  return stringsOf(schema['enum']).map((name) => {
    const said = Object.hasOwn(notes, name) ? notes[name] : undefined;
    return { name, ...readPart(isJsonObject(said) ? said : {}, whole, 'value') };
  });
}

/**
 * The condition that `qapi-if` tells.
 * @throws {InputError} for what is none.
 */
export function conditionFromJson(condition: JsonValue): Condition {
  if (typeof condition === 'string') return { symbol: condition };
  if (!isJsonObject(condition))
    throw new InputError('schema bundle: a qapi-if that is no condition; expected a string or an object');
  const { all, any, not } = condition;
  if (not !== undefined) return { not: conditionFromJson(not) };
  if (isJsonArray(all)) return { all: all.map(conditionFromJson) };
  return { any: isJsonArray(any) ? any.map(conditionFromJson) : [] };
}

function readFeature(feature: JsonValue): Feature {
  if (typeof feature === 'string') return { name: feature };
  const name = stringAt(feature, 'name');
  if (!isJsonObject(feature) || name === '')
    throw new InputError('schema bundle: a feature without name; expected a string or an object');
  const condition = feature['if'];
  return condition === undefined ? { name } : { name, condition: conditionFromJson(condition) };
}

const SOURCES: ReadonlySet<unknown> = new Set<ModelSource>(['qapi', 'hx', 'introspection', 'manual-page']);

/** Tells whether `value` names a source of models. */
export function isSource(value: unknown): value is ModelSource {
  return SOURCES.has(value);
}

function readOrigin(origin: JsonObject): Origin {
  const parts = ['presence', 'type', 'documents'] as const;
  return Object.fromEntries(
    parts.flatMap((part) => {
      const source = origin[part];
      return isSource(source) ? [[part, source]] : [];
    }),
  );
}
