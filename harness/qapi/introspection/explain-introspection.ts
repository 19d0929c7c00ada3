import { isJsonArray, isJsonObject, stringAt, type JsonObject, type JsonValue } from '../../json/value.ts';
import type { Condition, QapiModel } from '../model.ts';
import { writeCondition } from '../write-condition.ts';
import { solveFacts, symbolsOf, truthOf, type Assignment, type Fact } from './condition-truth.ts';
import {
  adoptMatch,
  beginMatch,
  couldBe,
  matchEntities,
  notePresence,
  pairTypes,
  type Difference,
  type Match,
  type Observation,
} from './match-infos.ts';
import { entriesOf, readSchemaInfos } from './read-schema-infos.ts';
import type { SchemaInfo } from './schema-info.ts';
import { schemaInfosOf } from './schema-infos.ts';
import { attributesOf, writeInfo, type Writing } from './write-introspection.ts';

/** What a reply tells of the build that gave it. */
export interface Explanation {
  /** Each symbol of a condition: defined, not defined, or `undefined`: the reply does not tell. In alphabetic order. */
  readonly symbols: ReadonlyMap<string, boolean | undefined>;
  /** In what the reply is not what the source gives under these conditions. */
  readonly differences: readonly Difference[];
}

/**
 * Explains a reply by the source that its build was made from. Commands and events are matched by name and all else by
 * structure, as masks say nothing; what the reply lacks must be under a condition, and all conditions must fit one choice
 * of symbols. Types that nothing in the reply uses any more are there by their own conditions.
 * @param source the model of the QAPI source, with its conditions
 * @throws {InputError} when the reply is none.
 */
export function explainIntrospection(source: QapiModel, reply: JsonValue): Explanation {
  const infos = new Map(schemaInfosOf(source).map((info) => [info.name, info]));
  const match = beginMatch(infos, readSchemaInfos(reply));
  matchEntities(match);
  matchUnused(match, settle(match.observations).known);
  const { known, contradictions } = settle(match.observations);
  const symbols = new Map(
    symbolsIn(match.source, source.release).map((symbol) => [symbol, known.get(symbol)]),
  );
  const attributes = findOddAttributes(match, entriesOf(reply), source.release);
  return { symbols, differences: [...match.differences, ...contradictions, ...attributes] };
}

/** What observations tell of the symbols, and the observations that the rest speaks against. */
interface Settlement {
  readonly known: Assignment;
  readonly contradictions: readonly Difference[];
}

/** What is seen most often is believed first: one odd part is then one contradiction, not one for each of the others. */
function settle(observations: readonly Observation[]): Settlement {
  const groups = new Map<string, Observation[]>();
  for (const observation of observations) {
    const key = `${observation.present} ${writeCondition(observation.condition)}`;
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [observation]);
    else group.push(observation);
  }
  const facts: Fact[] = [];
  const believed: Observation[] = [];
  const contradictions: Difference[] = [];
  let known: Assignment = new Map();
  for (const group of [...groups.values()].toSorted((a, b) => b.length - a.length)) {
    const [first] = group;
    if (first === undefined) continue;
    const fact = { condition: first.condition, holds: first.present };
    const solved = truthOf(fact.condition, known) === fact.holds ? known : solveFacts([...facts, fact]);
    if (solved === undefined) {
      contradictions.push(...group.map((observation) => contradictionOf(observation, believed)));
    } else {
      known = solved;
      facts.push(fact);
      believed.push(first);
    }
  }
  return { known, contradictions };
}

function contradictionOf(
  { path, condition, present }: Observation,
  believed: readonly Observation[],
): Difference {
  const symbols = symbolsOf(condition);
  const other = believed.find((known) =>
    [...symbolsOf(known.condition)].some((symbol) => symbols.has(symbol)),
  );
  const reason =
    other && `${other.path} is ${other.present ? 'there' : 'absent'} (${writeCondition(other.condition)})`;
  const text = `${present ? 'there' : 'absent'} under '${writeCondition(condition)}', but ${reason ?? 'that cannot be'}`;
  return { path, kind: 'contradiction', text };
}

/**
 * Types that only absent commands or members use: the generator writes them nevertheless, each under its own condition.
 * Which of the reply's stands for which is told by structure alone, so that the first that fits is taken.
 */
