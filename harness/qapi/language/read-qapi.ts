import { InputError } from '../../errors.ts';
import { isRelease } from '../../release/compare-releases.ts';
import type { QapiModel, SchemaFamily } from '../model.ts';
import { assembleDefinitions } from './assemble-model.ts';
import { dialectOf } from './dialect.ts';
import { readDefinition } from './read-definition.ts';
import { readModules } from './read-modules.ts';
import type { SourcedDefinition } from './schema.ts';

/** What the files themselves do not say. */
export interface QapiOptions {
  readonly family: SchemaFamily;
  /** `x.y` or `x.y.z`; decides which age of the language is read. */
  readonly release: string;
}

/**
 * Reads a QAPI schema and all that it includes. Files are read in the order of their includes, each once: text first
 * (files, directives, comments), then the shape of each expression, then what they mean together. Each stage is over
 * before the next begins, as it is in QEMU.
 * @param file the top file, e.g. `qapi/qapi-schema.json` of a QEMU source tree.
 * @throws {InputError} in QEMU's form, after `In file included from` lines.
 */
export function readQapi(file: string, options: QapiOptions): QapiModel {
  if (!isRelease(options.release))
    throw new InputError(`release '${options.release}'; expected X.Y or X.Y.Z`);
  const dialect = dialectOf(options.release);
  const { expressions, pragmas } = readModules(file, dialect);
  const sources: SourcedDefinition[] = [];
  for (const source of expressions) {
    const { expression, definitions } = readDefinition(source, dialect, pragmas);
    for (const definition of definitions) sources.push({ definition, expression });
  }
  return {
    sources: ['qapi'],
    family: options.family,
    release: options.release,
    definitions: assembleDefinitions(sources, dialect),
  };
}
