import { pointerTo } from '../json/pointer.ts';
import type { ReadOptions } from '../json/read-json.ts';
import { MAX_NESTING, Scanner } from '../json/scanner.ts';
import { isJsonArray, isJsonObject, setMember, type JsonValue } from '../json/value.ts';
import type { Pattern } from './transcript.ts';

/**
 * Three dots or more, perhaps with prose and a second row of dots after it. The prose stands on one line and holds
 * nothing that could be JSON, so that in `[ ..., 3, ... ]` the 3 stays an element.
 */
const ELISION = /\.{3,}(?:[ \t]{0,80}([^\s"'{}[\],:.][^"{}[\],:\n]{0,200}?)\.{3,})?/y;
const DOTS = /\.{3,}/y;
const SCALAR = /^(?:true|false|null|-?[0-9][0-9.eE+-]*)$/;

/** What the three dots of documented examples are read as. */
export const ELIDED: Pattern = { kind: 'elision' };

/**
 * Reads JSON with elisions that fills the whole text: `...`, `... text ...` or `{...more...}` as a member, an element
 * or a value. Commas next to an elision may be left out or be one too many; between two members they may not.
 * @throws {JsonSyntaxError} with line and column of the first character that cannot be part of it.
 */
export function readPattern(text: string, options: ReadOptions = {}): Pattern {
  const scanner = new Scanner(text, options.singleQuotes);
  const pattern = takePattern(scanner);
  if (scanner.peek() !== '') scanner.fail(scanner.describeNext(), 'end of text');
  return pattern;
}

/**
 * Takes one pattern and leaves the scanner right behind it.
 * @throws {JsonSyntaxError}
 */
export function takePattern(scanner: Scanner, depth = 0): Pattern {
  if (depth > MAX_NESTING) scanner.fail('nesting too deep', `at most ${MAX_NESTING} levels`);
  if (takeElision(scanner)) return ELIDED;
  if (scanner.atString()) return { kind: 'scalar', value: scanner.takeString() };
  const next = scanner.peek();
  if (next === '{') return takeObject(scanner, depth);
  if (next === '[') return takeArray(scanner, depth);
  if (next === '-' || (next >= '0' && next <= '9')) return { kind: 'scalar', value: scanner.takeNumber() };
  return { kind: 'scalar', value: scanner.takeLiteral("a JSON value or '...'") };
}

/** Takes an elision if one comes next, and tells whether it did. */
export function takeElision(scanner: Scanner): boolean {
  if (scanner.peek() !== '.') return false;
  ELISION.lastIndex = scanner.offset;
  const found = ELISION.exec(scanner.text);
  if (found === null) return false;
  const prose = found[1]?.trim();
  if (prose !== undefined && (SCALAR.test(prose) || (scanner.singleQuotes && prose.includes("'")))) {
    DOTS.lastIndex = scanner.offset;
    DOTS.exec(scanner.text);
    scanner.offset = DOTS.lastIndex;
  } else {
    scanner.offset += found[0].length;
  }
  return true;
}

function takeObject(scanner: Scanner, depth: number): Pattern {
  const members = new Map<string, Pattern>();
  const open = takeItems(scanner, '{', '}', () => {
    const name = scanner.takeString();
    if (!scanner.take(':')) scanner.fail(scanner.describeNext(), `':' after member name "${name}"`);
    members.set(name, takePattern(scanner, depth + 1));
  });
  return { kind: 'object', members, open };
}

function takeArray(scanner: Scanner, depth: number): Pattern {
  const elements: Pattern[] = [];
  const open = takeItems(scanner, '[', ']', () => {
    elements.push(takePattern(scanner, depth + 1));
  });
  // `[ {…}, {...more...} ]` means more elements, not one more.
  return { kind: 'array', elements, open: open || elements.some(isNothingButElided) };
}

function isNothingButElided(pattern: Pattern): boolean {
  return pattern.kind === 'object' && pattern.open && pattern.members.size === 0;
}

/** Takes what stands between two brackets; tells whether something is elided there. */
function takeItems(scanner: Scanner, opening: string, closing: string, takeItem: () => void): boolean {
  let before: 'nothing' | 'item' | 'elision' = 'nothing';
  let open = false;
  scanner.take(opening);
  let comma = scanner.take(',');
  for (;;) {
    if (scanner.peek() === closing) {
      if (!comma || before === 'elision') break;
      scanner.fail(`',' before '${closing}'`, "an item or '...'");
    }
    if (takeElision(scanner)) {
      before = 'elision';
      open = true;
    } else {
      if (before === 'item' && !comma) scanner.fail(scanner.describeNext(), `',' or '${closing}'`);
      if (before === 'nothing' && comma)
        scanner.fail("',' before the first", `an item, '...' or '${closing}'`);
      takeItem();
      before = 'item';
    }
    comma = scanner.take(',');
  }
  scanner.take(closing);
  return open;
}

/** A pattern as a JSON value. */
export interface PatternValue {
  /** Elided values are null; elided members and elements are left out. */
  readonly value: JsonValue;
  /** JSON Pointers of every elided value, and of every object and array in which something is elided. */
  readonly open: ReadonlySet<string>;
}

/** The JSON value of a pattern, for whoever knows no elisions, together with the places where it is not whole. */
export function valueOfPattern(pattern: Pattern): PatternValue {
  const open = new Set<string>();
  return { value: toValue(pattern, '', open), open };
}

function toValue(pattern: Pattern, pointer: string, open: Set<string>): JsonValue {
  switch (pattern.kind) {
    case 'elision':
      open.add(pointer);
      return null;
    case 'scalar':
      return pattern.value;
    case 'array':
      if (pattern.open) open.add(pointer);
      return pattern.elements.map((element, at) => toValue(element, pointerTo(pointer, at), open));
    case 'object': {
      if (pattern.open) open.add(pointer);
      const object: Record<string, JsonValue> = {};
      for (const [name, member] of pattern.members) {
        setMember(object, name, toValue(member, pointerTo(pointer, name), open));
      }
      return object;
    }
  }
}

/** The pattern that a JSON value is: nothing in it is elided. */
export function patternFromJson(value: JsonValue): Pattern {
  if (isJsonArray(value)) return { kind: 'array', elements: value.map(patternFromJson), open: false };
  if (isJsonObject(value)) {
    const members = new Map(Object.entries(value).map(([name, member]) => [name, patternFromJson(member)]));
    return { kind: 'object', members, open: false };
  }
  return { kind: 'scalar', value };
}

/** Tells whether anything is elided in a pattern. */
export function hasElision(pattern: Pattern): boolean {
  switch (pattern.kind) {
    case 'elision':
      return true;
    case 'scalar':
      return false;
    case 'array':
      return pattern.open || pattern.elements.some(hasElision);
    case 'object':
      return pattern.open || [...pattern.members.values()].some(hasElision);
  }
}
