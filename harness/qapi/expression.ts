import { isJsonArray, isJsonObject, type JsonObject, type JsonValue } from '../json/value.ts';
import { readCondition, type ConditionDialect } from './condition.ts';
import type { Condition, EnumValue, Feature, Member, StructDefinition, TypeRef } from './model.ts';
import { semanticError, type SourceInfo } from './source-info.ts';

/** What the language allows in the release that is read. */
export interface Dialect {
  readonly conditions: ConditionDialect;
  /** Before 2.5: `type` for `struct`, types inside types, `'no'` for false, `'**'`, `discriminator: {}`. */
  readonly legacy: boolean;
}

/** A top-level expression with all that is needed to read it and to blame it. */
export interface Expression {
  readonly info: SourceInfo;
  readonly dialect: Dialect;
  /** What it defines, as errors say it: `union 'X'`. */
  readonly subject: string;
  readonly name: string;
  readonly value: JsonObject;
  /** Structs that are written inside this definition rather than by themselves. */
  readonly implicit: StructDefinition[];
}

/** @throws {InputError} always. */
export function failIn(expression: Expression, message: string): never {
  throw semanticError(expression.info, message, expression.subject);
}

/** Checks that `value` has the `required` keys, and none but these and the `optional` ones. */
export function checkKeys(
  expression: Expression,
  value: JsonObject,
  what: string,
  required: readonly string[],
  optional: readonly string[],
): void {
  for (const key of required) {
    if (!Object.hasOwn(value, key)) failIn(expression, `${what} misses key '${key}'`);
  }
  for (const key of Object.keys(value)) {
    if (!required.includes(key) && !optional.includes(key))
      failIn(expression, `${what} has unknown key '${key}'`);
  }
}

const NAME = /^(?:__[a-zA-Z0-9.-]+_)?[a-zA-Z][a-zA-Z0-9_-]*$/;
/** Names of enum values may begin with a digit. */
const VALUE_NAME = /^(?:__[a-zA-Z0-9.-]+_)?[a-zA-Z0-9][a-zA-Z0-9_.-]*$/;

/** Checks the name of a definition, a member or a branch. */
export function checkName(expression: Expression, name: string, what: string, allowed = NAME): void {
  if (!allowed.test(name)) failIn(expression, `${what} '${name}' is not a valid name`);
}

/** The `if` of a definition, member, value, branch or feature, ready to be spread into its model. */
export function readIf(expression: Expression, value: JsonObject, what: string): { condition?: Condition } {
  const written = value['if'];
  if (written === undefined) return {};
  const condition = readCondition(written, expression.dialect.conditions);
  return typeof condition === 'string' ? failIn(expression, `${what}: ${condition}`) : { condition };
}

/** The `features` of a definition, member or enum value. */
export function readFeatures(expression: Expression, value: JsonObject, what: string): Feature[] {
  const written = value['features'];
  if (written === undefined) return [];
  if (!isJsonArray(written)) return failIn(expression, `'features' of ${what} must be a list`);
  const features = written.map((feature) => readFeature(expression, feature, what));
  checkDistinct(expression, features, 'feature');
  return features;
}

function readFeature(expression: Expression, written: JsonValue, what: string): Feature {
  const { name, rest } = readNamed(expression, written, `feature of ${what}`, ['if']);
  checkName(expression, name, 'feature');
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
    : failIn(expression, `${what} requires a string name`);
}

/** One value of an enum. */
export function readEnumValue(expression: Expression, written: JsonValue): EnumValue {
  const { name, rest } = readNamed(expression, written, "'data' value", ['if', 'features']);
  checkName(expression, name, 'value', VALUE_NAME);
  const what = `value '${name}'`;
  return { name, ...readIf(expression, rest, what), features: readFeatures(expression, rest, what) };
}

/** Checks that no two things have the same name. */
export function checkDistinct(
  expression: Expression,
  things: readonly { readonly name: string }[],
  what: string,
): void {
  const seen = new Set<string>();
  for (const { name } of things) {
    if (seen.has(name)) failIn(expression, `${what} '${name}' is defined twice`);
    seen.add(name);
  }
}

/** What stood for any value before there was `any`. */
const LEGACY_ANY: ReadonlySet<string> = new Set(['**', 'visitor', 'dict']);

/** A type: its name, or a list that holds one. `what` says where it stands. */
export function readType(expression: Expression, written: JsonValue | undefined, what: string): TypeRef {
  if (typeof written === 'string') {
    return { name: expression.dialect.legacy && LEGACY_ANY.has(written) ? 'any' : written };
  }
  if (!isJsonArray(written))
    return failIn(expression, `${what} should be a type name or a list that holds one`);
  const [element] = written;
  if (written.length !== 1 || typeof element !== 'string') {
    return failIn(expression, `${what}: array type must contain a single type name`);
  }
  return { array: readType(expression, element, what) };
}

/** The object that holds members: `{ 'a': TYPE, '*b': { 'type': TYPE, 'if': …, 'features': … } }`. */
export function readMembers(
  expression: Expression,
  written: JsonValue,
  what: string,
  parent: string,
): Member[] {
  if (!isJsonObject(written)) return failIn(expression, `${what} should be an object or type name`);
  return Object.entries(written).map(([key, value]) => readMember(expression, key, value, what, parent));
}

function readMember(
  expression: Expression,
  key: string,
  written: JsonValue,
  what: string,
  parent: string,
): Member {
  const optional = key.startsWith('*');
  const name = optional ? key.slice(1) : key;
  const place = `${what} member '${key}'`;
  checkName(expression, name, `${what} member`);
  if (!isJsonObject(written))
    return { name, type: readType(expression, written, place), optional, features: [] };
  if (expression.dialect.legacy) {
    return { name, type: readInnerStruct(expression, written, `${parent}-${name}`), optional, features: [] };
  }
  checkKeys(expression, written, place, ['type'], ['if', 'features']);
  return {
    name,
    type: readType(expression, written['type'], place),
    optional,
    ...readIf(expression, written, place),
    features: readFeatures(expression, written, place),
  };
}

/** Before 2.5 a member's type could be written in its place; it becomes a struct under a name no schema can hold. */
function readInnerStruct(expression: Expression, written: JsonObject, path: string): TypeRef {
  const name = `q_obj_${path}`;
  const members = readMembers(expression, written, `'${name}'`, path);
  const place = { file: expression.info.module, line: expression.info.line };
  expression.implicit.push({ kind: 'struct', name, place, features: [], members });
  return { name };
}

/** A key that must be absent or hold `allowed`. */
export function readFlag(expression: Expression, key: string, allowed: boolean): boolean {
  const written = expression.value[key];
  if (written === undefined) return !allowed;
  if (expression.dialect.legacy && written === 'no' && !allowed) return allowed;
  if (written !== allowed) return failIn(expression, `flag '${key}' may only have the value ${allowed}`);
  return allowed;
}
