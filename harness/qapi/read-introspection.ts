import { InputError } from '../errors.ts';
import { isJsonArray, isJsonObject, type JsonObject, type JsonValue } from '../json/value.ts';
import {
  BUILTIN_TYPES,
  type Alternative,
  type Arguments,
  type Branch,
  type Definition,
  type EnumValue,
  type Feature,
  type Member,
  type QapiModel,
  type TypeRef,
} from './model.ts';
import { compareReleases } from '../release/compare-releases.ts';

/**
 * Commands whose arguments QEMU does not check by its schema (`'gen': false`), which introspection does not tell.
 * From the QAPI sources; introspection begins with 2.5.
 */
const UNCHECKED_COMMANDS = [
  { name: 'device_add', from: '2.8', before: '9999.0' },
  { name: 'netdev_add', from: '2.5', before: '5.0' },
  { name: 'object-add', from: '5.0', before: '6.0' },
  { name: 'query-qmp-schema', from: '2.5', before: '6.0' },
];

const BUILTINS: ReadonlySet<string> = new Set(BUILTIN_TYPES);

/**
 * The model that a target's own `query-qmp-schema` describes (qapi-code-gen, "Client JSON Protocol introspection").
 * Types keep their masked names behind a `t`: a JSON object whose members are named by numbers would not keep their order.
 * @param reply the array that stands in `return`, or the whole response.
 * @throws {InputError} when it is no such array, or refers to what it does not define.
 */
export function modelFromIntrospection(reply: JsonValue, options: { readonly release: string }): QapiModel {
  const entries = isJsonObject(reply) && isJsonArray(reply['return']) ? reply['return'] : reply;
  if (!isJsonArray(entries))
    throw new InputError('introspection: no array; expected the reply of query-qmp-schema');
  const book: Book = { entries: new Map(), release: options.release };
  for (const entry of entries) addEntry(book, entry);
  const definitions = new Map<string, Definition>();
  for (const entry of book.entries.values()) {
    const definition = readEntry(book, entry);
    if (definition !== undefined) definitions.set(definition.name, definition);
  }
  return { source: 'introspection', family: 'qmp', release: options.release, definitions };
}

interface Book {
  readonly entries: Map<string, JsonObject>;
  readonly release: string;
}

function addEntry(book: Book, entry: JsonValue): void {
  if (!isJsonObject(entry))
    throw new InputError('introspection: element is no object; expected a SchemaInfo');
  const name = textOf(entry, 'name');
  if (book.entries.has(name)) throw fault(name, 'defined twice', 'one SchemaInfo for each name');
  book.entries.set(name, entry);
}

function fault(name: string, what: string, expected: string): InputError {
  return new InputError(`introspection: '${name}': ${what}; expected ${expected}`);
}

function textOf(object: JsonObject, key: string): string {
  const value = object[key];
  if (typeof value === 'string') return value;
  const name = object['name'];
  throw fault(typeof name === 'string' ? name : '?', `no string '${key}'`, 'a SchemaInfo');
}

function listOf(object: JsonObject, key: string): readonly JsonObject[] {
  const value = object[key] ?? [];
  if (isJsonArray(value) && value.every(isJsonObject)) return value;
  throw fault(textOf(object, 'name'), `'${key}' is no array of objects`, 'a SchemaInfo');
}

function readEntry(book: Book, entry: JsonObject): Definition | undefined {
  const name = textOf(entry, 'name');
  const features = readFeatures(entry);
  const kind = textOf(entry, 'meta-type');
  switch (kind) {
    case 'builtin':
      if (!BUILTINS.has(name))
        throw fault(name, 'unknown built-in type', `one of ${BUILTIN_TYPES.join(', ')}`);
      return undefined;
    case 'array':
      readType(book, name);
      return undefined;
    case 'enum':
      return { kind, name: unmasked(name), features, values: readValues(entry) };
    case 'object':
      return readObject(book, entry, unmasked(name), features);
    case 'alternate':
      return { kind, name: unmasked(name), features, alternatives: readAlternatives(book, entry) };
    case 'command':
      return readCommand(book, entry, name, features);
    case 'event':
      return { kind, name, features, arguments: readArguments(book, entry) };
    default:
      throw fault(name, `meta-type '${kind}'`, 'builtin, enum, array, object, alternate, command or event');
  }
}

/** Names of types are masked by numbers, those of commands and events are not. */
function unmasked(name: string): string {
  return /^[0-9]/.test(name) ? `t${name}` : name;
}

