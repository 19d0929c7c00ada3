import { closeSync, existsSync, lstatSync, openSync, readdirSync, readlinkSync, readSync } from 'node:fs';
import { dirname, join, posix, relative } from 'node:path';
import { availableParallelism } from 'node:os';
import pLimit from 'p-limit';
import { SetupError } from '../errors.ts';
import { runProgram } from './run-program.ts';

/** Programs of a folder into which packages were unpacked: they run on their own libraries, not on the machine's. */
export interface UnpackedTree {
  /** The folder that stands for `/`. */
  readonly root: string;
  /** Folders in which the programs' libraries lie, relative to the root. */
  readonly libraryPath: readonly string[];
}

const MAX_LINKS = 40;

/**
 * The file that `path` names when `root` stands for `/`: absolute links are followed inside the root, as they would be
 * after a `chroot`. `undefined` where there is none, or where links go in a circle.
 */
export function resolveInside(root: string, path: string): string | undefined {
  let links = 0;
  let done = '/';
  const steps = path.split('/');
  for (let step = steps.shift(); step !== undefined; step = steps.shift()) {
    const next = posix.join(done, step);
    const stat = lstatSync(join(root, next), { throwIfNoEntry: false });
    if (stat === undefined) return undefined;
    if (!stat.isSymbolicLink()) {
      done = next;
      continue;
    }
    if (++links > MAX_LINKS) return undefined;
    const link = readlinkSync(join(root, next));
    if (link.startsWith('/')) done = '/';
    steps.unshift(...link.split('/'));
  }
  return join(root, done);
}

/**
 * The command that runs `program` (a path inside the tree) through the tree's own loader.
 * @throws {SetupError} when program or loader is missing
 */
export function runnable(tree: UnpackedTree, program: string): readonly string[] {
  const binary = resolveInside(tree.root, program);
  if (binary === undefined) throw new SetupError(`${join(tree.root, program)}: no such program`);
  const loader = loaderOf(tree.root, binary);
  // A script or a static program runs as it is.
  if (loader === undefined) return [binary];
  return throughLoader(tree.root, loader, tree.libraryPath, binary);
}

function throughLoader(
  root: string,
  loader: string,
  libraryPath: readonly string[],
  binary: string,
): readonly string[] {
  return onPath(
    loader,
    libraryPath.map((folder) => join(root, folder)),
    binary,
  );
}

/** The machine's library cache names libraries of another age than the tree's C library: it is left out. */
function onPath(loader: string, folders: readonly string[], binary: string): readonly string[] {
  return [loader, '--inhibit-cache', '--library-path', folders.join(':'), binary];
}

/** The loader that an ELF program asks for, in the tree; `undefined` for what is no dynamic ELF program. */
function loaderOf(root: string, binary: string): string | undefined {
  const head = readHead(binary);
  if (!head.startsWith('\u007fELF')) return undefined;
  const wanted = INTERPRETER.exec(head)?.[0];
  if (wanted === undefined) return undefined;
  // Where `/lib64` is a link to `/usr/lib64`, the link belongs to a package that nothing depends on.
  const loader = resolveInside(root, wanted) ?? resolveInside(root, `/usr${wanted}`);
  if (loader === undefined)
    throw new SetupError(`${root}: lacks the loader ${wanted} that ${binary} asks for`);
  return loader;
}

/** The program header's PT_INTERP string lies right behind the headers, in the first page. */
const INTERPRETER = /\/lib[^/\0]*\/(?:[^/\0]+\/)?ld[-\w.]*\.so\.[0-9]+/;
const HEAD_BYTES = 4096;

function readHead(file: string): string {
  const descriptor = openSync(file, 'r');
  try {
    const head = Buffer.alloc(HEAD_BYTES);
    return head.toString('latin1', 0, readSync(descriptor, head, 0, HEAD_BYTES, 0));
  } finally {
    closeSync(descriptor);
  }
}

/**
 * Finds the folders that hold the libraries of `programs` (paths inside the root, modules among them), by asking the
 * tree's loader. A short list matters: the loader looks for each of some eighty libraries in every folder before the
 * right one, at each start.
 */
