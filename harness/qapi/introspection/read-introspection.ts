import type { JsonValue } from '../../json/value.ts';
import { compareReleases } from '../../release/compare-releases.ts';
import {
  FOLDED_INTEGER,
  type Arguments,
  type CommandDefinition,
  type Definition,
  type QapiModel,
  type SchemaFamily,
  type TypeRef,
} from '../model.ts';
import { readSchemaInfos } from './read-schema-infos.ts';
import type { CommandInfo, ObjectInfo, SchemaInfo } from './schema-info.ts';

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

/** What a reply does not tell of itself. */
interface ReplyOptions {
  readonly release: string;
  /** By default `qmp`. */
  readonly family?: SchemaFamily;
}

/**
 * The model that a target's own `query-qmp-schema` describes (qapi-code-gen, "Client JSON Protocol introspection").
 * Types keep their masked names behind a `t`: a JSON object whose members are named by numbers would not keep their order.
 * @param reply the array that stands in `return`, or the whole response.
 * @throws {InputError} when it is no such array, or refers to what it does not define.
 */
export function modelFromIntrospection(reply: JsonValue, options: ReplyOptions): QapiModel {
  const book: Book = { infos: readSchemaInfos(reply), release: options.release };
  const definitions = new Map<string, Definition>();
  for (const info of book.infos.values()) {
    const definition = definitionOf(book, info);
    if (definition !== undefined) definitions.set(definition.name, definition);
  }
  const { release, family = 'qmp' } = options;
  return { sources: ['introspection'], family, release, definitions };
}

interface Book {
  readonly infos: ReadonlyMap<string, SchemaInfo>;
  readonly release: string;
}

function definitionOf(book: Book, info: SchemaInfo): Definition | undefined {
  const name = unmasked(info.name);
  const { features } = info;
  switch (info.metaType) {
    case 'builtin':
    case 'array':
      return undefined;
    case 'enum':
      return { kind: 'enum', name, features, values: info.values };
    case 'object':
      return definitionOfObject(book, info);
    case 'alternate': {
      // The names of alternatives are hidden: that of the type stands for them.
      const alternatives = info.members.map(({ type }) => ({ name: type, type: typeRef(book, type) }));
      return { kind: 'alternate', name, features, alternatives };
    }
    case 'command':
      return definitionOfCommand(book, info);
    case 'event':
      return { kind: 'event', name: info.name, features, arguments: argumentsOf(book, info.argType) };
  }
}

/** Names of types are masked by numbers, those of commands and events are not. */
function unmasked(name: string): string {
  return /^[0-9]/.test(name) ? `t${name}` : name;
}

function definitionOfObject(book: Book, info: ObjectInfo): Definition {
  const common = { name: unmasked(info.name), features: info.features };
  const members = info.members.map((member) => ({ ...member, type: typeRef(book, member.type) }));
  if (info.tag === undefined) return { kind: 'struct', ...common, members };
  const branches = info.variants.map((variant) => ({
    name: variant.case,
    type: isEmpty(book, variant.type) ? undefined : typeRef(book, variant.type),
  }));
  return { kind: 'union', ...common, base: members, discriminator: info.tag, branches };
}

function definitionOfCommand(book: Book, info: CommandInfo): CommandDefinition {
  const { name, features, allowOob } = info;
  return {
    kind: 'command',
    name,
    features,
    arguments: argumentsOf(book, info.argType),
    returns: isEmpty(book, info.retType) ? undefined : typeRef(book, info.retType),
    gen: !UNCHECKED_COMMANDS.some((command) => command.name === name && isWithin(book.release, command)),
    successResponse: true,
    allowOob,
    allowPreconfig: false,
  };
}

function isWithin(release: string, range: { readonly from: string; readonly before: string }): boolean {
  return compareReleases(release, range.from) >= 0 && compareReleases(release, range.before) < 0;
}

function argumentsOf(book: Book, type: string): Arguments {
  return isEmpty(book, type) ? undefined : { type: unmasked(type) };
}

/** The empty object type stands for "none". */
function isEmpty(book: Book, type: string): boolean {
  const info = book.infos.get(type);
  return info?.metaType === 'object' && info.members.length === 0 && info.tag === undefined;
}

/** Arrays have names too (`[17]`), but a reference goes through them. */
function typeRef(book: Book, name: string): TypeRef {
  const info = book.infos.get(name);
  if (info?.metaType === 'array') return { array: typeRef(book, info.elementType) };
  return { name: name === 'int' ? FOLDED_INTEGER : unmasked(name) };
}
