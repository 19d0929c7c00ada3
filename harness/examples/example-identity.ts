import { posix } from 'node:path';
import { compareReleases } from '../release/compare-releases.ts';
import type { TranscriptMessage } from '../transcript/transcript.ts';
import { isFolder, kindOfDocument, NOTATION, scopeOfBlock } from './documents.ts';
import type { ExampleGroup, Standing } from './example-group.ts';
import { OUTSIDE } from './example-block.ts';
import { slugFromContent, slugFromTitle } from './example-slug.ts';

/** Where the schema of a release has its commands and events, whether they have examples or not. */
export interface ReleaseModules {
  /** `x.y`. */
  readonly release: string;
  /** By definition. */
  readonly modules: ReadonlyMap<string, string>;
}

/**
 * Names every group that has no identity yet: `examples/<module>/<definition>[/<slug>]`, or for what stands outside of
 * QEMU's own schema `examples/qga/<definition>`, `examples/spec`, `examples/docs/<document>/<heading>`, with the command
 * or event that a text of `docs/` begins with. The slug comes from the
 * title; without one, or where neighbours have the same, from the most telling value that no neighbour in the same release has; without that, it is a
 * number. An example that is alone in its documentation has none. A text that comes later under a name that is taken
 * gets `from-X.Y`, the first release in which it was seen. Identities that stand are never touched, whatever a
 * later import brings.
 */
export function nameGroups(
  groups: readonly ExampleGroup[],
  releases: readonly ReleaseModules[],
): ReadonlyMap<ExampleGroup, string> {
  const ids = new Map<ExampleGroup, string>();
  for (const group of groups) {
    if (group.existing !== undefined) ids.set(group, group.existing.head.id);
  }
  const taken = new Set(ids.values());
  const modules = modulesOfDefinitions(groups, releases);
  const folders = groupsByScope(groups);
  const unnamed = groups.filter((group) => group.existing === undefined);
  for (const group of unnamed.sort(byAge)) {
    const slug = slugOfGroup(group, folders.get(group.scope) ?? []);
    const id = freeId(folderOfScope(group.scope, modules), slug, firstRelease(group), taken);
    taken.add(id);
    ids.set(group, id);
  }
  return ids;
}

function folderOfScope(scope: string, modules: ReadonlyMap<string, string>): string {
  if (isFolder(scope)) return `examples/${scope}`;
  return `examples/${modules.get(scope) ?? 'unknown'}/${scope === OUTSIDE ? NOTATION : scope}`;
}

function groupsByScope(groups: readonly ExampleGroup[]): ReadonlyMap<string, readonly ExampleGroup[]> {
  const folders = new Map<string, ExampleGroup[]>();
  for (const group of groups) {
    const folder = folders.get(group.scope);
    if (folder === undefined) folders.set(group.scope, [group]);
    else folder.push(group);
  }
  return folders;
}

function byAge(left: ExampleGroup, right: ExampleGroup): number {
  return compareReleases(firstRelease(left), firstRelease(right));
}

function firstRelease(group: ExampleGroup): string {
  return group.standings[0]?.release ?? '';
}

function freeId(folder: string, slug: string, release: string, taken: ReadonlySet<string>): string {
  const plain = slug === '' ? folder : `${folder}/${slug}`;
  if (!taken.has(plain)) return plain;
  const later = slug === '' ? `${folder}/from-${release}` : `${plain}-from-${release}`;
  if (!taken.has(later)) return later;
  for (let count = 2; ; count++) {
    if (!taken.has(`${later}-${count}`)) return `${later}-${count}`;
  }
}

function slugOfGroup(group: ExampleGroup, folder: readonly ExampleGroup[]): string {
  const neighbours = folder.filter((other) => other !== group && standTogether(group, other));
  if (isOfText(group)) return slugOfText(group, neighbours);
  const label = labelOfGroup(group);
  if (label === undefined) return neighbours.length === 0 ? '' : slugAmong(group, neighbours, '');
  const slug = slugFromTitle(label);
  const namesakes = neighbours.filter((other) => slugFromTitle(labelOfGroup(other) ?? '') === slug);
  if (namesakes.length === 0) return slug;
  const heading = headingOfGroup(group);
  const isAlone = heading !== undefined && !namesakes.some((other) => headingOfGroup(other) === heading);
  const common = isAlone ? slugFromTitle(heading) : slug;
  return isAlone && common !== slug ? `${common}-${slug}` : slugAmong(group, namesakes, slug);
}

function isOfText({ scope }: ExampleGroup): boolean {
  return scope.startsWith('docs/');
}

