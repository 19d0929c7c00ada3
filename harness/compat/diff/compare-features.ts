import type { WireItem } from '../wire-item.ts';
import type { RuleId } from './rules.ts';

/** A feature flag that came or went. */
interface FeatureChange {
  readonly rule: RuleId;
  readonly feature: string;
}

/** The feature flags that differ; whether they stand on the thing or on its type makes no difference for clients. */
export function compareFeatures(before: WireItem, after: WireItem): readonly FeatureChange[] {
  if (!hasFeatures(before) && !hasFeatures(after)) return [];
  const [left, right] = [allFeatures(before), allFeatures(after)];
  return [
    ...[...left]
      .filter((name) => !right.has(name))
      .map((feature) => ({ rule: ruleFor(feature, 'gone'), feature })),
    ...[...right]
      .filter((name) => !left.has(name) && !isOldWordForUnstable(name, after))
      .map((feature) => ({ rule: ruleFor(feature, 'come'), feature })),
  ];
}

/** Until 6.2 a name that began with `x-` said what the feature `unstable` says since. */
function isOldWordForUnstable(feature: string, { name }: WireItem): boolean {
  return feature === 'unstable' && name.startsWith('x-');
}

function hasFeatures({ features, typeFeatures }: WireItem): boolean {
  return features.length > 0 || typeFeatures !== undefined;
}

/** Whether a thing or its type has a feature flag. */
export function hasFeature({ features, typeFeatures }: WireItem, name: string): boolean {
  return features.includes(name) || typeFeatures?.includes(name) === true;
}

/** The feature flags of a thing and of its type. */
function allFeatures({ features, typeFeatures = [] }: WireItem): ReadonlySet<string> {
  return new Set([...features, ...typeFeatures]);
}

function ruleFor(feature: string, way: 'come' | 'gone'): RuleId {
  if (feature === 'deprecated') return way === 'come' ? 'deprecation-announced' : 'deprecation-withdrawn';
  if (feature === 'unstable') return way === 'come' ? 'became-unstable' : 'became-stable';
  return way === 'come' ? 'feature-added' : 'feature-removed';
}
