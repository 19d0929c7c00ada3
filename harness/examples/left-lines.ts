import type { ExampleBlock } from './example-block.ts';

/** Lines of a document that are no example and stay behind. */
export interface LeftLines {
  readonly document: string;
  /** The first of them. */
  readonly line: number;
  /** How many they are. */
  readonly lines: number;
  readonly reason: string;
}

/** The examples of a text, and what looks like one and is none. */
export interface TextExamples {
  readonly blocks: readonly ExampleBlock[];
  readonly left: readonly LeftLines[];
}
