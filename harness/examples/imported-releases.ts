import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { InputError } from '../errors.ts';
import { readJson } from '../json/read-json.ts';
import { isJsonArray, isJsonObject, type JsonObject, type JsonValue } from '../json/value.ts';
import { writeJson } from '../json/write-json.ts';
import { compareReleases } from '../release/compare-releases.ts';
import { messagesFromBlock, type ExampleDialogue } from './block-to-messages.ts';
import { keyOfExample, type ReleaseExamples } from './collect-examples.ts';
import { DOCUMENT_KINDS, scopeOfBlock, type DocumentKind } from './documents.ts';

/** What was found in one documentation, so that the corpus can be counted against it. */
export interface ImportedRelease {
  /** `x.y`. */
  readonly release: string;
  readonly kind: DocumentKind;
  /** Sections, directives or literal blocks, as a reader counts them. */
  readonly blocks: number;
  /** What the blocks come to after those with several independent examples were cut. */
  readonly examples: number;
  readonly messages: number;
  /** Messages of the client among them. Absent from lists that are older than this number. */
  readonly client?: number;
  /** Messages that were documented without an arrow; `messages` has them too. */
  readonly arrowless: number;
  readonly malformed: number;
  /** How much of this stands a second time in documents of the same kind; the corpus has it once. */
  readonly repeated?: RepeatedExamples;
}

/** What the corpus has once, although a documentation has it more often. */
export interface RepeatedExamples {
  readonly examples: number;
  readonly messages: number;
  readonly client: number;
  readonly malformed: number;
}

const FILE = 'releases.json';

/** Counts what stands in the documents of one kind. */
export function countExamples({ release, kind, blocks }: ReleaseExamples): ImportedRelease {
  const seen = new Set<string>();
  const found: ExampleDialogue[] = [];
  const repeated: ExampleDialogue[] = [];
  for (const block of blocks) {
    const dialogue = messagesFromBlock(block);
    if (dialogue.messages.length === 0) continue;
    const key = keyOfExample(scopeOfBlock(block), dialogue.messages);
    if (seen.has(key)) repeated.push(dialogue);
    seen.add(key);
    found.push(dialogue);
  }
  return {
    release,
    kind,
    blocks: new Set(blocks.map(({ document, section }) => `${document}:${section}`)).size,
    ...sumOfDialogues(found),
    arrowless: found.flatMap(({ arrowless }) => arrowless).length,
    ...(repeated.length > 0 && { repeated: sumOfDialogues(repeated) }),
  };
}

function sumOfDialogues(dialogues: readonly ExampleDialogue[]): RepeatedExamples {
  const messages = dialogues.flatMap((dialogue) => dialogue.messages);
  return {
    examples: dialogues.length,
    messages: messages.length,
    client: messages.filter(({ direction }) => direction === '->').length,
    malformed: messages.filter(({ body }) => body.kind === 'malformed').length,
  };
}

/** The list with `added` put in; what was read again replaces what was known of it. Kinds without example stay out. */
export function mergeImported(
  known: readonly ImportedRelease[],
  added: readonly ImportedRelease[],
): readonly ImportedRelease[] {
  const kept = known.filter(
    (old) => !added.some(({ release, kind }) => release === old.release && kind === old.kind),
  );
  return [...kept, ...added.filter(({ blocks }) => blocks > 0)].sort(
    (left, right) =>
      compareReleases(left.release, right.release) ||
      DOCUMENT_KINDS.indexOf(left.kind) - DOCUMENT_KINDS.indexOf(right.kind),
  );
}

/** @throws {InputError} for a list that is none. */
export function readImportedReleases(folder: string): readonly ImportedRelease[] {
  const file = join(folder, FILE);
  if (!existsSync(file)) return [];
  const list = readJson(readFileSync(file, 'utf8'));
  if (!isJsonArray(list)) throw new InputError(`${file}: no list; expected one entry per release`);
  return list.map((entry) => importedFromJson(entry, file));
}

function importedFromJson(entry: JsonValue, file: string): ImportedRelease {
  if (!isJsonObject(entry)) throw new InputError(`${file}: an entry that is no object`);
  const { release, repeated } = entry;
  const kind = DOCUMENT_KINDS.find((known) => known === entry['kind']);
  if (typeof release !== 'string' || kind === undefined) {
    throw new InputError(`${file}: an entry without release and kind`);
  }
  const place = `${file}: ${release}`;
  return {
    release,
    kind,
    blocks: numberOf(entry, 'blocks', place),
    examples: numberOf(entry, 'examples', place),
    messages: numberOf(entry, 'messages', place),
    ...(entry['client'] !== undefined && { client: numberOf(entry, 'client', place) }),
    malformed: numberOf(entry, 'malformed', place),
    arrowless: numberOf(entry, 'arrowless', place),
    ...(repeated !== undefined && { repeated: repeatedFromJson(repeated, place) }),
  };
}

function repeatedFromJson(value: JsonValue, place: string): RepeatedExamples {
  if (!isJsonObject(value)) throw new InputError(`${place}: repeated is no object`);
  return {
    examples: numberOf(value, 'examples', place),
    messages: numberOf(value, 'messages', place),
    client: numberOf(value, 'client', place),
    malformed: numberOf(value, 'malformed', place),
  };
}

function numberOf(entry: JsonObject, name: string, place: string): number {
  const value = entry[name];
  if (typeof value !== 'number') throw new InputError(`${place}: ${name} is no number`);
  return value;
}

/** One release to a line, so that a new one is one line of a diff. */
export function writeImportedReleases(folder: string, imported: readonly ImportedRelease[]): void {
  mkdirSync(folder, { recursive: true });
  const lines = imported.map((entry) => `  ${writeJson(jsonOfEntry(entry), { spaced: true })}`);
  writeFileSync(join(folder, FILE), `[\n${lines.join(',\n')}\n]\n`);
}

function jsonOfEntry({ repeated, ...counts }: ImportedRelease): JsonObject {
  return { ...counts, ...(repeated !== undefined && { repeated: { ...repeated } }) };
}
