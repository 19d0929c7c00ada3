import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { InputError } from '../errors.ts';

/**
 * The recordings that words of a command line name: files, and all `*.qmp` below folders, sorted.
 * @throws {InputError} for a folder without any.
 */
export function recordingFiles(words: readonly string[]): readonly string[] {
  return [...new Set(words.flatMap(filesOf))];
}

function filesOf(word: string): readonly string[] {
  if (statSync(word, { throwIfNoEntry: false })?.isDirectory() !== true) return [word];
  const names = readdirSync(word, { recursive: true, encoding: 'utf8' });
  const found = names.filter((name) => name.endsWith('.qmp')).sort();
  if (found.length === 0) throw new InputError(`${word}: no recording in it; expected files *.qmp`);
  return found.map((name) => join(word, name));
}