function matchUnused(match: Match, known: Assignment): void {
  const unused = [...match.source.values()].filter(
    ({ name, metaType }) => isType(metaType) && !match.types.has(name),
  );
  // A reply's larger type is never a smaller one's: by taking them first, a part of unknown condition is not overlooked.
  const candidates = [...match.reply.values()].toSorted((a, b) => partsIn(b) - partsIn(a));
  for (const info of unused) {
    if (info.metaType !== 'array' && !match.types.has(info.name))
      matchUnusedType(match, info, candidates, known);
  }
  for (const info of unused) {
    if (info.metaType === 'array' && !match.types.has(info.name))
      matchUnusedArray(match, info.name, info.elementType);
  }
  for (const { name, metaType } of match.reply.values()) {
    if (!isType(metaType) || match.masks.has(name)) continue;
    const text = `${metaType} type that no type of the source can be`;
    match.differences.push({ path: `type '${name}'`, kind: 'unexpected', text });
  }
}

function isType(metaType: SchemaInfo['metaType']): boolean {
  return metaType !== 'command' && metaType !== 'event';
}

function partsIn(info: SchemaInfo): number {
  if (info.metaType === 'enum') return info.values.length;
  return info.metaType === 'object' ? info.members.length + info.variants.length : 0;
}

function matchUnusedType(
  match: Match,
  info: SchemaInfo,
  candidates: readonly SchemaInfo[],
  known: Assignment,
): void {
  for (const candidate of candidates) {
    if (match.masks.has(candidate.name) || !couldBe(info, candidate)) continue;
    const trial = beginMatch(match.source, match.reply, match);
    pairTypes(trial, info.name, candidate.name, info.name);
    if (trial.differences.length > 0 || trial.observations.some((seen) => isAgainst(seen, known))) continue;
    adoptMatch(match, trial);
    return;
  }
  notePresence(match, info.condition, false, info.name);
}

function isAgainst({ condition, present }: Observation, known: Assignment): boolean {
  return truthOf(condition, known) === !present;
}

function matchUnusedArray(match: Match, name: string, element: string): void {
  const mask = match.types.get(element);
  if (mask === undefined) return;
  const theirs = `[${mask}]`;
  if (match.reply.has(theirs)) pairTypes(match, name, theirs, name);
  else notePresence(match, match.source.get(name)?.condition, false, name);
}

function symbolsIn(infos: ReadonlyMap<string, SchemaInfo>, release: string): readonly string[] {
  const symbols = [...infos.values()].flatMap((info) =>
    conditionsIn(info, release).flatMap((one) => [...symbolsOf(one)]),
  );
  return [...new Set(symbols)].toSorted();
}

function conditionsIn(info: SchemaInfo, release: string): readonly Condition[] {
  const conditions: Condition[] = [];
  const keep: Writing['keep'] = (part, value) => {
    if (part.condition !== undefined) conditions.push(part.condition);
    return [value];
  };
  keep(info, writeInfo(info, { keep, nameOf: (name) => name, attributes: attributesOf(release) }));
  return conditions;
}

/** An entry that does not say again what was read from it has attributes that its release does not know, or lacks one. */
function findOddAttributes(
  match: Match,
  entries: readonly JsonObject[],
  release: string,
): readonly Difference[] {
  const writing = {
    keep: (_part: unknown, value: JsonValue) => [value],
    nameOf: (name: string) => name,
    attributes: attributesOf(release),
  };
  return entries.flatMap((entry): Difference[] => {
    const info = match.reply.get(stringAt(entry, 'name'));
    const at = info && firstDifference(writeInfo(info, writing), entry);
    if (info === undefined || at === undefined) return [];
    const path = `${isType(info.metaType) ? (match.masks.get(info.name) ?? info.name) : info.name}, attribute ${at}`;
    return [{ path, kind: 'changed', text: `not as introspection of ${release} has it` }];
  });
}

/** Where two values differ first, as `members.3.default`. An empty list of features is none. */
function firstDifference(ours: JsonValue | undefined, theirs: JsonValue | undefined): string | undefined {
  const isList = isJsonArray(ours) && isJsonArray(theirs);
  if (!isList && !(isJsonObject(ours) && isJsonObject(theirs))) return ours === theirs ? undefined : '';
  const [left, right] = [new Map(Object.entries(ours)), new Map(Object.entries(theirs))];
  for (const key of new Set([...left.keys(), ...right.keys()])) {
    const fallback = key === 'features' ? [] : undefined;
    const inner = firstDifference(left.get(key) ?? fallback, right.get(key) ?? fallback);
    if (inner !== undefined) return inner === '' ? key : `${key}.${inner}`;
  }
  return undefined;
}
