import { isMap, isScalar, isSeq, LineCounter, parseDocument, type Node } from 'yaml';
import { inputErrorAt } from '../errors.ts';
import type { JsonValue } from '../json/value.ts';
import { checkBounds } from './check-bounds.ts';
import { nearestName } from './nearest-name.ts';

interface Source {
  readonly file: string;
  readonly lines: LineCounter;
  /** Lines that stand before the YAML in its file. */
  readonly linesBefore: number;
}

/**
 * Reads a YAML text (one document) and stands at its root.
 * @param linesBefore how many lines of the file come before `text`, so that places are those of the file
 * @throws {InputError} `file:line:column: what; expected what`
 */
export function readYaml(text: string, file: string, linesBefore = 0): YamlCursor {
  checkBounds(text, file, linesBefore + 1);
  const lines = new LineCounter();
  const source = { file, lines, linesBefore };
  const document = parseDocument(text, {
    lineCounter: lines,
    intAsBigInt: true,
    prettyErrors: false,
    uniqueKeys: true,
  });
  const error = document.errors[0];
  if (error !== undefined) {
    throw inputErrorAt(
      placeOf(source, error.pos[0]),
      error.message.split('\n')[0] ?? '',
      'valid YAML',
      error,
    );
  }
  return new YamlCursor(document.contents, 0, source);
}

function placeOf(source: Source, offset: number): { file: string; line: number; column: number } {
  const { line, col } = source.lines.linePos(offset);
  return { file: source.file, line: Math.max(line, 1) + source.linesBefore, column: Math.max(col, 1) };
}

/** A place in a YAML document that can be read as one thing or another; what it is not is an error with its place. */
export class YamlCursor {
  constructor(
    private readonly node: Node | null,
    private readonly offset: number,
    private readonly source: Source,
  ) {}

  /** The file and place that this value begins at. */
  get place(): { readonly file: string; readonly line: number; readonly column: number } {
    return placeOf(this.source, this.node?.range?.[0] ?? this.offset);
  }

  /** @throws {InputError} always, at this place. */
  fail(what: string, expected: string): never {
    throw inputErrorAt(this.place, what, expected);
  }

  /** What stands here, in words for an error. */
  describe(): string {
    if (this.node === null) return 'nothing';
    if (isMap(this.node)) return 'a mapping';
    if (isSeq(this.node)) return 'a list';
    if (isScalar(this.node) && this.node.value === null) return 'nothing';
    return isScalar(this.node) ? `'${String(this.node.value)}'` : 'an alias';
  }

  /**
   * The members of a mapping.
   * @param known the names that may stand here; another is an error that suggests the nearest
   * @param required those that must
   */
  members(known: readonly string[], required: readonly string[] = []): ReadonlyMap<string, YamlCursor> {
    const members = this.anyMembers();
    for (const [name, member] of members) {
      if (known.includes(name)) continue;
      const nearest = nearestName(name, known);
      const expected = nearest === undefined ? `one of ${known.join(', ')}` : `'${nearest}'`;
      throw inputErrorAt(member.keyPlace ?? member.place, `unknown key '${name}'`, expected);
    }
    for (const name of required) {
      if (!members.has(name)) this.fail(`no '${name}'`, `the key '${name}'`);
    }
    return members;
  }

  /** The members of a mapping, whatever their names. */
  anyMembers(): ReadonlyMap<string, YamlCursor> {
    if (!isMap(this.node)) return this.fail(this.describe(), 'a mapping');
    const members = new Map<string, YamlCursor>();
    for (const { key, value } of this.node.items) {
      const keyNode = key as Node;
      const keyOffset = keyNode.range?.[0] ?? this.offset;
      if (!isScalar(keyNode))
        throw inputErrorAt(placeOf(this.source, keyOffset), 'a key that is no word', 'a word');
      const member = new YamlCursor(value as Node | null, keyOffset, this.source);
      member.keyPlace = placeOf(this.source, keyOffset);
      members.set(String(keyNode.value), member);
    }
    return members;
  }

  private keyPlace: { file: string; line: number; column: number } | undefined;

  /** The elements of a list. */
  elements(): readonly YamlCursor[] {
    if (!isSeq(this.node)) return this.fail(this.describe(), 'a list');
    return this.node.items.map((item) => new YamlCursor(item as Node | null, this.offset, this.source));
  }

  /** Tells whether a mapping stands here. */
  isMapping(): boolean {
    return isMap(this.node);
  }

  /** Tells whether a list stands here. */
  isList(): boolean {
    return isSeq(this.node);
  }

  /** A string that is not empty. */
  string(): string {
    const value = this.scalar();
    if (typeof value !== 'string' || value === '') return this.fail(this.describe(), 'a string');
    return value;
  }

  /** A string, or a plain number as it is written: `10.0` stays `10.0`, which YAML takes for the number 10. */
  word(): string {
    const value = this.scalar();
    if (typeof value === 'string' && value !== '') return value;
    const written = isScalar(this.node) ? this.node.source : undefined;
    if ((typeof value === 'number' || typeof value === 'bigint') && written !== undefined) return written;
    return this.fail(this.describe(), 'a word');
  }

  /** `true` or `false`. */
  boolean(): boolean {
    const value = this.scalar();
    if (typeof value !== 'boolean') return this.fail(this.describe(), 'true or false');
    return value;
  }

  /** One of a few words. */
  oneOf<Word extends string>(words: readonly Word[]): Word {
    const value = this.string();
    const found = words.find((word) => word === value);
    if (found !== undefined) return found;
    const nearest = nearestName(value, words);
    return this.fail(`'${value}'`, nearest === undefined ? `one of ${words.join(', ')}` : `'${nearest}'`);
  }

  /** Any JSON value; integers of every size keep their digits. */
  json(): JsonValue {
    if (isMap(this.node)) {
      return Object.fromEntries([...this.anyMembers()].map(([name, member]) => [name, member.json()]));
    }
    if (isSeq(this.node)) return this.elements().map((element) => element.json());
    return this.scalar();
  }

  private scalar(): JsonValue {
    if (this.node === null) return null;
    if (!isScalar(this.node)) return this.fail(this.describe(), 'a plain value');
    const value = this.node.value;
    if (typeof value === 'bigint') {
      const small = Number(value);
      return Number.isSafeInteger(small) ? small : value;
    }
    if (
      value === null ||
      typeof value === 'string' ||
      typeof value === 'number' ||
      typeof value === 'boolean'
    ) {
      return value;
    }
    return this.fail('a value that JSON does not have', 'a plain value');
  }
}
