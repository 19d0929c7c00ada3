import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { InputError } from '../errors.ts';
import { findTopFile, releaseOfTree } from '../qapi/language/find-top-file.ts';
import { SCHEMA_FAMILIES, type QapiModel, type SchemaFamily } from '../qapi/model.ts';
import { readTree } from '../qapi/read-tree.ts';
import { compareReleases, seriesOfRelease } from '../release/compare-releases.ts';
import { definitionsOf } from './describe-definition.ts';
import { schemaFromModel, writeSchema } from './schema-from-model.ts';

/** A bundle that was written. */
export interface BuiltSchema {
  readonly family: SchemaFamily;
  /** `x.y` */
  readonly release: string;
  readonly file: string;
  readonly bytes: number;
  readonly definitions: number;
}

/**
 * Writes the bundles of QEMU source trees, `<family>/<x.y>.json` for every family that a tree has.
 * @param trees folders with the file `VERSION` of QEMU.
 * @throws {InputError} for a tree that cannot be read; what was written before stays.
 */
export function buildSchemas(trees: readonly string[], into: string): readonly BuiltSchema[] {
  return trees.flatMap((tree) => modelsOfTree(tree).map((model) => buildSchema(model, into)));
}

/** Writes the bundle of a model as `<family>/<x.y>.json`. */
export function buildSchema(model: QapiModel, into: string): BuiltSchema {
  const release = seriesOfRelease(model.release);
  const bundle = schemaFromModel({ ...model, release });
  const text = writeSchema(bundle);
  const folder = join(into, model.family);
  const file = join(folder, `${release}.json`);
  mkdirSync(folder, { recursive: true });
  writeFileSync(file, text);
  const definitions = Object.keys(definitionsOf(bundle)).length;
  return { family: model.family, release, file, bytes: Buffer.byteLength(text), definitions };
}

/** The models of all families that a tree has. */
export function modelsOfTree(tree: string): readonly QapiModel[] {
  const models = SCHEMA_FAMILIES.filter((family) => hasFamily(tree, family)).map((family) =>
    readTree(tree, { family }),
  );
  if (models.length === 0) throw new InputError(`${tree}: no QAPI schema; expected a QEMU source tree`);
  return models;
}

function hasFamily(tree: string, family: SchemaFamily): boolean {
  if (family === 'qmp' && existsSync(join(tree, 'qmp-commands.hx'))) return true;
  try {
    findTopFile(tree, family);
    return true;
  } catch (error) {
    if (error instanceof InputError) return false;
    throw error;
  }
}

/**
 * The source trees that stand in a folder, by release: its subfolders that have a `VERSION`.
 * @throws {InputError} when there is none.
 */
export function treesIn(folder: string): readonly string[] {
  const trees = readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => join(folder, name))
    .flatMap((tree) => {
      const release = releaseOfTree(tree);
      return release === undefined ? [] : [{ tree, release }];
    });
  if (trees.length === 0)
    throw new InputError(`${folder}: no QEMU source trees; expected folders with a file VERSION`);
  return trees.sort((a, b) => compareReleases(a.release, b.release)).map(({ tree }) => tree);
}
