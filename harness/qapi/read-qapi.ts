import { readFileSync, statSync } from 'node:fs';
import { dirname, join, normalize, relative, resolve } from 'node:path';
import { InputError } from '../errors.ts';
import { isJsonArray, isJsonObject, type JsonObject } from '../json/value.ts';
import { assembleDefinitions, type SourcedDefinition } from './assemble-model.ts';
import type { Dialect } from './expression.ts';
import type { QapiModel, SchemaFamily } from './model.ts';
import { parseQapi, QapiSyntaxError, type ParsedExpression } from './parse-qapi.ts';
import { readDefinition } from './read-definition.ts';
import { compareReleases, isRelease } from '../release/compare-releases.ts';
import { semanticError, syntaxErrorAt, type SourceInfo } from './source-info.ts';

/** What the files themselves do not say. */
export interface QapiOptions {
  readonly family: SchemaFamily;
  /** `x.y` or `x.y.z`; decides which age of the language is read. */
  readonly release: string;
}

/** The largest file that is taken for a schema; QEMU's largest is 0.2 MB. */
const MAX_FILE_BYTES = 16 * 1024 * 1024;

/**
 * Reads a QAPI schema and all that it includes. Files are read in the order of their includes, each once.
 * @param file the top file, e.g. `qapi/qapi-schema.json` of a QEMU source tree.
 * @throws {InputError} in QEMU's form, after `In file included from` lines.
 */
export function readQapi(file: string, options: QapiOptions): QapiModel {
  if (!isRelease(options.release))
    throw new InputError(`release '${options.release}'; expected X.Y or X.Y.Z`);
  const dialect: Dialect = {
    conditions: compareReleases(options.release, '6.2') < 0 ? 'c' : 'symbols',
    legacy: compareReleases(options.release, '2.5') < 0,
  };
  const reading: Reading = { dialect, root: treeOf(file), done: new Set(), sources: [] };
  readModule(reading, file, [], undefined);
  const textDiscriminators = compareReleases(options.release, '2.0') < 0;
  return {
    source: 'qapi',
    family: options.family,
    release: options.release,
    definitions: assembleDefinitions(reading.sources, { textDiscriminators }),
  };
}

interface Reading {
  readonly dialect: Dialect;
  readonly root: string;
  /** Absolute paths of the files that were read. */
  readonly done: Set<string>;
  readonly sources: SourcedDefinition[];
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
  if (includedFrom !== undefined && open.includes(path))
    throw semanticError(includedFrom, `inclusion loop for ${file}`);
  if (reading.done.has(path)) return;
  reading.done.add(path);
  const module = relative(reading.root, path);
  const infoAt = (line: number): SourceInfo => ({
    file,
    module,
    line,
    ...(includedFrom && { includedFrom }),
  });
  for (const expression of parseModule(reading, file, infoAt, includedFrom)) {
    const info = infoAt(expression.line);
    if (Object.hasOwn(expression.value, 'include')) {
      readModule(reading, includedFile(expression.value, info), [...open, path], info);
    } else if (Object.hasOwn(expression.value, 'pragma')) {
      checkPragma(expression.value, info);
    } else {
      addDefinitions(reading, expression.value, info);
    }
  }
}

function parseModule(
  reading: Reading,
  file: string,
  infoAt: (line: number) => SourceInfo,
  includedFrom: SourceInfo | undefined,
): ParsedExpression[] {
  const text = readText(file, includedFrom);
  try {
    return parseQapi(text, { looseCommas: reading.dialect.legacy });
  } catch (error) {
    if (!(error instanceof QapiSyntaxError)) throw error;
    throw syntaxErrorAt(infoAt(error.line), error.column, error.message);
  }
}

function readText(file: string, includedFrom: SourceInfo | undefined): string {
  try {
    if (statSync(file).size > MAX_FILE_BYTES) throw new Error(`larger than ${MAX_FILE_BYTES} bytes`);
    return readFileSync(file, 'utf8');
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    const what = includedFrom === undefined ? 'schema' : 'include';
    const message = `can't read ${what} file '${file}': ${reason}`;
    throw includedFrom === undefined
      ? new InputError(message, { cause })
      : semanticError(includedFrom, message);
  }
}

function includedFile(value: JsonObject, info: SourceInfo): string {
  const name = value['include'];
  if (Object.keys(value).length !== 1) throw semanticError(info, "invalid 'include' directive");
  if (typeof name !== 'string') throw semanticError(info, "value of 'include' must be a string");
  return normalize(join(dirname(info.file), name));
}

const FLAG_PRAGMAS = ['doc-required'];
const LIST_PRAGMAS = [
  'returns-whitelist',
  'name-case-whitelist',
  'command-name-exceptions',
  'command-returns-exceptions',
  'documentation-exceptions',
  'member-name-exceptions',
];

/** Pragmas steer QEMU's checks of style and documentation; they change nothing in the model, but must be known. */
function checkPragma(value: JsonObject, info: SourceInfo): void {
  const pragmas = value['pragma'];
  if (Object.keys(value).length !== 1) throw semanticError(info, "invalid 'pragma' directive");
  if (!isJsonObject(pragmas)) throw semanticError(info, "value of 'pragma' must be an object");
  for (const [name, setting] of Object.entries(pragmas)) {
    if (FLAG_PRAGMAS.includes(name)) {
      if (typeof setting !== 'boolean') throw semanticError(info, `pragma '${name}' must be boolean`);
    } else if (!LIST_PRAGMAS.includes(name)) {
      throw semanticError(info, `unknown pragma '${name}'`);
    } else if (!isJsonArray(setting) || setting.some((entry) => typeof entry !== 'string')) {
      throw semanticError(info, `pragma '${name}' must be a list of strings`);
    }
  }
}

function addDefinitions(reading: Reading, value: JsonObject, info: SourceInfo): void {
  const boxed = value['boxed'] === true;
  for (const definition of readDefinition(value, info, reading.dialect)) {
    reading.sources.push({ definition, info, boxed });
  }
}
