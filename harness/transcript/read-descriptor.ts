import type { YamlCursor } from '../yaml/yaml-cursor.ts';
import type { Descriptor } from './step.ts';

const DESCRIPTORS = ['file', 'socketpair'] as const;

/** What may stand in a row's folder, or in a folder of it: `a`, `tls/server-key.pem`. */
const FILE_NAME = /^[A-Za-z0-9_][A-Za-z0-9_.-]*(?:\/[A-Za-z0-9_][A-Za-z0-9_.-]*)*$/;

/**
 * Reads what is handed over with a command: `{ file: NAME }` or `{ socketpair: true }`.
 * @param further keys that may stand beside them
 * @throws {InputError} with the place
 */
export function readDescriptor(cursor: YamlCursor, further: readonly string[] = []): Descriptor {
  const members = cursor.members([...DESCRIPTORS, ...further], further);
  const [file, pair] = [members.get('file'), members.get('socketpair')];
  if ((file === undefined) === (pair === undefined))
    return cursor.fail(file === undefined ? 'no descriptor' : 'two descriptors', "'file' or 'socketpair'");
  if (file !== undefined) return { kind: 'file', name: readFileName(file) };
  if (pair?.boolean() === false) pair.fail("'false'", 'true');
  return { kind: 'socketpair' };
}

/**
 * Reads the name of a file in the row's folder, perhaps with folders before it.
 * @throws {InputError} with the place
 */
export function readFileName(cursor: YamlCursor): string {
  const name = cursor.string();
  return FILE_NAME.test(name)
    ? name
    : cursor.fail(`'${name}'`, 'the name of a file in the folder of the row');
}
