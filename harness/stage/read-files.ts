import { readFileName } from '../transcript/read-descriptor.ts';
import type { YamlCursor } from '../yaml/yaml-cursor.ts';
import type { GivenFile } from './stage.ts';

const MARKS = ['fifo', 'folder', 'certificates'] as const;
const WHAT = ['text', 'hex', ...MARKS] as const;

const HEX = /^\s*(?:[0-9a-fA-F]{2}\s*)+$/;

/**
 * Reads what is put into the folder of a stage: `{ name, text }`, `{ name, hex }`, or `{ name, fifo: true }`, and so with `folder` and
 * `certificates`.
 * @throws {InputError} with the place
 */
export function readFiles(cursor: YamlCursor | undefined): readonly GivenFile[] {
  const names = new Set<string>();
  return (cursor?.elements() ?? []).map((element) => {
    const file = readFile(element);
    if (names.has(file.name)) element.fail(`'${file.name}' again`, 'each file once');
    names.add(file.name);
    return file;
  });
}

function readFile(cursor: YamlCursor): GivenFile {
  const members = cursor.members(['name', ...WHAT], ['name']);
  const given = WHAT.filter((kind) => members.has(kind));
  const [kind] = given;
  if (kind === undefined || given.length > 1)
    return cursor.fail(
      kind === undefined ? 'a name alone' : given.join(' and '),
      `one of ${WHAT.join(', ')}`,
    );
  const name = readFileName(members.get('name') ?? cursor);
  const content = members.get(kind) ?? cursor;
  if (kind === 'text') return { kind, name, text: content.string() };
  if (kind === 'hex') {
    const text = content.string();
    if (!HEX.test(text)) content.fail(`'${text.slice(0, 40)}'`, 'bytes, each as two digits 0-9 a-f');
    return { kind, name, bytes: Buffer.from(text.replaceAll(/\s/g, ''), 'hex') };
  }
  if (!content.boolean()) content.fail("'false'", 'true');
  return { kind, name };
}
