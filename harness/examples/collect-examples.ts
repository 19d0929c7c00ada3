import { isDeepStrictEqual } from 'node:util';
import { compareReleases } from '../release/compare-releases.ts';
import { parseReleaseRange, rangeFromReleases, rangeHolds } from '../release/release-range.ts';
import type { Provenance, Transcript, TranscriptHead, TranscriptMessage } from '../transcript/transcript.ts';
import { messagesFromBlock, type ExampleDialogue } from './block-to-messages.ts';
import { canonicalExample } from './canonical-example.ts';
import { OUTSIDE, titleOfBlock, type ExampleBlock } from './example-block.ts';
import type { ExampleGroup, Standing } from './example-group.ts';
import { nameGroups } from './example-identity.ts';
import { MANUAL_PAGE } from './manual-page.ts';

/** The examples of one documentation. */
export interface ReleaseExamples {
  /** `x.y`. */
  readonly release: string;
  readonly kind: 'qapi' | 'manual-page';
  readonly blocks: readonly ExampleBlock[];
  /** Lines of literal blocks that are no examples and stay behind. */
  readonly outside: readonly number[];
}

/** Something about the documentation that a human should know. */
export interface ImportFinding {
  readonly release: string;
  /** `document:line`. */
  readonly place: string;
  readonly definition: string;
  readonly kind: 'no-message' | 'no-text' | 'no-arrow' | 'malformed' | 'outside-example' | 'gone';
  readonly text: string;
}

/** A transcript of the corpus after an import. */
export interface CollectedExample {
  readonly head: TranscriptHead;
  readonly messages: readonly TranscriptMessage[];
  /** `provenance`: only the releases in which it stands have changed. */
  readonly change: 'new' | 'provenance' | 'none';
}

/** What an import makes of documentation and the corpus that stands. */
export interface Collection {
  readonly examples: readonly CollectedExample[];
  readonly findings: readonly ImportFinding[];
}

/**
 * Puts the examples of several releases together. Equal examples of one definition are one transcript (see
 * {@link canonicalExample}); one that stands already in the corpus keeps its identity, its text and whatever else
 * its head says, and only learns of further releases. `imported`: the releases that the corpus was made from.
 */
export function collectExamples(
  releases: readonly ReleaseExamples[],
  existing: readonly Transcript[],
  imported: readonly string[],
): Collection {
  const findings: ImportFinding[] = [];
  const groups = groupsFromTranscripts(existing);
  for (const release of [...releases].sort((a, b) => compareReleases(a.release, b.release))) {
    addRelease(groups, release, findings);
  }
  const all = [...groups.values()];
  const ids = nameGroups(all);
  const context = { imported, known: [...new Set([...imported, ...releases.map(({ release }) => release)])] };
  const examples = all.map((group) => exampleFromGroup(group, ids.get(group) ?? '', context));
  findings.push(...examplesGone(all, releases, imported));
  return { examples, findings };
}

function groupsFromTranscripts(transcripts: readonly Transcript[]): Map<string, ExampleGroup> {
  const groups = new Map<string, ExampleGroup>();
  const counted = occurrences();
  for (const existing of transcripts) {
    const definition = existing.head.source[0]?.definition ?? OUTSIDE;
    const { messages } = existing;
    groups.set(counted(definition, messages), { definition, messages, existing, standings: [] });
  }
  return groups;
}

/** Names an example by definition and content; a second equal one, in the same release, gets a name of its own. */
function occurrences(): (definition: string, messages: readonly TranscriptMessage[]) => string {
  const seen = new Map<string, number>();
  return (definition, messages) => {
    const key = `${definition}\n${canonicalExample(messages)}`;
    const count = (seen.get(key) ?? 0) + 1;
    seen.set(key, count);
    return `${count}\n${key}`;
  };
}

function addRelease(
  groups: Map<string, ExampleGroup>,
  { release, blocks, outside }: ReleaseExamples,
  findings: ImportFinding[],
): void {
  for (const line of outside) {
    const text = 'a literal block that is no example is left out';
    findings.push({
      release,
      place: `${MANUAL_PAGE}:${line}`,
      definition: OUTSIDE,
      kind: 'outside-example',
      text,
    });
  }
  const counted = occurrences();
  for (const block of blocks) {
    const dialogue = messagesFromBlock(block);
    const { messages } = dialogue;
    findings.push(...findingsOfBlock(release, block, dialogue));
    if (messages.length === 0) continue;
    const key = counted(block.definition, messages);
    const group = groups.get(key);
    // The newest text is kept: it is the one that readers can look up.
    if (group === undefined) groups.set(key, newGroup(block, messages, { release, block }));
    else if (group.existing !== undefined) group.standings.push({ release, block });
    else groups.set(key, { ...group, messages, standings: [...group.standings, { release, block }] });
  }
}

