import { isDeepStrictEqual } from 'node:util';
import { compareReleases } from '../release/compare-releases.ts';
import { parseReleaseRange, rangeFromReleases, rangeHolds } from '../release/release-range.ts';
import type { Provenance, Transcript, TranscriptHead, TranscriptMessage } from '../transcript/transcript.ts';
import { messagesFromBlock, type ExampleDialogue } from './block-to-messages.ts';
import { canonicalExample } from './canonical-example.ts';
import { kindOfDocument, NOTATION, scopeOfBlock, scopeOfId, type DocumentKind } from './documents.ts';
import { OUTSIDE, titleOfBlock, type ExampleBlock } from './example-block.ts';
import type { ExampleGroup, Standing } from './example-group.ts';
import { nameGroups, type ReleaseModules } from './example-identity.ts';
import type { TextExamples } from './left-lines.ts';

/** The examples of all documents of one kind in one release. */
export interface ReleaseExamples extends TextExamples, ReleaseModules {
  readonly kind: DocumentKind;
  /** What was read, also where it holds no example. */
  readonly documents: ReadonlySet<string>;
}

/** Something about the documentation that a human should know. */
export interface ImportFinding {
  readonly release: string;
  /** `document:line`. */
  readonly place: string;
  readonly definition: string;
  readonly kind:
    'no-message' | 'no-text' | 'no-arrow' | 'malformed' | 'repeated' | 'outside-example' | 'gone';
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
 * Puts the examples of several releases together. Equal examples of one scope, e.g. one definition, are one transcript
 * (see {@link canonicalExample} and {@link scopeOfBlock}); one that stands already in the corpus keeps its identity, its text and whatever else
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
  const ids = nameGroups(all, releases);
  const read = releases.filter(({ kind }) => kind !== 'unreleased').map(({ release }) => release);
  const context = { imported, known: [...new Set([...imported, ...read])] };
  const examples = all.map((group) => exampleFromGroup(group, ids.get(group) ?? '', context));
  findings.push(...examplesGone(all, releases, imported));
  return { examples, findings };
}

function groupsFromTranscripts(transcripts: readonly Transcript[]): Map<string, ExampleGroup> {
  const groups = new Map<string, ExampleGroup>();
  for (const existing of transcripts) {
    const { messages, head } = existing;
    const scope = scopeOfId(head.id, head.source[0]?.definition ?? OUTSIDE);
    groups.set(keyOfExample(scope, messages), { scope, messages, existing, standings: [] });
  }
  return groups;
}

/** Equal for equal examples of one scope. */
export function keyOfExample(scope: string, messages: readonly TranscriptMessage[]): string {
  return `${scope}\n${canonicalExample(messages)}`;
}

function addRelease(
  groups: Map<string, ExampleGroup>,
  { release, blocks, left }: ReleaseExamples,
  findings: ImportFinding[],
): void {
  for (const { document, line, reason } of left) {
    const text = `${reason}: left out`;
    findings.push({
      release,
      place: `${document}:${line}`,
      definition: OUTSIDE,
      kind: 'outside-example',
      text,
    });
  }
  const seen = new Map<string, ExampleBlock>();
  for (const block of blocks) {
    const dialogue = messagesFromBlock(block);
    const { messages } = dialogue;
    findings.push(...findingsOfBlock(release, block, dialogue));
    if (messages.length === 0) continue;
    const scope = scopeOfBlock(block);
    const key = keyOfExample(scope, messages);
    const first = seen.get(key);
    if (first !== undefined) findings.push(repetition(release, block, first));
    else seen.set(key, block);
    if (first?.document !== block.document)
      addStanding(groups, key, { scope, messages, standing: { release, block } });
  }
}

interface FoundExample {
  readonly scope: string;
  readonly messages: readonly TranscriptMessage[];
  readonly standing: Standing;
}

function addStanding(
  groups: Map<string, ExampleGroup>,
  key: string,
  { scope, messages, standing }: FoundExample,
): void {
  const group = groups.get(key);
  // The newest text is kept: it is the one that readers can look up.
  if (group === undefined) groups.set(key, { scope, messages, existing: undefined, standings: [standing] });
  else if (group.existing !== undefined) group.standings.push(standing);
  else groups.set(key, { ...group, messages, standings: [...group.standings, standing] });
}

function repetition(release: string, block: ExampleBlock, first: ExampleBlock): ImportFinding {
  const { document, definition, line } = block;
  const text = `the same example as ${first.document}:${first.line}`;
  return { release, place: `${document}:${line}`, definition, kind: 'repeated', text };
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
    ...(hasArrows(block) ? arrowless : []).map((line) => at(line, 'no-arrow', 'a message without an arrow')),
    ...empty.map((line) => at(line, 'no-text', 'an arrow without a message is left out')),
    ...(messages.length === 0
      ? [at(block.line, 'no-message', 'an example without a message is left out')]
      : []),
  ];
}

/** Lists of events and most texts of `docs/` never had arrows. */
function hasArrows({ document }: ExampleBlock): boolean {
  const kind = kindOfDocument(document);
  return kind !== 'events' && kind !== 'docs';
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
    const explains = group.scope === OUTSIDE || group.scope.endsWith(`/${NOTATION}`);
    const head = { id, source, match: [], substitute: [], ...(explains && EXPLANATION) };
    return { head, messages, change: 'new' };
  }
  const same = isDeepStrictEqual(source, existing.head.source);
  return { head: { ...existing.head, source }, messages, change: same ? 'none' : 'provenance' };
}

const EXPLANATION = { missing: 'it explains the notation and is no dialogue' };

/** An entry while releases are added to it. */
interface OpenEntry {
  entry: Provenance;
  readonly releases: string[];
}

/** One entry per document, in the order in which the example came to stand there. */
function provenanceOf(group: ExampleGroup, { imported, known }: ReleaseContext): Provenance[] {
  const entries: OpenEntry[] = (group.existing?.head.source ?? []).map((entry) => ({
    entry,
    releases: releasesInRange(entry.releases, isUnreleased(entry) ? endsOfRange(entry.releases) : imported),
  }));
  for (const { release, block } of group.standings) {
    const { document, definition } = block;
    const title = titleOfBlock(block);
    const found = entries.find(({ entry }) => entry.document === document && entry.definition === definition);
    if (found !== undefined) addToEntry(found, release, block.line);
    if (found !== undefined && title !== undefined && group.existing === undefined) {
      found.entry = { ...found.entry, title };
    } else if (found === undefined) {
      const entry = {
        document,
        definition,
        releases: release,
        line: block.line,
        ...(title !== undefined && { title }),
      };
      entries.push({ entry, releases: [release] });
    }
  }
  // What people wrote about releases that were never imported stays as they wrote it.
  return entries.map(({ entry, releases }) =>
    releases.length === 0 ? entry : { ...entry, releases: rangeFromReleases(releases, known) },
  );
}

/** The line is that of the newest release. */
function addToEntry(open: OpenEntry, release: string, line: number): void {
  if (!open.releases.some((other) => compareReleases(other, release) > 0))
    open.entry = { ...open.entry, line };
  open.releases.push(release);
}

function isUnreleased({ document }: Provenance): boolean {
  return kindOfDocument(document) === 'unreleased';
}

/** The releases that a range names: those for which fragments were given. */
function endsOfRange(text: string): string[] {
  return parseReleaseRange(text).spans.flatMap(({ from, to }) =>
    [from, to].filter((end) => end !== undefined),
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
          releases.some((read) => read.release === release && read.documents.has(entry.document)),
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
