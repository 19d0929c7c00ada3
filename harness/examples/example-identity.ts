import { posix } from 'node:path';
import { compareReleases } from '../release/compare-releases.ts';
import type { ExampleGroup, Standing } from './example-group.ts';
import { OUTSIDE } from './example-block.ts';
import { slugFromContent, slugFromTitle } from './example-slug.ts';
import { MANUAL_PAGE } from './manual-page.ts';

/**
 * Names every group that has no identity yet: `examples/<module>/<definition>[/<slug>]`. The slug comes from the
 * title; without one, from the most telling value that no neighbour in the same release has; without that, it is a
 * number. An example that is alone in its documentation has none. A text that comes later under a name that is taken
 * gets `from-X.Y`, the first release in which it was seen. Identities that stand are never touched, whatever a
 * later import brings.
 */
export function nameGroups(groups: readonly ExampleGroup[]): ReadonlyMap<ExampleGroup, string> {
  const ids = new Map<ExampleGroup, string>();
  for (const group of groups) {
    if (group.existing !== undefined) ids.set(group, group.existing.head.id);
  }
  const taken = new Set(ids.values());
  const modules = modulesOfDefinitions(groups);
  const unnamed = groups.filter((group) => group.existing === undefined);
  for (const group of unnamed.sort(byAge)) {
    const folder = `examples/${modules.get(group.definition) ?? 'unknown'}/${definitionStep(group)}`;
    const id = freeId(folder, slugOfGroup(group, groups), firstRelease(group), taken);
    taken.add(id);
    ids.set(group, id);
  }
  return ids;
}

function definitionStep(group: ExampleGroup): string {
  return group.definition === OUTSIDE ? 'notation' : group.definition;
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

function slugOfGroup(group: ExampleGroup, groups: readonly ExampleGroup[]): string {
  const label = group.standings.findLast(({ block }) => block.label !== undefined)?.block.label;
  if (label !== undefined) return slugFromTitle(label);
  const neighbours = groups.filter((other) => other !== group && standTogether(group, other));
  if (neighbours.length === 0) return '';
  const others = neighbours.map(({ messages }) => messages);
  const slug = slugFromContent(group.messages, others);
  if (slug !== undefined) return slug;
  const place = neighbours.filter((other) => lineOf(other) < lineOf(group)).length + 1;
  return place === 1 ? '' : String(place);
}

/** Whether two examples of a definition are told apart by the reader of some release. */
function standTogether(left: ExampleGroup, right: ExampleGroup): boolean {
  if (left.definition !== right.definition) return false;
  return left.standings.some(({ release }) =>
    right.standings.some((standing) => standing.release === release),
  );
}

function lineOf(group: ExampleGroup): number {
  return group.standings.at(-1)?.block.line ?? 0;
}

/**
 * The module in which each definition stands: the one of its identities, or the document of the newest release. Where
 * only a manual page is known, which names no documents, the module of most definitions under the same heading.
 */
function modulesOfDefinitions(groups: readonly ExampleGroup[]): ReadonlyMap<string, string> {
  const modules = new Map<string, string>();
  for (const { definition, existing } of groups) {
    const module = existing?.head.id.split('/')[1];
    if (module !== undefined) modules.set(definition, module);
  }
  const newest = groups
    .flatMap(({ definition, standings }) => standings.map((standing) => ({ definition, ...standing })))
    .filter(({ block }) => block.document !== MANUAL_PAGE)
    .sort((left, right) => compareReleases(right.release, left.release));
  for (const { definition, block } of newest) {
    if (!modules.has(definition)) modules.set(definition, posix.basename(block.document, '.json'));
  }
  const standings = groups.flatMap((group) => group.standings);
  for (const { block } of standings) {
    if (!modules.has(block.definition))
      modules.set(block.definition, moduleUnderHeading(block.heading, standings, modules));
  }
  return modules;
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
