import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { buildHistory } from '../../compat/history/build-history.ts';
import type { Announcement } from '../../compat/history/history.ts';
import { loadHistory } from '../../compat/history/read-history.ts';
import { readAnnouncements } from '../../compat/history/read-announcements.ts';
import { resolveAnnouncements } from '../../compat/history/resolve-announcements.ts';
import { writeHistory } from '../../compat/history/write-history.ts';
import { treesIn } from '../../json-schema/build-schemas.ts';
import { loadSchema, shippedReleases } from '../../json-schema/load-schema.ts';
import { modelFromSchema } from '../../json-schema/model-from-schema.ts';
import { releaseOfTree } from '../../qapi/language/find-top-file.ts';
import { SCHEMA_FAMILIES, type QapiModel, type SchemaFamily } from '../../qapi/model.ts';

/**
 * Writes `<family>.json` into `folder`: the history of all schemas that are here. What QEMU's documents announced stands
 * in no schema: it is read from source trees, or without such taken over from the histories that are here.
 * @returns a line for each file.
 * @throws {InputError} where there are no trees.
 */
export function* buildHistories(folder: string, trees: string | undefined): Generator<string> {
  mkdirSync(folder, { recursive: true });
  for (const family of SCHEMA_FAMILIES) {
    const models = shippedReleases(family).map((release) => modelFromSchema(loadSchema(release, family)));
    const history = buildHistory(models, announcementsOf(family, models, trees));
    const file = join(folder, `${family}.json`);
    writeFileSync(file, writeHistory(history));
    yield `${family}: ${history.releases.length} releases, ${history.places.size} places, ${file}`;
  }
}

function announcementsOf(
  family: SchemaFamily,
  models: readonly QapiModel[],
  trees: string | undefined,
): readonly Announcement[] {
  if (trees === undefined) return loadHistory(family).announcements;
  const found = treesIn(trees).map((folder) => ({ folder, release: releaseOfTree(folder) ?? '' }));
  return resolveAnnouncements(readAnnouncements(found), buildHistory(models));
}
