import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { InputError } from '../errors.ts';
import { compareReleases, isRelease } from '../release/compare-releases.ts';
import { collectExamples, type CollectedExample, type ImportFinding } from './collect-examples.ts';
import { readExampleCorpus, writeExampleCorpus } from './corpus.ts';
import { countExamples, mergeImported, type ImportedRelease } from './imported-releases.ts';
import { readDocumentation, type DocumentationSource } from './read-documentation.ts';

/** What an import found and changed. */
export interface ImportResult {
  /** What was read now. */
  readonly read: readonly ImportedRelease[];
  readonly examples: readonly CollectedExample[];
  readonly findings: readonly ImportFinding[];
}

/**
 * Reads documentation and brings the corpus in `folder` up to it.
 * @throws {InputError} for documentation or transcripts that cannot be read; then nothing was written.
 */
export function importExamples(
  sources: readonly DocumentationSource[],
  folder: string,
  options: { readonly dryRun: boolean },
): ImportResult {
  const corpus = readExampleCorpus(folder);
  const documentation = sources.flatMap(readDocumentation);
  // A fragment says nothing of the release that it was given for.
  const whole = corpus.imported.filter(({ kind }) => kind !== 'unreleased');
  const releases = [...new Set(whole.map(({ release }) => release))];
  const { examples, findings } = collectExamples(documentation, corpus.transcripts, releases);
  const read = documentation.map(countExamples).sort((a, b) => compareReleases(a.release, b.release));
  if (!options.dryRun) writeExampleCorpus(folder, examples, mergeImported(corpus.imported, read));
  return { read, examples, findings };
}

/**
 * What a word of the command line means: `RELEASE=PATH`, or a path alone whose release is `release`, or what a source
 * tree says in its file VERSION.
 * @throws {InputError} when the release stays unknown.
 */
export function sourceFromWord(
  kind: DocumentationSource['kind'],
  word: string,
  release: string | undefined,
): DocumentationSource {
  const [, given, rest] = /^([0-9][0-9.]*)=(.+)$/.exec(word) ?? [];
  const path = rest ?? word;
  const found = given ?? release ?? (kind === 'qapi' ? versionOfTree(path) : undefined);
  if (found === undefined)
    throw new InputError(`${word}: of which release?; expected RELEASE=${path} or --release X.Y`);
  if (!isRelease(found)) throw new InputError(`${word}: release '${found}'; expected X.Y`);
  return { kind, release: found.split('.').slice(0, 2).join('.'), path };
}

function versionOfTree(tree: string): string | undefined {
  const file = join(tree, 'VERSION');
  return existsSync(file) ? readFileSync(file, 'utf8').trim() : undefined;
}
