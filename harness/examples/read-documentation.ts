import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { basename, join } from 'node:path';
import { InputError } from '../errors.ts';
import { findTopFile } from '../qapi/language/find-top-file.ts';
import { readDocComments, type DocComment } from '../qapi/language/read-doc-comments.ts';
import { readPageFile } from '../qapi/manual-page/read-page-file.ts';
import { SCHEMA_FAMILIES, type SchemaFamily } from '../qapi/model.ts';
import type { ReleaseExamples } from './collect-examples.ts';
import { kindOfDocument, UNRELEASED, type DocumentKind } from './documents.ts';
import type { ExampleBlock } from './example-block.ts';
import { examplesInSections } from './example-sections.ts';
import { commentsInFragment } from './fragment-comments.ts';
import { examplesInCommandTable, examplesInEventList, examplesInTableFragment } from './hx-examples.ts';
import type { TextExamples } from './left-lines.ts';
import { examplesInManualPage } from './manual-page.ts';
import { modulesOfTree } from './modules-of-tree.ts';
import { examplesInDirectives } from './qmp-example-directive.ts';
import { examplesInText } from './text-examples.ts';

/**
 * Documentation to read: a QEMU source tree; a manual page of one of its schemas, plain or compressed; or a fragment that
 * stands in no release, part of a schema (`.json`), of a command table (`.hx`) or of any other text.
 */
export interface DocumentationSource {
  readonly kind: 'qapi' | 'manual-page' | 'fragment';
  /** `x.y`. */
  readonly release: string;
  readonly path: string;
}

/**
 * Reads all examples that a documentation holds, in whichever dialects of its age, by kind of document.
 * @throws {InputError} for what cannot be read.
 */
export function readDocumentation(source: DocumentationSource): readonly ReleaseExamples[] {
  switch (source.kind) {
    case 'qapi':
      return readTreeExamples(source);
    case 'manual-page':
      return [readPageExamples(source)];
    case 'fragment':
      return [readFragment(source)];
  }
}

/** The largest text that is read; QEMU's largest has 0.3 MB. */
const MAX_FILE_BYTES = 4 * 1024 * 1024;

const COMMAND_LISTS = ['qmp-commands.hx', 'docs/qmp-commands.txt'];

function readTreeExamples({ release, path: tree }: DocumentationSource): ReleaseExamples[] {
  const documents = [...schemaExamples(tree), ...textFilesOf(tree).map((name) => readTextFile(tree, name))];
  if (documents.length === 0)
    throw new InputError(`${tree}: no documentation of QMP in it; expected a QEMU source tree`);
  const modules = modulesOfTree(tree);
  const kinds = new Map<DocumentKind, ReadDocument[]>();
  for (const document of documents) {
    const kind = kindOfDocument(document.name);
    kinds.set(kind, [...(kinds.get(kind) ?? []), document]);
  }
  return [...kinds].map(([kind, read]) => ({
    release,
    kind,
    documents: new Set(read.map(({ name }) => name)),
    blocks: read.flatMap(({ blocks }) => blocks),
    left: read.flatMap(({ left }) => left),
    modules,
  }));
}

interface ReadDocument extends TextExamples {
  readonly name: string;
}

/** The comments of all schemas; what two families share belongs to QEMU's own. */
function schemaExamples(tree: string): ReadDocument[] {
  const documents = new Map<string, ExampleBlock[]>();
  for (const family of SCHEMA_FAMILIES) {
    const top = topFileOf(tree, family);
    if (top === undefined) continue;
    const known = new Set(documents.keys());
    for (const comment of readDocComments(top, tree)) {
      const { file } = comment.place;
      if (known.has(file)) continue;
      const blocks = documents.get(file) ?? [];
      if (blocks.length === 0) documents.set(file, blocks);
      blocks.push(...examplesInComment(comment));
    }
  }
  return [...documents].map(([name, blocks]) => ({ name, blocks, left: [] }));
}

function examplesInComment(comment: DocComment): ExampleBlock[] {
  return [...examplesInSections(comment), ...examplesInDirectives(comment)];
}

function topFileOf(tree: string, family: SchemaFamily): string | undefined {
  if (!existsSync(tree)) throw new InputError(`${tree}: no such folder; expected a QEMU source tree`);
  try {
    return findTopFile(tree, family);
  } catch (error) {
    if (error instanceof InputError) return undefined;
    throw error;
  }
}

/** The texts of a tree that may hold examples: paths relative to it, with `/`. */
function textFilesOf(tree: string): readonly string[] {
  const folders = ['QMP', 'docs'].filter((folder) => existsSync(join(tree, folder)));
  const texts = folders.flatMap((folder) =>
    readdirSync(join(tree, folder), { recursive: true, encoding: 'utf8' })
      .map((name) => `${folder}/${name.split('\\').join('/')}`)
      .filter((name) => /(?:\.(?:txt|rst|md)|\/README)$/.test(name)),
  );
  const lists = COMMAND_LISTS.filter((name) => existsSync(join(tree, name)));
  return [...new Set([...lists, ...texts.sort()])];
}

function readTextFile(tree: string, name: string): ReadDocument {
  return { name, ...examplesInDocument(readText(join(tree, name)), name) };
}

function examplesInDocument(text: string, name: string): TextExamples {
  switch (kindOfDocument(name)) {
    case 'hx':
      return { blocks: examplesInCommandTable(text, name), left: [] };
    case 'events':
      return { blocks: examplesInEventList(text, name), left: [] };
    default:
      return examplesInText(text, name);
  }
}

function readText(file: string): string {
  try {
    const { size } = statSync(file);
    if (size > MAX_FILE_BYTES)
      throw new InputError(`${file}: ${size} bytes; expected at most ${MAX_FILE_BYTES}`);
    return readFileSync(file, 'utf8');
  } catch (cause) {
    if (cause instanceof InputError) throw cause;
    throw new InputError(`${file}: cannot be read; expected a readable file`, { cause });
  }
}

function readPageExamples({ release, path }: DocumentationSource): ReleaseExamples {
  const { document, blocks, left } = examplesInManualPage(readPageFile(path), path);
  const kind = kindOfDocument(document);
  return { release, kind, documents: new Set([document]), blocks, left, modules: new Map() };
}

/** A fragment is named by its file alone: where it lies on this machine says nothing. */
function readFragment({ release, path }: DocumentationSource): ReleaseExamples {
  const text = readText(path);
  const name = basename(path);
  const { blocks, left } = name.endsWith('.json')
    ? { blocks: commentsInFragment(text, name).flatMap(examplesInComment), left: [] }
    : name.endsWith('.hx')
      ? { blocks: examplesInTableFragment(text, name), left: [] }
      : examplesInText(text, name);
  const document = `${name}${UNRELEASED}`;
  return {
    release,
    kind: 'unreleased',
    documents: new Set([document]),
    blocks: blocks.map((block) => ({ ...block, document })),
    left: left.map((lines) => ({ ...lines, document })),
    modules: new Map(),
  };
}
