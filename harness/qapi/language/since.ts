import { compareReleases } from '../../release/compare-releases.ts';
import type { DocBlock, DocSection, DocSectionKind } from './doc-block.ts';

const RELEASE = /(\d+\.\d+(?:\.\d+)?)/;
/** A line of its own, as definitions have it where no tag was recognized. */
const SINCE_LINE = /^since\s*:?\s*(?:QEMU\s+)?(\d+\.\d+(?:\.\d+)?)/im;
/** In the text of a member: in parentheses, first there or after `,` or `;`. */
const SINCE_NOTE = /[(,;]\s*since\s*:?\s+(?:QEMU\s+)?(\d+\.\d+(?:\.\d+)?)(?![\w-])/gi;
/** The text begins with it, or it is a sentence of its own at the end. */
const SINCE_FIRST = /^\s*since\s*:?\s+(?:QEMU\s+)?(\d+\.\d+(?:\.\d+)?)(?![\w-])/i;
const SINCE_LAST = /(?:[.)]\s+|(?=since\s*:))since\s*:?\s+(?:QEMU\s+)?(\d+\.\d+(?:\.\d+)?)\.?\s*$/i;

/** The release that the documentation of a definition names as its first, as written: `1.2`, `0.14.0`. */
export function sinceOfBlock(block: DocBlock): string | undefined {
  const tells = ({ kind, since }: DocSection): boolean => since !== undefined && kind !== 'member';
  const tag = block.sections.find((section) => section.kind === 'since' && tells(section));
  return (tag ?? block.sections.find(tells))?.since;
}

/**
 * The release that the text of a section names: for a member (or value) as {@link sinceOfText}, else that of the
 * definition. Of a feature none is asked.
 */
export function sinceOfSection(kind: DocSectionKind, text: string): string | undefined {
  switch (kind) {
    case 'feature':
      return undefined;
    case 'since':
      return RELEASE.exec(text)?.[1];
    case 'member':
      return text.includes('ince') ? sinceOfText(text) : undefined;
    default:
      return text.includes('ince') ? SINCE_LINE.exec(text)?.[1] : undefined;
  }
}

/**
 * The release that the text of a member or value names as its first: `(since 2.4)`, `(default: false; Since: 6.0)`. Where
 * it names several, some are of what the member takes; the oldest is its own.
 */
export function sinceOfText(text: string): string | undefined {
  let oldest = (SINCE_FIRST.exec(text) ?? SINCE_LAST.exec(text))?.[1];
  for (const [, release = ''] of text.matchAll(SINCE_NOTE)) {
    if (oldest === undefined || compareReleases(release, oldest) < 0) oldest = release;
  }
  return oldest;
}
