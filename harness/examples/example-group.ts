import type { Transcript, TranscriptMessage } from '../transcript/transcript.ts';
import type { ExampleBlock } from './example-block.ts';

/** An example at one place of one release. */
export interface Standing {
  readonly release: string;
  readonly block: ExampleBlock;
}

/** All places where one example stands. */
export interface ExampleGroup {
  readonly definition: string;
  readonly messages: readonly TranscriptMessage[];
  readonly existing: Transcript | undefined;
  /** Oldest release first. */
  readonly standings: Standing[];
}
