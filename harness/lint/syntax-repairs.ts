import type { JsonSyntaxError } from '../json/scanner.ts';

/** A small change of a text. */
export interface Repair {
  /** Offsets of what is replaced. */
  readonly from: number;
  readonly to: number;
  readonly insert: string;
  /** What it does, in words that go behind "right: ". */
  readonly what: string;
}

/** What may be wrong where a reader of JSON stopped, likelier things first. */
export function repairsAt(text: string, { offset, expected }: JsonSyntaxError): readonly Repair[] {
  const place: Place = {
    text,
    at: offset,
    next: text.charAt(offset),
    before: lastCharacterBefore(text, offset),
    expected,
  };
  return [
    ...repairQuotes(place),
    ...repairCommas(place),
    ...repairColons(place),
    ...repairWords(place),
    ...repairBrackets(place),
    ...repairEnd(place),
  ];
}

interface Place {
  readonly text: string;
  readonly at: number;
  /** The character at which the reader stopped; '' at the end. */
  readonly next: string;
  /** Offset of the last character before it that is no white space; -1 where there is none. */
  readonly before: number;
  readonly expected: string;
}

function lastCharacterBefore(text: string, offset: number): number {
  let at = offset - 1;
  while (at >= 0 && /\s/.test(text.charAt(at))) at--;
  return at;
}

function replace(from: number, length: number, insert: string, what: string): Repair {
  return { from, to: from + length, insert, what };
}

function* repairQuotes({ text, at, next, before, expected }: Place): Generator<Repair> {
  const single = /^'([^'"\\\n]*)'/.exec(text.slice(at))?.[0];
  if (single !== undefined) yield replace(at, single.length, `"${single.slice(1, -1)}"`, 'double quotes');
  const curly = /^[“”]([^“”"\n]*)[“”]/.exec(text.slice(at));
  if (curly !== null) yield replace(at, curly[0].length, `"${curly[1] ?? ''}"`, 'straight quotes');
  if (next === '"' && text.charAt(before) === '"') yield replace(at, 1, '', 'no quote too many');
  if (expected.startsWith("':'") && text.charAt(before) === '"') {
    // `"execute: "stop"`: the string ends where the next one was to begin.
    const colon = text.indexOf(':', text.lastIndexOf('"', before - 1));
    if (colon >= 0 && colon < before) yield replace(colon, 0, '"', 'a closing quote');
  }
  if (!expected.startsWith('a closing')) return;
  const opening = text.lastIndexOf(expected.slice(-1), at - 1);
  const line = text.slice(opening + 1, at);
  const word = /^[\w.-]+/.exec(line)?.[0];
  const tail = /\s*[\s,:}\]]*$/.exec(line)?.[0] ?? '';
  const what = 'a closing quote';
  if (word !== undefined) yield replace(opening + 1 + word.length, 0, expected.slice(-1), what);
  yield replace(at - tail.length, 0, expected.slice(-1), what);
}

function* repairCommas({ text, at, next, before }: Place): Generator<Repair> {
  const last = text.charAt(before);
  if (next === ';') {
    yield replace(at, 1, ',', "',' for ';'");
    yield replace(at, 1, '', "no ';'");
  }
  if (next === ':') yield replace(at, 1, ',', "',' for ':'");
  if (last === ',' && /^[\]},]?$/.test(next)) yield replace(before, 1, '', 'no comma too many');
  if (next === ',') yield replace(at, 1, '', 'no comma too many');
  if (/["}\]\w.]/.test(last) && /["'{[\w-]/.test(next)) yield replace(before + 1, 0, ',', 'a comma');
}

function* repairColons({ at, next, before, expected }: Place): Generator<Repair> {
  if (!expected.startsWith("':'")) return;
  if (/[=,;]/.test(next)) yield replace(at, 1, ':', `':' for '${next}'`);
  yield replace(before + 1, 0, ':', "a ':'");
}

const WORDS: Readonly<Record<string, string>> = { True: 'true', False: 'false', None: 'null', NULL: 'null' };

function* repairWords({ text, at, before }: Place): Generator<Repair> {
  const rest = text.slice(at);
  const dots = /^(?:\.\.(?!\.)|…)/.exec(rest)?.[0];
  if (dots !== undefined) yield replace(at, dots.length, '...', 'three dots');
  const word = /^[A-Za-z_][\w.-]*/.exec(rest)?.[0];
  const number = /^[xX][0-9a-fA-F]{1,16}/.exec(rest)?.[0];
  const digit = text.charAt(before);
  if (number !== undefined && digit === '0' && before === at - 1)
    yield replace(before, number.length + 1, String(BigInt(`0${number}`)), 'a decimal number');
  if (digit === '0' && /^[0-9]/.test(rest) && before === at - 1)
    yield replace(before, 1, '', 'no leading zero');
  if (rest.startsWith('+')) yield replace(at, 1, '', "no '+'");
  if (word === undefined) return;
  const known = Object.hasOwn(WORDS, word) ? WORDS[word] : undefined;
  if (known !== undefined) yield replace(at, word.length, known, `'${known}' for '${word}'`);
  if (rest.charAt(word.length) === '"') yield replace(at, 0, '"', 'an opening quote');
  else yield replace(at, word.length, `"${word}"`, `quotes around ${word}`);
}

function* repairBrackets({ text, at, next, before, expected }: Place): Generator<Repair> {
  // Behind an elision the reader does not say which bracket it waits for.
  const other = next === '}' ? ']' : next === ']' ? '}' : undefined;
  const closing = /'([\]}])'$/.exec(expected)?.[1] ?? other;
  if (closing !== undefined && next !== closing) {
    if (next === '') yield replace(before + 1, 0, ` ${closing}`, `a '${closing}'`);
    if (/[\])}]/.test(next)) {
      yield replace(at, 0, `${closing} `, `a '${closing}'`);
      yield replace(at, 1, closing, `'${closing}' for '${next}'`);
    }
    if (next === ',') yield replace(before + 1, 0, ` ${closing}`, `a '${closing}'`);
  }
  if (/[\])}]/.test(next)) yield replace(at, 1, '', `no '${next}' too many`);
  if (next !== ':' || text.charAt(before) !== '"') return;
  // `"return": "name": 1` and `[ "name": 1`: an object's opening brace was forgotten.
  const name = text.lastIndexOf('"', before - 1);
  if (name >= 0) yield replace(name, 0, '{ ', "a '{'");
}

/** The message is whole, and more follows. */
function* repairEnd({ text, at, next, before, expected }: Place): Generator<Repair> {
  if (/^(?:\/\*|\/\/|#)/.test(text.slice(at))) {
    const comment = /^(?:\/\*[^]*?\*\/|[^\n]*)/.exec(text.slice(at))?.[0] ?? '';
    yield replace(at, comment.length, '', 'no comment');
  }
  if (expected !== 'end of text') return;
  if (/[,;.)'"]/.test(next)) yield replace(at, 1, '', `no '${next}' behind it`);
  const last = text.charAt(before);
  // A message that closes before its `arguments`.
  if (!/[\]}]/.test(last)) return;
  yield replace(before, 1, '', `no '${last}' too many`);
  if (next === '"') yield replace(before, 1, ',', `',' for '${last}'`);
}
