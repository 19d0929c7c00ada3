import { inputErrorAt, type FilePlace } from '../../errors.ts';

/** What kind of value an argument takes. `options`: not one argument, but any members that the option list knows. */
export type TableType = 'str' | 'int' | 'number' | 'bool' | 'any' | 'options';

/** One argument of a table entry. */
export interface TableArgument {
  readonly name: string;
  readonly type: TableType;
  readonly optional: boolean;
}

/**
 * The letters of `.args_type` as QMP took them. The human monitor read suffixes and files behind some of them; over QMP
 * `F` and `B` are strings, and `i`, `l`, `M` and `o` any integer that the JSON reader of those days held: 64 bits with
 * sign, which is QAPI's `int`, and QAPI describes them as `int` wherever it describes them at all.
 */
const LETTERS: Readonly<Record<string, TableType>> = {
  s: 'str',
  F: 'str',
  B: 'str',
  i: 'int',
  l: 'int',
  M: 'int',
  o: 'int',
  T: 'number',
  b: 'bool',
  q: 'any',
  O: 'options',
};

/**
 * Reads the value of `.args_type`: `paging:b,protocol:s,begin:i?`. A flag of the human monitor, `force:-f`, is an
 * optional boolean.
 * @param place where the string's first character stands.
 * @throws {InputError} at the argument that is wrong, or is known to the human monitor only.
 */
export function readArgsType(text: string, place: FilePlace): TableArgument[] {
  if (text === '') return [];
  const found: TableArgument[] = [];
  let column = place.column;
  for (const written of text.split(',')) {
    const argument = readArgument(written, { ...place, column });
    if (found.some(({ name }) => name === argument.name)) {
      throw inputErrorAt({ ...place, column }, `argument '${argument.name}' twice`, 'each name once');
    }
    found.push(argument);
    column += written.length + 1;
  }
  return found;
}

function readArgument(written: string, place: FilePlace): TableArgument {
  const [, name, type = ''] = /^([A-Za-z_][A-Za-z0-9_-]*):(.*)$/.exec(written) ?? [];
  if (name === undefined) throw inputErrorAt(place, `'${written}' in .args_type`, "'name:type'");
  if (/^-[A-Za-z]$/.test(type)) return { name, type: 'bool', optional: true };
  const optional = type.endsWith('?');
  const letter = optional ? type.slice(0, -1) : type;
  const known = Object.hasOwn(LETTERS, letter) ? LETTERS[letter] : undefined;
  if (known !== undefined) return { name, type: known, optional };
  const letters = Object.keys(LETTERS).join(' ');
  throw inputErrorAt(place, `argument '${name}' has type '${type}'`, `one of ${letters}, or a flag like -f`);
}
