import { InputError } from '../../errors.ts';

/** A file of a QAPI schema, and the includes that led there. */
export class SourceFile {
  /** The file as the user would open it. */
  readonly file: string;
  /** The file relative to the source tree, e.g. `qapi/migration.json`. */
  readonly module: string;
  readonly text: string;
  /** The `include` that named this file; `undefined` for the top file. */
  readonly includedFrom: SourceInfo | undefined;
  private countedLine = 1;
  private countedOffset = 0;

  constructor(place: Omit<SourceFile, 'lineAt'>) {
    this.file = place.file;
    this.module = place.module;
    this.text = place.text;
    this.includedFrom = place.includedFrom;
  }

  /** The line of an offset, from 1. Lines are counted only up to where someone asked, most often a bit further on. */
  lineAt(offset: number): number {
    if (offset < this.countedOffset) {
      this.countedLine = 1;
      this.countedOffset = 0;
    }
    const { text } = this;
    let line = this.countedLine;
    let start = this.countedOffset;
    for (let end = text.indexOf('\n', start); end !== -1 && end < offset; end = text.indexOf('\n', start)) {
      start = end + 1;
      line++;
    }
    this.countedLine = line;
    this.countedOffset = start;
    return line;
  }
}

/** A place in a QAPI schema. */
export interface SourceInfo {
  readonly source: SourceFile;
  /** Into the text of the file. */
  readonly offset: number;
}

/** The line of a place, from 1. */
export function lineOf({ source, offset }: SourceInfo): number {
  return source.lineAt(offset);
}

/** What errors need of a file; of one that is no text, there is no more. */
export type BlamedFile = Pick<SourceFile, 'file' | 'includedFrom'>;

/** The error of a text that is no QAPI: `file:line:column: message`, after the chain of includes. */
export function syntaxErrorAt(blamed: BlamedFile, line: number, column: number, message: string): InputError {
  return new InputError(`${includeChain(blamed)}${blamed.file}:${line}:${column}: ${message}`);
}

/**
 * The error of a directive or definition in QEMU's own form: the chain of includes, then `file: In union 'X':` where it
 * is in a definition, then `file:line: message`.
 */
export function semanticError(info: SourceInfo, message: string, definition = ''): InputError {
  return new InputError(`${placeIn(info, definition)}: ${message}`);
}

/** The place of an error, as {@link semanticError} writes it, for messages that name a second place. */
export function placeIn(info: SourceInfo, definition: string): string {
  const { file } = info.source;
  const subject = definition === '' ? '' : `${file}: In ${definition}:\n`;
  return `${includeChain(info.source)}${subject}${file}:${lineOf(info)}`;
}

/** One line for each file that is open above this one, the top file first. */
function includeChain(blamed: BlamedFile): string {
  let lines = '';
  for (let at = blamed.includedFrom; at !== undefined; at = at.source.includedFrom) {
    lines = `In file included from ${at.source.file}:${lineOf(at)}:\n${lines}`;
  }
  return lines;
}
