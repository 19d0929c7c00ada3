import { statSync } from 'node:fs';
import { InputError } from '../errors.ts';
import type { ExampleBlock } from '../examples/example-block.ts';
import { examplesInSections } from '../examples/example-sections.ts';
import { examplesInDirectives } from '../examples/qmp-example-directive.ts';
import { readDocumentation } from '../examples/read-documentation.ts';
import { schemaFromModel } from '../json-schema/schema-from-model.ts';
import { readDocComments } from '../qapi/language/read-doc-comments.ts';
import type { SchemaFamily } from '../qapi/model.ts';
import { readTree, type TreeOptions } from '../qapi/read-tree.ts';
import { seriesOfRelease } from '../release/compare-releases.ts';
import { familyOfDocument } from './families.ts';
import { lintBlocks } from './lint-blocks.ts';
import type { LintReport } from './lint-report.ts';
import { openLintSchema, type LintSchema } from './lint-schema.ts';

/**
 * Judges the documentation of a QEMU source tree, or of one schema in it, by its own schema.
 * @param path the tree, or the top file of a schema
 * @throws {InputError} for a tree that cannot be read, or has no documentation.
 */
export function lintTree(path: string, options: TreeOptions): LintReport {
  const model = readTree(path, options);
  const release = seriesOfRelease(model.release);
  const schema = openLintSchema(schemaFromModel(model));
  const isTree = statSync(path).isDirectory();
  const blocks = isTree ? blocksOfTree(path, release, options.family) : blocksOfSchema(path);
  if (blocks.length === 0)
    throw new InputError(`${path}: no example of ${options.family} in its documentation; expected some`);
  const other = (family: SchemaFamily): LintSchema | undefined => {
    if (!isTree) return undefined;
    try {
      return openLintSchema(schemaFromModel(readTree(path, { ...options, family })));
    } catch (error) {
      if (error instanceof InputError) return undefined;
      throw error;
    }
  };
  return lintBlocks(
    blocks,
    { family: options.family, schema, other: once(other) },
    release,
    ({ document }) => document,
  );
}

function blocksOfTree(path: string, release: string, family: SchemaFamily): ExampleBlock[] {
  const read = readDocumentation({ kind: 'qapi', release, path });
  return read.flatMap(({ blocks }) => blocks).filter(({ document }) => familyOfDocument(document) === family);
}

function blocksOfSchema(top: string): ExampleBlock[] {
  return readDocComments(top).flatMap((one) => [...examplesInSections(one), ...examplesInDirectives(one)]);
}

function once(
  open: (family: SchemaFamily) => LintSchema | undefined,
): (family: SchemaFamily) => LintSchema | undefined {
  const known = new Map<SchemaFamily, LintSchema | undefined>();
  return (family) => {
    if (!known.has(family)) known.set(family, open(family));
    return known.get(family);
  };
}
