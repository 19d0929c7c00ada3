import { MAX_NESTING, Scanner } from '../json/scanner.ts';
import { takeElision } from '../transcript/read-pattern.ts';

/** A JSON value, and where it stands in its text: offsets from 0, `end` behind it. */
export type SpanNode = StringNode | ScalarNode | ArrayNode | ObjectNode;

interface Span {
  readonly start: number;
  readonly end: number;
}

export interface StringNode extends Span {
  readonly kind: 'string';
  /** Without quotes and escapes. */
  readonly value: string;
}

/** A number, `true`, `false`, `null`, or an elision of a document. */
export interface ScalarNode extends Span {
  readonly kind: 'scalar';
}

export interface ArrayNode extends Span {
  readonly kind: 'array';
  readonly elements: readonly SpanNode[];
}

export interface ObjectNode extends Span {
  readonly kind: 'object';
  /** In order; a name may stand there twice. */
  readonly members: readonly SpanMember[];
}

export interface SpanMember {
  readonly name: string;
  readonly value: SpanNode;
}

/**
 * Reads a message, with the place of each value.
 * @throws {JsonSyntaxError} when it is no JSON, but for elisions of documents
 */
export function readSpans(text: string, singleQuotes: boolean): SpanNode {
  const scanner = new Scanner(text, singleQuotes);
  const node = takeNode(scanner, 0);
  if (scanner.peek() !== '') scanner.fail(scanner.describeNext(), 'end of text');
  return node;
}

const NUMBER = /-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?/y;

function takeNode(scanner: Scanner, depth: number): SpanNode {
  if (depth > MAX_NESTING) scanner.fail('nesting too deep', `at most ${MAX_NESTING} levels`);
  const next = peek(scanner);
  const start = scanner.offset;
  if (next === '"' || next === "'") {
    const value = takeText(scanner);
    return { kind: 'string', start, end: scanner.offset, value };
  }
  if (next === '{') return takeObject(scanner, start, depth);
  if (next === '[') return takeArray(scanner, start, depth);
  if (!takeElision(scanner)) takeScalar(scanner, next);
  return { kind: 'scalar', start, end: scanner.offset };
}

/** As the scanner's, and faster where there is no white space. */
function peek(scanner: Scanner): string {
  const next = scanner.text.charAt(scanner.offset);
  return next > ' ' ? next : scanner.peek();
}

const UNUSUAL = /[\\\p{Cc}]/u;

/** As the scanner's, and faster where nothing is escaped. */
function takeText(scanner: Scanner): string {
  const { text, offset } = scanner;
  if (peek(scanner) !== '"' || scanner.offset !== offset) return scanner.takeString();
  const end = text.indexOf('"', offset + 1);
  const inside = text.slice(offset + 1, end);
  if (end < 0 || UNUSUAL.test(inside)) return scanner.takeString();
  scanner.offset = end + 1;
  return inside;
}

function takeScalar(scanner: Scanner, next: string): void {
  if (next !== '-' && !(next >= '0' && next <= '9')) {
    scanner.takeLiteral('a JSON value');
    return;
  }
  NUMBER.lastIndex = scanner.offset;
  if (!NUMBER.test(scanner.text)) scanner.fail(scanner.describeNext(), 'a number');
  scanner.offset = NUMBER.lastIndex;
}

function takeObject(scanner: Scanner, start: number, depth: number): ObjectNode {
  const members: SpanMember[] = [];
  takeItems(scanner, '{', '}', () => {
    const name = takeText(scanner);
    if (!scanner.take(':')) scanner.fail(scanner.describeNext(), `':' after member name "${name}"`);
    members.push({ name, value: takeNode(scanner, depth + 1) });
  });
  return { kind: 'object', start, end: scanner.offset, members };
}

function takeArray(scanner: Scanner, start: number, depth: number): ArrayNode {
  const elements: SpanNode[] = [];
  takeItems(scanner, '[', ']', () => void elements.push(takeNode(scanner, depth + 1)));
  return { kind: 'array', start, end: scanner.offset, elements };
}

/** Documents leave out the comma beside an elision. */
function takeItems(scanner: Scanner, opening: string, closing: string, takeItem: () => void): void {
  scanner.take(opening);
  if (scanner.take(closing)) return;
  for (;;) {
    const elided = peek(scanner) === '.' && takeElision(scanner);
    if (!elided) takeItem();
    const next = peek(scanner);
    if (next === closing || next === ',') scanner.offset++;
    if (next === closing) return;
    if (next === ',' || elided || next === '.') continue;
    scanner.fail(scanner.describeNext(), `',' or '${closing}'`);
  }
}
