/**
 * The QAPI model: what a schema says, whichever source it was read from. Names are QAPI's, never re-cased.
 * Terms follow docs/devel/qapi-code-gen.rst.
 */

/** Where a model was read from. Introspection folds integer widths and hides the names of types. */
export type ModelSource = 'qapi' | 'introspection' | 'manual-page';

/** Which server the schema describes: QEMU itself, the storage daemon, the guest agent. */
export type SchemaFamily = 'qmp' | 'qsd' | 'qga';

/** All definitions of one release and family. */
export interface QapiModel {
  readonly source: ModelSource;
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
}

/** One value of an enum. */
export interface EnumValue {
  readonly name: string;
  readonly condition?: Condition;
  readonly features: readonly Feature[];
}

/** One branch of a union, taken when the discriminator has the value `name`. */
export interface Branch {
  readonly name: string;
  /** A struct or (since 8.2) a union; its members join those of the base. `undefined`: no further members. */
  readonly type: TypeRef | undefined;
  readonly condition?: Condition;
}

/** One alternative of an alternate; which one is meant is told by the JSON type. */
export interface Alternative {
  readonly name: string;
  readonly type: TypeRef;
  readonly condition?: Condition;
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

export interface CommandDefinition extends Common {
  readonly kind: 'command';
  readonly arguments: Arguments;
  /** `undefined`: success returns an empty object. */
  readonly returns: TypeRef | undefined;
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

/** A built-in type's name. */
export type BuiltinType = (typeof BUILTIN_TYPES)[number];
