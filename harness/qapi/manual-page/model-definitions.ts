import { inputErrorAt } from '../../errors.ts';
import {
  BUILTIN_TYPES,
  FOLDED_INTEGER,
  type Arguments,
  type Branch,
  type Definition,
  type Member,
  type StructDefinition,
  type TypeRef,
  type UnionDefinition,
} from '../model.ts';
import { sinceOfText } from '../language/since.ts';
import { featuresOfPage, type PageFeatures } from './page-features.ts';
import { plainText } from './roff.ts';
import type { MemberRow, PageDefinition, PageRow, PointerRow } from './page-definition.ts';

/** What a form of the page tells of commands and events. */
export interface PageTells {
  /** What commands return: a command without returns returns nothing. */
  readonly returns: boolean;
  /** Arguments that are a type by name without `boxed`: a command without arguments takes none. */
  readonly namedArguments: boolean;
}

const BUILTINS: ReadonlySet<string> = new Set([...BUILTIN_TYPES, FOLDED_INTEGER]);

/**
 * The definitions of a page as the model has them, with the types that the page implies: a simple union's enum of
 * branches and its wrappers, under the names that QEMU's generator gives them.
 * @throws {InputError} for a type that the page does not describe.
 */
export function modelDefinitions(
  found: readonly PageDefinition[],
  tells: PageTells,
  file: string,
): ReadonlyMap<string, Definition> {
  const definitions = new Map<string, Definition>();
  for (const page of found) {
    for (const definition of readDefinition(page, tells)) definitions.set(definition.name, definition);
  }
  for (const page of found) checkTypes(page, definitions, file);
  for (const definition of definitions.values()) {
    if (definition.kind === 'union')
      definitions.set(definition.name, withAllBranches(definition, definitions));
  }
  return definitions;
}

function readDefinition(page: PageDefinition, tells: PageTells): Definition[] {
  const features = featuresOfPage(page);
  const common = {
    name: page.name,
    ...(page.condition && { condition: page.condition }),
    features: features.own.map((name) => ({ name })),
    ...sinceOf(page.since),
  };
  switch (page.kind) {
    case 'enum': {
      const values = membersIn(page.rows).map(({ name, condition, text }) => ({
        name,
        ...(condition && { condition }),
        features: featuresOf(features, name),
        ...sinceOf(sinceOfText(plainText(text))),
      }));
      return [{ kind: 'enum', ...common, values }];
    }
    case 'alternate': {
      const alternatives = membersIn(page.rows).map(({ name, type, condition }) => ({
        name,
        type: type ?? { name: 'any' },
        ...(condition && { condition }),
      }));
      return [{ kind: 'alternate', ...common, alternatives }];
    }
    case 'object':
      return page.rows.some(({ when }) => when !== undefined)
        ? readUnion(page, common, features)
        : [readStruct(page, common, features)];
    case 'event':
      return [{ kind: 'event', ...common, ...readArguments(page, features, tells) }];
    case 'command':
      return [
        {
          kind: 'command',
          ...common,
          ...readArguments(page, features, tells),
          ...readReturns(page, tells),
          gen: true,
          successResponse: true,
          allowOob: false,
          allowPreconfig: false,
        },
      ];
  }
}

type Common = Pick<Definition, 'name' | 'condition' | 'features' | 'since'>;

/** The first release that a text names: `1.2` of `1.2, 2.0 for X`. */
function sinceOf(text: string | undefined): { since?: string } {
  const since = /\d+\.\d+(?:\.\d+)?/.exec(text ?? '')?.[0];
  return since === undefined ? {} : { since };
}

function featuresOf(features: PageFeatures, member: string): { name: string }[] {
  return (features.ofMembers.get(member) ?? []).map((name) => ({ name }));
}

function membersIn(rows: readonly PageRow[]): MemberRow[] {
  return rows.filter((row): row is MemberRow => row.kind === 'member' && row.when === undefined);
}

function pointerIn(rows: readonly PageRow[]): PointerRow | undefined {
  return rows.find((row): row is PointerRow => row.kind === 'pointer' && row.when === undefined);
}

/** A member whose type has no name is the discriminator of a simple union; its enum is called after the union. */
function readMembers(page: PageDefinition, features: PageFeatures): Member[] {
  return membersIn(page.rows).map(({ name, type, optional, condition, text }) => ({
    name,
    type: type ?? { name: `${page.name}Kind` },
    optional,
    ...(condition && { condition }),
    features: featuresOf(features, name),
    ...sinceOf(sinceOfText(plainText(text))),
  }));
}

function readStruct(page: PageDefinition, common: Common, features: PageFeatures): StructDefinition {
  const base = pointerIn(page.rows)?.type;
  return {
    kind: 'struct',
    ...common,
    ...(base !== undefined && { base }),
    members: readMembers(page, features),
  };
}

