import type { Transcript, TranscriptMessage } from '../transcript/transcript.ts';
import type { ExampleBlock } from './example-block.ts';

/** An example at one place of one release. */
export interface Standing {
  readonly release: string;
  readonly block: ExampleBlock;
}

/** All places where one example stands. */
export interface ExampleGroup {
  /** Within what no other example is equal to it; see {@link scopeOfBlock}. */
  readonly scope: string;
  readonly messages: readonly TranscriptMessage[];
  readonly existing: Transcript | undefined;
  /** Oldest release first. */
  readonly standings: Standing[];
}
