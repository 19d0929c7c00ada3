import { isJsonArray, isJsonObject, type JsonObject, type JsonValue } from '../../json/value.ts';
import type { Condition } from '../model.ts';

/** How `if` is written: before 6.2 as C expression or a list of such, since then as symbol or {all, any, not}. */
export type ConditionDialect = 'c' | 'symbols';

/**
 * Reads the value of an `if` (qapi-code-gen, "Configuring the schema").
 * @returns what is wrong with it, as text, when it is no condition.
 */
export function readCondition(value: JsonValue, dialect: ConditionDialect): Condition | string {
  if (typeof value === 'string') return dialect === 'c' ? readText(value) : readSymbol(value);
  if (dialect === 'c') return readList(value);
  if (isJsonObject(value)) return readCombination(value);
  return "'if' condition must be a string or an object";
}

function readText(text: string): Condition | string {
  if (text.trim() === '') return `'if' condition '${text}' says nothing`;
  return conditionFromC(text);
}

function readSymbol(text: string): Condition | string {
  if (!/^[A-Z][A-Z0-9_]*$/.test(text)) return `'if' condition '${text}' is not a valid identifier`;
  return { symbol: text };
}

/** Before 6.2: a list of strings, all of which must hold. */
function readList(value: JsonValue): Condition | string {
  if (!isJsonArray(value)) return "'if' condition must be a string or a list of strings";
  return readOperands('all', value, 'c');
}

function readCombination(value: JsonObject): Condition | string {
  const entries = Object.entries(value);
  const [entry] = entries;
  if (entry === undefined || entries.length !== 1) {
    return "'if' condition object must have exactly one of the keys 'all', 'any', 'not'";
  }
  const [operator, operand] = entry;
  if (operator === 'not') {
    const inner = readCondition(operand, 'symbols');
    return typeof inner === 'string' ? inner : { not: inner };
  }
  if (operator !== 'all' && operator !== 'any') return `'if' condition has unknown key '${operator}'`;
  if (!isJsonArray(operand)) return `'${operator}' condition must be a list`;
  return readOperands(operator, operand, 'symbols');
}

function readOperands(
  operator: 'all' | 'any',
  values: readonly JsonValue[],
  dialect: ConditionDialect,
): Condition | string {
  if (values.length === 0) return "'if' condition list must not be empty";
  const operands: Condition[] = [];
  for (const value of values) {
    if (dialect === 'c' && typeof value !== 'string') return "'if' condition list may hold only strings";
    const operand = readCondition(value, dialect);
    if (typeof operand === 'string') return operand;
    operands.push(operand);
  }
  return combine(operator, operands);
}

function combine(operator: 'all' | 'any', operands: readonly Condition[]): Condition {
  const [only] = operands;
  if (only !== undefined && operands.length === 1) return only;
  return operator === 'all' ? { all: operands } : { any: operands };
}

/**
 * Reads a C preprocessor expression made of `defined(X)`, `!`, `&&`, `||` and parentheses. Anything else stays one
 * symbol that holds the text: that it is conditional matters more than on what.
 */
export function conditionFromC(text: string): Condition {
  const tokens = text.match(/defined|&&|\|\||[!()]|[A-Za-z_][A-Za-z_0-9]*|\S/g) ?? [];
  const cursor = { tokens, at: 0 };
  const condition = readAny(cursor);
  return condition !== undefined && cursor.at === tokens.length ? condition : { symbol: text.trim() };
}

interface Cursor {
  readonly tokens: readonly string[];
  at: number;
}

function takeToken(cursor: Cursor, token: string): boolean {
  if (cursor.tokens[cursor.at] !== token) return false;
  cursor.at++;
  return true;
}

function readAny(cursor: Cursor): Condition | undefined {
  return readChain(cursor, 'any', '||', readAll);
}

function readAll(cursor: Cursor): Condition | undefined {
  return readChain(cursor, 'all', '&&', readTerm);
}

function readChain(
  cursor: Cursor,
  operator: 'all' | 'any',
  token: string,
  readOperand: (cursor: Cursor) => Condition | undefined,
): Condition | undefined {
  const operands: Condition[] = [];
  do {
    const operand = readOperand(cursor);
    if (operand === undefined) return undefined;
    operands.push(operand);
  } while (takeToken(cursor, token));
  return combine(operator, operands);
}

function readTerm(cursor: Cursor): Condition | undefined {
  if (takeToken(cursor, '!')) {
    const inner = readTerm(cursor);
    return inner === undefined ? undefined : { not: inner };
  }
  if (takeToken(cursor, '(')) {
    const inner = readAny(cursor);
    return takeToken(cursor, ')') ? inner : undefined;
  }
  if (!takeToken(cursor, 'defined')) return undefined;
  const inParentheses = takeToken(cursor, '(');
  const symbol = cursor.tokens[cursor.at++];
  if (symbol === undefined || !/^[A-Za-z_]/.test(symbol)) return undefined;
  return inParentheses && !takeToken(cursor, ')') ? undefined : { symbol };
}
