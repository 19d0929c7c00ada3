import { isJsonArray, isJsonObject, type JsonObject, type JsonValue } from '../json/value.ts';
import { stepsOfPointer } from '../json/pointer.ts';
import { writeJson } from '../json/write-json.ts';
import { writeCondition } from '../qapi/write-condition.ts';
import { conditionFromJson } from './read-annotations.ts';
import { keyOf, refTo } from './references.ts';

/** The keys in `$defs` of what `name` names: a type, a command, an event, or a key itself. Empty: nothing. */
export function keysOfName(bundle: JsonObject, name: string): readonly string[] {
  const defs = definitionsOf(bundle);
  return [name, keyOf.arguments(name), keyOf.returns(name), keyOf.data(name)].filter((key) =>
    Object.hasOwn(defs, key),
  );
}

/** Everything that `keysOfName` finds something for: types, then commands, then events, each sorted. */
export function namesIn(bundle: JsonObject): {
  readonly types: readonly string[];
  readonly commands: readonly string[];
  readonly events: readonly string[];
} {
  const keys = Object.keys(definitionsOf(bundle));
  const part = (pattern: RegExp): string[] => keys.flatMap((key) => pattern.exec(key)?.[1] ?? []).sort();
  return {
    types: part(/^([^/]+)$/),
    commands: part(/^command\/(.+)\/arguments$/),
    events: part(/^event\/(.+)\/data$/),
  };
}

/** The definitions of a bundle, by key. */
export function definitionsOf(bundle: JsonObject): JsonObject {
  return isJsonObject(bundle['$defs']) ? bundle['$defs'] : {};
}

/** The definitions of what `name` names, by key, with those of members that others take over. */
export function definitionsOfName(bundle: JsonObject, name: string): JsonObject {
  const defs = definitionsOf(bundle);
  const keys = keysOfName(bundle, name).flatMap((key) => [key, keyOf.members(key)]);
  return Object.fromEntries(
    keys.flatMap((key) => (Object.hasOwn(defs, key) ? [[key, defs[key] ?? true]] : [])),
  );
}

/** What says which members a type has: the type itself, or what stands apart for others to take over. */
export function structureOf(defs: JsonObject, key: string, schema: JsonObject): JsonObject {
  const apart = keyOf.members(key);
  const members = schema['$ref'] === refTo(apart) ? defs[apart] : undefined;
  return isJsonObject(members) ? members : schema;
}

/** One definition for a reader, a line for each member, value or branch. Every line ends with a line end. */
export function describeDefinition(bundle: JsonObject, key: string): string {
  const defs = definitionsOf(bundle);
  const schema = defs[key];
  if (!isJsonObject(schema)) return `${key}: any value\n`;
  const kind = textOf(schema['qapi-kind']) || 'message';
  const module = textOf(schema['qapi-module']);
  const head = `${kind} ${nameOf(key)}${module === '' ? '' : ` (${module})`}${describeNotes(schema)}`;
  return [head, ...linesOf(structureOf(defs, key, schema)).map((line) => `  ${line}`)].join('\n') + '\n';
}

function nameOf(key: string): string {
  const [, name, part] = /^[a-z]+\/(.+)\/([a-z]+)$/.exec(key) ?? [];
  return name === undefined || part === undefined ? key : `${name}: ${part}`;
}

function linesOf(schema: JsonObject): string[] {
  if (schema['not'] !== undefined) return ['nothing'];
  if (isJsonArray(schema['enum']))
    return schema['enum'].map((value) => describeEnumValue(schema, textOf(value)));
  if (schema['type'] !== 'object') return describeWhole(schema);
  const members = isJsonObject(schema['properties']) ? Object.entries(schema['properties']) : [];
  const required = isJsonArray(schema['required']) ? schema['required'] : [];
  const base = typeof schema['$ref'] === 'string' ? [`members of ${typeName(schema)}`] : [];
  const lines = [
    ...base,
    ...members.map(
      ([name, type]) =>
        `${name}${required.includes(name) ? '' : '?'}: ${typeName(type)}${describeNotes(type)}`,
    ),
    ...describeBranches(schema),
  ];
  return lines.length === 0 ? ['no members'] : lines;
}

