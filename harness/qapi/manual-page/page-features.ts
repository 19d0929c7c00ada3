import type { PageDefinition, PageFeature } from './page-definition.ts';
import { plainText } from './roff.ts';

/** Which features are the definition's, and which its members'. */
export interface PageFeatures {
  readonly own: readonly string[];
  readonly ofMembers: ReadonlyMap<string, readonly string[]>;
}

/** The special features: members may have them, and pages since 10.0 say above the description whether a definition has. */
const SPECIAL = ['deprecated', 'unstable'];

/**
 * Whose features are: the page lists those of a definition and of its members in one list. `deprecated` and `unstable`
 * are the members' that the text begins with ("Members A and B are ..."); they are the definition's where the page says
 * so above its description or, on pages that do not, where the text names no member. What else a text may say of whom
 * is not understood: where neither holds, the feature is nobody's. All other features are the definition's.
 */
export function featuresOfPage(page: PageDefinition): PageFeatures {
  const names = new Set(page.rows.flatMap((row) => (row.kind === 'member' ? [row.name] : [])));
  const own: string[] = [];
  const ofMembers = new Map<string, string[]>();
  for (const feature of page.features) {
    const members = SPECIAL.includes(feature.name) ? membersOf(feature, names) : [];
    for (const member of members) ofMembers.set(member, [...(ofMembers.get(member) ?? []), feature.name]);
    if (isOwn(page, feature, members)) own.push(feature.name);
  }
  for (const mark of page.marks ?? []) if (!own.includes(mark)) own.push(mark);
  return { own, ofMembers };
}

function isOwn(page: PageDefinition, feature: PageFeature, members: readonly string[]): boolean {
  if (page.marks?.includes(feature.name) === true) return true;
  return members.length === 0 && (page.marks === undefined || !SPECIAL.includes(feature.name));
}

/** "Members A and B are deprecated"; "All members starting with x- are ...". */
const SUBJECT =
  /^(?:(?:Member|Value|Argument)s? (?<names>.+?)|All members starting with (?<prefix>\S+)) (?:is|are) /;

/** The members that a text about a feature begins with. */
function membersOf(feature: PageFeature, names: ReadonlySet<string>): string[] {
  const text = plainText(feature.text)
    .replaceAll('\n', ' ')
    .replace(/^\S+ -- /, '');
  const { names: listed, prefix } = SUBJECT.exec(text)?.groups ?? {};
  if (prefix !== undefined) return [...names].filter((name) => name.startsWith(prefix));
  return (listed ?? '').split(/,? and |, /).filter((name) => names.has(name));
}
