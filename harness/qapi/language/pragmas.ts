import { isJsonArray, isJsonObject, type JsonObject, type JsonValue } from '../../json/value.ts';
import type { Dialect } from './dialect.ts';
import { semanticError, type SourceInfo } from './source-info.ts';

/** What a schema's pragmas say (qapi-code-gen, "Pragma directives"); the last of a name counts, for the whole schema. */
export interface Pragmas {
  docRequired: boolean;
  /** Commands that may have `_` in their name. */
  commandNames: readonly string[];
  /** Commands that may return something else than objects. */
  commandReturns: readonly string[];
  /** Definitions whose members need no documentation. */
  documentation: readonly string[];
  /** Types whose members may have any case. */
  memberNames: readonly string[];
}

/** What holds without any pragma. */
export function noPragmas(): Pragmas {
  return { docRequired: false, commandNames: [], commandReturns: [], documentation: [], memberNames: [] };
}

type ListPragma = Exclude<keyof Pragmas, 'docRequired'>;

const OLD_LISTS: ReadonlyMap<string, ListPragma> = new Map([
  ['returns-whitelist', 'commandReturns'],
  ['name-case-whitelist', 'memberNames'],
]);

const LISTS: ReadonlyMap<string, ListPragma> = new Map([
  ['command-name-exceptions', 'commandNames'],
  ['command-returns-exceptions', 'commandReturns'],
  ['member-name-exceptions', 'memberNames'],
]);

function listOf(name: string, dialect: Dialect): ListPragma | undefined {
  if (name === 'documentation-exceptions')
    return dialect.has('paragraph-documents') ? 'documentation' : undefined;
  return (dialect.has('cased-names') ? LISTS : OLD_LISTS).get(name);
}

/**
 * Reads a `pragma` directive into `pragmas`.
 * @throws {InputError} for a pragma that the release does not know, and for a value that it cannot have.
 */
export function readPragma(value: JsonObject, info: SourceInfo, dialect: Dialect, pragmas: Pragmas): void {
  const settings = value['pragma'];
  if (Object.keys(value).length !== 1)
    throw semanticError(info, "'pragma' directive holds more than 'pragma'");
  if (!isJsonObject(settings)) throw semanticError(info, "the value of 'pragma' must be an object");
  for (const [name, setting] of Object.entries(settings)) {
    const list = listOf(name, dialect);
    if (name === 'doc-required') {
      if (typeof setting !== 'boolean') throw semanticError(info, `pragma '${name}' must be a boolean`);
      pragmas.docRequired = setting;
    } else if (list === undefined) {
      throw semanticError(info, `no such pragma: '${name}'`);
    } else {
      pragmas[list] = stringsOf(name, setting, info);
    }
  }
}

function stringsOf(name: string, setting: JsonValue, info: SourceInfo): readonly string[] {
  const strings = isJsonArray(setting) ? setting.filter((entry) => typeof entry === 'string') : [];
  if (!isJsonArray(setting) || strings.length !== setting.length)
    throw semanticError(info, `pragma '${name}' must be an array of strings`);
  return strings;
}
