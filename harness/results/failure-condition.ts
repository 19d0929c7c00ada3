import { compareReleases, seriesOfRelease } from '../release/compare-releases.ts';
import { parseReleaseRange, rangeHolds, RANGE_FORMS, type ReleaseRange } from '../release/release-range.ts';
import { InputError } from '../errors.ts';
import type { YamlCursor } from '../yaml/yaml-cursor.ts';
import type { TargetFacts } from './verdict.ts';

/** On which targets an expectation holds; each member that is given must. */
export interface FailureCondition {
  readonly releases?: ReleaseRange;
  readonly accelerator?: readonly Accelerator[];
  readonly architecture?: readonly string[];
  readonly distribution?: readonly Distribution[];
}

/** What a condition looks at. */
export type ConditionFacts = Pick<TargetFacts, 'version' | 'package' | 'architecture' | 'accelerator'>;

/** Accelerators of QEMU; a target is run with the first two, and whoever offers a server may have any. */
const ACCELERATORS = ['tcg', 'kvm', 'hvf', 'whpx', 'nvmm', 'xen', 'mshv', 'qtest'] as const;

type Accelerator = (typeof ACCELERATORS)[number];

/** How each distribution's builds name themselves in the package string of the greeting (`--with-pkgversion`). */
const PACKAGES = {
  debian: /^Debian (?!.*ubuntu)/,
  ubuntu: /^Debian .*ubuntu/,
  fedora: /\.fc\d+\b/,
  rhel: /\.el\d+/,
  suse: /SUSE/,
  // A build from the sources says nothing, or `git describe`.
  none: /^(?:|v?\d+\.\d+\.\d+(?:-\S+)?)$/,
} as const;

type Distribution = keyof typeof PACKAGES;

const DISTRIBUTIONS: readonly Distribution[] = ['debian', 'ubuntu', 'fedora', 'rhel', 'suse', 'none'];

/** The enum SysEmuTarget of QAPI, and what it had before. */
const ARCHITECTURES = [
  ...['aarch64', 'alpha', 'arm', 'avr', 'cris', 'hppa', 'i386', 'lm32', 'loongarch64', 'm68k', 'microblaze'],
  ...['microblazeel', 'mips', 'mips64', 'mips64el', 'mipsel', 'moxie', 'nios2', 'or1k', 'ppc', 'ppc64'],
  ...['riscv32', 'riscv64', 'rx', 's390x', 'sh4', 'sh4eb', 'sparc', 'sparc64', 'tricore', 'unicore32'],
  ...['x86_64', 'xtensa', 'xtensaeb'],
];

/**
 * Reads `when`: a range of releases, or a mapping.
 * @throws {InputError} with its place
 */
export function readCondition(cursor: YamlCursor): FailureCondition {
  if (!cursor.isMapping()) return { releases: rangeFrom(cursor) };
  const members = cursor.members(['releases', 'accelerator', 'architecture', 'distribution']);
  if (members.size === 0) cursor.fail('no condition', 'releases, accelerator, architecture or distribution');
  const releases = members.get('releases');
  const accelerator = members.get('accelerator');
  const architecture = members.get('architecture');
  const distribution = members.get('distribution');
  return {
    ...(releases && { releases: rangeFrom(releases) }),
    ...(accelerator && { accelerator: someOf(accelerator, ACCELERATORS) }),
    ...(architecture && { architecture: someOf(architecture, ARCHITECTURES) }),
    ...(distribution && { distribution: someOf(distribution, DISTRIBUTIONS) }),
  };
}

/** Tells whether a condition holds on a target; one that is absent holds everywhere. */
export function conditionHolds(condition: FailureCondition | undefined, facts: ConditionFacts): boolean {
  if (condition === undefined) return true;
  const { releases, accelerator, architecture, distribution } = condition;
  return (
    (releases === undefined || rangeHolds(releases, facts.version)) &&
    (accelerator?.some((name) => name === facts.accelerator) ?? true) &&
    (architecture?.includes(facts.architecture) ?? true) &&
    (distribution?.some((name) => PACKAGES[name].test(facts.package)) ?? true)
  );
}

/**
 * Tells whether there is a release on which a condition could hold.
 * @param known series that there are, `x.y`, sorted; and versions of targets
 */
export function couldHold({ releases }: FailureCondition, known: readonly string[]): boolean {
  if (releases === undefined || known.length === 0) return true;
  const ends = releases.spans.flatMap(({ from, to }) => [from, to].filter((end) => end !== undefined));
  // `11.1.90` is on its way to a release that is not there yet, and is of what there is.
  const points = ends.filter((end) => known.includes(end.split('.').slice(0, 2).join('.')));
  return [...known, ...points].some((release) => rangeHolds(releases, release));
}

/** `0.14 to 11.1`: what there is, for an error. */
export function spanOf(known: readonly string[]): string {
  const series = [...new Set(known.map(seriesOfRelease))].sort(compareReleases);
  return `${series[0] ?? 'none'} to ${series.at(-1) ?? 'none'}`;
}

/** `>= 9.1` and `<= 7.2` are other spellings of `9.1-` and `-7.2`. */
function rangeFrom(cursor: YamlCursor): ReleaseRange {
  const text = cursor.word();
  const [, sign, release = ''] = /^(>=|<=)\s*(\S+)$/.exec(text) ?? [];
  const range = sign === undefined ? text : sign === '>=' ? `${release}-` : `-${release}`;
  try {
    return parseReleaseRange(range);
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    return cursor.fail(`releases '${text}'`, `${RANGE_FORMS}, or >= 9.1`);
  }
}

/** One word, or a list of them. */
function someOf<Word extends string>(cursor: YamlCursor, words: readonly Word[]): readonly Word[] {
  if (!cursor.isList()) return [cursor.oneOf(words)];
  const found = cursor.elements().map((element) => element.oneOf(words));
  return found.length === 0 ? cursor.fail('an empty list', `some of ${words.join(', ')}`) : found;
}
