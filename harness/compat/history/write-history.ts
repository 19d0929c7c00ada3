import { writeJson } from '../../json/write-json.ts';
import type { JsonValue } from '../../json/value.ts';
import type { Announcement, Change, DefinitionHistory, History, Interval, PlaceHistory } from './history.ts';
import { enclosingPath } from '../wire-path.ts';

/** A branch of the tree with fewer places than this is written out wherever it stands. */
const LEAST_SHARED = 4;

const SPACED = { spaced: true };

/**
 * The file of a history, described by `schemas/formats/schema-history.json`: places as a tree, a place to a line. What
 * is the same as of the enclosing place is left out; branches that are the same to the letter stand once, in `shared`.
 * The same history always gives the same bytes.
 */
export function writeHistory(history: History): string {
  const tree = plantTree(history);
  const shared = nameShared(tree);
  const sections = [
    ['commands', tree.filter(({ place }) => place.kind === 'command')],
    ['events', tree.filter(({ place }) => place.kind === 'event')],
  ] as const;
  const lines = [
    '{',
    '"$schema": "../formats/schema-history.json",',
    `"family": ${writeJson(history.family)},`,
    `"releases": ${writeJson([...history.releases], SPACED)},`,
    ...definitionLines(history),
    '"shared": {',
    ...[...shared.values()].map(({ name, nodes }, index, all) => {
      const end = index === all.length - 1 ? '' : ',';
      return `${writeJson(name)}: {\n${nodeLines(nodes, shared, ' ')}}${end}`;
    }),
    '},',
    ...sections.flatMap(([name, nodes]) => [`"${name}": {`, nodeLines(nodes, shared, ''), '},']),
    '"announcements": [',
    history.announcements.map(announcementLine).join(',\n'),
    ']',
    '}',
  ];
  return `${lines.filter((line) => line !== '').join('\n')}\n`;
}

interface Node {
  readonly place: PlaceHistory;
  /** Relative to the enclosing node; the whole path for commands and events. */
  readonly label: string;
  /** The place's own facts, without what is the same as of `above`. */
  readonly facts: string;
  readonly below: Node[];
  /** How many places there are below. */
  size: number;
  /** All that stands below, as one text. */
  text: string;
}

function plantTree({ places, releases }: History): Node[] {
  const nodes = new Map<string, Node>();
  const tops: Node[] = [];
  for (const place of places.values()) {
    const above = nodeAbove(nodes, place.path);
    const label = place.path.slice(above?.place.path.length ?? 0);
    const facts = writeFacts(place, above?.place, releases);
    const node: Node = { place, label, facts, below: [], size: 0, text: '' };
    nodes.set(place.path, node);
    (above?.below ?? tops).push(node);
  }
  for (const node of [...nodes.values()].reverse()) {
    node.text = node.below.map(({ label, facts, text }) => `${label}${facts}{${text}}`).join('\n');
    node.size = node.below.reduce((sum, { size }) => sum + size + 1, 0);
  }
  return tops;
}

function nodeAbove(nodes: ReadonlyMap<string, Node>, path: string): Node | undefined {
  for (let at = enclosingPath(path); at !== undefined; at = enclosingPath(at)) {
    const node = nodes.get(at);
    if (node !== undefined) return node;
  }
  return undefined;
}

/** Members of the JSON object that tells of a place, without the braces. */
function writeFacts(
  place: PlaceHistory,
  above: PlaceHistory | undefined,
  releases: readonly string[],
): string {
  const from = place.intervals[0]?.from ?? '';
  const range = writeIntervals(place.intervals, releases);
  const aboveRange = above === undefined ? '' : writeIntervals(above.intervals, releases);
  const definitions = writeChanges(place.definitions, from);
  const facts: [string, JsonValue | undefined][] = [
    ['in', range === aboveRange ? undefined : range],
    ['type', writeChanges(place.types, from)],
    ['optional', writeChanges(place.optional, from)],
    ['features', writeChanges(place.features, from)],
    ['type-features', writeChanges(place.typeFeatures, from)],
    ['flags', writeChanges(place.flags, from)],
    ['if', writeChanges(place.conditions, from)],
    ['definition', definitions === nameOfTop(place, above) ? undefined : definitions],
    ['described', place.described],
    ['moved-from', place.movedFrom],
    ['renamed-from', place.renamedFrom],
  ];
  const known = facts.filter((fact): fact is [string, JsonValue] => fact[1] !== undefined);
  return writeJson(Object.fromEntries(known), SPACED).slice(1, -1);
}

