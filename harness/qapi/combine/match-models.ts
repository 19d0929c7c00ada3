import type {
  AlternateDefinition,
  Alternative,
  Arguments,
  Branch,
  Definition,
  EnumDefinition,
  EnumValue,
  Member,
  QapiModel,
  TypeRef,
  UnionDefinition,
} from '../model.ts';
import {
  chainOfObject,
  describeType,
  foldedName,
  isObject,
  membersOfObject,
  type ObjectDefinition,
} from './model-types.ts';
import { isBuiltin, jsonKindOf } from '../json-kind.ts';

/** Two sources that contradict each other in one place; what `presence` says was taken. */
export interface ModelConflict {
  /** Definition, and what in it: `blockdev-add`, `BlockInfo.device`. */
  readonly place: string;
  readonly presence: string;
  readonly documents: string;
}

/** What the model of presence says of a thing in the documents, and whether the documents' type may stand. */
export interface Evidence<Thing> {
  readonly thing: Thing;
  readonly agrees: boolean;
}

/** What of one definition in the documents was met, and what stands only in the model of presence. */
export interface Met {
  readonly members: Map<string, Evidence<Member>>;
  readonly values: Map<string, EnumValue>;
  readonly branches: Map<string, Evidence<Branch>>;
  readonly alternatives: Map<string, Evidence<Alternative>>;
  readonly extraMembers: Map<string, Member>;
  readonly extraValues: Map<string, EnumValue>;
  readonly extraBranches: Map<string, Branch>;
  readonly extraAlternatives: Map<string, Alternative>;
  /** What the definition is in the model of presence, the first that was met there. */
  counterpart?: Definition;
}

/** All that was found by going through two models at once. */
export interface Matching {
  readonly presence: QapiModel;
  readonly documents: QapiModel;
  /** By name of a definition in the documents; one without entry was not met. */
  readonly met: Map<string, Met>;
  /** For a type of the model of presence the name that it got first. */
  readonly names: Map<string, string>;
  /** By place; one for each. */
  readonly conflicts: Map<string, ModelConflict>;
  /** Pairs of types to go through, each once. */
  readonly pairs: Map<string, readonly [documents: string, presence: string]>;
}

/**
 * Goes through commands and events of both models by name and from there inwards: what stands at the same place is the
 * same. A type of the model of presence may so meet several of the documents, and the other way round: each place keeps
 * the name that the documents have there, and what of a definition was met anywhere counts as present.
 */
export function matchModels(presence: QapiModel, documents: QapiModel): Matching {
  const matching: Matching = {
    presence,
    documents,
    met: new Map(),
    names: new Map(),
    conflicts: new Map(),
    pairs: new Map(),
  };
  for (const definition of presence.definitions.values()) matchRoot(matching, definition);
  // A map's iteration goes on to what is added meanwhile.
  for (const [document, present] of matching.pairs.values()) matchPair(matching, document, present);
  return matching;
}

export function meet(matching: Matching, name: string): Met {
  const known = matching.met.get(name);
  if (known !== undefined) return known;
  const met: Met = {
    members: new Map(),
    values: new Map(),
    branches: new Map(),
    alternatives: new Map(),
    extraMembers: new Map(),
    extraValues: new Map(),
    extraBranches: new Map(),
    extraAlternatives: new Map(),
  };
  matching.met.set(name, met);
  return met;
}

function matchRoot(matching: Matching, present: Definition): void {
  if (present.kind !== 'command' && present.kind !== 'event') return;
  const document = matching.documents.definitions.get(present.name);
  if (document === undefined) return;
  if (document.kind !== present.kind) {
    addConflict(matching, present.name, present.kind, document.kind);
    return;
  }
  const met = meet(matching, present.name);
  met.counterpart = present;
  if (document.argumentsUnknown === undefined)
    matchArguments(matching, present.name, document.arguments, present.arguments);
  if (document.kind === 'command' && present.kind === 'command' && document.replyUnknown === undefined)
    matchReturns(matching, present.name, document.returns, present.returns);
}

