/**
 * The QAPI model: what a schema says, whichever source it was read from. Names are QAPI's, never re-cased.
 * Terms follow docs/devel/qapi-code-gen.rst.
 */

/**
 * Where facts were read from: QAPI source, the command table and event list of QEMU 0.14 to 2.7 (`qmp-commands.hx`),
 * the reply to query-qmp-schema, the manual page qemu-qmp-ref(7). Introspection folds integer widths and hides the names
 * of types; only introspection tells what a build really has.
 */
export type ModelSource = 'qapi' | 'hx' | 'introspection' | 'manual-page';

/** Who said what of a thing, where that is not the first of its model's sources. */
export interface Origin {
  /** That it exists. */
  readonly presence?: ModelSource;
  /** Its type, or its members. */
  readonly type?: ModelSource;
  /** `since`, features and conditions, as far as they stand in documentation only. */
  readonly documents?: ModelSource;
}

/** Whose schemas there are: of QEMU itself, the guest agent, the storage daemon. */
export const SCHEMA_FAMILIES = ['qmp', 'qga', 'qsd'] as const;

/** Which server a schema describes. */
export type SchemaFamily = (typeof SCHEMA_FAMILIES)[number];

/** All definitions of one release and family. */
export interface QapiModel {
  /** What it was read from; the first says what exists. */
  readonly sources: readonly ModelSource[];
  readonly family: SchemaFamily;
  /** `x.y.z`, or `x.y` where only that is known. */
  readonly release: string;
  /** Everything but the built-in types, by name, in the order of the source. Commands, events and types share it. */
  readonly definitions: ReadonlyMap<string, Definition>;
}

/** A place in a QAPI source tree. */
export interface Place {
  /** Path relative to the tree, e.g. `qapi/migration.json`. */
  readonly file: string;
  readonly line: number;
}

/** When a conditional thing exists: a C preprocessor symbol, or a combination of them. */
export type Condition =
  | { readonly symbol: string }
  | { readonly all: readonly Condition[] }
  | { readonly any: readonly Condition[] }
  | { readonly not: Condition };

interface Common {
  readonly name: string;
  /** Absent for models that were not read from QAPI source. */
  readonly place?: Place;
  /** Present: the definition exists only in some builds. It makes a thing possibly absent, never invalid. */
  readonly condition?: Condition;
  readonly features: readonly Feature[];
  /** The release that its documentation names as its first, as written there: `1.2`, `0.14.0`. */
  readonly since?: string;
  readonly origin?: Origin;
}

/** A feature flag of a definition or member, e.g. `deprecated`, `unstable`. */
export interface Feature {
  readonly name: string;
  readonly condition?: Condition;
}

/** A reference to a type: its name, or an array of such. `[str]` is `{ array: { name: 'str' } }`. */
export type TypeRef = { readonly name: string } | { readonly array: TypeRef };

/** A member of a struct, of a union's base, or of a command's arguments. */
export interface Member {
  readonly name: string;
  readonly type: TypeRef;
  readonly optional: boolean;
  readonly condition?: Condition;
  readonly features: readonly Feature[];
  readonly since?: string;
  readonly origin?: Origin;
}

/** One value of an enum. */
export interface EnumValue {
  readonly name: string;
  readonly condition?: Condition;
  readonly features: readonly Feature[];
  readonly since?: string;
  readonly origin?: Origin;
}

/** One branch of a union, taken when the discriminator has the value `name`. */
export interface Branch {
  readonly name: string;
  /** A struct or (since 8.2) a union; its members join those of the base. `undefined`: no further members. */
  readonly type: TypeRef | undefined;
  readonly condition?: Condition;
  readonly origin?: Origin;
}

/** One alternative of an alternate; which one is meant is told by the JSON type. */
export interface Alternative {
  readonly name: string;
  readonly type: TypeRef;
  readonly condition?: Condition;
  readonly origin?: Origin;
}

export interface EnumDefinition extends Common {
  readonly kind: 'enum';
  readonly values: readonly EnumValue[];
}

export interface StructDefinition extends Common {
  readonly kind: 'struct';
  /** Name of the struct whose members come first. */
  readonly base?: string;
  readonly members: readonly Member[];
}

/** A flat union. A simple union (before 6.2) is stored as the flat one that it abbreviates: `type` and `data`. */
export interface UnionDefinition extends Common {
  readonly kind: 'union';
  /** Name of the base struct, or its members written in place. */
  readonly base: string | readonly Member[];
  readonly discriminator: string;
  readonly branches: readonly Branch[];
}

export interface AlternateDefinition extends Common {
  readonly kind: 'alternate';
  readonly alternatives: readonly Alternative[];
}

/** What a command takes or an event carries: members written in place, a type by name (`boxed` or not), or nothing. */
export type Arguments = { readonly members: readonly Member[] } | { readonly type: string } | undefined;

/**
 * Present: the source does not say whether there are arguments; `arguments` is then `undefined`. Manual pages before
 * QEMU 10.0 say nothing of arguments that are a type by name and not `boxed`.
 */
export type ArgumentsUnknown = true;

export interface CommandDefinition extends Common {
  readonly kind: 'command';
  readonly arguments: Arguments;
  readonly argumentsUnknown?: ArgumentsUnknown;
  /** `undefined`: success returns an empty object. */
  readonly returns: TypeRef | undefined;
  /** Present: the source does not say what the command returns; `returns` is then `any`. */
  readonly replyUnknown?: true;
  /** `false`: the generated code does not check the arguments, the command accepts more than is written. */
  readonly gen: boolean;
  /** `false`: success is not answered (guest agent's `guest-shutdown`). */
  readonly successResponse: boolean;
  readonly allowOob: boolean;
  readonly allowPreconfig: boolean;
}

export interface EventDefinition extends Common {
  readonly kind: 'event';
  readonly arguments: Arguments;
  readonly argumentsUnknown?: ArgumentsUnknown;
}

export type Definition =
  | EnumDefinition
  | StructDefinition
  | UnionDefinition
  | AlternateDefinition
  | CommandDefinition
  | EventDefinition;

/** The built-in types of QAPI (qapi-code-gen, "Built-in Types"). */
export const BUILTIN_TYPES = [
  'str',
  'number',
  'int',
  'int8',
  'int16',
  'int32',
  'int64',
  'uint8',
  'uint16',
  'uint32',
  'uint64',
  'size',
  'bool',
  'null',
  'any',
  'QType',
] as const;

/**
 * What introspection and the manual page call `int`: some integer type, from int8 to uint64 or size, which one they do
 * not tell. It is a built-in type of models that were read from those, and no type of the QAPI language.
 */
export const FOLDED_INTEGER = 'integer';

/** A built-in type's name. */
export type BuiltinType = (typeof BUILTIN_TYPES)[number] | typeof FOLDED_INTEGER;
