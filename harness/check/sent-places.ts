import { planObject, resolveSchema, type Definitions } from '../json-schema/object-plan.ts';
import { keyOf } from '../json-schema/references.ts';
import { pointerTo } from '../json/pointer.ts';
import {
  isJsonArray,
  isJsonObject,
  jsonType,
  stringAt,
  type JsonObject,
  type JsonValue,
} from '../json/value.ts';

/** A command, member or enum value of a message that the schema knows. */
export interface SchemaPlace {
  /** JSON Pointer into the message. */
  readonly pointer: string;
  /** As `flattenModel` writes it. */
  readonly path: string;
  /** Names of feature flags, those of the type that stands there among them. */
  readonly features: readonly string[];
}

/** Which part of a message is walked. */
export interface MessagePart {
  readonly pointer: '/arguments' | '/return' | '/data';
  /** Of the command or event. */
  readonly name: string;
  readonly value: JsonValue | undefined;
}

const BODIES = { '/arguments': 'arguments', '/return': 'returns', '/data': 'data' } as const;
const KEYS = { '/arguments': keyOf.arguments, '/return': keyOf.returns, '/data': keyOf.data } as const;

/** All places of a part of a message that the schema knows, from the outside in; none where it does not know the name. */
export function placesInSchema(
  definitions: Definitions,
  { pointer, name, value }: MessagePart,
): SchemaPlace[] {
  const schema = definitions.defs[KEYS[pointer](name)];
  if (!isJsonObject(schema)) return [];
  const places: SchemaPlace[] = [];
  const isTop = pointer !== '/return';
  if (isTop) places.push({ pointer: '', path: name, features: featuresIn(schema) });
  const path = `${name}/${BODIES[pointer]}`;
  places.push({ pointer, path, features: [] });
  const walk: Walk = { definitions, places };
  visit(walk, schema, { value, pointer, path, entered: undefined });
  return places;
}

interface Walk {
  readonly definitions: Definitions;
  readonly places: SchemaPlace[];
}

interface At {
  readonly value: JsonValue | undefined;
  readonly pointer: string;
  readonly path: string;
  readonly entered: Entered | undefined;
}

/** A type that the walk is inside of, and the path at which it was entered. */
interface Entered {
  readonly type: string;
  readonly path: string;
  readonly above: Entered | undefined;
}

function visit(walk: Walk, schema: JsonValue | undefined, at: At): void {
  if (!isJsonObject(schema)) return;
  const { definition, name } = resolveSchema(walk.definitions, schema);
  const inside = name === '' ? at : enter(at, name);
  const { value } = at;
  if (isJsonArray(definition['anyOf'])) {
    visit(walk, alternativeOf(definition['anyOf'], value), inside);
  } else if (isJsonArray(value)) {
    value.forEach((element, index) => {
      const place = {
        ...inside,
        value: element,
        pointer: pointerTo(at.pointer, index),
        path: `${inside.path}[]`,
      };
      visit(walk, definition['items'], place);
    });
  } else if (typeof value === 'string' && isJsonArray(definition['enum'])) {
    visitValue(walk, definition, value, inside);
  } else if (definition['type'] === 'object' && isJsonObject(value)) {
    visitMembers(walk, definition, value, inside);
  }
}

/** A type that comes again inside itself has its places where it was entered first. */
function enter(at: At, type: string): At {
  let entered = at.entered;
  while (entered !== undefined && entered.type !== type) entered = entered.above;
  if (entered !== undefined) return { ...at, path: entered.path };
  return { ...at, entered: { type, path: at.path, above: at.entered } };
}

function alternativeOf(anyOf: readonly JsonValue[], value: JsonValue | undefined): JsonObject | undefined {
  if (value === undefined) return undefined;
  const type = jsonType(value);
  return anyOf.filter(isJsonObject).find((one) => one['type'] === undefined || one['type'] === type);
}

function visitValue({ places }: Walk, definition: JsonObject, value: string, { pointer, path }: At): void {
  if (!isJsonArray(definition['enum']) || !definition['enum'].includes(value)) return;
  const values = definition['qapi-values'];
  const said = isJsonObject(values) && Object.hasOwn(values, value) ? values[value] : undefined;
  places.push({ pointer, path: `${path}=${value}`, features: featuresIn(said) });
}

/** Members of the object and of each branch that its discriminators pick; those of a branch have its value in their path. */
function visitMembers(walk: Walk, definition: JsonObject, value: JsonObject, at: At): void {
  let plan = planObject(walk.definitions, definition);
  let path = at.path;
  for (;;) {
    for (const [name, schema] of plan.properties) {
      if (!Object.hasOwn(value, name)) continue;
      const member = {
        ...at,
        value: value[name],
        pointer: pointerTo(at.pointer, name),
        path: `${path}/${name}`,
      };
      walk.places.push({ ...member, features: [...featuresIn(schema), ...featuresOfType(walk, schema)] });
      visit(walk, schema, member);
    }
    if (plan.union === undefined) return;
    const tag = stringAt(value, plan.union.discriminator);
    const branch = plan.union.branches.get(tag);
    if (branch === undefined) return;
    path = `${path}/${plan.union.discriminator}=${tag}`;
    plan = planObject(walk.definitions, branch);
  }
}

function featuresOfType({ definitions }: Walk, schema: JsonValue): readonly string[] {
  if (!isJsonObject(schema)) return [];
  const { definition } = resolveSchema(definitions, schema);
  return definition === schema ? [] : featuresIn(definition);
}

/** A feature is its name, or an object that has it. */
function featuresIn(schema: JsonValue | undefined): readonly string[] {
  const features = isJsonObject(schema) ? schema['qapi-features'] : undefined;
  if (!isJsonArray(features)) return [];
  return features.map((feature) => (typeof feature === 'string' ? feature : stringAt(feature, 'name')));
}
