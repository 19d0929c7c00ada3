import { existsSync, readdirSync, realpathSync, symlinkSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { KNOWN_PROGRAMS } from './known-programs.ts';
import type { QemuBinary, QemuPrograms } from './qemu-binary.ts';
import type { InstalledRelease } from './release-cache.ts';
import { findLibraryPath, resolveInside, runnable, type UnpackedTree } from './unpacked-tree.ts';

/** Where the programs of an unpacked QEMU find what they need, all relative to the root. */
export interface ReleaseLayout extends UnpackedTree {
  /** Folders of firmware and keymaps. */
  readonly dataPath: readonly string[];
  readonly modulePath: string;
}

/** The emulator of the target itself. */
export const BINARY = 'usr/bin/qemu-system-x86_64';
/** Where packages put programs for users, and those for administrators, as the guest agent. */
const PROGRAM_FOLDERS = ['usr/bin', 'usr/sbin'];
const TOOLS = ['usr/bin/qemu-img', 'usr/bin/qemu-storage-daemon'];
/** Firmware comes in packages of its own, with folders of their own. */
const DATA = ['usr/share/qemu', 'usr/share/seabios', 'usr/share/seabios/optionrom', 'usr/lib/ipxe/qemu'];

/** Looks over a freshly unpacked tree. */
export async function surveyRelease(root: string): Promise<ReleaseLayout> {
  const modulePath = findModulePath(root);
  const modules = existsSync(join(root, modulePath)) ? readdirSync(join(root, modulePath)) : [];
  const programs = KNOWN_PROGRAMS.flatMap((name) => findInRelease(root, name) ?? []);
  const tools = TOOLS.filter((tool) => existsSync(join(root, tool)));
  const libraryPath = await findLibraryPath(root, [
    ...new Set([...programs, ...tools, ...modules.map((name) => join(modulePath, name))]),
  ]);
  const dataPath = DATA.filter((folder) => existsSync(join(root, folder)));
  const layout = { root, libraryPath, dataPath, modulePath };
  linkBundle(layout);
  return layout;
}

/** The folder beside a program's own that QEMU (7.1 and later) takes for the root of its installation. */
const BUNDLE = 'qemu-bundle';

/**
 * Makes QEMU take its own tree for the machine's. It looks for a module that it was not given in the folder that it was
 * built for, too; what is there is of another build, and 10.0 aborts on the sight of it. The folder of a program is, to
 * the kernel, that of its loader.
 */
function linkBundle(layout: ReleaseLayout): void {
  const [loader] = resolveInside(layout.root, BINARY) === undefined ? [] : runnable(layout, BINARY);
  if (loader === undefined) return;
  const folder = dirname(realpathSync(loader));
  const link = join(folder, BUNDLE);
  if (!existsSync(link)) symlinkSync(relative(folder, realpathSync(layout.root)), link);
}

/** The programs of an unpacked release. Throws `SetupError` where the tree is not whole. */
export function programsOfRelease(layout: ReleaseLayout): QemuPrograms {
  const [qemuImg, storageDaemon] = TOOLS.map((tool) =>
    resolveInside(layout.root, tool) === undefined ? undefined : runnable(layout, tool),
  );
  return {
    command: runnable(layout, BINARY),
    // Also where there are no modules: QEMU must not look into the machine's, which are of another build.
    env: { QEMU_MODULE_DIR: join(layout.root, layout.modulePath) },
    dataArgs: layout.dataPath.flatMap((folder) => ['-L', join(layout.root, folder)]),
    qemuImg,
    storageDaemon,
    path: join(layout.root, BINARY),
    findProgram: (name) => {
      const program = findInRelease(layout.root, name);
      return program === undefined ? undefined : runnable(layout, program);
    },
  };
}

/** The place of a program, or a module, in an unpacked release, relative to its root; `undefined` where it has none. */
export function findInRelease(root: string, name: string): string | undefined {
  const folders = name.endsWith('.so') ? [findModulePath(root)] : PROGRAM_FOLDERS;
  const places = folders.map((folder) => join(folder, name));
  return places.find((place) => resolveInside(root, place) !== undefined);
}

/** An installed release as a target. */
export function binaryOfRelease(release: InstalledRelease): QemuBinary {
  const { version, package: packaged, architecture, digest, absent = {} } = release;
  return {
    ...programsOfRelease(release),
    version,
    package: packaged,
    architecture,
    digest,
    absent,
    origin: 'release',
  };
}

/** The folder of modules in an unpacked release, or in a part of one, relative to its root. */
export function findModulePath(root: string): string {
  const folder = join(root, 'usr/lib');
  const triplets = existsSync(folder) ? readdirSync(folder) : [];
  const found = triplets.find((name) => existsSync(join(folder, name, 'qemu')) && name.includes('-linux-'));
  return `usr/lib/${found ?? '.'}/qemu`;
}
