import type { Condition, EnumValue, Feature } from '../model.ts';

/**
 * The entries of a reply to query-qmp-schema (qapi/introspect.json, SchemaInfo), each with the condition under which a
 * build has it; a reply itself has none. Types are named as the introspection names them: `[X]` is an array of X.
 */
export type SchemaInfo =
  BuiltinInfo | ArrayInfo | EnumInfo | ObjectInfo | AlternateInfo | CommandInfo | EventInfo;

interface Common {
  readonly name: string;
  readonly condition?: Condition;
  readonly features: readonly Feature[];
}

interface BuiltinInfo extends Common {
  readonly metaType: 'builtin';
  readonly jsonType: string;
}

interface ArrayInfo extends Common {
  readonly metaType: 'array';
  readonly elementType: string;
}

interface EnumInfo extends Common {
  readonly metaType: 'enum';
  readonly values: readonly EnumValue[];
}

export interface InfoMember {
  readonly name: string;
  readonly type: string;
  readonly optional: boolean;
  readonly condition?: Condition;
  readonly features: readonly Feature[];
}

interface InfoVariant {
  readonly case: string;
  readonly type: string;
  readonly condition?: Condition;
}

export interface ObjectInfo extends Common {
  readonly metaType: 'object';
  /** With those of its bases: introspection knows no base. */
  readonly members: readonly InfoMember[];
  readonly tag?: string;
  readonly variants: readonly InfoVariant[];
}

interface InfoAlternative {
  readonly type: string;
  readonly condition?: Condition;
}

interface AlternateInfo extends Common {
  readonly metaType: 'alternate';
  readonly members: readonly InfoAlternative[];
}

export interface CommandInfo extends Common {
  readonly metaType: 'command';
  readonly argType: string;
  readonly retType: string;
  readonly allowOob: boolean;
}

interface EventInfo extends Common {
  readonly metaType: 'event';
  readonly argType: string;
}

/** The built-in types that introspection names, with their JSON type. All integer types are `int` there. */
export const BUILTIN_JSON_TYPES: ReadonlyMap<string, string> = new Map([
  ['str', 'string'],
  ['number', 'number'],
  ['int', 'int'],
  ['bool', 'boolean'],
  ['any', 'value'],
  ['null', 'null'],
]);
