import { InputError } from '../errors.ts';
import { stepsOfPointer } from '../json/pointer.ts';
import { isJsonArray, isJsonObject, type JsonObject, type JsonValue } from '../json/value.ts';

/** What is known of an object type before a value of it is seen: its members, and how a union goes on. */
export interface ObjectPlan {
  /** Distinguishes the plans of one bundle. */
  readonly id: number;
  /** Schemas of the members, those of the bases among them. */
  readonly properties: ReadonlyMap<string, JsonValue>;
  readonly required: readonly string[];
  readonly union?: UnionPlan;
}

/** How the value of the discriminator picks a branch. */
export interface UnionPlan {
  readonly discriminator: string;
  /** The values it may have; `undefined`: any string. */
  readonly values: ReadonlySet<string> | undefined;
  /** Where the members of a branch are described; values without members are not in it. */
  readonly branches: ReadonlyMap<string, JsonObject>;
}

/** The definitions of one bundle, and what was found out about them so far. */
export interface Definitions {
  readonly defs: JsonObject;
  readonly resolved: Map<JsonObject, Resolved>;
  readonly plans: Map<JsonObject, ObjectPlan>;
}

/** What a schema is in the end, when its references were followed. */
export interface Resolved {
  readonly definition: JsonObject;
  /** The name of the type; '' when it is written in place. */
  readonly name: string;
  /** Whether members that the definition does not name are forbidden. */
  readonly closed: boolean;
}

const MAX_REFERENCES = 8;

/** Follows the references of a schema. A struct with a base and members of its own is its own end. */
export function resolveSchema(definitions: Definitions, schema: JsonObject): Resolved {
  const known = definitions.resolved.get(schema);
  if (known !== undefined) return known;
  let [at, name, closed] = [schema, '', isClosed(schema)];
  for (let depth = 0; typeof at['$ref'] === 'string' && addsNothing(at); depth++) {
    const key = keyOfReference(at['$ref']);
    if (name === '') name = key;
    at = definitionOf(definitions, key, depth);
    closed ||= isClosed(at);
  }
  const resolved = { definition: at, name, closed };
  definitions.resolved.set(schema, resolved);
  return resolved;
}

function isClosed(schema: JsonObject): boolean {
  return schema['additionalProperties'] === false || schema['unevaluatedProperties'] === false;
}

/** Tells whether a reference stands alone, but for being closed. */
function addsNothing(schema: JsonObject): boolean {
  return schema['properties'] === undefined && schema['allOf'] === undefined;
}

function keyOfReference(reference: string): string {
  return stepsOfPointer(reference.slice(1))[1] ?? '';
}

function definitionOf(definitions: Definitions, key: string, depth = 0): JsonObject {
  const target = Object.hasOwn(definitions.defs, key) ? definitions.defs[key] : undefined;
  if (target === true) return {};
  if (isJsonObject(target) && depth < MAX_REFERENCES) return target;
  throw new InputError(`schema bundle: reference to '${key}' leads nowhere; expected a definition`);
}

function strings(value: JsonValue | undefined): string[] {
  return isJsonArray(value) ? value.filter((element) => typeof element === 'string') : [];
}

/** The plan of an object definition (not of a reference to one). */
export function planObject(definitions: Definitions, definition: JsonObject): ObjectPlan {
  const known = definitions.plans.get(definition);
  if (known !== undefined) return known;
  const reference = definition['$ref'];
  const base =
    typeof reference === 'string' ? definitionOf(definitions, keyOfReference(reference)) : undefined;
  const inherited = base === undefined ? undefined : planObject(definitions, base);
  const own = isJsonObject(definition['properties']) ? Object.entries(definition['properties']) : [];
  const properties = new Map([...(inherited?.properties ?? []), ...own]);
  const discriminator = definition['qapi-discriminator'];
  const plan: ObjectPlan = {
    id: definitions.plans.size,
    properties,
    required: [...(inherited?.required ?? []), ...strings(definition['required'])],
    ...(typeof discriminator === 'string' && {
      union: planUnion(definitions, definition, discriminator, properties.get(discriminator)),
    }),
  };
  definitions.plans.set(definition, plan);
  return plan;
}

function planUnion(
  definitions: Definitions,
  definition: JsonObject,
  discriminator: string,
  type: JsonValue | undefined,
): UnionPlan {
  const enumeration = isJsonObject(type) ? resolveSchema(definitions, type).definition : {};
  const branches = new Map<string, JsonObject>();
  for (const branch of isJsonArray(definition['allOf']) ? definition['allOf'] : []) {
    const value = constantOf(branch, discriminator);
    const then = isJsonObject(branch) ? branch['then'] : undefined;
    if (value !== undefined && isJsonObject(then))
      branches.set(value, resolveSchema(definitions, then).definition);
  }
  const values = enumeration['enum'] === undefined ? undefined : new Set(strings(enumeration['enum']));
  return { discriminator, values, branches };
}

/** `if.properties[discriminator].const` of one element of a union's `allOf`. */
function constantOf(branch: JsonValue, discriminator: string): string | undefined {
  let at: JsonValue | undefined = branch;
  for (const step of ['if', 'properties', discriminator, 'const'])
    at = isJsonObject(at) ? at[step] : undefined;
  return typeof at === 'string' ? at : undefined;
}