function addConflict(matching: Matching, place: string, presence: string, documents: string): void {
  const { conflicts } = matching;
  if (!conflicts.has(place)) conflicts.set(place, { place, presence, documents });
}

function matchArguments(matching: Matching, place: string, document: Arguments, present: Arguments): void {
  if (document !== undefined && 'type' in document) {
    if (present === undefined) meetEmpty(matching, document.type);
    else if ('type' in present) matchType(matching, place, { name: document.type }, { name: present.type });
    else matchMembers(matching, document.type, objectMembers(matching, document.type), present.members);
    return;
  }
  const written = document?.members ?? [];
  const given = presentMembers(matching, present);
  if (given === undefined) {
    addConflict(matching, place, 'arguments with branches', 'members only');
    return;
  }
  matchMembers(
    matching,
    place,
    written.map((member) => ({ owner: place, member })),
    given,
  );
}

function presentMembers(matching: Matching, given: Arguments): readonly Member[] | undefined {
  if (given === undefined) return [];
  if ('members' in given) return given.members;
  const object = matching.presence.definitions.get(given.type);
  if (object?.kind !== 'struct') return undefined;
  return membersOfObject(matching.presence, object).map(({ member }) => member);
}

function objectMembers(matching: Matching, name: string) {
  const object = matching.documents.definitions.get(name);
  return isObject(object) ? membersOfObject(matching.documents, object) : [];
}

/** Success without a value is an object without members, which the documents may have a name for. */
function matchReturns(
  matching: Matching,
  place: string,
  document: TypeRef | undefined,
  present: TypeRef | undefined,
): void {
  if (document !== undefined && present !== undefined) {
    matchType(matching, `${place}.return`, document, present);
  } else if (document !== undefined) {
    if ('name' in document && isObject(matching.documents.definitions.get(document.name)))
      meetEmpty(matching, document.name);
    else addConflict(matching, `${place}.return`, 'nothing', describeType(matching.documents, document));
  } else if (present !== undefined) {
    addConflict(matching, `${place}.return`, describeType(matching.presence, present), 'nothing');
  }
}

/** A type that the model of presence has without a member: it is there, none of its members is. */
function meetEmpty(matching: Matching, name: string): void {
  for (const link of chainOfObject(matching.documents, name)) meet(matching, link);
}

/** Whether the two can be the same type; if so, they are gone through later. */
function matchType(matching: Matching, place: string, document: TypeRef, present: TypeRef): boolean {
  const agrees = matchQuietly(matching, document, present);
  if (!agrees) {
    const { presence, documents } = matching;
    addConflict(matching, place, describeType(presence, present), describeType(documents, document));
  }
  return agrees;
}

function matchQuietly(matching: Matching, document: TypeRef, present: TypeRef): boolean {
  if ('array' in document || 'array' in present) {
    return 'array' in document && 'array' in present && matchQuietly(matching, document.array, present.array);
  }
  const there = matching.presence.definitions.get(present.name);
  if (isBuiltin(document.name)) {
    if (document.name === 'QType') return there?.kind === 'enum' || present.name === 'QType';
    return foldedName(document.name) === foldedName(present.name);
  }
  const here = matching.documents.definitions.get(document.name);
  if (here === undefined || there === undefined || !mayBeSame(matching, here, there)) return false;
  matching.pairs.set(`${here.name} ${there.name}`, [here.name, there.name]);
  if (!matching.names.has(there.name)) matching.names.set(there.name, here.name);
  return true;
}

/** A manual page shows a union that has no members in any branch as a struct. */
function mayBeSame(matching: Matching, here: Definition, there: Definition): boolean {
  if (here.kind === 'union' && there.kind === 'union') return here.discriminator === there.discriminator;
  if (here.kind === 'struct' && there.kind === 'union') {
    return (
      matching.documents.sources[0] === 'manual-page' &&
      there.branches.every(({ type }) => type === undefined)
    );
  }
  return here.kind === there.kind;
}

