import { relative } from 'node:path';
import { InputError } from '../errors.ts';
import { kindOfDocument } from '../examples/documents.ts';
import { readExampleCorpus } from '../examples/corpus.ts';
import { OUTSIDE } from '../examples/example-block.ts';
import { loadSchema, shippedReleases } from '../json-schema/load-schema.ts';
import { SCHEMA_FAMILIES, type SchemaFamily } from '../qapi/model.ts';
import { compareReleases, seriesOfRelease } from '../release/compare-releases.ts';
import {
  parseReleaseRange,
  rangeFromReleases,
  rangeHolds,
  type ReleaseRange,
} from '../release/release-range.ts';
import type { Provenance, Transcript } from '../transcript/transcript.ts';
import { familyOfDocument, schemaOfBlock, type Families } from './families.ts';
import { callsUnknown, fingerprintOf, namesIn } from './fingerprint.ts';
import { lintDialogue } from './lint-dialogue.ts';
import type { DialogueFinding } from './lint-finding.ts';
import type { LintReport, ReportedFinding } from './lint-report.ts';
import { openLintSchema } from './lint-schema.ts';

/** What of the corpus to judge. */
export interface CorpusOptions {
  /** The folder, e.g. `recordings/examples`. */
  readonly folder: string;
  readonly family?: SchemaFamily;
  /** `x.y`; without it, all. */
  readonly release?: string;
}

/**
 * Judges each transcript of the corpus by the schema of each release in whose documentation it stands.
 * @throws {InputError} for a corpus that cannot be read, and a release without a schema.
 */
export function lintCorpus({ folder, family, release }: CorpusOptions): LintReport {
  const { transcripts } = readExampleCorpus(folder);
  const found = new Findings();
  const families = family === undefined ? SCHEMA_FAMILIES : [family];
  const documented = transcripts.map((transcript) => standingsOf(transcript));
  for (const one of families) {
    const standings = documented.flat().filter((standing) => standing.family === one);
    for (const series of releasesToJudge(one, release)) judgeRelease(standings, series, one, found);
  }
  if (release !== undefined && found.examples === 0)
    throw new InputError(`${folder}: no example of release '${release}'; expected some`);
  return found.report();
}

function releasesToJudge(family: SchemaFamily, release: string | undefined): readonly string[] {
  const shipped = shippedReleases(family);
  if (release === undefined) return shipped;
  const series = seriesOfRelease(release);
  if (family === 'qmp' && !shipped.includes(series)) loadSchema(release, family);
  return shipped.filter((one) => one === series);
}

/** A transcript in one document. */
interface Standing {
  readonly transcript: Transcript;
  readonly entry: Provenance;
  readonly range: ReleaseRange;
  readonly family: SchemaFamily;
  /** Judgements of releases whose schemas agree in all that the transcript touches. */
  readonly known: Map<string, readonly DialogueFinding[]>;
}

/** "-> data issued by the Client" explains the notation: it is no dialogue. */
function isNotation({ messages }: Transcript, { definition }: Provenance): boolean {
  return definition === OUTSIDE && messages.every(({ text }) => !/[{}[\]]/.test(text));
}

function standingsOf(transcript: Transcript): readonly Standing[] {
  const known = new Map<string, readonly DialogueFinding[]>();
  return transcript.head.source
    .filter((entry) => !isNotation(transcript, entry))
    .map((entry) => ({
      transcript,
      entry,
      range: parseReleaseRange(entry.releases),
      family: familyOfDocument(entry.document),
      known,
    }));
}

function judgeRelease(
  standings: readonly Standing[],
  release: string,
  family: SchemaFamily,
  found: Findings,
): void {
  const here = standings.filter(({ range }) => rangeHolds(range, release));
  if (here.length === 0) return;
  const schema = openLintSchema(loadSchema(release, family));
  let agent: Families['schema'] | undefined;
  const other = (): Families['schema'] | undefined =>
    shippedReleases('qga').includes(release)
      ? (agent ??= openLintSchema(loadSchema(release, 'qga')))
      : undefined;
  for (const standing of here) {
    const { transcript, entry, known } = standing;
    const text = transcript.messages.map((message) => message.text).join('\n');
    const judge = schemaOfBlock(kindOfDocument(entry.document), text, { family, schema, other });
    const all = callsUnknown(judge, text) ? release : '';
    const key = [entry.definition, all, fingerprintOf(judge, namesIn(text, entry.definition))].join(' ');
    const findings = known.get(key) ?? lintDialogue(transcript.messages, entry.definition, judge);
    known.set(key, findings);
    found.add(standing, release, findings);
  }
}

/** Findings of many releases; the same one in several of them is one. */
class Findings {
  examples = 0;
  private messages = 0;
  private readonly releases = new Set<string>();
  private readonly byKey = new Map<string, { finding: ReportedFinding; readonly releases: Set<string> }>();

  add({ transcript, entry }: Standing, release: string, findings: readonly DialogueFinding[]): void {
    this.examples++;
    this.messages += transcript.messages.length;
    this.releases.add(release);
    for (const found of findings) {
      const { message, rule, pointer, what } = found;
      const key = JSON.stringify([transcript.head.id, message, rule, pointer, what]);
      const { releases } = this.byKey.get(key) ?? { releases: new Set<string>() };
      releases.add(release);
      this.byKey.set(key, { finding: reported(transcript, entry, found), releases });
    }
  }

  report(): LintReport {
    const known = [...this.releases].sort(compareReleases);
    const findings = [...this.byKey.values()].map(({ finding, releases }) => ({
      ...finding,
      releases: rangeFromReleases([...releases], known),
    }));
    findings.sort((a, b) => a.file.localeCompare(b.file) || a.line - b.line);
    return { findings, releases: known, examples: this.examples, messages: this.messages };
  }
}

function reported(
  transcript: Transcript,
  { document, definition }: Provenance,
  { line, message: index, ...finding }: DialogueFinding,
): ReportedFinding {
  const message = transcript.messages[index];
  const first = message?.line ?? 1;
  return {
    ...finding,
    document,
    definition,
    file: relative(process.cwd(), transcript.file),
    line: first + line - 1,
    ...(message !== undefined && {
      message: {
        direction: message.direction,
        text: message.text,
        lines: message.text.split('\n').map((_text, at) => first + at),
      },
    }),
    releases: '',
    example: transcript.head.id,
  };
}
