import { parseReleaseRange, rangeHolds } from '../release/release-range.ts';
import type { Transcript } from '../transcript/transcript.ts';
import type { ExampleCorpus } from './corpus.ts';
import type { ImportedRelease } from './imported-releases.ts';
import { kindOfDocument } from './documents.ts';

/** How many examples the corpus has. */
export interface CorpusStats {
  readonly releases: readonly ReleaseStats[];
  readonly modules: readonly ModuleStats[];
  readonly transcripts: number;
  readonly messages: number;
  readonly client: number;
  readonly malformed: number;
}

/** A documentation, and what the corpus has of it; `found` and `held` differ where something was lost. */
interface ReleaseStats {
  readonly found: ImportedRelease;
  readonly held: Held;
}

interface ModuleStats extends Held {
  readonly module: string;
}

interface Held {
  readonly examples: number;
  readonly messages: number;
  /** Messages of the client. */
  readonly client: number;
  readonly malformed: number;
}

/** Counts the corpus, or what of it stands in one release. */
export function countCorpus(corpus: ExampleCorpus, release?: string): CorpusStats {
  const transcripts = release === undefined ? corpus.transcripts : examplesOfRelease(corpus, release);
  const imported = corpus.imported.filter((entry) => release === undefined || entry.release === release);
  const { examples, ...rest } = count(transcripts);
  return {
    releases: imported.map((found) => ({
      found,
      held: count(corpus.transcripts.filter((transcript) => standsIn(transcript, found.release, found.kind))),
    })),
    modules: modulesOf(transcripts).map((module) => ({
      module,
      ...count(transcripts.filter((transcript) => moduleOf(transcript) === module)),
    })),
    transcripts: examples,
    ...rest,
  };
}

function modulesOf(transcripts: readonly Transcript[]): readonly string[] {
  return [...new Set(transcripts.map(moduleOf))].sort();
}

function moduleOf({ head }: Transcript): string {
  return head.id.split('/')[1] ?? '';
}

/** The examples that stand in the documentation of a release. */
export function examplesOfRelease({ transcripts }: ExampleCorpus, release: string): readonly Transcript[] {
  return transcripts.filter((transcript) => standsIn(transcript, release));
}

function standsIn({ head }: Transcript, release: string, kind?: ImportedRelease['kind']): boolean {
  return head.source.some(({ document, releases }) => {
    return (
      (kind === undefined || kind === kindOfDocument(document)) &&
      rangeHolds(parseReleaseRange(releases), release)
    );
  });
}

function count(transcripts: readonly Transcript[]): Held {
  const messages = transcripts.flatMap((transcript) => transcript.messages);
  return {
    examples: transcripts.length,
    messages: messages.length,
    client: messages.filter(({ direction }) => direction === '->').length,
    malformed: messages.filter(({ body }) => body.kind === 'malformed').length,
  };
}
