import { BUILTIN_TYPES, type Definition, type TypeRef } from '../model.ts';
import type { Dialect } from './dialect.ts';
import type { Expression } from './expression.ts';
import { failIn } from './expression.ts';
import { placeIn } from './source-info.ts';

/** A definition and the expression that it was read from. */
export interface SourcedDefinition {
  readonly definition: Definition;
  readonly expression: Expression;
}

/** All definitions by name, to resolve what they refer to. */
export interface Schema {
  readonly dialect: Dialect;
  readonly sources: ReadonlyMap<string, SourcedDefinition>;
}

const BUILTINS: ReadonlySet<string> = new Set(BUILTIN_TYPES);

/** @throws {InputError} always, on behalf of the expression that `source` was read from. */
export function failFor(source: SourcedDefinition, message: string): never {
  return failIn(source.expression, message);
}

/**
 * Gathers the definitions of a schema by name.
 * @throws {InputError} for a second definition of a name; commands, events and types share their names.
 */
export function gatherDefinitions(
  sources: readonly SourcedDefinition[],
): ReadonlyMap<string, SourcedDefinition> {
  const byName = new Map<string, SourcedDefinition>();
  for (const source of sources) {
    const { name } = source.definition;
    if (BUILTINS.has(name)) failFor(source, `'${name}' is a built-in type`);
    const earlier = byName.get(name);
    // The wrapper of a simple union's branch is the same for all unions that have one of that type.
    if (earlier !== undefined && name.startsWith('q_obj_')) continue;
    if (earlier !== undefined) {
      const { info, subject } = earlier.expression;
      failFor(source, `second definition of '${name}'\n${placeIn(info, subject)}: the first one`);
    }
    byName.set(name, source);
  }
  return byName;
}

/** A type as errors call it. */
export function describeType(schema: Schema, type: TypeRef): string {
  if ('array' in type) return 'an array type';
  const kind = schema.sources.get(type.name)?.definition.kind ?? 'built-in';
  return `${kind} type '${type.name}'`;
}

/** Tells whether a type exists, and is one. */
export function isType(schema: Schema, type: TypeRef): boolean {
  if ('array' in type) return isType(schema, type.array);
  if (BUILTINS.has(type.name)) return true;
  const kind = schema.sources.get(type.name)?.definition.kind;
  return kind !== undefined && kind !== 'command' && kind !== 'event';
}

/**
 * Checks that a type exists, and is one: commands and events are none.
 * @param what where it stands, as errors say it.
 */
export function checkType(schema: Schema, user: SourcedDefinition, type: TypeRef, what: string): void {
  if ('array' in type) {
    checkType(schema, user, type.array, what);
    return;
  }
  if (BUILTINS.has(type.name)) return;
  const kind = schema.sources.get(type.name)?.definition.kind;
  if (kind === undefined) failFor(user, `${what} uses unknown type '${type.name}'`);
  if (kind === 'command' || kind === 'event') failFor(user, `${what} uses ${kind} '${type.name}' as a type`);
}

/** The struct or union `name`. */
export function objectSource(
  schema: Schema,
  user: SourcedDefinition,
  name: string,
  what: string,
): SourcedDefinition {
  checkType(schema, user, { name }, what);
  const source = schema.sources.get(name);
  if (source?.definition.kind !== 'struct' && source?.definition.kind !== 'union')
    return failFor(user, `${what} cannot use ${describeType(schema, { name })}`);
  return source;
}
