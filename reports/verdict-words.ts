import type { VerdictWord } from '../harness/results/verdict.ts';

/** How a verdict is shown where its word does not fit. */
interface VerdictSign {
  /** One character that every font has. */
  readonly glyph: string;
  /** For plain terminals. */
  readonly letter: string;
  /** How it is judged at a glance: `good` and `known` are quiet, `bad` and `error` are not. */
  readonly tone: 'good' | 'bad' | 'known' | 'open' | 'error' | 'none';
  readonly meaning: string;
}

/** The signs of the fixed words, with what each word means. */
export const VERDICT_SIGNS: Readonly<Record<VerdictWord, VerdictSign>> = {
  pass: { glyph: '✓', letter: 'P', tone: 'good', meaning: 'every comparison held' },
  fail: { glyph: '✗', letter: 'F', tone: 'bad', meaning: 'transcript, schema and target disagree' },
  'known-failure': { glyph: '≈', letter: 'K', tone: 'known', meaning: 'fails as expected, with a reason' },
  'unexpected-pass': { glyph: '!', letter: 'U', tone: 'bad', meaning: 'a known failure that passes' },
  'not-applicable': { glyph: '–', letter: 'N', tone: 'none', meaning: 'the target lacks it, with evidence' },
  untestable: { glyph: '?', letter: '?', tone: 'open', meaning: 'the state cannot be produced here' },
  'setup-error': { glyph: 'S', letter: 'S', tone: 'error', meaning: 'the stage could not be brought about' },
  'harness-error': { glyph: 'H', letter: 'H', tone: 'error', meaning: 'the harness failed' },
  crash: { glyph: '†', letter: 'C', tone: 'bad', meaning: 'the target came to an unexpected end' },
  timeout: { glyph: 'T', letter: 'T', tone: 'bad', meaning: 'the target did not answer in time' },
};
