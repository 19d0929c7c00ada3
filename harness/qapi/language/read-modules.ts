import { isUtf8 } from 'node:buffer';
import { readFileSync, statSync } from 'node:fs';
import { dirname, isAbsolute, relative, resolve } from 'node:path';
import { InputError } from '../../errors.ts';
import type { JsonObject } from '../../json/value.ts';
import type { Dialect } from './dialect.ts';
import type { DocBlock } from './doc-block.ts';
import { takeLooseDocument } from './loose-document.ts';
import { takeParagraphDocument } from './paragraph-document.ts';
import { takeExpression } from './parse-qapi.ts';
import { noPragmas, readPragma, type Pragmas } from './pragmas.ts';
import { QapiScanner } from './qapi-scanner.ts';
import { semanticError, SourceFile, syntaxErrorAt, type BlamedFile, type SourceInfo } from './source-info.ts';
import { takeTaggedDocument } from './tagged-document.ts';

/** A top-level expression that is no directive, and the documentation that stands before it. */
export interface ModuleExpression {
  readonly value: JsonObject;
  /** Where it begins. */
  readonly info: SourceInfo;
  readonly block: DocBlock | undefined;
}

/** All of a schema's files, parsed, in the order of their includes. */
export interface Modules {
  readonly expressions: readonly ModuleExpression[];
  readonly pragmas: Pragmas;
}

/** The largest file that is taken for a schema; QEMU's largest is 0.2 MB. */
const MAX_FILE_BYTES = 16 * 1024 * 1024;

/**
 * Parses a schema file and all that it includes, each once, where it is included first.
 * @throws {InputError} for the first thing that is wrong in text, directives or documentation comments.
 */
export function readModules(file: string, dialect: Dialect): Modules {
  const reading: Reading = {
    dialect,
    root: treeOf(file),
    done: new Set(),
    expressions: [],
    pragmas: noPragmas(),
  };
  readModule(reading, file, [], undefined);
  return reading;
}

interface Reading extends Modules {
  readonly dialect: Dialect;
  readonly root: string;
  /** Absolute paths of the files that were read. */
  readonly done: Set<string>;
  readonly expressions: ModuleExpression[];
}

/** The source tree that a top file belongs to, from the places where QEMU keeps one. */
function treeOf(file: string): string {
  const folder = dirname(resolve(file));
  for (const known of ['/storage-daemon/qapi', '/qapi', '/qga']) {
    if (folder.endsWith(known)) return folder.slice(0, -known.length);
  }
  return folder;
}

/** @param open absolute paths of the files above this one, to find include cycles. */
function readModule(
  reading: Reading,
  file: string,
  open: readonly string[],
  includedFrom: SourceInfo | undefined,
): void {
  const path = resolve(file);
  reading.done.add(path);
  const module = relative(reading.root, path);
  const text = readText({ file, includedFrom });
  const scanner = new QapiScanner(new SourceFile({ file, module, text, includedFrom }), reading.dialect);
  let block: DocBlock | undefined;
  while (scanner.token !== 'end') {
    if (scanner.token === 'comment') {
      checkUnused(reading, block);
      block = takeDocument(reading.dialect, scanner);
      continue;
    }
    const { info } = scanner;
    const value = takeExpression(scanner);
    if (Object.hasOwn(value, 'include')) {
      checkUnused(reading, block);
      include(reading, includedFile(value, info), info, [...open, path]);
    } else if (Object.hasOwn(value, 'pragma')) {
      checkUnused(reading, block);
      readPragma(value, info, reading.dialect, reading.pragmas);
    } else {
      addExpression(reading, value, info, block);
    }
    block = undefined;
  }
  checkUnused(reading, block);
}

function takeDocument(dialect: Dialect, scanner: QapiScanner): DocBlock {
  if (!dialect.has('checked-documents')) return takeLooseDocument(scanner);
  if (dialect.has('paragraph-documents')) return takeParagraphDocument(scanner);
  return takeTaggedDocument(scanner);
}

/** Documentation of a definition must be followed by it. */
function checkUnused(reading: Reading, block: DocBlock | undefined): void {
  if (block === undefined || block.symbol === '' || !reading.dialect.has('checked-documents')) return;
  throw semanticError(block.info, `after the documentation of '${block.symbol}' its definition must follow`);
}

function addExpression(
  reading: Reading,
  value: JsonObject,
  info: SourceInfo,
  block: DocBlock | undefined,
): void {
  if (block?.symbol === '' && reading.dialect.has('checked-documents'))
    throw semanticError(block.info, 'documentation comment before a definition must name it');
  reading.expressions.push({ value, info, block });
}

function include(reading: Reading, file: string, info: SourceInfo, open: readonly string[]): void {
  const path = resolve(file);
  if (open.includes(path)) throw semanticError(info, `file includes itself: ${file}`);
  if (!reading.done.has(path)) readModule(reading, file, open, info);
}

/** The path as the user would open it, not normalized. */
function includedFile(value: JsonObject, info: SourceInfo): string {
  const name = value['include'];
  if (Object.keys(value).length !== 1)
    throw semanticError(info, "'include' directive holds more than 'include'");
  if (typeof name !== 'string') throw semanticError(info, "the value of 'include' must be a string");
  const { file } = info.source;
  const slash = file.lastIndexOf('/');
  return slash === -1 || isAbsolute(name) ? name : `${file.slice(0, slash)}/${name}`;
}

/** The text of a file; every line of it has an end. */
function readText(place: BlamedFile): string {
  const bytes = readBytes(place);
  if (!isUtf8(bytes)) throw notUtf8(bytes, place);
  const written = bytes.toString('utf8');
  const text = written.includes('\r') ? written.replaceAll(/\r\n?/g, '\n') : written;
  return text.endsWith('\n') ? text : `${text}\n`;
}

function readBytes({ file, includedFrom }: BlamedFile): Buffer {
  try {
    if (statSync(file).size > MAX_FILE_BYTES) throw new Error(`larger than ${MAX_FILE_BYTES} bytes`);
    return readFileSync(file);
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    // `ENOENT: no such file or directory, open '…'`: the words in the middle are what the user needs.
    const words = /^E[A-Z]+: ([^,]+)/.exec(reason)?.[1] ?? reason;
    const what = includedFrom === undefined ? 'schema' : 'include';
    const message = `can't read ${what} file '${file}': ${words}`;
    throw includedFrom === undefined
      ? new InputError(message, { cause })
      : semanticError(includedFrom, message);
  }
}

/** Names the first line that is wrong; each line is decoded by itself, since no character crosses a line's end. */
function notUtf8(bytes: Buffer, place: BlamedFile): InputError {
  let line = 1;
  for (let start = 0; ; line++) {
    const end = bytes.indexOf(0x0a, start);
    const part = bytes.subarray(start, end === -1 ? bytes.length : end);
    if (!isUtf8(part) || end === -1) {
      const column = part.toString('utf8').indexOf('\ufffd') + 1;
      return syntaxErrorAt(place, line, Math.max(column, 1), 'text is not UTF-8');
    }
    start = end + 1;
  }
}