function readUnion(page: PageDefinition, common: Common, features: PageFeatures): Definition[] {
  const pointers = page.rows.filter(({ when }) => when !== undefined);
  const discriminator = pointers[0]?.when?.discriminator ?? '';
  const members = readMembers(page, features);
  const choices = pointers.map((row) => ({ row, ...branchFromRow(row) }));
  const union: UnionDefinition = {
    kind: 'union',
    ...common,
    base: pointerIn(page.rows)?.type ?? members,
    discriminator,
    branches: choices.map(({ branch }) => branch),
  };
  const wrappers = choices.flatMap(({ wrapper }) => wrapper ?? []);
  if (wrappers.length === 0) return [union];
  const values = choices.map(({ branch: { name, condition } }) => ({
    name,
    ...(condition && { condition }),
    features: [],
  }));
  const { condition } = common;
  const kinds: Definition = {
    kind: 'enum',
    name: `${page.name}Kind`,
    ...(condition && { condition }),
    features: [],
    values,
  };
  return [kinds, ...wrappers, union];
}

/** Before 6.2 a simple union's branch is a member `data` of some type: the wrapper has it. */
function branchFromRow(row: PageRow): { branch: Branch; wrapper?: StructDefinition } {
  const branch = { name: row.when?.value ?? '', ...(row.condition && { condition: row.condition }) };
  if (row.kind === 'pointer') return { branch: { ...branch, type: { name: row.type } } };
  const type = row.type ?? { name: 'any' };
  const name = `q_obj_${flatName(type)}-wrapper`;
  const data: Member = { name: row.name, type, optional: row.optional, features: [] };
  return {
    branch: { ...branch, type: { name } },
    wrapper: { kind: 'struct', name, features: [], members: [data] },
  };
}

/** The width of an integer is not known here: it goes by the word of the page. */
function flatName(type: TypeRef): string {
  if ('array' in type) return `${flatName(type.array)}List`;
  return type.name === FOLDED_INTEGER ? 'int' : type.name;
}

function readArguments(
  page: PageDefinition,
  features: PageFeatures,
  tells: PageTells,
): { arguments: Arguments; argumentsUnknown?: true } {
  const pointer = pointerIn(page.rows);
  if (pointer !== undefined) return { arguments: { type: pointer.type } };
  const members = readMembers(page, features);
  if (members.length > 0) return { arguments: { members } };
  return tells.namedArguments ? { arguments: undefined } : { arguments: undefined, argumentsUnknown: true };
}

function readReturns(
  page: PageDefinition,
  tells: PageTells,
): { returns: TypeRef | undefined; replyUnknown?: true } {
  if (page.returns !== undefined || tells.returns) return { returns: page.returns };
  return { returns: { name: 'any' }, replyUnknown: true };
}

/** Every type that a page names is described in it, or built in. */
function checkTypes(page: PageDefinition, definitions: ReadonlyMap<string, Definition>, file: string): void {
  const check = (type: TypeRef, line: number): void => {
    if ('array' in type) {
      check(type.array, line);
      return;
    }
    const kind = definitions.get(type.name)?.kind;
    if (BUILTINS.has(type.name) || (kind !== undefined && kind !== 'command' && kind !== 'event')) return;
    const what = `'${page.name}' refers to '${type.name}', which is no type of the page`;
    throw inputErrorAt({ file, line, column: 1 }, what, 'a type that it describes');
  };
  for (const row of page.rows) {
    if (row.kind === 'pointer') check({ name: row.type }, row.line);
    else if (row.type !== undefined) check(row.type, row.line);
  }
  if (page.returns !== undefined) check(page.returns, page.line);
}

/** A value of the discriminator that the page lists no branch for has one without members. */
function withAllBranches(
  union: UnionDefinition,
  definitions: ReadonlyMap<string, Definition>,
): UnionDefinition {
  const type = membersOf(union, definitions).find(({ name }) => name === union.discriminator)?.type;
  const kinds = type !== undefined && 'name' in type ? definitions.get(type.name) : undefined;
  if (kinds?.kind !== 'enum') return union;
  const named = new Set(union.branches.map(({ name }) => name));
  const others: Branch[] = kinds.values
    .filter(({ name }) => !named.has(name))
    .map(({ name, condition }) => ({ name, type: undefined, ...(condition && { condition }) }));
  return { ...union, branches: [...union.branches, ...others] };
}

function membersOf(
  definition: StructDefinition | UnionDefinition,
  definitions: ReadonlyMap<string, Definition>,
  depth = 0,
): readonly Member[] {
  const own = definition.kind === 'struct' ? definition.members : definition.base;
  const members = typeof own === 'string' ? [] : own;
  const base = typeof definition.base === 'string' ? definitions.get(definition.base) : undefined;
  if (base?.kind !== 'struct' || depth > 16) return members;
  return [...members, ...membersOf(base, definitions, depth + 1)];
}
