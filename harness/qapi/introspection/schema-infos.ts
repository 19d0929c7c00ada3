import {
  FOLDED_INTEGER,
  type Arguments,
  type Condition,
  type Definition,
  type EnumValue,
  type Member,
  type QapiModel,
  type StructDefinition,
  type TypeRef,
  type UnionDefinition,
} from '../model.ts';
import { compareReleases } from '../../release/compare-releases.ts';
import { BUILTIN_JSON_TYPES, type InfoMember, type SchemaInfo } from './schema-info.ts';

/** The object type without members, which stands for "no arguments", "returns nothing", "no further members". */
const EMPTY_TYPE = 'q_empty';

/**
 * What introspection tells of a model, with the conditions of its parts: all commands and events, then every type that
 * one of them uses, in the order of first use. Types have their real names; those that the source does not name
 * have the names that QEMU's generator gives them (`q_obj_X-arg`).
 */
export function schemaInfosOf(model: QapiModel): readonly SchemaInfo[] {
  const survey: Survey = { model, types: new Map() };
  const infos: SchemaInfo[] = [];
  for (const definition of model.definitions.values()) {
    if (definition.kind === 'command' || definition.kind === 'event')
      infos.push(infoOfEntity(survey, definition));
  }
  // A Map is iterated to its end, also to what is added on the way.
  for (const makeInfo of survey.types.values()) infos.push(makeInfo());
  return infos;
}

interface Survey {
  readonly model: QapiModel;
  /** The types in use, by their names in introspection. */
  readonly types: Map<string, () => SchemaInfo>;
}

function infoOfEntity(
  survey: Survey,
  definition: Extract<Definition, { kind: 'command' | 'event' }>,
): SchemaInfo {
  const { kind, name } = definition;
  const common = { name, ...when(definition.condition), features: definition.features };
  const argType = useArguments(survey, definition, definition.arguments);
  if (kind === 'event') return { metaType: kind, ...common, argType };
  const { returns, allowOob } = definition;
  return { metaType: kind, ...common, argType, retType: useType(survey, returns), allowOob };
}

function when(condition: Condition | undefined): { readonly condition?: Condition } {
  return condition === undefined ? {} : { condition };
}

function useArguments(survey: Survey, user: Definition, written: Arguments): string {
  if (written === undefined || 'type' in written) return useType(survey, written && { name: written.type });
  const name = `q_obj_${user.name}-arg`;
  addType(survey, name, () => ({
    metaType: 'object',
    name,
    ...when(user.condition),
    features: [],
    members: infoMembers(survey, written.members),
    variants: [],
  }));
  return name;
}

function addType(survey: Survey, name: string, makeInfo: () => SchemaInfo): void {
  if (!survey.types.has(name)) survey.types.set(name, makeInfo);
}

/** Notes the use of a type; `undefined` is that of none. Gives its name in introspection, where integers have no widths. */
function useType(survey: Survey, type: TypeRef | undefined): string {
  if (type !== undefined && 'array' in type) return useArray(survey, type.array);
  const name = introspectedName(type?.name ?? EMPTY_TYPE);
  addType(survey, name, () => infoOfType(survey, name));
  return name;
}

function useArray(survey: Survey, element: TypeRef): string {
  const name = `[${nameOfType(element)}]`;
  const condition = conditionOfType(survey.model, element);
  addType(survey, name, () => ({
    metaType: 'array',
    name,
    ...when(condition),
    features: [],
    elementType: nameOfType(element),
  }));
  useType(survey, element);
  return name;
}

function nameOfType(type: TypeRef): string {
  return 'array' in type ? `[${nameOfType(type.array)}]` : introspectedName(type.name);
}

function introspectedName(name: string): string {
  const isInteger = name === FOLDED_INTEGER || /^(u?int(8|16|32|64)|size)$/.test(name);
  return isInteger ? 'int' : name;
}

/** An array exists where its elements' type does. */
function conditionOfType(model: QapiModel, type: TypeRef): Condition | undefined {
  if ('array' in type) return conditionOfType(model, type.array);
  const definition = model.definitions.get(type.name);
  return definition && ownCondition(model, definition);
}

/** The struct around the type of a simple union's branch (before 6.2) has the condition of that type. */
function ownCondition(model: QapiModel, definition: Definition): Condition | undefined {
  const isWrapper = definition.kind === 'struct' && /^q_obj_.*-wrapper$/.test(definition.name);
  const [data] = isWrapper ? definition.members : [];
  return data === undefined ? definition.condition : conditionOfType(model, data.type);
}

function infoOfType(survey: Survey, name: string): SchemaInfo {
  const { model } = survey;
  const jsonType = BUILTIN_JSON_TYPES.get(name);
  if (jsonType !== undefined) return { metaType: 'builtin', name, features: [], jsonType };
  if (name === EMPTY_TYPE) return { metaType: 'object', name, features: [], members: [], variants: [] };
  if (name === 'QType') return { metaType: 'enum', name, features: [], values: valuesOfQType(model.release) };
  const definition = model.definitions.get(name);
  if (definition === undefined) throw new TypeError(`type '${name}' is used but not defined`);
  const common = { name, ...when(ownCondition(model, definition)), features: definition.features };
  switch (definition.kind) {
    case 'enum':
      return { metaType: 'enum', ...common, values: definition.values };
    case 'struct':
      return { metaType: 'object', ...common, members: membersOf(survey, definition), variants: [] };
    case 'union':
      return { metaType: 'object', ...common, ...partsOfUnion(survey, definition) };
    case 'alternate': {
      const members = definition.alternatives.map(({ type, condition }) => ({
        type: useType(survey, type),
        ...when(condition),
      }));
      return { metaType: 'alternate', ...common, members };
    }
    case 'command':
    case 'event':
      throw new TypeError(`${definition.kind} '${name}' is used as a type`);
  }
}

/** QType is the one enum that no schema defines; numbers became one kind with 2.10. */
function valuesOfQType(release: string): readonly EnumValue[] {
  const numbers = compareReleases(release, '2.10') < 0 ? ['qint', 'qfloat'] : ['qnum'];
  const names = ['none', 'qnull', ...numbers, 'qstring', 'qdict', 'qlist', 'qbool'];
  return names.map((name) => ({ name, features: [] }));
}

function membersOf(survey: Survey, struct: StructDefinition): InfoMember[] {
  return [...membersOfBase(survey, struct.base), ...infoMembers(survey, struct.members)];
}

function membersOfBase(survey: Survey, base: string | undefined): InfoMember[] {
  const definition = base === undefined ? undefined : survey.model.definitions.get(base);
  return definition?.kind === 'struct' ? membersOf(survey, definition) : [];
}

function infoMembers(survey: Survey, members: readonly Member[]): InfoMember[] {
  return members.map(({ name, type, optional, condition, features }) => ({
    name,
    type: useType(survey, type),
    optional,
    ...when(condition),
    features,
  }));
}

function partsOfUnion(
  survey: Survey,
  union: UnionDefinition,
): Pick<Extract<SchemaInfo, { metaType: 'object' }>, 'members' | 'tag' | 'variants'> {
  const { base, discriminator: tag } = union;
  const members = typeof base === 'string' ? membersOfBase(survey, base) : infoMembers(survey, base);
  const variants = union.branches.map((branch) => ({
    case: branch.name,
    type: useType(survey, branch.type),
    ...when(branch.condition),
  }));
  return { members, tag, variants };
}
