import { InputError } from '../errors.ts';

/** A place in a QAPI schema, and the includes that led there. */
export interface SourceInfo {
  /** The file as the user would open it. */
  readonly file: string;
  /** The file relative to the source tree, e.g. `qapi/migration.json`. */
  readonly module: string;
  /** From 1. */
  readonly line: number;
  /** The `include` that named this file; absent for the top file. */
  readonly includedFrom?: SourceInfo;
}

/** The error of a text that is no QAPI: `file:line:column: message`, after the chain of includes. */
export function syntaxErrorAt(info: SourceInfo, column: number, message: string): InputError {
  return new InputError(`${includeChain(info)}${info.file}:${info.line}:${column}: ${message}`);
}

/** The error of a directive or definition in QEMU's own form: `file:line: In union 'X': message`. */
export function semanticError(info: SourceInfo, message: string, definition = ''): InputError {
  const subject = definition === '' ? '' : ` In ${definition}:`;
  return new InputError(`${includeChain(info)}${info.file}:${info.line}:${subject} ${message}`);
}

/** One line for each file that is open above this one, the top file first. */
function includeChain(info: SourceInfo): string {
  let lines = '';
  for (let at = info.includedFrom; at !== undefined; at = at.includedFrom) {
    lines = `In file included from ${at.file}:${at.line}:\n${lines}`;
  }
  return lines;
}