function readFeatures(entry: JsonObject): Feature[] {
  return namesIn(entry, 'features').map((name) => ({ name }));
}

/** Since 6.2 values stand in `members`, with their features; `values` is kept beside it for older clients. */
function readValues(entry: JsonObject): EnumValue[] {
  if (entry['members'] !== undefined) {
    return listOf(entry, 'members').map((value) => ({
      name: textOf(value, 'name'),
      features: readFeatures(value),
    }));
  }
  if (entry['values'] === undefined)
    throw fault(textOf(entry, 'name'), "no 'values'", "'members' or 'values'");
  return namesIn(entry, 'values').map((name) => ({ name, features: [] }));
}

function namesIn(entry: JsonObject, key: string): string[] {
  const value = entry[key] ?? [];
  if (isJsonArray(value) && value.every((name) => typeof name === 'string')) return [...value];
  throw fault(textOf(entry, 'name'), `'${key}' is no array of strings`, 'a SchemaInfo');
}

function readObject(book: Book, entry: JsonObject, name: string, features: Feature[]): Definition {
  const members = listOf(entry, 'members').map((member) => readMember(book, member));
  if (entry['tag'] === undefined) return { kind: 'struct', name, features, members };
  const discriminator = textOf(entry, 'tag');
  if (!members.some((member) => member.name === discriminator)) {
    throw fault(textOf(entry, 'name'), `tag '${discriminator}' is no member`, 'the name of a member');
  }
  const branches = listOf(entry, 'variants').map((variant) => readBranch(book, variant));
  return { kind: 'union', name, features, base: members, discriminator, branches };
}

/** A member that has a `default` may be left out; the default is always null, which says nothing more. */
function readMember(book: Book, member: JsonObject): Member {
  return {
    name: textOf(member, 'name'),
    type: readType(book, textOf(member, 'type')),
    optional: member['default'] !== undefined,
    features: readFeatures(member),
  };
}

function readBranch(book: Book, variant: JsonObject): Branch {
  const type = textOf(variant, 'type');
  return { name: textOf(variant, 'case'), type: isEmpty(book, type) ? undefined : readType(book, type) };
}

/** The names of alternatives are hidden: that of the type stands for them. */
function readAlternatives(book: Book, entry: JsonObject): Alternative[] {
  return listOf(entry, 'members').map((member) => {
    const type = textOf(member, 'type');
    return { name: type, type: readType(book, type) };
  });
}

function readCommand(book: Book, entry: JsonObject, name: string, features: Feature[]): Definition {
  const returns = textOf(entry, 'ret-type');
  return {
    kind: 'command',
    name,
    features,
    arguments: readArguments(book, entry),
    returns: isEmpty(book, returns) ? undefined : readType(book, returns),
    gen: !UNCHECKED_COMMANDS.some((command) => command.name === name && isWithin(book.release, command)),
    successResponse: true,
    allowOob: entry['allow-oob'] === true,
    allowPreconfig: false,
  };
}

function isWithin(release: string, range: { readonly from: string; readonly before: string }): boolean {
  return compareReleases(release, range.from) >= 0 && compareReleases(release, range.before) < 0;
}

function readArguments(book: Book, entry: JsonObject): Arguments {
  const type = textOf(entry, 'arg-type');
  if (isEmpty(book, type)) return undefined;
  if (book.entries.get(type)?.['meta-type'] !== 'object') {
    throw fault(textOf(entry, 'name'), `arg-type '${type}' is no object type`, 'the name of an object type');
  }
  return { type: unmasked(type) };
}

/** The empty object type stands for "none". */
function isEmpty(book: Book, type: string): boolean {
  const entry = book.entries.get(type);
  return (
    entry?.['meta-type'] === 'object' && listOf(entry, 'members').length === 0 && entry['tag'] === undefined
  );
}

/** Arrays have names too (`[17]`), but a reference goes through them. */
function readType(book: Book, name: string, depth = 0): TypeRef {
  const entry = book.entries.get(name);
  if (entry === undefined) throw fault(name, 'not defined', 'a type for each name that is used');
  switch (entry['meta-type']) {
    case 'array':
      if (depth > 16) throw fault(name, 'array of arrays without end', 'an element type');
      return { array: readType(book, textOf(entry, 'element-type'), depth + 1) };
    case 'command':
    case 'event':
      throw fault(name, 'used as a type', 'a type');
    default:
      return { name: unmasked(name) };
  }
}
