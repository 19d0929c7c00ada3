import type {
  Alternative,
  Branch,
  Condition,
  Definition,
  EnumValue,
  Feature,
  Member,
  QapiModel,
  TypeRef,
} from '../../qapi/model.ts';

/**
 * The names of types that two models define alike, and all that is in them: where such a type stands in both, nothing
 * has changed below. Other types may be the same on the wire, too; they are found to be when they are looked at.
 */
export function unchangedTypes(before: QapiModel, after: QapiModel): ReadonlySet<string> {
  const unchanged = new Set<string>();
  const users = new Map<string, string[]>();
  for (const definition of before.definitions.values()) {
    const other = after.definitions.get(definition.name);
    if (other === undefined || !isSameDefinition(definition, other)) continue;
    unchanged.add(definition.name);
    for (const { name } of typesIn(definition)) {
      const known = users.get(name);
      if (known === undefined) users.set(name, [definition.name]);
      else known.push(definition.name);
    }
  }
  for (const name of users.keys()) {
    const isBuiltin = !before.definitions.has(name) && !after.definitions.has(name);
    if (!isBuiltin && !unchanged.has(name)) forgetUsers(name, users, unchanged);
  }
  return unchanged;
}

function forgetUsers(
  changed: string,
  users: ReadonlyMap<string, readonly string[]>,
  unchanged: Set<string>,
): void {
  const open = [changed];
  for (let name = open.pop(); name !== undefined; name = open.pop()) {
    for (const user of users.get(name) ?? []) if (unchanged.delete(user)) open.push(user);
  }
}

/** The types that stand in a type, without arrays around them. */
function typesIn(definition: Definition): readonly { readonly name: string }[] {
  switch (definition.kind) {
    case 'struct':
      return [...baseOf(definition.base), ...definition.members.map(elementOf)];
    case 'union':
      return [
        ...(typeof definition.base === 'string' ? baseOf(definition.base) : definition.base.map(elementOf)),
        ...definition.branches.map(elementOf),
      ];
    case 'alternate':
      return definition.alternatives.map(elementOf);
    case 'enum':
    case 'command':
    case 'event':
      return [];
  }
}

function baseOf(base: string | undefined): { readonly name: string }[] {
  return base === undefined ? [] : [{ name: base }];
}

function elementOf({ type }: { readonly type: TypeRef | undefined }): { readonly name: string } {
  let element = type ?? { name: 'any' };
  while ('array' in element) element = element.array;
  return element;
}

/** The condition of a type says nothing of the wire: what uses it has it, too. */
function isSameDefinition(left: Definition, right: Definition): boolean {
  if (!isSameList(left.features, right.features, isSameFeature)) return false;
  switch (left.kind) {
    case 'enum':
      return right.kind === 'enum' && isSameList(left.values, right.values, isSamePart);
    case 'struct':
      return (
        right.kind === 'struct' &&
        left.base === right.base &&
        isSameList(left.members, right.members, isSameMember)
      );
    case 'union':
      return (
        right.kind === 'union' &&
        left.discriminator === right.discriminator &&
        isSameBase(left.base, right.base) &&
        isSameList(left.branches, right.branches, isSameTyped)
      );
    case 'alternate':
      return right.kind === 'alternate' && isSameList(left.alternatives, right.alternatives, isSameTyped);
    case 'command':
    case 'event':
      return false;
  }
}

function isSameBase(left: string | readonly Member[], right: string | readonly Member[]): boolean {
  if (typeof left === 'string' || typeof right === 'string') return left === right;
  return isSameList(left, right, isSameMember);
}

function isSameList<T>(left: readonly T[], right: readonly T[], isSame: (a: T, b: T) => boolean): boolean {
  return (
    left.length === right.length &&
    left.every((one, index) => {
      const other = right[index];
      return other !== undefined && isSame(one, other);
    })
  );
}

function isSameFeature({ name }: Feature, other: Feature): boolean {
  return name === other.name;
}

function isSameMember(left: Member, right: Member): boolean {
  return (
    left.optional === right.optional &&
    isSameList(left.features, right.features, isSameFeature) &&
    isSameTyped(left, right)
  );
}

function isSamePart(left: EnumValue, right: EnumValue): boolean {
  return (
    left.name === right.name &&
    isSameList(left.features, right.features, isSameFeature) &&
    isSameCondition(left.condition, right.condition)
  );
}

function isSameTyped(left: Member | Branch | Alternative, right: Member | Branch | Alternative): boolean {
  return (
    left.name === right.name &&
    isSameType(left.type, right.type) &&
    left.origin?.type === right.origin?.type &&
    isSameCondition(left.condition, right.condition)
  );
}

function isSameType(left: TypeRef | undefined, right: TypeRef | undefined): boolean {
  if (left === undefined || right === undefined) return left === right;
  if ('array' in left) return 'array' in right && isSameType(left.array, right.array);
  return 'name' in right && left.name === right.name;
}

/** Nearly nothing has one; those that have write it alike, or are looked at. */
function isSameCondition(left: Condition | undefined, right: Condition | undefined): boolean {
  return left === right || JSON.stringify(left) === JSON.stringify(right);
}
