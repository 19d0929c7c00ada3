import type { Condition, Feature } from '../model.ts';
import type { InfoMember, ObjectInfo, SchemaInfo } from './schema-info.ts';

/** Something in which a reply is not as the source says. */
export interface Difference {
  /** Where, in names of the source: `BlockdevOptions, member driver`. */
  readonly path: string;
  /**
   * `missing`: the source has it, under no condition. `unexpected`: the source has it not. `changed`: both have it, not
   * alike. `contradiction`: that it is there, or not, does not fit what the rest tells of the conditions.
   */
  readonly kind: 'missing' | 'unexpected' | 'changed' | 'contradiction';
  readonly text: string;
}

/** That a conditional part is in the reply, or is not. */
export interface Observation {
  readonly path: string;
  readonly condition: Condition;
  readonly present: boolean;
}

type Infos = ReadonlyMap<string, SchemaInfo>;

/** What was found so far. `types` and `masks` are each other's inverse. */
export interface Match {
  readonly source: Infos;
  readonly reply: Infos;
  /** For each type of the source the one of the reply that stands for it. */
  readonly types: Map<string, string>;
  readonly masks: Map<string, string>;
  readonly observations: Observation[];
  readonly differences: Difference[];
}

/** A match of nothing yet, or one that goes on from `match` without changing it. */
export function beginMatch(source: Infos, reply: Infos, match?: Match): Match {
  const { types, masks } = match ?? {};
  return {
    source,
    reply,
    types: new Map(types),
    masks: new Map(masks),
    observations: [],
    differences: [],
  };
}

/** Takes over what a match that went on from `match` has found. */
export function adoptMatch(match: Match, later: Match): void {
  for (const [type, mask] of later.types) {
    match.types.set(type, mask);
    match.masks.set(mask, type);
  }
  match.observations.push(...later.observations);
  match.differences.push(...later.differences);
}

/** Matches the commands and events by name, and from them all types that they use. */
export function matchEntities(match: Match): void {
  const isEntity = ({ metaType }: SchemaInfo): boolean => metaType === 'command' || metaType === 'event';
  const [source, reply] = [match.source, match.reply].map((infos) => [...infos.values()].filter(isEntity));
  matchParts(match, source ?? [], reply ?? [], {
    keyOf: ({ metaType, name }) => `${metaType} ${name}`,
    pathOf: (key) => key,
    compare: (ours, theirs, path) => compareInfos(match, ours, theirs, path),
  });
}

interface Parts<S, R> {
  readonly keyOf: (part: S | R) => string;
  readonly pathOf: (key: string) => string;
  readonly compare?: (ours: S, theirs: R, path: string) => void;
}

/** Matches two sets by a key: each that the reply lacks must have a condition, and it has none that the source lacks. */
function matchParts<S extends { readonly condition?: Condition }, R>(
  match: Match,
  source: readonly S[],
  reply: readonly R[],
  { keyOf, pathOf, compare }: Parts<S, R>,
): void {
  const theirs = new Map(reply.map((part) => [keyOf(part), part]));
  if (theirs.size < reply.length) {
    const path = pathOf('…');
    match.differences.push({ path, kind: 'changed', text: 'the reply has one of these twice' });
  }
  for (const ours of source) {
    const key = keyOf(ours);
    const found = theirs.get(key);
    theirs.delete(key);
    notePresence(match, ours.condition, found !== undefined, pathOf(key));
    if (found !== undefined) compare?.(ours, found, pathOf(key));
  }
  for (const key of theirs.keys())
    match.differences.push({ path: pathOf(key), kind: 'unexpected', text: 'the source has it not' });
}

/** Notes whether a part is there: that tells of its condition, or is a difference when it is missing without one. */
export function notePresence(
  match: Match,
  condition: Condition | undefined,
  present: boolean,
  path: string,
): void {
  if (condition !== undefined) match.observations.push({ path, condition, present });
  else if (!present)
    match.differences.push({
      path,
      kind: 'missing',
      text: 'the reply has it not, and it is under no condition',
    });
}

function compareInfos(match: Match, ours: SchemaInfo, theirs: SchemaInfo, path: string): void {
  matchFeatures(match, ours.features, theirs.features, path);
  if (ours.metaType === 'command' && theirs.metaType === 'command') {
    pairTypes(match, ours.argType, theirs.argType, `${path}, arguments`);
    pairTypes(match, ours.retType, theirs.retType, `${path}, return`);
    compareValues(match, ours.allowOob, theirs.allowOob, `${path}, allow-oob`);
  } else if (ours.metaType === 'event' && theirs.metaType === 'event') {
    pairTypes(match, ours.argType, theirs.argType, `${path}, data`);
  } else if (ours.metaType === 'builtin' && theirs.metaType === 'builtin') {
    compareValues(match, ours.jsonType, theirs.jsonType, `${path}, json-type`);
  } else if (ours.metaType === 'array' && theirs.metaType === 'array') {
    pairTypes(match, ours.elementType, theirs.elementType, `${path}, elements`);
  } else if (ours.metaType === 'enum' && theirs.metaType === 'enum') {
    matchParts(match, ours.values, theirs.values, {
      keyOf: ({ name }) => name,
      pathOf: (name) => `${path}, value ${name}`,
      compare: (value, other, at) => matchFeatures(match, value.features, other.features, at),
    });
  } else if (ours.metaType === 'object' && theirs.metaType === 'object') {
    compareObjects(match, ours, theirs, path);
  } else if (ours.metaType === 'alternate' && theirs.metaType === 'alternate') {
    matchParts(
      match,
      ours.members.map((part) => ({ ...part, key: jsonTypeOf(match.source, part.type) })),
      theirs.members.map((part) => ({ ...part, key: jsonTypeOf(match.reply, part.type) })),
      {
        keyOf: ({ key }) => key,
        pathOf: (key) => `${path}, alternative of JSON type ${key}`,
        compare: (part, other, at) => pairTypes(match, part.type, other.type, at),
      },
    );
  } else {
    compareValues(match, ours.metaType, theirs.metaType, `${path}, meta-type`);
  }
}

