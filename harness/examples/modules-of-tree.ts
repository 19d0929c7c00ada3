import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** A command or event at the beginning of a line; the keys of an expression may stand in any order. */
const DEFINITION =
  /^\{\s*(?:'data'\s*:\s*(?:'[^']*'|\{[^}]*\})\s*,\s*)?'(?:command|event)'\s*:\s*'([^']+)'/gm;

/**
 * In which module each command and event of QEMU's own schema stands, examples or not: `migrate` in `migration`. Only
 * names are looked for, so that any tree can be read, however wrong its schema.
 */
export function modulesOfTree(tree: string): ReadonlyMap<string, string> {
  const modules = new Map<string, string>();
  for (const file of schemaFilesOf(tree)) {
    const module = /([^/\\]+)\.json$/.exec(file)?.[1] ?? '';
    for (const [, name] of readFileSync(file, 'utf8').matchAll(DEFINITION)) {
      if (name !== undefined && !modules.has(name)) modules.set(name, module);
    }
  }
  return modules;
}

function schemaFilesOf(tree: string): readonly string[] {
  const folder = join(tree, 'qapi');
  const names = existsSync(folder) ? readdirSync(folder).filter((name) => name.endsWith('.json')) : [];
  const old = join(tree, 'qapi-schema.json');
  return [...names.sort().map((name) => join(folder, name)), ...(existsSync(old) ? [old] : [])];
}
