import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { SchemaFamily } from '../../qapi/model.ts';
import { compareReleases, seriesOfRelease } from '../../release/compare-releases.ts';

/** One heading of QEMU's list of what is deprecated or removed: its words and numbers, not the text below it. */
export interface AnnouncedHeading {
  readonly family: SchemaFamily | 'block-driver';
  /** Without the marks of the text format and without the number. */
  readonly heading: string;
  readonly deprecated?: string;
  readonly removed?: string;
  /** The first release whose documents have it. */
  readonly from: string;
}

/** The lists, over the years; before 3.0 there is none in a file of its own. */
const FILES = [
  'qemu-deprecated.texi',
  'docs/system/deprecated.rst',
  'docs/system/removed-features.rst',
  'docs/about/deprecated.rst',
  'docs/about/removed-features.rst',
];

/**
 * The headings about QMP, the guest agent and block drivers in the documents of releases, each once.
 * @param trees QEMU source trees; those without such documents add nothing.
 */
export function readAnnouncements(
  trees: readonly { readonly release: string; readonly folder: string }[],
): AnnouncedHeading[] {
  const found = new Map<string, AnnouncedHeading>();
  const sorted = [...trees].sort((a, b) => compareReleases(a.release, b.release));
  for (const { release, folder } of sorted) {
    for (const file of FILES.map((name) => join(folder, name)).filter(existsSync)) {
      for (const heading of headingsIn(readFileSync(file, 'utf8'), file.includes('removed'))) {
        const facts = { ...heading, from: seriesOfRelease(release) };
        const key = [facts.family, facts.heading, facts.deprecated, facts.removed].join(' ');
        if (!found.has(key)) found.set(key, facts);
      }
    }
  }
  return [...found.values()];
}

interface Title {
  readonly level: 'chapter' | 'section' | 'item' | 'subitem';
  readonly text: string;
}

function headingsIn(text: string, removedFile: boolean): Omit<AnnouncedHeading, 'from'>[] {
  let isRemoved = removedFile;
  let family: AnnouncedHeading['family'] | undefined;
  let isBlockItem = false;
  const found: Omit<AnnouncedHeading, 'from'>[] = [];
  for (const title of titlesIn(text)) {
    if (title.level === 'chapter') isRemoved = title.text.toLowerCase().includes('removed');
    else if (title.level === 'section') family = familyOf(title.text);
    if (title.level === 'item') isBlockItem = /^block device/i.test(title.text);
    const of = title.level === 'subitem' && isBlockItem ? 'block-driver' : family;
    const heading = of === undefined ? undefined : readHeading(title.text, of, isRemoved);
    if (heading !== undefined) found.push(heading);
  }
  return found;
}

/** Titles of Texinfo and of reStructuredText, which underlines them. */
function* titlesIn(text: string): Generator<Title> {
  const lines = text.split('\n');
  for (const [index, line] of lines.entries()) {
    const texinfo = /^@(node|section|subsection|subsubsection) (.*)$/.exec(line);
    if (texinfo !== null) {
      const [, mark = '', title = ''] = texinfo;
      yield { level: TEXINFO_LEVELS[mark] ?? 'item', text: title };
    } else if (line.trim() !== '' && /^([=\-'^])\1{3,}\s*$/.test(lines[index + 1] ?? '')) {
      yield { level: UNDERLINE_LEVELS[lines[index + 1]?.[0] ?? ''] ?? 'item', text: line };
    }
  }
}

const TEXINFO_LEVELS: Readonly<Record<string, Title['level']>> = {
  node: 'chapter',
  section: 'section',
  subsubsection: 'subitem',
};
const UNDERLINE_LEVELS: Readonly<Record<string, Title['level']>> = {
  '=': 'chapter',
  '-': 'section',
  '^': 'subitem',
};

function familyOf(section: string): AnnouncedHeading['family'] | undefined {
  if (section.includes('(QMP)')) return 'qmp';
  if (/guest agent/i.test(section)) return 'qga';
  return /block device/i.test(section) ? 'block-driver' : undefined;
}

/** `NAMES (since X.Y.Z)` or `NAMES (removed in X.Y)`; what has no number tells nothing. Under "removed" both mean the removal. */
function readHeading(
  text: string,
  family: AnnouncedHeading['family'],
  isRemoved: boolean,
): Omit<AnnouncedHeading, 'from'> | undefined {
  const found = /^(.*?)\s*\((since|removed(?: in)?) ([0-9]+\.[0-9]+)[0-9.]*\)\s*$/i.exec(text);
  if (found === null) return undefined;
  const [, names = '', verb = '', release = ''] = found;
  const heading = names.replaceAll(/``|"|'/g, '').replaceAll(/@var\{([^}]*)\}/g, '$1');
  const removed = isRemoved || /^removed/i.test(verb);
  return { family, heading, ...(removed ? { removed: release } : { deprecated: release }) };
}
