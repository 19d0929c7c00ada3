import { impliedOrigin } from './implied-origin.ts';
import type { Branch, Definition, EnumDefinition, Member, UnionDefinition } from '../qapi/model.ts';

type Definitions = ReadonlyMap<string, Definition>;

/**
 * The branches of a union that follow from those with members: these, then one without members for each other value of
 * the discriminator, as conditional as the value, of the union's origin. Where the discriminator is a string (before 2.0), none are added.
 */
export function completeBranches(
  definitions: Definitions,
  union: UnionDefinition,
  branches: readonly Branch[],
): readonly Branch[] {
  const named = new Set(branches.map(({ name }) => name));
  const values = discriminatorEnum(definitions, union)?.values ?? [];
  const others = values.filter(({ name }) => !named.has(name));
  return [
    ...branches,
    ...others.map(({ name, condition }) => {
      const conditional = condition && { condition };
      const origin = impliedOrigin(union.origin, { ...conditional }, 'typed');
      return { name, type: undefined, ...conditional, ...(origin && { origin }) };
    }),
  ];
}

function discriminatorEnum(definitions: Definitions, union: UnionDefinition): EnumDefinition | undefined {
  const type = baseMember(definitions, union.base, union.discriminator)?.type;
  const definition = type !== undefined && 'name' in type ? definitions.get(type.name) : undefined;
  return definition?.kind === 'enum' ? definition : undefined;
}

/** A member of a base or of its bases; a base that contains itself has been refused by whoever read the model. */
function baseMember(
  definitions: Definitions,
  base: UnionDefinition['base'],
  name: string,
): Member | undefined {
  if (typeof base !== 'string') return base.find((member) => member.name === name);
  const struct = definitions.get(base);
  if (struct?.kind !== 'struct') return undefined;
  const own = struct.members.find((member) => member.name === name);
  if (own !== undefined || struct.base === undefined || struct.base === base) return own;
  return baseMember(definitions, struct.base, name);
}
