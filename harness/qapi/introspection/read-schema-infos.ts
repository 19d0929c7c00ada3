import { InputError } from '../../errors.ts';
import { isJsonArray, isJsonObject, jsonType, type JsonObject, type JsonValue } from '../../json/value.ts';
import { BUILTIN_TYPES, type EnumValue, type Feature } from '../model.ts';
import type { InfoMember, SchemaInfo } from './schema-info.ts';

const BUILTINS: ReadonlySet<string> = new Set(BUILTIN_TYPES);

const META_TYPES = 'builtin, enum, array, object, alternate, command or event';

/**
 * Reads a reply to query-qmp-schema. Attributes that no release up to now has are passed over, as a client should.
 * @param reply the array that stands in `return`, or the whole response.
 * @returns the entries by name, in the order of the reply.
 * @throws {InputError} when it is no such array, or refers to what it does not define.
 */
export function readSchemaInfos(reply: JsonValue): ReadonlyMap<string, SchemaInfo> {
  const infos = new Map<string, SchemaInfo>();
  for (const entry of entriesOf(reply)) {
    const info = readInfo(entry);
    if (infos.has(info.name)) throw fault(info.name, 'defined twice', 'one SchemaInfo for each name');
    infos.set(info.name, info);
  }
  for (const info of infos.values()) checkReferences(infos, info);
  return infos;
}

/** The entries as they stand in the reply. */
export function entriesOf(reply: JsonValue): readonly JsonObject[] {
  const entries = isJsonObject(reply) && Object.hasOwn(reply, 'return') ? reply['return'] : reply;
  if (!isJsonArray(entries))
    throw new InputError(
      `introspection: no array but ${describeReply(reply)}; expected the reply of query-qmp-schema`,
    );
  if (entries.length === 0)
    throw new InputError('introspection: the array is empty; expected the reply of query-qmp-schema');
  return entries.map((entry, at) => {
    if (isJsonObject(entry)) return entry;
    throw new InputError(`introspection: element ${at} is no object; expected a SchemaInfo`);
  });
}

/** Names the other messages of QMP: they are what a mistaken file most likely holds. */
function describeReply(reply: JsonValue): string {
  if (!isJsonObject(reply)) return `a JSON ${jsonType(reply)}`;
  const known = [
    ['QMP', 'a greeting'],
    ['error', 'an error response'],
    ['event', 'an event'],
    ['execute', 'a command'],
    ['return', 'the response of another command'],
  ] as const;
  return known.find(([key]) => Object.hasOwn(reply, key))?.[1] ?? 'an object';
}

function fault(name: string, what: string, expected = 'a SchemaInfo'): InputError {
  return new InputError(`introspection: '${name}': ${what}; expected ${expected}`);
}

/** An object in the reply, and the name of the entry that it belongs to. */
interface Part {
  readonly owner: string;
  readonly value: JsonObject;
}

function readInfo(value: JsonObject): SchemaInfo {
  const name = value['name'];
  if (typeof name !== 'string') throw fault('?', "no string 'name'");
  const part = { owner: name, value };
  const common = { name, features: readFeatures(part) };
  const metaType = textOf(part, 'meta-type');
  switch (metaType) {
    case 'builtin':
      if (!BUILTINS.has(name))
        throw fault(name, 'unknown built-in type', `one of ${BUILTIN_TYPES.join(', ')}`);
      return { metaType, ...common, jsonType: textOf(part, 'json-type') };
    case 'array':
      return { metaType, ...common, elementType: textOf(part, 'element-type') };
    case 'enum':
      return { metaType, ...common, values: readValues(part) };
    case 'object':
      return { metaType, ...common, ...readObject(part) };
    case 'alternate':
      return {
        metaType,
        ...common,
        members: listOf(part, 'members').map((member) => ({ type: textOf(member, 'type') })),
      };
    case 'command': {
      const types = { argType: textOf(part, 'arg-type'), retType: textOf(part, 'ret-type') };
      return { metaType, ...common, ...types, allowOob: value['allow-oob'] === true };
    }
    case 'event':
      return { metaType, ...common, argType: textOf(part, 'arg-type') };
    default:
      throw fault(name, `meta-type '${metaType}'`, META_TYPES);
  }
}

