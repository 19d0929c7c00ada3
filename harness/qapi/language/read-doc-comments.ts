import { readFileSync } from 'node:fs';
import { dirname, join, normalize, relative, sep } from 'node:path';
import { InputError, inputErrorAt } from '../../errors.ts';
import type { Definition, Place } from '../model.ts';

/** One line of a documentation comment, without its `#` and the space after it. */
export interface DocLine {
  /** Line in the file, from 1. */
  readonly line: number;
  readonly text: string;
}

/** A `##` … `##` comment of a QAPI schema (qapi-code-gen, "Documentation comments"). */
export interface DocComment {
  /** The documented definition; '' for a free-form comment. */
  readonly definition: string;
  readonly kind: Definition['kind'] | 'free-form';
  /** Where the comment begins. */
  readonly place: Place;
  readonly lines: readonly DocLine[];
}

/**
 * Reads the documentation comments of a schema, following its includes; each file counts once, where it is included
 * first. `tree` is what places are relative to; without it, the folder above `qapi/`, `qga/` or `storage-daemon/`.
 * @throws {InputError} for a file that cannot be read and a comment that does not end.
 */
export function readDocComments(file: string, tree = treeOf(file)): readonly DocComment[] {
  const found: DocComment[] = [];
  const seen = new Set<string>();
  const visit = (path: string, includedFrom: Place | undefined): void => {
    const name = relative(tree, path).split(sep).join('/');
    if (seen.has(name)) return;
    seen.add(name);
    const parts = partsOfSchema(readSchemaFile(path, includedFrom), name);
    for (const part of parts) {
      if ('include' in part) visit(normalize(join(dirname(path), part.include)), part.place);
      else found.push(part);
    }
  };
  visit(normalize(file), undefined);
  return found;
}

function treeOf(file: string): string {
  const folder = dirname(file);
  const top = /^(.*?)[/\\]?(?:storage-daemon[/\\])?(?:qapi|qga)$/.exec(folder)?.[1];
  return top === undefined ? folder : top === '' ? '.' : top;
}

function readSchemaFile(path: string, includedFrom: Place | undefined): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (cause) {
    const what = `cannot read the schema ${path}`;
    if (includedFrom === undefined) throw new InputError(what, { cause });
    throw inputErrorAt({ ...includedFrom, column: 1 }, what, 'a readable file', cause);
  }
}

interface Include {
  readonly include: string;
  readonly place: Place;
}

/** The comments and includes of one file, in its order. */
function partsOfSchema(text: string, file: string): (DocComment | Include)[] {
  const parts: (DocComment | Include)[] = [];
  const lines = text.split('\n');
  let doc: DocComment | undefined;
  for (let at = 0; at < lines.length; at++) {
    const line = lines[at] ?? '';
    if (isFence(line)) {
      const end = endOfComment(lines, at, file);
      if (doc !== undefined) parts.push(doc);
      doc = commentFromLines(lines, at, end, file);
      at = isFence(lines[end] ?? '') ? end : end - 1;
    } else if (line.startsWith('{') || (doc !== undefined && line.trimStart().startsWith('{'))) {
      const expression = expressionAt(lines, at).trimStart();
      const include = INCLUDE.exec(expression)?.[1];
      if (doc !== undefined)
        parts.push({ ...doc, kind: doc.definition === '' ? 'free-form' : kindOf(expression) });
      doc = undefined;
      if (include !== undefined) parts.push({ include, place: { file, line: at + 1 } });
    }
  }
  if (doc !== undefined) parts.push(doc);
  return parts;
}

const INCLUDE = /^\{\s*'include'\s*:\s*'([^']*)'/;
const HEAD = /^\{\s*'(enum|struct|type|union|alternate|command|event)'\s*:/;

/** A top-level expression's beginning; its first member may stand on the next line. */
function expressionAt(lines: readonly string[], at: number): string {
  return lines.slice(at, at + 4).join('\n');
}

function kindOf(expression: string): DocComment['kind'] {
  switch (HEAD.exec(expression)?.[1]) {
    case 'enum':
      return 'enum';
    // `type` is what a struct was called before 2.4.
    case 'struct':
    case 'type':
      return 'struct';
    case 'union':
      return 'union';
    case 'alternate':
      return 'alternate';
    case 'command':
      return 'command';
    case 'event':
      return 'event';
    default:
      return 'free-form';
  }
}

function isFence(line: string): boolean {
  return /^##\s*$/.test(line);
}

/**
 * The line behind the comment's last: `##`, or an expression (schemas before 2.8 leave `##` out).
 * Empty lines in between are let through, as QEMU's parser does.
 */
function endOfComment(lines: readonly string[], start: number, file: string): number {
  for (let at = start + 1; at < lines.length; at++) {
    const line = lines[at] ?? '';
    if (isFence(line)) return at;
    if (line.startsWith('{')) return at;
    if (!line.startsWith('#') && line.trim() !== '') {
      throw inputErrorAt(
        { file, line: at + 1, column: 1 },
        'documentation comment is interrupted',
        "'#' or '##'",
      );
    }
  }
  throw inputErrorAt({ file, line: start + 1, column: 1 }, 'documentation comment does not end', "'##'");
}

function commentFromLines(lines: readonly string[], start: number, end: number, file: string): DocComment {
  const docLines = lines.slice(start + 1, end).map((text, index) => ({
    line: start + 2 + index,
    text: text.replace(/^# ?/, '').trimEnd(),
  }));
  const first = docLines.find(({ text }) => text !== '')?.text ?? '';
  const definition = /^@([^\s:]+):/.exec(first)?.[1] ?? '';
  return { definition, kind: 'free-form', place: { file, line: start + 1 }, lines: docLines };
}
