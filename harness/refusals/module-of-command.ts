import { loadSchema, shippedReleases } from '../json-schema/load-schema.ts';
import { isJsonObject, stringAt } from '../json/value.ts';
import type { CommandDefinition, SchemaFamily } from '../qapi/model.ts';

/** Schemas that were looked into for a command's module; the newest first. */
const MOST_SCHEMAS = 3;

/**
 * Finds the module that defines a command, e.g. `block-core` of `qapi/block-core.json`; `unknown` where no schema
 * tells. The newest shipped schema that was made of QAPI source comes first, and the command's own after it, so that a
 * command has one row on all releases although it moved from one module to another, or its own schema, made of
 * introspection, does not know.
 */
export function moduleFinder(family: SchemaFamily): (command: CommandDefinition) => string {
  let newest: ReadonlyMap<string, string> | undefined;
  return ({ name, place }) => {
    newest ??= newestModules(family);
    const file = newest.get(name) ?? place?.file;
    return file === undefined ? 'unknown' : moduleOfFile(file);
  };
}

function newestModules(family: SchemaFamily): ReadonlyMap<string, string> {
  for (const release of shippedReleases(family).slice(-MOST_SCHEMAS).reverse()) {
    const { $defs } = loadSchema(release, family);
    const modules = Object.entries(isJsonObject($defs) ? $defs : {}).flatMap(([key, schema]) => {
      const [, name] = /^command\/(.+)\/arguments$/.exec(key) ?? [];
      const file = stringAt(schema, 'qapi-module');
      return name === undefined || file === '' ? [] : [[name, file] as const];
    });
    if (modules.length > 0) return new Map(modules);
  }
  return new Map();
}

/** `qapi/block-core.json`: `block-core`. */
function moduleOfFile(file: string): string {
  return file.replace(/^.*\//, '').replace(/\.\w+$/, '');
}
