import type {
  AlternateDefinition,
  Arguments,
  Branch,
  CommandDefinition,
  Definition,
  EnumDefinition,
  EventDefinition,
  Feature,
  Member,
  StructDefinition,
  TypeRef,
  UnionDefinition,
} from '../model.ts';
import type { Matching, Met } from './match-models.ts';
import { chainOfObject, foldedName, membersOfObject, type ObjectDefinition } from './model-types.ts';
import { originOfBoth, originOfDocuments } from './origins.ts';

/** What is to be combined, and what came up on the way. */
export interface Combining {
  readonly matching: Matching;
  readonly keepAll: boolean;
  /** Types that only the model of presence has and something refers to, by their name there. */
  readonly wanted: Set<string>;
}

/** A definition of the documents with what the model of presence says of it; `undefined`: it is not kept. */
export function combineDefinition(combining: Combining, document: Definition): Definition | undefined {
  const met = combining.matching.met.get(document.name);
  if (met === undefined && !combining.keepAll) return undefined;
  const { documents } = combining.matching;
  const origin =
    met === undefined ? originOfDocuments(documents, document) : originOfBoth(documents, document, true);
  const features = combineFeatures(combining, document.features, met?.counterpart?.features);
  const common = { features, ...origin };
  switch (document.kind) {
    case 'enum':
      return { ...document, ...common, values: combineValues(combining, document, met) };
    case 'alternate':
      return { ...document, ...common, alternatives: combineAlternatives(combining, document, met) };
    case 'struct':
      return combineStruct(combining, { ...document, ...common }, met);
    case 'union':
      return combineUnion(combining, { ...document, ...common }, met);
    case 'command':
      return combineCommand(combining, { ...document, ...common }, met);
    case 'event':
      return combineEvent(combining, { ...document, ...common }, met);
  }
}

/**
 * Features are what the model of presence says, with the conditions of the documents. `given` undefined: it has no such
 * thing, and those of the documents stay. Where all is kept, so do features that this build lacks; those of a manual
 * page do not, which is not certain whose features are.
 */
function combineFeatures(
  combining: Combining,
  written: readonly Feature[],
  given: readonly Feature[] | undefined,
): readonly Feature[] {
  if (given === undefined) return written;
  const trusted = combining.keepAll && combining.matching.documents.sources[0] !== 'manual-page';
  const names = new Set(given.map(({ name }) => name));
  const known = new Set(written.map(({ name }) => name));
  return [
    ...written.filter(({ name }) => trusted || names.has(name)),
    ...given.filter(({ name }) => !known.has(name)),
  ];
}

function combineValues(combining: Combining, document: EnumDefinition, met: Met | undefined) {
  const { documents } = combining.matching;
  const values = document.values.flatMap((value) => {
    const present = met?.values.get(value.name);
    if (present === undefined)
      return combining.keepAll ? [{ ...value, ...originOfDocuments(documents, value) }] : [];
    const features = combineFeatures(combining, value.features, present.features);
    return [{ ...value, features, ...originOfBoth(documents, value, false) }];
  });
  return [...values, ...(met?.extraValues.values() ?? [])];
}

function combineAlternatives(combining: Combining, document: AlternateDefinition, met: Met | undefined) {
  const { documents } = combining.matching;
  const alternatives = document.alternatives.flatMap((alternative) => {
    const evidence = met?.alternatives.get(alternative.name);
    if (evidence === undefined)
      return combining.keepAll ? [{ ...alternative, ...originOfDocuments(documents, alternative) }] : [];
    const type = chooseType(combining, alternative.type, evidence.thing.type, evidence.agrees);
    return [{ ...alternative, type, ...originOfBoth(documents, alternative, evidence.agrees) }];
  });
  const extras = [...(met?.extraAlternatives.values() ?? [])].map((alternative) => ({
    ...alternative,
    type: namedType(combining, alternative.type),
  }));
  return [...alternatives, ...extras];
}

