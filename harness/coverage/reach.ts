import type { Arguments, Definition, Member, QapiModel, TypeRef } from '../qapi/model.ts';

/**
 * The names of all types that stand in arguments, in what is returned, or in the data of an event, however deep; with
 * `top` itself, where members are written in place.
 */
export function reachOfArguments(model: QapiModel, top: Definition, given: Arguments): ReadonlySet<string> {
  if (given === undefined) return new Set([top.name]);
  const types = 'members' in given ? typesOfMembers(given.members) : [given.type];
  return reachFrom(model, types, new Set([top.name]));
}

/** As {@link reachOfArguments}, of what a command returns. */
export function reachOfType(model: QapiModel, type: TypeRef | undefined): ReadonlySet<string> {
  return type === undefined ? new Set() : reachFrom(model, [nameOf(type)], new Set());
}

function reachFrom(model: QapiModel, types: readonly string[], reached: Set<string>): ReadonlySet<string> {
  const waiting = [...types];
  for (let name = waiting.pop(); name !== undefined; name = waiting.pop()) {
    if (reached.has(name)) continue;
    reached.add(name);
    const definition = model.definitions.get(name);
    if (definition !== undefined) waiting.push(...typesIn(definition));
  }
  return reached;
}

/** The types that a definition names. */
function typesIn(definition: Definition): readonly string[] {
  switch (definition.kind) {
    case 'enum':
    case 'command':
    case 'event':
      return [];
    case 'struct': {
      const { base, members } = definition;
      return [...(base === undefined ? [] : [base]), ...typesOfMembers(members)];
    }
    case 'union': {
      const { base, branches } = definition;
      const bases = typeof base === 'string' ? [base] : typesOfMembers(base);
      return [...bases, ...branches.flatMap(({ type }) => (type === undefined ? [] : [nameOf(type)]))];
    }
    case 'alternate':
      return definition.alternatives.map(({ type }) => nameOf(type));
  }
}

function typesOfMembers(members: readonly Member[]): readonly string[] {
  return members.map(({ type }) => nameOf(type));
}

function nameOf(type: TypeRef): string {
  return 'array' in type ? nameOf(type.array) : type.name;
}
