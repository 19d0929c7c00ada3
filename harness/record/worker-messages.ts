import type { Pair } from './pump.ts';
import type { RecordCount } from './recorder.ts';
import type { RedactionWords } from './redaction.ts';

/** What the thread that pumps is given. */
export interface WorkerData {
  /** Of the transcript: open, and with its front matter in it. */
  readonly transcript: number;
  /** How long that is. */
  readonly headBytes: number;
  /** A socket: a byte comes over it when there is an order. */
  readonly wake: number;
  readonly redaction: RedactionWords | undefined;
}

/** What the thread is told. */
export type WorkerOrder =
  | { readonly kind: 'add'; readonly pair: Pair }
  | { readonly kind: 'refuse'; readonly connection: number }
  | { readonly kind: 'stop' };

/** What it tells. */
export type WorkerReport =
  | { readonly kind: 'ready' }
  | { readonly kind: 'ends'; readonly reason: string }
  | { readonly kind: 'lost'; readonly connection: number }
  | { readonly kind: 'stopped'; readonly count: RecordCount };