export async function findLibraryPath(root: string, programs: readonly string[]): Promise<readonly string[]> {
  const loader = findLoader(root, programs);
  if (loader === undefined) return [];
  const all = [...foldersWithLibraries(root)];
  const used = new Set<string>();
  const list = async (program: string): Promise<void> => {
    const [file = '', ...args] = throughLoader(root, loader, all, resolveInside(root, program) ?? program);
    const { stdout } = await runProgram([file, '--list', ...args]);
    for (const library of librariesListed(stdout)) used.add(relative(root, dirname(library)));
  };
  const limit = pLimit(availableParallelism());
  await Promise.all(programs.map((program) => limit(list, program)));
  return all.filter((folder) => used.has(folder));
}

function findLoader(root: string, programs: readonly string[]): string | undefined {
  for (const program of programs) {
    const binary = resolveInside(root, program);
    const loader = binary === undefined ? undefined : loaderOf(root, binary);
    if (loader !== undefined) return loader;
  }
  return undefined;
}

/** `libz.so.1 => ROOT/lib/libz.so.1 (0x…)` */
function librariesListed(listing: string): string[] {
  return [...listing.matchAll(/ => (\/.*) \(0x[0-9a-f]+\)$/gm)].map((match) => match[1] ?? '');
}

/**
 * Asks the loader which shared libraries `files`, or libraries of the trees that they need, look for and do not find in
 * the trees. What the machine itself has does not count: it is of another age.
 * @param roots unpacked trees that belong together
 * @param program a program in the first of them, whose loader is asked
 * @param files modules in one of them
 * @returns sonames; none where the program has no loader
 */
export async function findMissingLibraries(
  roots: readonly string[],
  program: string,
  files: readonly string[],
): Promise<readonly string[]> {
  const loader = findLoader(roots[0] ?? '', [program]);
  if (loader === undefined) return [];
  const folders = roots.flatMap((root) =>
    [...foldersWithLibraries(root)].map((folder) => join(root, folder)),
  );
  const limit = pLimit(availableParallelism());
  const found = await Promise.all(
    files.map((file) =>
      limit(async () => {
        // The variables must not reach what starts it.
        const { stdout, stderr } = await runProgram(['env', ...TRACING, ...onPath(loader, folders, file)]);
        return librariesMissing(roots, stdout, stderr);
      }),
    ),
  );
  return [...new Set(found.flat())];
}

/** With `--list` it would end at the first library that is missing, and it never says which file wants one. */
const TRACING = ['LD_TRACE_LOADED_OBJECTS=1', 'LD_DEBUG=files'];

/**
 * `libz.so.1 => not found`, or `libz.so.1 => /lib/libz.so.1 (0x…)` of the machine; and
 * `file=libz.so.1 [0];  needed by ROOT/usr/lib/libgio-2.0.so.0 [0]`.
 */
function librariesMissing(roots: readonly string[], listing: string, debug: string): string[] {
  const isInside = (file: string): boolean => roots.some((root) => file.startsWith(`${root}/`));
  const needed = [...debug.matchAll(/file=(\S+) \[\d+\];\s+needed by (.*) \[\d+\]/g)];
  // What only libraries of the machine need will not be needed when these are replaced.
  const own = new Set(needed.flatMap(([, soname = '', by = '']) => (isInside(by) ? [soname] : [])));
  const found = [...listing.matchAll(/^\s*(\S+) => (.*?)(?: \(0x[0-9a-f]+\))?$/gm)];
  return found.flatMap(([, soname = '', file = '']) => (own.has(soname) && !isInside(file) ? [soname] : []));
}

/** Folders below the root's `lib*` and `usr/lib*` with shared libraries in them, nearest first. */
function foldersWithLibraries(root: string): Set<string> {
  const found = new Set<string>();
  const queue = ['', 'usr'].flatMap((above) =>
    subfolders(root, above).filter((name) => /(^|\/)lib[^/]*$/.test(name)),
  );
  for (let folder = queue.shift(); folder !== undefined; folder = queue.shift()) {
    if (readdirSync(join(root, folder)).some((name) => /\.so(\.|$)/.test(name))) found.add(folder);
    queue.push(...subfolders(root, folder));
  }
  return found;
}

function subfolders(root: string, folder: string): string[] {
  if (!existsSync(join(root, folder))) return [];
  const entries = readdirSync(join(root, folder), { withFileTypes: true });
  return entries.filter((entry) => entry.isDirectory()).map(({ name }) => posix.join(folder, name));
}