/** The definition in which commands, events and what is written in them stand. */
function nameOfTop(place: PlaceHistory, above: PlaceHistory | undefined): string {
  return (above ?? place).path.split('/', 1)[0] ?? '';
}

/** `2.9-`, `1.1-5.2`, `3.0`; several with `, ` between. The second number is the last release that has it. */
function writeIntervals(intervals: readonly Interval[], releases: readonly string[]): string {
  return intervals
    .map(({ from, until }) => {
      if (until === undefined) return `${from}-`;
      const last = releases[releases.indexOf(until) - 1] ?? from;
      return last === from ? from : `${from}-${last}`;
    })
    .join(', ');
}

/** The value alone where it never changed; else an object, release by release. */
function writeChanges<T extends JsonValue | readonly string[]>(
  changes: readonly Change<T>[],
  from: string,
): JsonValue | undefined {
  const [first] = changes;
  if (first === undefined) return undefined;
  if (changes.length === 1 && first.release === from) return toJson(first.value);
  return Object.fromEntries(changes.map(({ release, value }) => [release, toJson(value)]));
}

/** JSON of plain data: `undefined` is left out. */
function toJson(value: unknown): JsonValue {
  if (Array.isArray(value)) return value.map(toJson);
  if (typeof value === 'object' && value !== null) {
    const entries = Object.entries(value).filter(([, member]) => member !== undefined);
    return Object.fromEntries(entries.map(([name, member]): [string, JsonValue] => [name, toJson(member)]));
  }
  return typeof value === 'string' || typeof value === 'boolean' || typeof value === 'number' ? value : null;
}

interface Shared {
  readonly name: string;
  readonly nodes: readonly Node[];
}

/** Names for what stands below several places alike: the definition of its first member and a number. */
function nameShared(tops: readonly Node[]): Map<string, Shared> {
  const counts = new Map<string, number>();
  count(tops, counts);
  const shared = new Map<string, Shared>();
  const numbers = new Map<string, number>();
  const visit = (nodes: readonly Node[]): void => {
    for (const node of nodes) {
      if ((counts.get(node.text) ?? 0) > 1 && node.size >= LEAST_SHARED && !shared.has(node.text)) {
        const definition = node.below[0]?.place.definitions.at(-1)?.value ?? 'any';
        const number = (numbers.get(definition) ?? 0) + 1;
        numbers.set(definition, number);
        shared.set(node.text, { name: `${definition}.${number}`, nodes: node.below });
      }
      visit(node.below);
    }
  };
  visit(tops);
  return shared;
}

/** How often each text stands below a place; what is inside a text that was seen already counts once. */
function count(nodes: readonly Node[], counts: Map<string, number>): void {
  for (const { text, below, size } of nodes) {
    if (size < LEAST_SHARED) continue;
    const times = (counts.get(text) ?? 0) + 1;
    counts.set(text, times);
    if (times === 1) count(below, counts);
  }
}

function nodeLines(nodes: readonly Node[], shared: ReadonlyMap<string, Shared>, indent: string): string {
  return nodes
    .map(({ label, facts, text, below }) => {
      const same = shared.get(text);
      const parts = facts === '' ? [] : [facts];
      if (same !== undefined) parts.push(`"below": ${writeJson(same.name)}`);
      else if (below.length > 0) parts.push(`"below": {\n${nodeLines(below, shared, `${indent} `)}}`);
      return `${indent}${writeJson(label)}: {${parts.join(', ')}}`;
    })
    .join(',\n');
}

function announcementLine({ paths, names, deprecated, removed, from }: Announcement): string {
  return writeJson(toJson({ paths, names, from, deprecated, removed }), SPACED);
}

function definitionLines({ definitions, releases }: History): string[] {
  const lines = [...definitions.values()].map((definition) => definitionLine(definition, releases));
  return ['"definitions": {', lines.join(',\n'), '},'];
}

function definitionLine(definition: DefinitionHistory, releases: readonly string[]): string {
  const from = definition.intervals[0]?.from ?? '';
  const module = writeChanges(definition.modules, from);
  const facts = {
    kind: writeChanges(definition.kinds, from),
    in: writeIntervals(definition.intervals, releases),
    ...(module !== undefined && { module }),
  };
  return `${writeJson(definition.name)}: ${writeJson(toJson(facts), SPACED)}`;
}