function combineMembers(combining: Combining, owner: string, members: readonly Member[]): readonly Member[] {
  const { documents, met } = combining.matching;
  return members.flatMap((member) => {
    const evidence = met.get(owner)?.members.get(member.name);
    if (evidence === undefined)
      return combining.keepAll ? [{ ...member, ...originOfDocuments(documents, member) }] : [];
    const { thing, agrees } = evidence;
    return [
      {
        ...member,
        type: chooseType(combining, member.type, thing.type, agrees),
        optional: thing.optional,
        features: combineFeatures(combining, member.features, thing.features),
        ...originOfBoth(documents, member, agrees),
      },
    ];
  });
}

/** Members that only the model of presence has; those that a base gets already are left out. */
function extraMembers(combining: Combining, name: string): readonly Member[] {
  const { documents, met } = combining.matching;
  const inherited = new Set(
    chainOfObject(documents, name)
      .slice(1)
      .flatMap((link) => [...(met.get(link)?.extraMembers.keys() ?? [])]),
  );
  return [...(met.get(name)?.extraMembers.values() ?? [])]
    .filter((member) => !inherited.has(member.name))
    .map((member) => presentMember(combining, member));
}

/** A member as the model of presence has it, with the names that its types got. */
export function presentMember(combining: Combining, member: Member): Member {
  return { ...member, type: namedType(combining, member.type) };
}

function combineStruct(combining: Combining, struct: StructDefinition, met: Met | undefined): Definition {
  const { base, members: written, ...common } = struct;
  const members = [
    ...combineMembers(combining, struct.name, written),
    ...extraMembers(combining, struct.name),
  ];
  const there = met?.counterpart;
  if (there?.kind !== 'union') return { ...struct, members };
  return {
    ...common,
    kind: 'union',
    base: base !== undefined && members.length === 0 ? base : inPlace(combining, struct, members),
    discriminator: there.discriminator,
    branches: there.branches,
  };
}

/** The base of a union is a name or members in place: with members of its own, those of the bases are written out. */
function inPlace(combining: Combining, object: ObjectDefinition, own: readonly Member[]): readonly Member[] {
  const { documents } = combining.matching;
  const inherited = membersOfObject(documents, object)
    .filter(({ owner }) => owner !== object.name)
    .flatMap(({ owner, member }) => combineMembers(combining, owner, [member]));
  return [...inherited, ...own];
}

function combineUnion(combining: Combining, union: UnionDefinition, met: Met | undefined): Definition {
  const extras = extraMembers(combining, union.name);
  const own = typeof union.base === 'string' ? [] : combineMembers(combining, union.name, union.base);
  const base =
    typeof union.base === 'string' && extras.length === 0
      ? union.base
      : inPlace(combining, union, [...own, ...extras]);
  const branches = union.branches.flatMap((branch) => combineBranch(combining, union, branch, met));
  const others = [...(met?.extraBranches.values() ?? [])].map((branch) => ({
    ...branch,
    type: branch.type && namedType(combining, branch.type),
  }));
  return { ...union, base, branches: [...branches, ...others] };
}

function combineBranch(
  combining: Combining,
  union: UnionDefinition,
  branch: Branch,
  met: Met | undefined,
): readonly Branch[] {
  const { documents } = combining.matching;
  const evidence = met?.branches.get(branch.name);
  if (evidence === undefined) {
    // Replies before 3.0 leave out branches without members: the discriminator's values tell of them.
    if (
      branch.type === undefined &&
      met !== undefined &&
      hasDiscriminatorValue(combining, union, branch.name)
    )
      return [{ ...branch, ...originOfBoth(documents, branch, true) }];
    return combining.keepAll ? [{ ...branch, ...originOfDocuments(documents, branch) }] : [];
  }
  const { thing, agrees } = evidence;
  const present = thing.type;
  const type =
    branch.type === undefined || present === undefined
      ? (branch.type ?? (present && namedType(combining, present)))
      : chooseType(combining, branch.type, present, agrees);
  return [{ ...branch, type, ...originOfBoth(documents, branch, agrees) }];
}

function hasDiscriminatorValue(combining: Combining, union: UnionDefinition, value: string): boolean {
  const { documents, met } = combining.matching;
  const placed = membersOfObject(documents, union).find(({ member }) => member.name === union.discriminator);
  const type = placed?.member.type;
  return type !== undefined && 'name' in type && met.get(type.name)?.values.has(value) === true;
}

