import type { SchemaDiff } from '../../compat/diff/schema-diff.ts';
import { announcementsOf, earlierReleases } from './diff.ts';
import { loadModel } from './shipped-model.ts';

/** What changed on the wire between two releases whose schemas are here. @throws {InputError} where one is not */
export async function diffOfReleases(from: string, to: string): Promise<SchemaDiff> {
  const { diffModels } = await import('../../compat/diff/diff-models.ts');
  const [before, after] = await Promise.all([loadModel(from, 'qmp'), loadModel(to, 'qmp')]);
  return diffModels(before, after, {
    earlier: await earlierReleases(before, after),
    announcements: await announcementsOf('qmp'),
  });
}
