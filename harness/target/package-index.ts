import { runOnSuite, type OpenSuite } from './package-archive.ts';

/** A version of a package that a suite has. */
export interface OfferedPackage {
  readonly version: string;
  /** Names of the packages that it depends on itself; of alternatives the first. */
  readonly dependencies: readonly string[];
}

/** What the index of an open suite says of packages, by name; of unknown ones nothing. */
export async function readIndex(
  open: OpenSuite,
  names: readonly string[],
): Promise<ReadonlyMap<string, readonly OfferedPackage[]>> {
  const offered = new Map<string, readonly OfferedPackage[]>();
  if (names.length === 0) return offered;
  // It ends badly where one of the names is unknown, and tells of the others.
  const { stdout } = await runOnSuite(open, ['apt-cache', 'show', ...names]);
  for (const record of stdout.split(/\n\n+/)) {
    const [name, version, depends = ''] = ['Package', 'Version', 'Depends'].map(
      (field) => new RegExp(`^${field}: (.*)$`, 'm').exec(record)?.[1],
    );
    if (name === undefined || version === undefined) continue;
    const offer = { version, dependencies: depends.split(',').flatMap(packageNamed) };
    offered.set(name, [...(offered.get(name) ?? []), offer]);
  }
  return offered;
}

/** `libjpeg62-turbo (>= 1.3.1) | libjpeg8` */
function packageNamed(dependency: string): string[] {
  return /^\s*([a-z0-9][a-z0-9.+-]+)/.exec(dependency)?.slice(1) ?? [];
}

/** A package as apt takes it: `name`, or `name=version`. */
export function pinned(name: string, version: string | undefined): string {
  return version === undefined ? name : `${name}=${version}`;
}

/** The name of a package that is written as apt takes it. */
export function nameOfPinned(wanted: string): string {
  return wanted.replace(/=.*/, '');
}