/** What the documents cannot tell of a command: only QAPI source and the command table know its flags. */
function combineCommand(
  combining: Combining,
  command: CommandDefinition,
  met: Met | undefined,
): CommandDefinition {
  const there = met?.counterpart;
  if (there?.kind !== 'command') return command;
  const { documents } = combining.matching;
  const knowsFlags = documents.sources.some((source) => source === 'qapi' || source === 'hx');
  const { argumentsUnknown, replyUnknown, ...known } = command;
  const returns =
    replyUnknown === true || command.returns === undefined || there.returns === undefined
      ? (keptReturns(command, there) ?? (there.returns && namedType(combining, there.returns)))
      : chooseType(
          combining,
          command.returns,
          there.returns,
          !isContested(combining, `${command.name}.return`),
        );
  return {
    ...known,
    arguments: combineArguments(combining, known, argumentsUnknown === true, there.arguments),
    returns,
    gen: knowsFlags ? command.gen : there.gen,
    successResponse: knowsFlags ? command.successResponse : there.successResponse,
    allowOob: there.allowOob,
    allowPreconfig: knowsFlags ? command.allowPreconfig : there.allowPreconfig,
  };
}

/** An object without members may have a name in the documents, where the model of presence knows it as nothing. */
function keptReturns(command: CommandDefinition, there: CommandDefinition): TypeRef | undefined {
  return command.replyUnknown === undefined && there.returns === undefined ? command.returns : undefined;
}

function isContested(combining: Combining, place: string): boolean {
  return combining.matching.conflicts.has(place);
}

function combineEvent(combining: Combining, event: EventDefinition, met: Met | undefined): EventDefinition {
  const there = met?.counterpart;
  if (there?.kind !== 'event') return event;
  const { argumentsUnknown, ...known } = event;
  const given = combineArguments(combining, known, argumentsUnknown === true, there.arguments);
  return { ...known, arguments: given };
}

function combineArguments(
  combining: Combining,
  document: Pick<CommandDefinition, 'name' | 'arguments'>,
  isUnknown: boolean,
  present: Arguments,
): Arguments {
  const written = document.arguments;
  if (written !== undefined && 'type' in written)
    return isContested(combining, document.name) ? presentArguments(combining, present) : written;
  if (isUnknown || isContested(combining, document.name)) return presentArguments(combining, present);
  const members = [
    ...combineMembers(combining, document.name, written?.members ?? []),
    ...extraMembers(combining, document.name),
  ];
  return members.length === 0 ? undefined : { members };
}

/** Arguments of which the documents know nothing: in place, unless their type got a name or has branches. */
export function presentArguments(combining: Combining, present: Arguments): Arguments {
  if (present === undefined) return undefined;
  const { matching } = combining;
  const type = 'type' in present ? matching.presence.definitions.get(present.type) : undefined;
  if (type?.kind === 'struct' && !matching.names.has(type.name))
    return { members: type.members.map((member) => presentMember(combining, member)) };
  if ('members' in present)
    return { members: present.members.map((member) => presentMember(combining, member)) };
  const named = namedType(combining, { name: present.type });
  return 'name' in named ? { type: named.name } : undefined;
}

/** The documents' type, unless it says less than the other: then that with the widths or names it has. */
function chooseType(combining: Combining, document: TypeRef, present: TypeRef, agrees: boolean): TypeRef {
  if (!agrees) return namedType(combining, present);
  if ('array' in document && 'array' in present)
    return { array: chooseType(combining, document.array, present.array, true) };
  return 'name' in document && 'name' in present && document.name === foldedName(present.name)
    ? present
    : document;
}

/** A type of the model of presence under the name that it got first; without one, under its own. */
export function namedType(combining: Combining, type: TypeRef): TypeRef {
  if ('array' in type) return { array: namedType(combining, type.array) };
  const name = combining.matching.names.get(type.name);
  if (name !== undefined) return { name };
  if (combining.matching.presence.definitions.has(type.name)) combining.wanted.add(type.name);
  return type;
}
