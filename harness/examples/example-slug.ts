import type { Pattern, TranscriptMessage } from '../transcript/transcript.ts';

const MAX_WORDS = 5;

/** Words that tell no example from another. */
const FILLERS = new Set(
  (
    'a an and are at be been being by for from has have if in into is it of on or so that the then this to was ' +
    'will with'
  ).split(' '),
);

/** The last step of an identity, made of a title: at most five telling words, lower case, joined by `-`. */
export function slugFromTitle(title: string): string {
  const words = title
    .toLowerCase()
    .replaceAll(/['’]s\b/g, '')
    .split(/[^a-z0-9_.-]+/)
    .map((word) => word.replace(/^[-_.]+|[-_.]+$/g, ''))
    .filter((word) => word !== '' && !FILLERS.has(word));
  return words.slice(0, MAX_WORDS).join('-');
}

/** What may tell an example from its neighbours, the most telling rank being the lowest. */
interface Feature {
  readonly slug: string;
  readonly rank: number;
}

/**
 * A slug for an untitled example: the most telling value or member name that none of `others` has. `undefined`: it
 * differs from each of them in something, but from all of them in nothing that could be written in a few words.
 */
export function slugFromContent(
  messages: readonly TranscriptMessage[],
  others: readonly (readonly TranscriptMessage[])[],
): string | undefined {
  const taken = new Set(others.flatMap((other) => featuresOf(other).map(({ slug }) => slug)));
  const own = featuresOf(messages).filter(({ slug }) => STEP.test(slug) && !taken.has(slug));
  return own.sort((left, right) => left.rank - right.rank)[0]?.slug;
}

/** A step of an identity. */
const STEP = /^[a-z0-9][a-z0-9_.-]*$/;

/** Members whose value names the case at hand. */
const TELLING = new Set([
  'type',
  'status',
  'mode',
  'driver',
  'state',
  'action',
  'class',
  'protocol',
  'name',
  'option',
]);

function featuresOf(messages: readonly TranscriptMessage[]): Feature[] {
  const features: Feature[] = [];
  for (const { body } of messages) {
    if (body.kind === 'pattern') collectFeatures(body.pattern, '', features);
  }
  return features;
}

function collectFeatures(pattern: Pattern, member: string, features: Feature[]): void {
  switch (pattern.kind) {
    case 'elision':
      return;
    case 'scalar':
      features.push(...featureOfScalar(pattern.value, member));
      return;
    case 'array':
      for (const element of pattern.elements) collectFeatures(element, member, features);
      return;
    case 'object':
      for (const [name, value] of pattern.members) {
        if (name === 'timestamp') continue;
        features.push({ slug: name.toLowerCase(), rank: 2 });
        collectFeatures(value, name, features);
      }
  }
}

type ScalarValue = Extract<Pattern, { kind: 'scalar' }>['value'];

function featureOfScalar(value: ScalarValue, member: string): Feature[] {
  if (typeof value !== 'string') return [{ slug: `${member}-${String(value)}`.toLowerCase(), rank: 4 }];
  const slug =
    value
      .toLowerCase()
      .match(/[a-z0-9_.]+/g)
      ?.join('-') ?? '';
  if (!/[a-z]/.test(slug) || slug.length > 40 || slug.split('-').length > MAX_WORDS) return [];
  if (!/^[A-Za-z][\w.-]*$/.test(value)) return [{ slug, rank: 3 }];
  return [{ slug, rank: TELLING.has(member) ? 0 : 1 }];
}