function matchFeatures(
  match: Match,
  ours: readonly Feature[],
  theirs: readonly Feature[],
  path: string,
): void {
  matchParts(match, ours, theirs, {
    keyOf: ({ name }) => name,
    pathOf: (name) => `${path}, feature ${name}`,
  });
}

function compareValues(
  match: Match,
  ours: string | boolean | undefined,
  theirs: string | boolean | undefined,
  path: string,
): void {
  if (ours === theirs) return;
  const text = `'${ours ?? 'none'}' in the source, '${theirs ?? 'none'}' in the reply`;
  match.differences.push({ path, kind: 'changed', text });
}

function compareObjects(match: Match, ours: ObjectInfo, theirs: ObjectInfo, path: string): void {
  matchParts(match, ours.members, theirs.members, {
    keyOf: ({ name }) => name,
    pathOf: (name) => `${path}, member ${name}`,
    compare: (member, other, at) => compareMembers(match, member, other, at),
  });
  compareValues(match, ours.tag, theirs.tag, `${path}, tag`);
  matchParts(match, ours.variants, theirs.variants, {
    keyOf: (variant) => variant.case,
    pathOf: (name) => `${path}, branch ${name}`,
    compare: (variant, other, at) => pairTypes(match, variant.type, other.type, at),
  });
}

function compareMembers(match: Match, ours: InfoMember, theirs: InfoMember, path: string): void {
  compareValues(match, ours.optional, theirs.optional, `${path}, optional`);
  matchFeatures(match, ours.features, theirs.features, path);
  pairTypes(match, ours.type, theirs.type, path);
}

/** Whether a type of the reply may stand for one of the source, by the names in it alone. */
export function couldBe(ours: SchemaInfo, theirs: SchemaInfo): boolean {
  if (ours.metaType !== theirs.metaType) return false;
  const [source, reply] = [namedParts(ours), namedParts(theirs)];
  const allowed = new Set(source.map(({ name }) => name));
  const given = new Set(reply.map(({ name }) => name));
  return (
    reply.every(({ name }) => allowed.has(name)) &&
    source.every(({ name, condition }) => condition !== undefined || given.has(name))
  );
}

function namedParts(info: SchemaInfo): readonly { readonly name: string; readonly condition?: Condition }[] {
  if (info.metaType === 'enum') return info.values;
  return info.metaType === 'object' ? info.members : [];
}

/** By what a client tells the alternatives apart; the masks of their types say nothing. */
function jsonTypeOf(infos: Infos, type: string): string {
  const info = infos.get(type);
  if (info?.metaType === 'builtin') return info.jsonType;
  return info?.metaType === 'enum' ? 'string' : (info?.metaType ?? 'unknown');
}

/**
 * Notes that a type of the source is this one of the reply. Each stands for the other everywhere, whatever uses it; what
 * is inside is compared once.
 */
export function pairTypes(match: Match, ours: string, theirs: string, path: string): void {
  const [mask, type] = [match.types.get(ours), match.masks.get(theirs)];
  if (mask === theirs) return;
  const [source, reply] = [match.source.get(ours), match.reply.get(theirs)];
  if (source === undefined || reply === undefined)
    throw new TypeError(`type '${ours}' or '${theirs}' is unknown`);
  const isNamed = source.metaType === 'builtin' || reply.metaType === 'builtin';
  if (source.metaType !== reply.metaType || (isNamed && ours !== theirs)) {
    const text = `type ${describe(source)} in the source, ${describe(reply)} in the reply`;
    match.differences.push({ path, kind: 'changed', text });
  } else if (mask !== undefined || type !== undefined) {
    const text = `type ${ours} is '${theirs}' here, but elsewhere ${describePair(ours, theirs, mask, type)}`;
    match.differences.push({ path, kind: 'changed', text });
  } else {
    match.types.set(ours, theirs);
    match.masks.set(theirs, ours);
    if (source.condition !== undefined) notePresence(match, source.condition, true, ours);
    compareInfos(match, source, reply, ours);
  }
}

function describe({ metaType, name }: SchemaInfo): string {
  return metaType === 'builtin' || metaType === 'array' ? `'${name}'` : `'${name}' (${metaType})`;
}

function describePair(
  ours: string,
  theirs: string,
  mask: string | undefined,
  type: string | undefined,
): string {
  return mask === undefined ? `'${theirs}' is ${type ?? 'another'}` : `${ours} is '${mask}'`;
}
