import type { SourceInfo } from './source-info.ts';

/** What a section of a documentation comment tells of (qapi-code-gen, "Documentation comments"). */
export type DocSectionKind =
  'text' | 'member' | 'feature' | 'returns' | 'errors' | 'since' | 'note' | 'example' | 'todo';

/** One section of a documentation comment. */
export interface DocSection {
  readonly kind: DocSectionKind;
  /** The member or feature that it describes; '' for other sections. */
  readonly name: string;
  /** Offset of the line on which it begins. */
  readonly at: number;
  /** The release that its text names, as `since.ts` finds it. */
  readonly since: string | undefined;
}

/** A `##` … `##` comment, taken apart. The first section is its text before all others, often empty. */
export interface DocBlock {
  /** The definition that it names; '' for a free-form comment. */
  readonly symbol: string;
  /** Its first line. */
  readonly info: SourceInfo;
  readonly sections: readonly DocSection[];
  /** The sections that describe members, by the member's name. */
  readonly members: ReadonlyMap<string, DocSection>;
  /** The sections that describe features, by the feature's name. */
  readonly features: ReadonlyMap<string, DocSection>;
}

/** A section that is being read. */
export interface OpenSection extends DocSection {
  since: string | undefined;
}

/** A block that is being read. */
export interface OpenBlock<Section extends OpenSection = OpenSection> {
  symbol: string;
  readonly info: SourceInfo;
  readonly sections: Section[];
  members: Map<string, Section>;
  features: Map<string, Section>;
}

/** Most blocks describe no feature and many no member; these share one map, which nobody writes to. */
const NONE = new Map<string, never>();

/** A block with its first section, still empty. */
export function openBlock<Section extends OpenSection>(info: SourceInfo, body: Section): OpenBlock<Section> {
  return { symbol: '', info, sections: [body], members: NONE, features: NONE };
}

/** Adds a section at the end of a block. */
export function addSection<Section extends OpenSection>(block: OpenBlock<Section>, section: Section): void {
  block.sections.push(section);
  if (section.kind === 'member') {
    if (block.members === NONE) block.members = new Map();
    block.members.set(section.name, section);
  } else if (section.kind === 'feature') {
    if (block.features === NONE) block.features = new Map();
    block.features.set(section.name, section);
  }
}

/** The first section of that kind. */
export function findSection(block: DocBlock, kind: DocSectionKind): DocSection | undefined {
  return block.sections.find((section) => section.kind === kind);
}

const TAGS: ReadonlyMap<string, DocSectionKind> = new Map([
  ['Returns', 'returns'],
  ['Errors', 'errors'],
  ['Since', 'since'],
  ['Note', 'note'],
  ['Notes', 'note'],
  ['Example', 'example'],
  ['Examples', 'example'],
  ['TODO', 'todo'],
]);

/** The kind of section that a tag (without its colon) begins. */
export function kindOfTag(tag: string): DocSectionKind | undefined {
  return TAGS.get(tag);
}