function describeEnumValue(schema: JsonObject, value: string): string {
  const notes = isJsonObject(schema['qapi-values']) ? schema['qapi-values'][value] : undefined;
  return `${value}${describeNotes(notes)}`;
}

function describeWhole(schema: JsonObject): string[] {
  if (!isJsonArray(schema['anyOf'])) return [typeName(schema)];
  return schema['anyOf'].map((alternative) => `${typeName(alternative)}${describeNotes(alternative)}`);
}

function describeBranches(schema: JsonObject): string[] {
  const discriminator = textOf(schema['qapi-discriminator']);
  const branches = isJsonArray(schema['allOf']) ? schema['allOf'].filter(isJsonObject) : [];
  return branches.map((branch) => {
    const condition = isJsonObject(branch['if']) ? branch['if']['properties'] : undefined;
    const constant = isJsonObject(condition) ? condition[discriminator] : undefined;
    const value = isJsonObject(constant) ? textOf(constant['const']) : '';
    const members = branch['then'] === true ? 'no further members' : `members of ${typeName(branch['then'])}`;
    return `where ${discriminator} is ${value}: ${members}${describeNotes(branch)}`;
  });
}

function typeName(schema: JsonValue | undefined): string {
  if (!isJsonObject(schema)) return 'any';
  if (schema['type'] === 'array') return `[${typeName(schema['items'])}]`;
  if (typeof schema['$ref'] === 'string') return typeOfReference(schema['$ref']);
  if (isJsonObject(schema['properties'])) return `{ ${Object.keys(schema['properties']).join(', ')} }`;
  const { minimum, maximum, type } = schema;
  const range =
    minimum === undefined
      ? ''
      : ` from ${writeJson(minimum)}${maximum === undefined ? '' : ` to ${writeJson(maximum)}`}`;
  return `${textOf(type)}${range}`;
}

const PLAIN_REFERENCE = /^#\/\$defs\/([^~%]+)(?:~1members)?$/;

/** The type that a `$ref` leads to, whether to it or to its members. */
export function typeOfReference(reference: string): string {
  const plain = PLAIN_REFERENCE.exec(reference)?.[1];
  return plain ?? (stepsOfPointer(reference.slice(1))[1] ?? '').replace(/\/members$/, '');
}

/** What the `qapi-` keywords add, in brackets. */
function describeNotes(schema: JsonValue | undefined): string {
  if (!isJsonObject(schema)) return '';
  const features = isJsonArray(schema['qapi-features']) ? schema['qapi-features'] : [];
  const notes = features.map((feature) =>
    isJsonObject(feature) ? textOf(feature['name']) : textOf(feature),
  );
  if (schema['qapi-if'] !== undefined)
    notes.push(`if ${writeCondition(conditionFromJson(schema['qapi-if']))}`);
  if (typeof schema['qapi-since'] === 'string') notes.push(`since ${schema['qapi-since']}`);
  if (schema['qapi-arguments-unknown'] === true) notes.push('arguments unknown');
  if (schema['qapi-reply-unknown'] === true) notes.push('reply unknown');
  if (schema['qapi-gen'] === false) notes.push('takes further members');
  if (schema['qapi-success-response'] === false) notes.push('does not answer on success');
  if (schema['qapi-allow-oob'] === true) notes.push('may run out of band');
  if (schema['qapi-allow-preconfig'] === true) notes.push('may run in preconfig state');
  return notes.length === 0 ? '' : ` [${notes.join('; ')}]`;
}

function textOf(value: JsonValue | undefined): string {
  return typeof value === 'string' ? value : '';
}
