import { existsSync, readdirSync } from 'node:fs';
import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { SetupError } from '../errors.ts';
import { withMachineLock } from './machine-lock.ts';
import { openSuite, unpackPackages, type SuiteProgress } from './package-archive.ts';
import { findPackageSources } from './package-source.ts';
import {
  cacheFolder,
  makePartialFolder,
  placeFolder,
  readJsonFile,
  removePartialFolders,
} from './release-cache.ts';
import { findLibraryPath, type UnpackedTree } from './unpacked-tree.ts';

export interface ToolOptions {
  /** The cache folder; by default the user's. */
  readonly cache?: string;
  readonly onProgress?: SuiteProgress;
  readonly signal?: AbortSignal;
}

/**
 * Unpacks a package of the machine's own suite, with all that it depends on, into the cache, where it is not there yet.
 * Its programs are run with `runnable(tree, 'usr/bin/…')`.
 * @throws {SetupError} when the package cannot be had
 */
export async function installTool(name: string, options: ToolOptions = {}): Promise<UnpackedTree> {
  const cache = options.cache ?? cacheFolder();
  const present = readTool(cache, name);
  if (present !== undefined) return present;
  const { signal } = options;
  const owner = `tool-${name}`;
  return withMachineLock(`${cache}\0${owner}`, { signal }, async () => {
    const done = readTool(cache, name);
    if (done !== undefined) return done;
    removePartialFolders(cache, owner);
    const work = makePartialFolder(cache, owner);
    try {
      await unpackTool(name, work, options);
      placeFolder(join(work, 'tool'), join(cache, 'tools', name));
    } finally {
      await rm(work, { recursive: true, force: true });
    }
    const tree = readTool(cache, name);
    if (tree === undefined) throw new SetupError(`${name}: was unpacked and is not there`);
    return tree;
  });
}

async function unpackTool(name: string, work: string, { signal, onProgress }: ToolOptions): Promise<void> {
  const [source] = await findPackageSources(signal);
  if (source === undefined) throw new SetupError(`${name}: no archive to ask`);
  const progress: SuiteProgress = onProgress ?? (() => undefined);
  const open = { suite: source.suite, work: join(work, 'apt'), signal };
  await openSuite(source, open, progress);
  const root = join(work, 'tool', 'root');
  const packages = await unpackPackages(open, [name], root, progress);
  const libraryPath = await findLibraryPath(root, programsOf(root));
  await writeFile(
    join(work, 'tool', 'tool.json'),
    `${JSON.stringify({ libraryPath, packages }, undefined, 2)}\n`,
  );
}

function programsOf(root: string): string[] {
  const folders = ['bin', 'sbin', 'usr/bin', 'usr/sbin'].filter((folder) => existsSync(join(root, folder)));
  return folders.flatMap((folder) => readdirSync(join(root, folder)).map((name) => join(folder, name)));
}

function readTool(cache: string, name: string): UnpackedTree | undefined {
  const folder = join(cache, 'tools', name);
  const record = readJsonFile(join(folder, 'tool.json')) as
    { readonly libraryPath: readonly string[] } | undefined;
  return record === undefined ? undefined : { root: join(folder, 'root'), libraryPath: record.libraryPath };
}
