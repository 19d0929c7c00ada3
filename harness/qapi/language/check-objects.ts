import type { Branch, EnumDefinition, Member, StructDefinition, UnionDefinition } from '../model.ts';
import { cName } from './names.ts';
import {
  checkType,
  describeType,
  failFor,
  isType,
  objectSource,
  type Schema,
  type SourcedDefinition,
} from './schema.ts';

/** What is known of a struct or union that was checked. */
export interface CheckedObject {
  /** The members that every value of it has: those of its bases, then its own. */
  readonly members: readonly Member[];
  /** What its values have further, by branch. */
  readonly branches: readonly CheckedObject[];
  /** For a union: the enum of its discriminator; `undefined` where that is a string (before 2.0). */
  readonly values?: EnumDefinition | undefined;
}

/** Structs and unions that were checked, each once; those that are just being checked, to find one that holds itself. */
export type ObjectChecks = Map<string, CheckedObject | 'in work'>;

/**
 * Checks a struct or union and all that is part of it: its bases and branches, not the types of its members.
 * @throws {InputError} on behalf of the first that is wrong.
 */
export function checkObject(schema: Schema, checks: ObjectChecks, source: SourcedDefinition): CheckedObject {
  const { definition } = source;
  if (definition.kind !== 'struct' && definition.kind !== 'union') return { members: [], branches: [] };
  const known = checks.get(definition.name);
  if (known === 'in work') failFor(source, `'${definition.name}' contains itself`);
  if (known !== undefined) return known;
  checks.set(definition.name, 'in work');
  const members = membersOf(schema, checks, source, definition);
  const checked =
    definition.kind === 'struct'
      ? { members, branches: [] }
      : checkBranches(schema, checks, { source, union: definition, members });
  checks.set(definition.name, checked);
  return checked;
}

function membersOf(
  schema: Schema,
  checks: ObjectChecks,
  source: SourcedDefinition,
  definition: StructDefinition | UnionDefinition,
): readonly Member[] {
  const base = typeof definition.base === 'string' ? checkBase(schema, checks, source, definition.base) : [];
  const inline = typeof definition.base === 'object' ? definition.base : [];
  const own = definition.kind === 'struct' ? definition.members : inline;
  checkMemberTypes(schema, source, own);
  const members = base.length === 0 ? own : [...base, ...own];
  checkClashes(schema, source, [], members, 'member');
  return members;
}

function checkBase(
  schema: Schema,
  checks: ObjectChecks,
  source: SourcedDefinition,
  base: string,
): readonly Member[] {
  const from = objectSource(schema, source, base, "'base'");
  if (from.definition.kind !== 'struct')
    failFor(source, `'base' cannot use ${describeType(schema, { name: base })}`);
  return checkObject(schema, checks, from).members;
}

/** Checks the types of members, wherever these stand. */
export function checkMemberTypes(schema: Schema, user: SourcedDefinition, members: readonly Member[]): void {
  const wrong = members.find(({ type }) => !isType(schema, type));
  if (wrong !== undefined) checkType(schema, user, wrong.type, `member '${wrong.name}'`);
}

interface Named {
  readonly name: string;
}

/** Checks that no two things have the same name, nor (since 2.9) the same in C. */
export function checkClashes(
  schema: Schema,
  source: SourcedDefinition,
  before: readonly Named[],
  added: readonly Named[],
  what: string,
): void {
  if (before.length + added.length < 2) return;
  const inC = schema.dialect.has('c-names');
  if (areDistinct(before, added, inC)) return;
  const seen = new Map<string, string>();
  for (const { name } of before) seen.set(inC ? cName(name) : name, name);
  for (const { name } of added) {
    const key = inC ? cName(name) : name;
    const other = seen.get(key);
    if (other !== undefined) failFor(source, `${what} '${name}' clashes with '${other}'`);
    seen.set(key, name);
  }
}

/** Tells at once of most names that no two can clash; those that differ only in `-`, `_` and `.` may, in C. */
function areDistinct(before: readonly Named[], added: readonly Named[], inC: boolean): boolean {
  const names = [...before, ...added].map(({ name }) => name);
  return new Set(names).size === names.length && !(inC && /[_.]/.test(names.join(' ')));
}

interface UnionCheck {
  readonly source: SourcedDefinition;
  readonly union: UnionDefinition;
  readonly members: readonly Member[];
}

function checkBranches(schema: Schema, checks: ObjectChecks, check: UnionCheck): CheckedObject {
  const { source, union, members } = check;
  const values = discriminatorValues(schema, check);
  if (union.branches.length === 0 && values?.values.length === 0) failFor(source, 'union has no branches');
  const branches: CheckedObject[] = [];
  const names = new Set(values?.values.map(({ name }) => name));
  for (const branch of union.branches) {
    if (values !== undefined && !names.has(branch.name)) {
      failFor(source, `branch '${branch.name}' is not a value of enum '${values.name}'`);
    }
    const inner = checkBranch(schema, checks, source, branch);
    if (inner === undefined) continue;
    checkBranchClashes(schema, source, { before: members, inner, what: `branch '${branch.name}': member` });
    branches.push(inner);
  }
  return { members, branches, values };
}

function discriminatorValues(schema: Schema, check: UnionCheck): EnumDefinition | undefined {
  const { source, union, members } = check;
  const what = `discriminator '${union.discriminator}'`;
  const member = members.find(({ name }) => name === union.discriminator);
  if (member === undefined) return failFor(source, `${what} is not a member of 'base'`);
  const type = 'name' in member.type ? member.type.name : undefined;
  const definition = type === undefined ? undefined : schema.sources.get(type)?.definition;
  const isText = type === 'str' && !schema.dialect.has('enum-discriminators');
  if (definition?.kind !== 'enum' && !isText) failFor(source, `${what} must be of enum type`);
  if (member.optional) failFor(source, `${what} must not be optional`);
  if (member.condition !== undefined) failFor(source, `${what} must not be conditional`);
  return definition?.kind === 'enum' ? definition : undefined;
}

/** A branch is a struct or, since 8.1, a union. */
function checkBranch(
  schema: Schema,
  checks: ObjectChecks,
  source: SourcedDefinition,
  branch: Branch,
): CheckedObject | undefined {
  if (branch.type === undefined) return undefined;
  const what = `branch '${branch.name}'`;
  if ('array' in branch.type) return failFor(source, `${what} cannot use an array type`);
  const inner = objectSource(schema, source, branch.type.name, what);
  if (inner.definition.kind === 'union' && !schema.dialect.has('nested-unions'))
    failFor(source, `${what} cannot use ${describeType(schema, branch.type)}`);
  return checkObject(schema, checks, inner);
}

/** The members of a branch, with those of its own branches, must not clash with those that stand before them. */
function checkBranchClashes(
  schema: Schema,
  source: SourcedDefinition,
  clash: { readonly before: readonly Member[]; readonly inner: CheckedObject; readonly what: string },
): void {
  const { before, inner, what } = clash;
  checkClashes(schema, source, before, inner.members, what);
  const all = [...before, ...inner.members];
  for (const branch of inner.branches)
    checkBranchClashes(schema, source, { before: all, inner: branch, what });
}
