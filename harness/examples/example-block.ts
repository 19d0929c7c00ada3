import type { DocLine } from '../qapi/language/read-doc-comments.ts';

/** Stands for the definition where an example belongs to none, and explains how examples are written. */
export const OUTSIDE = '-';

/** One documented example: what stands in the documentation of one definition, and belongs together. */
export interface ExampleBlock {
  /** E.g. `qapi/migration.json`. */
  readonly document: string;
  /** The definition in whose documentation it stands, or {@link OUTSIDE}. */
  readonly definition: string;
  /** Line (from 1) of its first line. */
  readonly line: number;
  /**
   * Line of the heading or directive under which it stands. Several examples share it where an "Example:" section
   * holds more than one; documentation is counted by it.
   */
  readonly section: number;
  /** What is written over it, however long; identities are made of it, and it stays behind. */
  readonly label?: string;
  /** Heading of the section in which it stands, in manual pages (they name no schema file) and texts of `docs/`. */
  readonly heading?: string;
  readonly lines: readonly DocLine[];
}

const MAX_TITLE_WORDS = 8;
const MAX_LABEL_WORDS = 30;

/**
 * What a text in front of an example calls it: without number, markup and final mark. `undefined` for a word alone
 * ("or"), and for what is too long to name anything.
 */
export function labelFromText(text: string): string | undefined {
  const label = text
    .replace(/^\s*\d+[.)]\s*/, '')
    .replaceAll(/[`@*]/g, '')
    .replaceAll(/\s+/g, ' ')
    .trim()
    .replace(/[:.;]+$/, '')
    .trim();
  const words = label.split(' ').length;
  return words >= 2 && words <= MAX_LABEL_WORDS && /^[\p{L}\p{N}]/u.test(label) ? label : undefined;
}

/** The label as a title that may be kept: a few words that identify. Anything longer is prose. */
export function titleOfBlock({ label }: ExampleBlock): string | undefined {
  return label !== undefined && label.split(' ').length <= MAX_TITLE_WORDS ? label : undefined;
}
