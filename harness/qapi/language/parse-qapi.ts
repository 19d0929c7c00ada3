import { setMember, type JsonObject, type JsonValue } from '../../json/value.ts';
import type { QapiScanner, Token } from './qapi-scanner.ts';

/** Deeper than any schema nests; bounds the recursion. */
const MAX_DEPTH = 64;

/**
 * Takes one top-level expression (qapi-code-gen, "Schema syntax"): a JSON with single-quoted strings and `#` comments.
 * @throws {InputError} at the first token that cannot be part of it, and for a value that is no object.
 */
export function takeExpression(scanner: QapiScanner): JsonObject {
  if (scanner.token === '{') return takeObject(scanner, 0);
  if (!scanner.dialect.has('one-metatype')) scanner.fail("expected '{'");
  const { start } = scanner;
  takeValue(scanner, 0);
  return scanner.failOnLine('an expression must be an object', start);
}

function takeObject(scanner: QapiScanner, depth: number): JsonObject {
  if (depth > MAX_DEPTH) scanner.fail(`nesting of more than ${MAX_DEPTH} levels`);
  // Keys are seldom the same twice, so that a shape for each set of them would be for nothing.
  const object: Record<string, JsonValue> = { __proto__: null };
  scanner.inExpression = true;
  scanner.advance();
  if (scanner.token !== '}') {
    if (scanner.token !== 'string') scanner.fail("expected string or '}'");
    do {
      takeMember(scanner, object, depth);
    } while (followsAnother(scanner, '}'));
  }
  if (depth === 0) scanner.inExpression = false;
  scanner.advance();
  return object;
}

function takeMember(scanner: QapiScanner, object: Record<string, JsonValue>, depth: number): void {
  const key = scanner.value;
  if (scanner.token !== 'string' || typeof key !== 'string') return scanner.fail('expected string');
  scanner.advance();
  if (!at(scanner, ':')) scanner.fail("expected ':'");
  scanner.advance();
  if (Object.hasOwn(object, key)) scanner.fail(`key '${key}' stands twice`);
  setMember(object, key, takeValue(scanner, depth + 1));
}

function takeArray(scanner: QapiScanner, depth: number): JsonValue[] {
  if (depth > MAX_DEPTH) scanner.fail(`nesting of more than ${MAX_DEPTH} levels`);
  const elements: JsonValue[] = [];
  scanner.advance();
  if (scanner.token !== ']') {
    do {
      elements.push(takeValue(scanner, depth + 1));
    } while (followsAnother(scanner, ']'));
  }
  scanner.advance();
  return elements;
}

/**
 * After a member or element: takes the comma and tells whether another one follows, or the end is reached. Before 2.5 the
 * comma could be missing between members, and stand before a closing bracket.
 */
function followsAnother(scanner: QapiScanner, close: '}' | ']'): boolean {
  const loose = !scanner.dialect.has('plain-types');
  if (scanner.token === ',') {
    scanner.advance();
    return !(loose && at(scanner, close));
  }
  if (scanner.token === close) return false;
  if (loose && scanner.token === 'string' && close === '}') return true;
  return scanner.fail(`expected ',' or '${close}'`);
}

/** Asks for the token after {@link QapiScanner.advance}, which the compiler takes to leave it as it was. */
function at(scanner: QapiScanner, token: Token): boolean {
  return scanner.token === token;
}

function takeValue(scanner: QapiScanner, depth: number): JsonValue {
  if (scanner.token === '{') return takeObject(scanner, depth);
  if (scanner.token === '[') return takeArray(scanner, depth);
  if (scanner.token !== 'string' && scanner.token !== 'keyword')
    scanner.fail("expected '{', '[', string, or boolean");
  const { value } = scanner;
  scanner.advance();
  return value;
}
