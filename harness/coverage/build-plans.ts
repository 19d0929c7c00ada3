import { isBuiltin, jsonKindOf } from '../qapi/json-kind.ts';
import type {
  AlternateDefinition,
  Arguments,
  Condition,
  Definition,
  EnumDefinition,
  Member,
  QapiModel,
  StructDefinition,
  TypeRef,
  UnionDefinition,
} from '../qapi/model.ts';
import type { Counter } from './counter.ts';
import type { AlternatePlan, EnumPlan, ItemId, MemberPlan, ObjectPlan, Plan } from './plan.ts';

/** Where a type stands: in arguments, in what is returned, in the data of an event. */
export type Role = 'argument' | 'return' | 'data';

/** Takes down an item, and says its number; the same item has one number. */
export type Note = (counter: Counter, owner: Definition, name: string, condition?: Condition) => ItemId;

/** Makes the plans of one model. */
export interface PlanBuilder {
  readonly model: QapiModel;
  readonly note: Note;
  readonly known: Map<string, Plan>;
}

/** The plan of what a command takes or an event carries. */
export function planArguments(
  builder: PlanBuilder,
  owner: Definition,
  given: Arguments,
  role: Role,
): ObjectPlan | undefined {
  if (given === undefined) return undefined;
  if ('members' in given)
    return { kind: 'object', members: planMembers(builder, owner, given.members, role) };
  const plan = planType(builder, { name: given.type }, role);
  return plan?.kind === 'object' ? plan : undefined;
}

/** The plan of a type in a role. */
export function planType(builder: PlanBuilder, type: TypeRef, role: Role): Plan {
  if ('array' in type) {
    const element = planType(builder, type.array, role);
    return element === undefined ? undefined : { kind: 'array', element };
  }
  if (isBuiltin(type.name)) return undefined;
  const key = `${role} ${type.name}`;
  if (builder.known.has(key)) return builder.known.get(key);
  const definition = builder.model.definitions.get(type.name);
  return definition === undefined ? undefined : planDefinition(builder, key, definition, role);
}

function planDefinition(builder: PlanBuilder, key: string, definition: Definition, role: Role): Plan {
  switch (definition.kind) {
    case 'enum': {
      const plan = planEnum(builder, definition, role);
      builder.known.set(key, plan);
      return plan;
    }
    case 'struct':
    case 'union': {
      // Known before it is filled: its members may be of its own type.
      const plan: ObjectPlan = { kind: 'object', members: [] };
      builder.known.set(key, plan);
      fillObject(builder, plan, definition, role);
      return plan;
    }
    case 'alternate': {
      const alternatives: AlternatePlan['alternatives'][number][] = [];
      builder.known.set(key, { kind: 'alternate', alternatives });
      alternatives.push(...planAlternatives(builder, definition, role));
      return builder.known.get(key);
    }
    case 'command':
    case 'event':
      return undefined;
  }
}

function planEnum({ note }: PlanBuilder, definition: EnumDefinition, role: Role): EnumPlan {
  const counter = `enum-value/${way(role)}` as const;
  return {
    kind: 'enum',
    values: new Map(
      definition.values.map(({ name, condition }) => [
        name,
        note(counter, definition, `${definition.name} ${name}`, condition),
      ]),
    ),
  };
}

function fillObject(
  builder: PlanBuilder,
  plan: ObjectPlan,
  definition: StructDefinition | UnionDefinition,
  role: Role,
): void {
  const { base } = definition;
  if (typeof base === 'string') plan.base = objectOf(builder, base, role);
  else if (base !== undefined) plan.members.push(...planMembers(builder, definition, base, role));
  if (definition.kind === 'struct') {
    plan.members.push(...planMembers(builder, definition, definition.members, role));
    return;
  }
  const { name: union, discriminator, branches } = definition;
  const counter = `branch/${way(role)}` as const;
  plan.union = {
    discriminator,
    branches: new Map(
      branches.map(({ name, type, condition }) => [
        name,
        {
          taken: builder.note(counter, definition, `${union} ${name}`, condition),
          members: type !== undefined && 'name' in type ? objectOf(builder, type.name, role) : undefined,
        },
      ]),
    ),
  };
}

function objectOf(builder: PlanBuilder, name: string, role: Role): ObjectPlan | undefined {
  const plan = planType(builder, { name }, role);
  return plan?.kind === 'object' ? plan : undefined;
}

function planMembers(
  builder: PlanBuilder,
  owner: Definition,
  members: readonly Member[],
  role: Role,
): MemberPlan[] {
  return members.map(({ name, type, optional, condition }) => {
    const path = `${owner.name}.${name}`;
    return {
      name,
      present: builder.note(`${role}/present`, owner, path, condition),
      absent: optional ? builder.note(`${role}/absent`, owner, path, condition) : undefined,
      type: planType(builder, type, role),
    };
  });
}

function planAlternatives(
  builder: PlanBuilder,
  definition: AlternateDefinition,
  role: Role,
): AlternatePlan['alternatives'] {
  const counter = `alternative/${way(role)}` as const;
  return definition.alternatives.map(({ name, type, condition }) => ({
    json: jsonKindOf(builder.model, type),
    taken: builder.note(counter, definition, `${definition.name} ${name}`, condition),
    type: planType(builder, type, role),
  }));
}

/** Which way a value of a role goes. */
function way(role: Role): 'sent' | 'received' {
  return role === 'argument' ? 'sent' : 'received';
}
