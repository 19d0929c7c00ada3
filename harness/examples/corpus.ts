import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { InputError } from '../errors.ts';
import { readTranscript } from '../transcript/read-transcript.ts';
import type { Transcript } from '../transcript/transcript.ts';
import { writeTranscript } from '../transcript/write-transcript.ts';
import type { CollectedExample } from './collect-examples.ts';
import { readImportedReleases, writeImportedReleases, type ImportedRelease } from './imported-releases.ts';

/** The committed transcripts of documented examples, and the documentation that they were made from. */
export interface ExampleCorpus {
  /** In the order of their identities. */
  readonly transcripts: readonly Transcript[];
  readonly imported: readonly ImportedRelease[];
}

const ROOT = 'examples';

/**
 * Reads the corpus in `folder`, e.g. `recordings/examples`; an empty or missing folder is an empty corpus.
 * @throws {InputError} for a file that is no transcript, or whose identity is not its path.
 */
export function readExampleCorpus(folder: string): ExampleCorpus {
  const transcripts = transcriptFiles(folder).map((name) => {
    const file = join(folder, name);
    const transcript = readTranscript(readFileSync(file, 'utf8'), file);
    const id = `${ROOT}/${name
      .split('\\')
      .join('/')
      .replace(/\.qmp$/, '')}`;
    if (transcript.head.id !== id)
      throw new InputError(`${file}: its id is ${transcript.head.id}; expected ${id}`);
    return transcript;
  });
  return { transcripts, imported: readImportedReleases(folder) };
}

function transcriptFiles(folder: string): readonly string[] {
  if (!existsSync(folder)) return [];
  const names = readdirSync(folder, { recursive: true, encoding: 'utf8' });
  return names.filter((name) => name.endsWith('.qmp')).sort();
}

/** Writes what has changed, and nothing else. */
export function writeExampleCorpus(
  folder: string,
  examples: readonly CollectedExample[],
  imported: readonly ImportedRelease[],
): void {
  for (const example of examples) {
    const file = fileOfExample(folder, example);
    if (example.change === 'new') writeNew(file, example);
    else if (example.change === 'provenance') {
      writeFileSync(file, withProvenance(readFileSync(file, 'utf8'), example));
    }
  }
  writeImportedReleases(folder, imported);
}

function fileOfExample(folder: string, { head }: CollectedExample): string {
  return join(folder, `${head.id.slice(ROOT.length + 1)}.qmp`);
}

function writeNew(file: string, { head, messages }: CollectedExample): void {
  if (existsSync(file)) throw new InputError(`${file}: it is there already and holds another example`);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, writeTranscript({ file, head, messages }));
}

/** The same file with other provenance: what people wrote there besides stays, to the letter. */
function withProvenance(text: string, { head, messages }: CollectedExample): string {
  const source = SOURCE.exec(writeTranscript({ file: '', head, messages }))?.[0] ?? '';
  const end = text.indexOf('\n---');
  const before = text.slice(0, end + 1);
  const after = SOURCE.test(before) ? before.replace(SOURCE, () => source) : before + source;
  return after + text.slice(end + 1);
}

/** The key `source` of a front matter, with its value. */
const SOURCE = /^source:.*\n(?:(?:[ \t]|- ).*\n)*/m;
