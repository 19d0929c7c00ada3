import { MAX_NESTING } from '../json/scanner.ts';

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const COMMA = 0x2c;
const COLON = 0x3a;
const OPEN_BRACE = 0x7b;
const CLOSE_BRACE = 0x7d;
const OPEN_BRACKET = 0x5b;
const CLOSE_BRACKET = 0x5d;
const MINUS = 0x2d;
const ZERO = 0x30;
const NINE = 0x39;
const SPACE = 0x20;

/** What stands around the place that is read, by depth: 1 for an object. */
const around = new Uint8Array(MAX_NESTING + 1);

/**
 * Passes over a JSON object or array (RFC 8259), looking at each byte once and making nothing: of what a recorder writes
 * it wants to know only that it is JSON, and where it ends.
 * @param bytes UTF-8; whether they are is not looked at
 * @param from where it begins
 * @returns where it ends; -1 for what is none, or not whole, or nested too deep
 */
export function skipJson(bytes: Uint8Array, from: number): number {
  let depth = 0;
  let at = from;
  for (;;) {
    // A value is to come.
    let byte = bytes[at] ?? 0;
    if (byte === QUOTE) {
      at = skipString(bytes, at + 1);
    } else if (byte === OPEN_BRACE || byte === OPEN_BRACKET) {
      if (++depth > MAX_NESTING) return -1;
      around[depth] = byte === OPEN_BRACE ? 1 : 0;
      at = skipSpace(bytes, at + 1);
      if (bytes[at] === (byte === OPEN_BRACE ? CLOSE_BRACE : CLOSE_BRACKET)) {
        depth--;
        at++;
      } else {
        if (byte === OPEN_BRACE) at = skipName(bytes, at);
        if (at < 0) return -1;
        continue;
      }
    } else {
      at = depth === 0 ? -1 : skipScalar(bytes, at, byte);
    }
    if (at < 0) return -1;
    // A value has ended; perhaps with it those around it.
    for (;;) {
      if (depth === 0) return at;
      byte = bytes[at] ?? 0;
      if (byte !== COMMA && byte !== CLOSE_BRACE && byte !== CLOSE_BRACKET) {
        at = skipSpace(bytes, at);
        byte = bytes[at] ?? 0;
      }
      const inObject = around[depth] === 1;
      at++;
      if (byte === COMMA) {
        at = skipSpace(bytes, at);
        if (inObject) at = skipName(bytes, at);
        if (at < 0) return -1;
        break;
      }
      if (byte !== (inObject ? CLOSE_BRACE : CLOSE_BRACKET)) return -1;
      depth--;
    }
  }
}

function skipSpace(bytes: Uint8Array, from: number): number {
  let at = from;
  for (;;) {
    const byte = bytes[at] ?? 0;
    if (byte > SPACE || (byte !== SPACE && byte !== 0x0a && byte !== 0x0d && byte !== 0x09)) return at;
    at++;
  }
}

/** A member's name, the colon behind it, and the space before its value. */
function skipName(bytes: Uint8Array, from: number): number {
  if (bytes[from] !== QUOTE) return -1;
  const end = skipString(bytes, from + 1);
  if (end < 0) return -1;
  const colon = bytes[end] === COLON ? end : skipSpace(bytes, end);
  return bytes[colon] === COLON ? skipSpace(bytes, colon + 1) : -1;
}

/** What stands in a string for itself. Bytes of characters beyond ASCII do. */
const PLAIN = new Uint8Array(256).fill(1, SPACE);
PLAIN[QUOTE] = PLAIN[BACKSLASH] = 0;

/** @param from behind its first quote */
function skipString(bytes: Uint8Array, from: number): number {
  let at = from;
  for (;;) {
    // Behind the end there is nothing, and that is not plain.
    while (PLAIN[bytes[at] ?? 0] === 1) at++;
    const byte = bytes[at];
    if (byte === QUOTE) return at + 1;
    if (byte !== BACKSLASH) return -1;
    at = skipEscape(bytes, at + 1);
    if (at < 0) return -1;
  }
}

/** `"`, `/`, `\`, `b`, `f`, `n`, `r`, `t`. */
const ESCAPES = new Set(Array.from('"/\\bfnrt').map((char) => char.charCodeAt(0)));

function skipEscape(bytes: Uint8Array, at: number): number {
  const byte = bytes[at] ?? 0;
  if (byte !== 0x75) return ESCAPES.has(byte) ? at + 1 : -1;
  for (let digit = at + 1; digit < at + 5; digit++) if (!isHexDigit(bytes[digit] ?? 0)) return -1;
  return at + 5;
}

function isHexDigit(byte: number): boolean {
  const lower = byte | 0x20;
  return (byte >= ZERO && byte <= NINE) || (lower >= 0x61 && lower <= 0x66);
}

function skipScalar(bytes: Uint8Array, at: number, byte: number): number {
  if (byte === MINUS || (byte >= ZERO && byte <= NINE)) return skipNumber(bytes, at);
  if (byte === 0x74) return skipWord(bytes, at, TRUE);
  if (byte === 0x66) return skipWord(bytes, at, FALSE);
  return byte === 0x6e ? skipWord(bytes, at, NULL) : -1;
}

const [TRUE, FALSE, NULL] = [Buffer.from('true'), Buffer.from('false'), Buffer.from('null')];

function skipWord(bytes: Uint8Array, from: number, word: Uint8Array): number {
  for (let at = 0; at < word.length; at++) if (bytes[from + at] !== word[at]) return -1;
  return from + word.length;
}

function skipNumber(bytes: Uint8Array, from: number): number {
  const start = bytes[from] === MINUS ? from + 1 : from;
  let at = bytes[start] === ZERO ? start + 1 : skipDigits(bytes, start);
  if (at === start) return -1;
  if (bytes[at] === 0x2e) {
    const fraction = skipDigits(bytes, at + 1);
    if (fraction === at + 1) return -1;
    at = fraction;
  }
  if (bytes[at] !== 0x65 && bytes[at] !== 0x45) return at;
  const sign = bytes[at + 1] === 0x2b || bytes[at + 1] === MINUS ? at + 2 : at + 1;
  const end = skipDigits(bytes, sign);
  return end === sign ? -1 : end;
}

function skipDigits(bytes: Uint8Array, from: number): number {
  let at = from;
  for (let byte = bytes[at] ?? 0; byte >= ZERO && byte <= NINE; byte = bytes[at] ?? 0) at++;
  return at;
}
