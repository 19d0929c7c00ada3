import { inputErrorAt } from '../../errors.ts';
import { readJson } from '../../json/read-json.ts';
import { JsonSyntaxError } from '../../json/scanner.ts';
import type { JsonValue } from '../../json/value.ts';

/**
 * Reads the text of a stored reply to query-qmp-schema.
 * @param file its name, for the error
 * @throws {InputError} `file:line:column: …` when it is no JSON, e.g. because its end is missing.
 */
export function readReply(text: string, file: string): JsonValue {
  try {
    return readJson(text);
  } catch (error) {
    if (!(error instanceof JsonSyntaxError)) throw error;
    const { line, column, what, expected } = error;
    throw inputErrorAt({ file, line, column }, what, expected, error);
  }
}