function newGroup(
  block: ExampleBlock,
  messages: readonly TranscriptMessage[],
  standing: Standing,
): ExampleGroup {
  return { definition: block.definition, messages, existing: undefined, standings: [standing] };
}

function findingsOfBlock(release: string, block: ExampleBlock, dialogue: ExampleDialogue): ImportFinding[] {
  const { document, definition } = block;
  const at = (line: number, kind: ImportFinding['kind'], text: string): ImportFinding => {
    return { release, place: `${document}:${line}`, definition, kind, text };
  };
  const { messages, arrowless, empty } = dialogue;
  const malformed = messages.flatMap(({ body, line }) =>
    body.kind === 'malformed' ? [at(line, 'malformed', body.reason)] : [],
  );
  return [
    ...malformed,
    ...arrowless.map((line) => at(line, 'no-arrow', 'a message without an arrow')),
    ...empty.map((line) => at(line, 'no-text', 'an arrow without a message is left out')),
    ...(messages.length === 0
      ? [at(block.line, 'no-message', 'an example without a message is left out')]
      : []),
  ];
}

/** Releases that the corpus was made from, before and after this import. */
interface ReleaseContext {
  readonly imported: readonly string[];
  readonly known: readonly string[];
}

function exampleFromGroup(group: ExampleGroup, id: string, context: ReleaseContext): CollectedExample {
  const { existing, messages } = group;
  const source = provenanceOf(group, context);
  if (existing === undefined) {
    const head = { id, source, match: [], substitute: [], ...(group.definition === OUTSIDE && NOTATION) };
    return { head, messages, change: 'new' };
  }
  const same = isDeepStrictEqual(source, existing.head.source);
  return { head: { ...existing.head, source }, messages, change: same ? 'none' : 'provenance' };
}

const NOTATION = { missing: 'it explains the notation and is no dialogue' };

/** One entry per document, in the order in which the example came to stand there. */
function provenanceOf(group: ExampleGroup, { imported, known }: ReleaseContext): Provenance[] {
  const entries = (group.existing?.head.source ?? []).map((entry) => ({
    entry,
    releases: releasesInRange(entry.releases, imported),
  }));
  for (const { release, block } of group.standings) {
    const { document, definition } = block;
    const title = titleOfBlock(block);
    const found = entries.find(({ entry }) => entry.document === document && entry.definition === definition);
    found?.releases.push(release);
    if (found !== undefined && title !== undefined && group.existing === undefined) {
      found.entry = { ...found.entry, title };
    } else if (found === undefined) {
      const entry = { document, definition, releases: release, ...(title !== undefined && { title }) };
      entries.push({ entry, releases: [release] });
    }
  }
  // What people wrote about releases that were never imported stays as they wrote it.
  return entries.map(({ entry, releases }) =>
    releases.length === 0 ? entry : { ...entry, releases: rangeFromReleases(releases, known) },
  );
}

function releasesInRange(text: string, known: readonly string[]): string[] {
  const range = parseReleaseRange(text);
  return known.filter((release) => rangeHolds(range, release));
}

/** Examples that the corpus says to stand in a release whose documentation, read again, does not have them. */
function examplesGone(
  groups: readonly ExampleGroup[],
  releases: readonly ReleaseExamples[],
  imported: readonly string[],
): ImportFinding[] {
  return groups.flatMap(({ existing, standings }) =>
    (existing?.head.source ?? []).flatMap((entry) =>
      releasesInRange(entry.releases, imported)
        .filter((release) =>
          releases.some((read) => read.release === release && documents(read).has(entry.document)),
        )
        .filter(
          (release) => !standings.some((s) => s.release === release && s.block.document === entry.document),
        )
        .map((release) => ({
          release,
          place: entry.document,
          definition: entry.definition,
          kind: 'gone' as const,
          text: `${existing?.head.id ?? ''} is said to stand here and does not`,
        })),
    ),
  );
}

function documents({ blocks }: ReleaseExamples): ReadonlySet<string> {
  return new Set(blocks.map(({ document }) => document));
}
