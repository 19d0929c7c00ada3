import { existsSync, readFileSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { InputError } from '../errors.ts';
import { mergeTable, modelFromTable } from './hx/merge-table.ts';
import { readCommandTable, type CommandTable } from './hx/read-command-table.ts';
import { definitionsOfEvents, readEventList } from './hx/read-event-list.ts';
import { findTopFile, releaseOfTree } from './language/find-top-file.ts';
import { readQapi } from './language/read-qapi.ts';
import type { Definition, QapiModel, SchemaFamily } from './model.ts';

/** What to read of a tree. */
export interface TreeOptions {
  readonly family: SchemaFamily;
  /** `x.y` or `x.y.z`; without it, what the tree's `VERSION` says. */
  readonly release?: string;
}

/** The table that QMP dispatched by, up to 2.7. */
const TABLE_FILE = 'qmp-commands.hx';

/** Where the list of events stood, newest first. */
const EVENT_FILES = ['docs/qmp-events.txt', 'docs/qmp/qmp-events.txt', 'QMP/qmp-events.txt'];

/** The largest file that is read; QEMU's largest has 0.2 MB. */
const MAX_FILE_BYTES = 4 * 1024 * 1024;

/**
 * The one model of a release and family: QAPI source where there is some, together with the command table and the event
 * list of QEMU before 2.8.
 * @param path a QEMU source tree, or the top file of a schema in one.
 * @throws {InputError} for a tree without such a schema, an unknown release, or text that is wrong.
 */
export function readTree(path: string, options: TreeOptions): QapiModel {
  const { family } = options;
  const tree = treeOfPath(path);
  const release = options.release ?? releaseOfPath(path);
  if (release === undefined)
    throw new InputError(`${path}: no VERSION tells its release; expected the release to be given`);
  const table = tree !== undefined && hasTable(path, tree, family) ? readTableOfTree(tree) : undefined;
  if (table === undefined || tree === undefined)
    return readQapi(findTopFile(path, family), { family, release });
  const top = topFileBesideTable(path, family);
  if (top === undefined) return modelFromTable(table, readEventsOfTree(tree), release);
  const model = readQapi(top, { family, release });
  const described = [...model.definitions.values()].some(({ kind }) => kind === 'event');
  return mergeTable(model, table, described ? [] : readEventsOfTree(tree));
}

/** Only QMP had a table; while it had one, its schema stood at the top of the tree. */
function hasTable(path: string, tree: string, family: SchemaFamily): boolean {
  return family === 'qmp' && (path === tree || resolve(path) === resolve(tree, 'qapi-schema.json'));
}

/** The release that the tree of a path says it is; `undefined` when it says nothing. */
export function releaseOfPath(path: string): string | undefined {
  const tree = treeOfPath(path);
  return tree === undefined ? undefined : releaseOfTree(tree);
}

/** The command table of a tree; `undefined` from 2.8 on, where there is none. */
export function readTableOfTree(tree: string): CommandTable | undefined {
  const file = join(tree, TABLE_FILE);
  return existsSync(file) ? readCommandTable(readText(file), file, TABLE_FILE) : undefined;
}

/** 0.14 and 0.15 have a table, but no schema of QMP. */
function topFileBesideTable(path: string, family: SchemaFamily): string | undefined {
  try {
    return findTopFile(path, family);
  } catch (error) {
    if (error instanceof InputError) return undefined;
    throw error;
  }
}

/** The tree that a path is, or that its top file belongs to. */
function treeOfPath(path: string): string | undefined {
  if (!existsSync(path))
    throw new InputError(`${path}: no such file; expected a QEMU source tree or a schema`);
  if (statSync(path).isDirectory()) return path;
  const known = /^(.*?)(?:\/storage-daemon\/qapi|\/qapi|\/qga)?\/qapi-schema(?:-guest)?\.json$/.exec(
    resolve(path),
  );
  return known?.[1];
}

function readEventsOfTree(tree: string): Definition[] {
  const module = EVENT_FILES.find((file) => existsSync(join(tree, file)));
  if (module === undefined)
    throw new InputError(`${tree}: no event list; expected ${EVENT_FILES.join(' or ')} in it`);
  const file = join(tree, module);
  return definitionsOfEvents(readEventList(readText(file), file), module);
}

function readText(file: string): string {
  const { size } = statSync(file);
  if (size > MAX_FILE_BYTES)
    throw new InputError(`${file}: ${size} bytes; expected at most ${MAX_FILE_BYTES}`);
  try {
    return readFileSync(file, 'utf8');
  } catch (cause) {
    throw new InputError(`${file}: cannot be read; expected a readable file`, { cause });
  }
}
