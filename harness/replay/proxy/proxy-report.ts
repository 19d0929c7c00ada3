import type { Replayed } from '../replay-transcript.ts';
import type { Misdeed } from './compare-logs.ts';
import type { DelayFigures } from './delays.ts';

/** Something that a proxy did and a transparent one does not. */
export type ProxyFinding = { readonly connection: number; readonly direction: '->' | '<-' } & (
  | Misdeed
  | {
      /** It ended a connection (`->`: its own to the server) that the other side had not ended. */
      readonly kind: 'closed';
    }
);

/** A transcript directly and through a proxy. */
export interface ProxyReport {
  readonly direct: Replayed;
  readonly through: Replayed;
  readonly findings: readonly ProxyFinding[];
  /** Messages that say the same in other words. */
  readonly respelled: number;
  /** How long messages took in the proxy; for a proxy that stands, how much longer responses took. */
  readonly delays: { readonly toServer?: DelayFigures; readonly toClient?: DelayFigures };
}

/** Tells whether a proxy did what it should: nothing. */
export function isTransparent({ findings, direct, through }: ProxyReport): boolean {
  return findings.length === 0 && direct.performance.verdict === through.performance.verdict;
}