function matchPair(matching: Matching, document: string, present: string): void {
  const here = matching.documents.definitions.get(document);
  const there = matching.presence.definitions.get(present);
  if (here === undefined || there === undefined) return;
  const met = meet(matching, document);
  met.counterpart ??= there;
  if (here.kind === 'enum' && there.kind === 'enum') matchValues(met, here, there);
  else if (here.kind === 'alternate' && there.kind === 'alternate')
    matchAlternatives(matching, met, here, there);
  else if (isObject(here) && isObject(there)) matchObjects(matching, met, here, there);
}

function matchValues(met: Met, here: EnumDefinition, there: EnumDefinition): void {
  const known = new Set(here.values.map(({ name }) => name));
  for (const value of there.values)
    (known.has(value.name) ? met.values : met.extraValues).set(value.name, value);
}

function matchObjects(matching: Matching, met: Met, here: ObjectDefinition, there: ObjectDefinition): void {
  for (const link of chainOfObject(matching.documents, here.name)) meet(matching, link);
  const given = membersOfObject(matching.presence, there).map(({ member }) => member);
  matchMembers(matching, here.name, membersOfObject(matching.documents, here), given);
  if (here.kind === 'union' && there.kind === 'union') matchBranches(matching, met, here, there);
}

/** @param name the definition that members get that only the model of presence has. */
function matchMembers(
  matching: Matching,
  name: string,
  written: ReturnType<typeof membersOfObject>,
  given: readonly Member[],
): void {
  const places = new Map(written.map((placed) => [placed.member.name, placed]));
  for (const member of given) {
    const placed = places.get(member.name);
    if (placed === undefined) {
      meet(matching, name).extraMembers.set(member.name, member);
      continue;
    }
    const place = `${placed.owner}.${member.name}`;
    const agrees = matchType(matching, place, placed.member.type, member.type);
    if (placed.member.optional !== member.optional)
      addConflict(matching, place, optionality(member), optionality(placed.member));
    const { members } = meet(matching, placed.owner);
    if (!members.has(member.name)) members.set(member.name, { thing: member, agrees });
  }
}

function optionality({ optional }: Member): string {
  return optional ? 'optional' : 'mandatory';
}

function matchBranches(matching: Matching, met: Met, here: UnionDefinition, there: UnionDefinition): void {
  const branches = new Map(here.branches.map((branch) => [branch.name, branch]));
  for (const present of there.branches) {
    const document = branches.get(present.name);
    if (document === undefined) met.extraBranches.set(present.name, present);
    else {
      const agrees = matchBranch(matching, `${here.name}.${present.name}`, document, present);
      if (!met.branches.has(present.name)) met.branches.set(present.name, { thing: present, agrees });
    }
  }
}

function matchBranch(matching: Matching, place: string, document: Branch, present: Branch): boolean {
  if (document.type !== undefined && present.type !== undefined)
    return matchType(matching, place, document.type, present.type);
  if (document.type !== undefined) {
    if ('name' in document.type) meetEmpty(matching, document.type.name);
    return true;
  }
  if (present.type === undefined) return true;
  addConflict(matching, place, describeType(matching.presence, present.type), 'no members');
  return false;
}

/** Names of alternatives are not in the introspection: alternatives are told apart by the JSON type. */
function matchAlternatives(
  matching: Matching,
  met: Met,
  here: AlternateDefinition,
  there: AlternateDefinition,
): void {
  for (const present of there.alternatives) {
    const kind = jsonKindOf(matching.presence, present.type);
    const document = here.alternatives.find(({ type }) => jsonKindOf(matching.documents, type) === kind);
    if (document === undefined) met.extraAlternatives.set(present.name, present);
    else {
      const agrees = matchType(matching, `${here.name}.${document.name}`, document.type, present.type);
      met.alternatives.set(document.name, { thing: present, agrees });
    }
  }
}
