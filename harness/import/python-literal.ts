import { writeJson } from '../json/write-json.ts';
import { readJson } from '../json/read-json.ts';

const TOKEN =
  /[uU]?(?:"((?:[^"\\\n]|\\[^\n])*)"|'((?:[^'\\\n]|\\[^\n])*)')|[A-Za-z_]+|-?[0-9][0-9.eE+-]*L?|\s+|[{}[\]:,]/y;
const WORDS: Readonly<Record<string, string>> = {
  True: 'true',
  False: 'false',
  None: 'null',
  true: 'true',
  false: 'false',
  null: 'null',
};

/**
 * The JSON text of a dictionary or list as Python prints it, or as qmp-shell takes it: either kind of quotes, `True`,
 * `False` and `None`, or JSON's own words.
 * @param from where it begins in the text
 * @returns the JSON text and where it ends; `undefined` where there is no such literal
 */
export function readPythonLiteral(
  text: string,
  from: number,
): { readonly json: string; readonly end: number } | undefined {
  const parts: string[] = [];
  let depth = 0;
  for (let at = from; at < text.length;) {
    TOKEN.lastIndex = at;
    const found = TOKEN.exec(text);
    if (found === null) return undefined;
    at = TOKEN.lastIndex;
    const part = jsonOf(found);
    if (part === undefined) return undefined;
    parts.push(part);
    if (part === '{' || part === '[') depth++;
    if (part === '}' || part === ']') depth--;
    if (depth === 0 && part !== '') return finish(parts.join(''), at);
  }
  return undefined;
}

function finish(json: string, end: number): { readonly json: string; readonly end: number } | undefined {
  try {
    return { json: writeJson(readJson(json), { spaced: true }), end };
  } catch {
    return undefined;
  }
}

function jsonOf([token, double, single]: RegExpExecArray): string | undefined {
  if (token.trim() === '') return '';
  const string = double ?? single;
  if (string !== undefined) return jsonOfString(string);
  if (/^[A-Za-z_]/.test(token)) return WORDS[token];
  return token.replace(/L$/, '');
}

/** A string of either language: what JSON escapes otherwise is written as JSON does. */
function jsonOfString(inside: string): string | undefined {
  const unescaped = inside.replace(
    /\\(?:x([0-9a-fA-F]{2})|u([0-9a-fA-F]{4})|([^xu]))/g,
    (_, x: string | undefined, u: string | undefined, char: string) => {
      const code = x ?? u;
      return code === undefined ? (ESCAPES[char] ?? char) : String.fromCharCode(Number.parseInt(code, 16));
    },
  );
  return JSON.stringify(unescaped);
}

const ESCAPES: Readonly<Record<string, string>> = { n: '\n', r: '\r', t: '\t', b: '\b', f: '\f', '/': '/' };
