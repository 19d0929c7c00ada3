import { readFile } from 'node:fs/promises';
import { InputError, inputErrorAt } from '../errors.ts';
import { readJson } from '../json/read-json.ts';
import { JsonSyntaxError } from '../json/scanner.ts';
import type { JsonValue } from '../json/value.ts';
import { isAbsent } from './read-lines.ts';
import { ShapeError } from './shape.ts';

/**
 * What `read` makes of a JSON file, or `undefined` where there is no file.
 * @throws {InputError} for a file that is no JSON or has another shape.
 */
export async function readJsonFile<T>(file: string, read: (value: JsonValue) => T): Promise<T | undefined> {
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (error) {
    if (isAbsent(error)) return undefined;
    throw new InputError(`${file}: cannot be read`, { cause: error });
  }
  return readRecord(text, file, 1, read);
}

/**
 * What `read` makes of a JSON text that begins at `line` of `file`.
 * @throws {InputError} `file:line:column: what; expected what`.
 */
export function readRecord<T>(text: string, file: string, line: number, read: (value: JsonValue) => T): T {
  try {
    return read(readJson(text));
  } catch (error) {
    if (error instanceof JsonSyntaxError) {
      const place = { file, line: line + error.line - 1, column: error.column };
      throw inputErrorAt(place, error.what, error.expected, error);
    }
    if (error instanceof ShapeError) {
      throw inputErrorAt({ file, line, column: 1 }, error.what, error.expected, error);
    }
    throw error;
  }
}