/** Texts name few of their examples, and explain them in sentences: their headings and the commands are what lasts. */
function slugOfText(group: ExampleGroup, neighbours: readonly ExampleGroup[]): string {
  const heading = headingOfGroup(group);
  const near = neighbours.filter((other) => headingOfGroup(other) === heading);
  const name = firstName(group.messages) ?? '';
  const namesakes = near.filter((other) => (firstName(other.messages) ?? '') === name);
  const own = namesakes.length === 0 ? name : slugAmong(group, namesakes, name);
  return [slugFromTitle(heading ?? ''), own].filter((step) => step !== '').join('/');
}

function headingOfGroup({ standings }: ExampleGroup): string | undefined {
  return standings.at(-1)?.block.heading;
}

function labelOfGroup({ standings }: ExampleGroup): string | undefined {
  return standings.findLast(({ block }) => block.label !== undefined)?.block.label;
}

/**
 * What tells an example from its neighbours, behind what they have in common: the command or event that it begins with,
 * else the most telling value, else a number, which the first of them needs not.
 */
function slugAmong(group: ExampleGroup, neighbours: readonly ExampleGroup[], common: string): string {
  const others = neighbours.map(({ messages }) => messages);
  const before = neighbours.filter((other) => lineOf(other) < lineOf(group)).length;
  const name = common === '' ? undefined : firstName(group.messages);
  const names = others.map(firstName);
  const own =
    (name !== undefined && !names.includes(name) ? name : slugFromContent(group.messages, others)) ??
    (before === 0 ? '' : String(before + 1));
  return [common, own].filter((step) => step !== '').join('-');
}

/** The command or event of the first message. */
function firstName([first]: readonly TranscriptMessage[]): string | undefined {
  if (first?.body.kind !== 'pattern' || first.body.pattern.kind !== 'object') return undefined;
  const { members } = first.body.pattern;
  const name = members.get('execute') ?? members.get('exec-oob') ?? members.get('event');
  return name?.kind === 'scalar' && typeof name.value === 'string' && STEP.test(name.value)
    ? name.value
    : undefined;
}

/** A QAPI name that may be part of an identity, in its own case. */
const STEP = /^[A-Za-z0-9_][\w.-]*$/;

/** Whether two examples of a scope are told apart by the reader of some release. */
function standTogether(left: ExampleGroup, right: ExampleGroup): boolean {
  return left.standings.some(({ release }) =>
    right.standings.some((standing) => standing.release === release),
  );
}

function lineOf(group: ExampleGroup): number {
  return group.standings.at(-1)?.block.line ?? 0;
}

/**
 * The module in which each definition stands: the one of its identities, else where the newest release has it that has
 * it at all. Before 1.0 there were no schemas, so that a few stand in the command table only. Where nothing but a manual
 * page is known, which names no documents, it is the module of most definitions under the same heading.
 */
function modulesOfDefinitions(
  groups: readonly ExampleGroup[],
  releases: readonly ReleaseModules[],
): ReadonlyMap<string, string> {
  const modules = new Map<string, string>();
  const add = (scope: string, module: string | undefined): void => {
    if (module !== undefined && !modules.has(scope)) modules.set(scope, module);
  };
  for (const { scope, existing } of groups) add(scope, existing?.head.id.split('/')[1]);
  const standings = groups
    .flatMap((group) => group.standings)
    .filter(({ block }) => !isFolder(scopeOfBlock(block)))
    .sort((left, right) => compareReleases(right.release, left.release));
  for (const { block } of standings) add(block.definition, moduleOfSchema(block.document));
  const newest = [...releases].sort((left, right) => compareReleases(right.release, left.release));
  for (const read of newest) for (const [name, module] of read.modules) add(name, module);
  for (const { block } of standings) add(block.definition, moduleOfOldDocument(block.document));
  for (const { block } of standings) {
    if (!modules.has(block.definition))
      modules.set(block.definition, moduleUnderHeading(block.heading, standings, modules));
  }
  return modules;
}

function moduleOfSchema(document: string): string | undefined {
  const kind = kindOfDocument(document);
  return kind === 'qapi' || kind === 'qsd' ? posix.basename(document, '.json') : undefined;
}

/** Of a definition that no schema has: the list in which it stands. */
function moduleOfOldDocument(document: string): string | undefined {
  switch (kindOfDocument(document)) {
    case 'hx':
      return 'qmp-commands';
    case 'events':
      return 'qmp-events';
    case 'unreleased':
      return 'unreleased';
    default:
      return undefined;
  }
}

function moduleUnderHeading(
  heading: string | undefined,
  standings: readonly Standing[],
  modules: ReadonlyMap<string, string>,
): string {
  const votes = new Map<string, number>();
  for (const { block } of standings) {
    const module = block.heading === heading ? modules.get(block.definition) : undefined;
    if (module !== undefined) votes.set(module, (votes.get(module) ?? 0) + 1);
  }
  const best = [...votes].sort((left, right) => right[1] - left[1])[0];
  return best?.[0] ?? slugFromTitle(heading ?? '');
}
