import { InputError } from '../../errors.ts';
import { seriesOfRelease } from '../../release/compare-releases.ts';
import { parseReleaseRange, rangeHolds } from '../../release/release-range.ts';
import { isRelease } from '../../release/compare-releases.ts';
import type { TargetFacts } from '../../results/verdict.ts';
import { compareTargets } from '../target-order.ts';
import type { TargetPair } from './runs-comparison.ts';

/** `--pair`: names of targets, or releases. */
export interface AskedPair {
  readonly before: string;
  readonly after: string;
}

/** Which targets are compared, and which have no counterpart. */
export interface PairedTargets {
  readonly pairs: readonly TargetPair[];
  readonly alone: { readonly before: readonly string[]; readonly after: readonly string[] };
}

/** Reads `OLD=NEW`. @throws {InputError} */
export function askedPairFrom(word: string): AskedPair {
  const [before = '', after = '', ...rest] = word.split('=').map((part) => part.trim());
  if (before === '' || after === '' || rest.length > 0)
    throw new InputError(`--pair '${word}'; expected OLD=NEW, each a target's name or a release`);
  return { before, after };
}

/**
 * Pairs targets: those that are asked for; else those of one name; else those of one architecture, accelerator and
 * policy, where each side has one version of it left, or both have one of a series.
 * @throws {InputError} for a pair that names nothing, and where more than one pairing is possible
 */
export function pairTargets(
  before: readonly TargetFacts[],
  after: readonly TargetFacts[],
  asked: readonly AskedPair[] = [],
): PairedTargets {
  const pairs: TargetPair[] = asked.flatMap((pair) => pairAsked(before, after, pair));
  if (asked.length === 0) {
    for (const old of before) {
      const same = after.find(({ name }) => name === old.name);
      if (same !== undefined) pairs.push({ before: old, after: same });
    }
    pairs.push(...pairVersions(without(before, pairs, 'before'), without(after, pairs, 'after')));
  }
  if (pairs.length === 0) throw nothingToCompare(before, after);
  return {
    pairs: pairs.sort((a, b) => compareTargets(a.after.name, b.after.name)),
    alone: {
      before: namesOf(without(before, pairs, 'before')),
      after: namesOf(without(after, pairs, 'after')),
    },
  };
}

function without(
  targets: readonly TargetFacts[],
  pairs: readonly TargetPair[],
  side: 'before' | 'after',
): readonly TargetFacts[] {
  return targets.filter((target) => pairs.every((pair) => pair[side] !== target));
}

/** A release means its targets, which are paired by what they have in common besides. */
function pairAsked(
  before: readonly TargetFacts[],
  after: readonly TargetFacts[],
  asked: AskedPair,
): readonly TargetPair[] {
  const olds = targetsNamed(before, asked.before, 'OLD');
  const news = targetsNamed(after, asked.after, 'NEW');
  const [old, now] = [olds[0], news[0]];
  if (olds.length === 1 && news.length === 1 && old && now) return [{ before: old, after: now }];
  const pairs = pairVersions(olds, news);
  if (pairs.length > 0) return pairs;
  throw new InputError(
    `--pair '${asked.before}=${asked.after}': ${namesOf(olds).join(', ')} and ${namesOf(news).join(', ')} have no architecture and accelerator in common; expected names of targets`,
  );
}

function targetsNamed(targets: readonly TargetFacts[], word: string, side: string): readonly TargetFacts[] {
  const exact = targets.filter(({ name }) => name === word);
  if (exact.length > 0) return exact;
  const range = isRelease(word) ? parseReleaseRange(word) : undefined;
  const ofRelease = targets.filter(({ version }) => range !== undefined && rangeHolds(range, version));
  if (ofRelease.length > 0) return ofRelease;
  throw new InputError(
    `--pair: ${side} has no target '${word}'; expected one of ${namesOf(targets).join(', ')}`,
  );
}

function pairVersions(before: readonly TargetFacts[], after: readonly TargetFacts[]): TargetPair[] {
  const groups = new Set(before.map(groupOf));
  return [...groups].flatMap((group) => {
    const olds = before.filter((target) => groupOf(target) === group);
    const news = after.filter((target) => groupOf(target) === group);
    return pairGroup(olds, news);
  });
}

/** Point releases of one series belong together; then one of each side may be left. */
function pairGroup(olds: readonly TargetFacts[], news: readonly TargetFacts[]): readonly TargetPair[] {
  const seriesOf = ({ version }: TargetFacts) => seriesOfRelease(version);
  const pairs = olds.flatMap((old): TargetPair[] => {
    const found = news.filter((now) => seriesOf(now) === seriesOf(old));
    const rivals = olds.filter((other) => seriesOf(other) === seriesOf(old));
    const [now] = found;
    return now !== undefined && found.length === 1 && rivals.length === 1
      ? [{ before: old, after: now }]
      : [];
  });
  const [oldsLeft, newsLeft] = [without(olds, pairs, 'before'), without(news, pairs, 'after')];
  const [old, now] = [oldsLeft[0], newsLeft[0]];
  if (old === undefined || now === undefined) return pairs;
  if (oldsLeft.length === 1 && newsLeft.length === 1) return [...pairs, { before: old, after: now }];
  // Where some found their counterpart, nobody has asked for the others.
  if (pairs.length > 0) return pairs;
  throw new InputError(
    `${namesOf(oldsLeft).join(', ')} against ${namesOf(newsLeft).join(', ')}: more than one pairing is possible; expected --pair OLD=NEW`,
  );
}

function groupOf({ architecture, accelerator, policy }: TargetFacts): string {
  return JSON.stringify([architecture, accelerator, policy]);
}

function namesOf(targets: readonly TargetFacts[]): readonly string[] {
  return targets.map(({ name }) => name);
}

function nothingToCompare(before: readonly TargetFacts[], after: readonly TargetFacts[]): InputError {
  const words = (targets: readonly TargetFacts[]) =>
    targets.length === 0 ? 'none' : namesOf(targets).join(', ');
  return new InputError(
    `no target to compare: OLD has ${words(before)}, NEW has ${words(after)}; expected one of the same architecture and accelerator, or --pair OLD=NEW`,
  );
}
