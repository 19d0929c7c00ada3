import { existsSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { InputError } from '../../errors.ts';
import { seriesOfRelease } from '../../release/compare-releases.ts';
import type { SchemaFamily } from '../model.ts';

/** Where the top files stood over the years, newest first. */
const TOP_FILES: Readonly<Record<SchemaFamily, readonly string[]>> = {
  qmp: ['qapi/qapi-schema.json', 'qapi-schema.json'],
  qsd: ['storage-daemon/qapi/qapi-schema.json'],
  qga: ['qga/qapi-schema.json', 'qapi-schema-guest.json'],
};

/**
 * The top file of a family's schema: `path` itself, or where a QEMU source tree keeps it.
 * @throws {InputError} when there is none.
 */
export function findTopFile(path: string, family: SchemaFamily): string {
  if (!existsSync(path))
    throw new InputError(`${path}: no such file; expected a QAPI schema or a QEMU source tree`);
  if (!statSync(path).isDirectory()) return path;
  const found = TOP_FILES[family].map((file) => join(path, file)).find((file) => existsSync(file));
  if (found !== undefined) return found;
  throw new InputError(`${path}: no ${family} schema; expected ${TOP_FILES[family].join(' or ')} in it`);
}

/** The release that a source tree says it is, by its file `VERSION`; `undefined` when it says nothing. */
export function releaseOfTree(tree: string): string | undefined {
  const file = join(tree, 'VERSION');
  if (!existsSync(file)) return undefined;
  const version = /^[0-9]+\.[0-9]+(\.[0-9]+)?/.exec(readFileSync(file, 'utf8').trim())?.[0];
  return version === undefined ? undefined : seriesOfRelease(version);
}
