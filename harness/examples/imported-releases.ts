import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { InputError } from '../errors.ts';
import { readJson } from '../json/read-json.ts';
import { isJsonArray, isJsonObject, type JsonValue } from '../json/value.ts';
import { writeJson } from '../json/write-json.ts';
import { compareReleases } from '../release/compare-releases.ts';
import { messagesFromBlock } from './block-to-messages.ts';
import type { ReleaseExamples } from './collect-examples.ts';

/** What was found in one documentation, so that the corpus can be counted against it. */
export interface ImportedRelease {
  /** `x.y`. */
  readonly release: string;
  readonly kind: 'qapi' | 'manual-page';
  /** Sections, directives or literal blocks, as a reader counts them. */
  readonly blocks: number;
  /** What the blocks come to after those with several independent examples were cut. */
  readonly examples: number;
  readonly messages: number;
  /** Messages that were documented without an arrow; `messages` has them too. */
  readonly arrowless: number;
  readonly malformed: number;
}

const FILE = 'releases.json';

/** Counts what stands in a documentation. */
export function countExamples({ release, kind, blocks }: ReleaseExamples): ImportedRelease {
  const dialogues = blocks.map(messagesFromBlock);
  const messages = dialogues.flatMap((dialogue) => dialogue.messages);
  return {
    release,
    kind,
    blocks: new Set(blocks.map(({ document, section }) => `${document}:${section}`)).size,
    examples: dialogues.filter((dialogue) => dialogue.messages.length > 0).length,
    messages: messages.length,
    arrowless: dialogues.flatMap(({ arrowless }) => arrowless).length,
    malformed: messages.filter(({ body }) => body.kind === 'malformed').length,
  };
}

/** The list with `added` put in; what was read again replaces what was known of it. */
export function mergeImported(
  known: readonly ImportedRelease[],
  added: readonly ImportedRelease[],
): readonly ImportedRelease[] {
  const kept = known.filter(
    (old) => !added.some(({ release, kind }) => release === old.release && kind === old.kind),
  );
  return [...kept, ...added].sort(
    (left, right) => compareReleases(left.release, right.release) || left.kind.localeCompare(right.kind),
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
  const { release, kind } = entry;
  if (typeof release !== 'string' || (kind !== 'qapi' && kind !== 'manual-page')) {
    throw new InputError(`${file}: an entry without release and kind`);
  }
  const count = (name: string): number => {
    const value = entry[name];
    if (typeof value !== 'number') throw new InputError(`${file}: ${release}: ${name} is no number`);
    return value;
  };
  return {
    release,
    kind,
    blocks: count('blocks'),
    examples: count('examples'),
    messages: count('messages'),
    arrowless: count('arrowless'),
    malformed: count('malformed'),
  };
}

/** One release to a line, so that a new one is one line of a diff. */
export function writeImportedReleases(folder: string, imported: readonly ImportedRelease[]): void {
  mkdirSync(folder, { recursive: true });
  const lines = imported.map((entry) => `  ${writeJson({ ...entry }, { spaced: true })}`);
  writeFileSync(join(folder, FILE), `[\n${lines.join(',\n')}\n]\n`);
}