function textOf({ owner, value }: Part, key: string): string {
  const text = value[key];
  if (typeof text === 'string') return text;
  throw fault(owner, `no string '${key}'`);
}

function listOf({ owner, value }: Part, key: string): readonly Part[] {
  const list = value[key];
  if (list === undefined) throw fault(owner, `no '${key}'`);
  if (!isJsonArray(list) || !list.every(isJsonObject)) throw fault(owner, `'${key}' is no array of objects`);
  return list.map((element) => ({ owner, value: element }));
}

function namesIn({ owner, value }: Part, key: string): readonly string[] {
  const names = value[key] ?? [];
  if (isJsonArray(names) && names.every((name) => typeof name === 'string')) return names;
  throw fault(owner, `'${key}' is no array of strings`);
}

function readFeatures(part: Part): readonly Feature[] {
  return namesIn(part, 'features').map((name) => ({ name }));
}

/** Since 6.2 values stand in `members`, with their features; `values` is kept beside it for older clients. */
function readValues(part: Part): readonly EnumValue[] {
  if (part.value['members'] !== undefined) {
    return listOf(part, 'members').map((value) => ({
      name: textOf(value, 'name'),
      features: readFeatures(value),
    }));
  }
  if (part.value['values'] === undefined) throw fault(part.owner, "no 'values'", "'members' or 'values'");
  return namesIn(part, 'values').map((name) => ({ name, features: [] }));
}

function readObject(
  part: Part,
): Pick<Extract<SchemaInfo, { metaType: 'object' }>, 'members' | 'tag' | 'variants'> {
  const members = listOf(part, 'members').map(readMember);
  if (part.value['tag'] === undefined) return { members, variants: [] };
  const tag = textOf(part, 'tag');
  if (!members.some((member) => member.name === tag)) {
    throw fault(part.owner, `tag '${tag}' is no member`, 'the name of a member');
  }
  const variants = listOf(part, 'variants').map((variant) => ({
    case: textOf(variant, 'case'),
    type: textOf(variant, 'type'),
  }));
  return { members, tag, variants };
}

/** A member that has a `default` may be left out; the default is always null, which says nothing more. */
function readMember(part: Part): InfoMember {
  return {
    name: textOf(part, 'name'),
    type: textOf(part, 'type'),
    optional: part.value['default'] !== undefined,
    features: readFeatures(part),
  };
}

/** The names of all types that an entry uses. */
function typesUsedBy(info: SchemaInfo): readonly string[] {
  switch (info.metaType) {
    case 'builtin':
    case 'enum':
      return [];
    case 'array':
      return [info.elementType];
    case 'object':
      return [...info.members, ...info.variants].map(({ type }) => type);
    case 'alternate':
      return info.members.map(({ type }) => type);
    case 'command':
      return [info.argType, info.retType];
    case 'event':
      return [info.argType];
  }
}

function checkReferences(infos: ReadonlyMap<string, SchemaInfo>, info: SchemaInfo): void {
  for (const name of typesUsedBy(info)) {
    const type = infos.get(name);
    if (type === undefined) throw fault(name, 'not defined', 'a type for each name that is used');
    if (type.metaType === 'command' || type.metaType === 'event')
      throw fault(name, 'used as a type', 'a type');
  }
  if (info.metaType === 'array') checkDepth(infos, info.name);
  if (info.metaType !== 'command' && info.metaType !== 'event') return;
  if (infos.get(info.argType)?.metaType === 'object') return;
  throw fault(info.name, `arg-type '${info.argType}' is no object type`, 'the name of an object type');
}

function checkDepth(infos: ReadonlyMap<string, SchemaInfo>, array: string): void {
  const seen = new Set<string>();
  for (let info = infos.get(array); info?.metaType === 'array'; info = infos.get(info.elementType)) {
    if (seen.has(info.name)) throw fault(array, 'array of arrays without end', 'an element type');
    seen.add(info.name);
  }
}
