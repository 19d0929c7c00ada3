import { isJsonArray, isJsonObject, type JsonObject, type JsonValue } from '../../json/value.ts';
import type { Condition, EnumValue, Feature, Member, TypeRef } from '../model.ts';
import { readCondition } from './condition.ts';
import { conditionsOf } from './dialect.ts';
import { checkDistinct, checkKeys, failIn, placeOf, type Expression } from './expression.ts';
import { checkFeatureName, checkMemberName, checkValueName } from './names.ts';

/** The `if` of a definition, member, value, branch or feature, ready to be spread into its model. */
export function readIf(expression: Expression, value: JsonObject, what: string): { condition?: Condition } {
  const written = value['if'];
  if (written === undefined) return {};
  const condition = readCondition(written, conditionsOf(expression.dialect));
  return typeof condition === 'string' ? failIn(expression, `${what}: ${condition}`) : { condition };
}

/** Most members have no release of their own; these share one object. */
const NO_SINCE = {};

/** What the documentation says of a member's or value's first release, ready to be spread into its model. */
function readSince(expression: Expression, name: string): { since?: string } {
  const since = expression.block?.members.get(name)?.since;
  return since === undefined ? NO_SINCE : { since };
}

/** The `features` of a definition, member or enum value. */
export function readFeatures(expression: Expression, value: JsonObject, what: string): Feature[] {
  const written = value['features'];
  if (written === undefined) return [];
  if (!isJsonArray(written)) return failIn(expression, `'features' of ${what} must be an array`);
  const features = written.map((feature) => readFeature(expression, feature, what));
  checkDistinct(expression, features, 'feature');
  return features;
}

function readFeature(expression: Expression, written: JsonValue, what: string): Feature {
  const { name, rest } = readNamed(expression, written, `feature of ${what}`, ['if']);
  checkFeatureName(expression, name);
  return { name, ...readIf(expression, rest, `feature '${name}'`) };
}

/** A thing that is written as its name, or as an object that holds `name` and other keys. */
function readNamed(
  expression: Expression,
  written: JsonValue,
  what: string,
  optional: readonly string[],
): { readonly name: string; readonly rest: JsonObject } {
  if (typeof written === 'string') return { name: written, rest: {} };
  if (!isJsonObject(written)) return failIn(expression, `${what} must be a string or an object`);
  checkKeys(expression, written, what, ['name'], optional);
  const name = written['name'];
  return typeof name === 'string'
    ? { name, rest: written }
    : failIn(expression, `the name of ${what} must be a string`);
}

/** One value of an enum. */
export function readEnumValue(expression: Expression, written: JsonValue): EnumValue {
  if (typeof written === 'string') {
    checkValueName(expression, written);
    return { name: written, features: [], ...readSince(expression, written) };
  }
  const optional = expression.dialect.has('symbol-conditions') ? ['if', 'features'] : ['if'];
  const { name, rest } = readNamed(expression, written, "'data' value", optional);
  checkValueName(expression, name);
  const what = `value '${name}'`;
  return {
    name,
    ...readIf(expression, rest, what),
    features: readFeatures(expression, rest, what),
    ...readSince(expression, name),
  };
}

/** What stood for any value before there was `any`. */
const LEGACY_ANY: ReadonlySet<string> = new Set(['**', 'visitor', 'dict']);

/** A type: its name, or an array that holds one. `what` says where it stands. */
export function readType(expression: Expression, written: JsonValue | undefined, what: string): TypeRef {
  if (typeof written === 'string') {
    const isAny = LEGACY_ANY.has(written) && !expression.dialect.has('plain-types');
    return { name: isAny ? 'any' : written };
  }
  if (!isJsonArray(written))
    return failIn(expression, `${what} should be a type name or an array that holds one`);
  const [element] = written;
  if (written.length !== 1 || typeof element !== 'string') {
    return failIn(expression, `${what}: an array type holds one type name`);
  }
  return { array: readType(expression, element, what) };
}

/** Where members stand: the type whose name exceptions hold for them, and the path that inner structs are named by. */
export interface MemberPlace {
  readonly what: string;
  readonly path: string;
  readonly owner: string | undefined;
}

/** The object that holds members: `{ 'a': TYPE, '*b': { 'type': TYPE, 'if': …, 'features': … } }`. */
export function readMembers(expression: Expression, written: JsonValue, place: MemberPlace): Member[] {
  if (!isJsonObject(written)) return failIn(expression, `${place.what} should be an object or a type name`);
  return Object.keys(written).map((key) => readMember(expression, key, written[key] ?? null, place));
}

function readMember(expression: Expression, key: string, written: JsonValue, place: MemberPlace): Member {
  const optional = key.startsWith('*');
  const name = optional ? key.slice(1) : key;
  checkMemberName(expression, name, place.what, place.owner);
  const since = readSince(expression, name);
  if (typeof written === 'string' && expression.dialect.has('plain-types'))
    return { name, type: { name: written }, optional, features: [], ...since };
  const what = `${place.what} member '${key}'`;
  if (!isJsonObject(written))
    return { name, type: readType(expression, written, what), optional, features: [], ...since };
  if (!expression.dialect.has('plain-types')) {
    const type = readInnerStruct(expression, written, `${place.path}-${name}`);
    return { name, type, optional, features: [], ...since };
  }
  checkKeys(expression, written, what, ['type'], ['if', 'features']);
  return {
    name,
    type: readType(expression, written['type'], what),
    optional,
    ...readIf(expression, written, what),
    features: readFeatures(expression, written, what),
    ...since,
  };
}

/** Before 2.5 a member's type could be written in its place; it becomes a struct under a name no schema can hold. */
function readInnerStruct(expression: Expression, written: JsonObject, path: string): TypeRef {
  const name = `q_obj_${path}`;
  // The documentation describes the outer members only.
  const inner = { ...expression, block: undefined };
  const members = readMembers(inner, written, { what: `'${name}'`, path, owner: undefined });
  expression.implicit.push({ kind: 'struct', name, place: placeOf(expression), features: [], members });
  return { name };
}
