import { fitsColumn, fitsPattern } from './match-words.js';

/** Verdicts that a word means. Those of `passes` and `fails` hold whether somebody expected them or not. */
const GROUPS = {
  passes: ['pass', 'unexpected-pass'],
  passed: ['pass', 'unexpected-pass'],
  fails: ['fail', 'crash', 'timeout', 'known-failure'],
  failed: ['fail', 'crash', 'timeout', 'known-failure'],
  crashed: ['crash'],
  'timed-out': ['timeout'],
  red: ['fail', 'crash', 'timeout', 'unexpected-pass', 'setup-error', 'harness-error'],
  ran: ['pass', 'fail', 'known-failure', 'unexpected-pass', 'crash', 'timeout'],
};

const QUERY_KEYS = [
  'module',
  'row',
  'verdict',
  'blame',
  'rule',
  'reason',
  'predicted',
  'first-bad',
  'fixed-in',
];

const CONNECTIVES = new Set(['and', 'or', 'not', 'in']);

/** What may be nested in parentheses or behind `not`; a query is typed, not generated. */
const MAX_DEPTH = 50;

const QUERY_TOKEN = /\s*(?:([(),])|"([^"]*)("?)|([^\s(),"]+))/y;

/**
 * Reads a query over the rows of `data`.
 * @returns `{ test }`, which tells whether a row is wanted; or `{ error: { column, message } }`, the column from 1
 */
export function readQuery(text, data) {
  const reader = { text, data, tokens: [], at: 0, findings: [], depth: 0 };
  try {
    reader.tokens = tokensOfQuery(text);
    if (reader.tokens.length === 0) return { test: () => true };
    const test = readAlternatives(reader);
    const rest = reader.tokens[reader.at];
    if (rest !== undefined) fail(rest.column, `'${rest.text}' closes nothing`);
    return { test };
  } catch (error) {
    if (error.column === undefined) throw error;
    return { error };
  }
}

function fail(column, message) {
  throw { column, message };
}

function tokensOfQuery(text) {
  const tokens = [];
  QUERY_TOKEN.lastIndex = 0;
  for (let found = QUERY_TOKEN.exec(text); found !== null; found = QUERY_TOKEN.exec(text)) {
    const [whole, mark, quoted, closing, word] = found;
    const column = QUERY_TOKEN.lastIndex - whole.trimStart().length + 1;
    if (quoted !== undefined && closing === '') fail(column, 'this quotation does not end; expected "');
    if (mark !== undefined) tokens.push({ kind: mark, text: mark, column });
    else if (quoted !== undefined) tokens.push({ kind: 'quoted', text: quoted, column });
    else tokens.push({ kind: 'word', text: word, column });
  }
  return tokens;
}

function readAlternatives(reader) {
  if (++reader.depth > MAX_DEPTH) fail(reader.tokens[reader.at]?.column ?? 1, 'nested too deeply');
  const tests = [readConjunction(reader)];
  while (takeWord(reader, 'or')) tests.push(readConjunction(reader));
  reader.depth--;
  return tests.length === 1 ? tests[0] : (row) => tests.some((test) => test(row));
}

/** Conditions that all hold: with `and`, a comma, or nothing between them. */
function readConjunction(reader) {
  const tests = [readNegation(reader)];
  for (;;) {
    const hasMark = takeWord(reader, 'and') || takeMark(reader, ',');
    const next = reader.tokens[reader.at];
    const ends = next === undefined || next.kind === ')' || isWord(next, 'or');
    if (!hasMark && ends) break;
    tests.push(readNegation(reader));
  }
  return tests.length === 1 ? tests[0] : (row) => tests.every((test) => test(row));
}

function readNegation(reader) {
  let isNegated = false;
  while (takeWord(reader, 'not')) isNegated = !isNegated;
  const test = readCondition(reader);
  return isNegated ? (row) => !test(row) : test;
}

function readCondition(reader) {
  const token = reader.tokens[reader.at];
  if (token === undefined) fail(reader.text.length + 1, 'the query ends here; expected a condition');
  reader.at++;
  if (token.kind === 'quoted') return textTest(token.text);
  if (token.kind === '(') {
    const test = readAlternatives(reader);
    if (!takeMark(reader, ')')) {
      fail(reader.tokens[reader.at]?.column ?? reader.text.length + 1, "expected ')'");
    }
    return test;
  }
  if (token.kind !== 'word' || CONNECTIVES.has(token.text.toLowerCase())) {
    fail(token.column, `'${token.text}' stands alone; expected a condition`);
  }
  return readWord(reader, token);
}

function readWord(reader, token) {
  const word = token.text.toLowerCase();
  const colon = word.indexOf(':');
  if (colon > 0) return readPair(reader, token, word.slice(0, colon), token.text.slice(colon + 1));
  if (word === 'differs') return (row) => row.differs;
  const cell = cellTestOf(word, reader.data);
  return cell === undefined ? textTest(word) : readColumns(reader, cell);
}

function readPair(reader, token, key, written) {
  const column = token.column + key.length + 1;
  if (!QUERY_KEYS.includes(key))
    fail(token.column, `'${key}:' is unknown; expected ${QUERY_KEYS.join(': ')}:`);
  const next = reader.tokens[reader.at];
  const isQuoted = written === '' && next?.kind === 'quoted' && next.column === column;
  if (isQuoted) reader.at++;
  const value = isQuoted ? next.text : written;
  if (value === '') fail(column, `nothing behind '${key}:'; expected a word, or "words"`);
  switch (key) {
    case 'module':
      return (row) => fitsPattern(value, row.module);
    case 'row':
      return (row) => fitsPattern(value, row.row);
    case 'first-bad':
      return changeTest(reader, 1, value, column);
    case 'fixed-in':
      return changeTest(reader, 0, value, column);
    default:
      return readColumns(reader, pairTest(reader, key, value, column));
  }
}

/** Conditions of a cell. `all`: it must hold on every column that ran the row, and on one at least. */
function cellTestOf(word, { verdicts }) {
  if (word === 'documented') return { test: (cell) => typeof cell !== 'number' && cell[1] === 1 };
  if (word === 'not-run') return { test: (cell) => typeof cell === 'number' };
  if (word === 'predicted') return { test: (cell) => typeof cell === 'number' && cell > 0 };
  const words = GROUPS[word] ?? (verdicts.some((verdict) => verdict.word === word) ? [word] : undefined);
  if (words === undefined) return undefined;
  const wanted = verdicts.map((verdict) => words.includes(verdict.word));
  return {
    test: (cell) => typeof cell !== 'number' && wanted[cell[0]],
    all: words.includes('pass') && word !== 'ran',
  };
}

function pairTest({ data, findings }, key, value, column) {
  const { verdicts, texts, predictions } = data;
  if (key === 'verdict') {
    const wanted = verdicts.map(({ word }) => fitsPattern(value, word));
    if (!wanted.includes(true))
      fail(column, `no verdict '${value}'; expected ${listOf(verdicts.map((one) => one.word))}`);
    return { test: (cell) => typeof cell !== 'number' && wanted[cell[0]] };
  }
  if (key === 'predicted') {
    const wanted = predictions.map((text) => fitsPattern(value, JSON.parse(text).kind));
    return { test: (cell) => typeof cell === 'number' && cell > 0 && wanted[cell - 1] };
  }
  if (key === 'reason') {
    const words = value.toLowerCase();
    return {
      test: (cell) =>
        typeof cell !== 'number' && cell[4] >= 0 && texts[cell[4]].toLowerCase().includes(words),
    };
  }
  const findingAt = (index) => (findings[index] ??= JSON.parse(texts[index]));
  return {
    test: (cell) =>
      typeof cell !== 'number' && cell[5].some((index) => fitsPattern(value, findingAt(index)[key])),
  };
}

/** Reads `in COLUMN`, where it stands, and makes of a test of cells one of rows. */
function readColumns(reader, { test, all }) {
  const { verdicts } = reader.data;
  const columns = takeWord(reader, 'in') ? columnsAt(reader) : reader.data.targets.map((_, index) => index);
  if (all !== true) return (row) => columns.some((column) => test(row.cells[column]));
  const ran = verdicts.map(({ word }) => GROUPS.ran.includes(word));
  return (row) => {
    const cells = columns
      .map((column) => row.cells[column])
      .filter((cell) => typeof cell !== 'number' && ran[cell[0]]);
    return cells.length > 0 && cells.every(test);
  };
}

function columnsAt(reader) {
  const token = reader.tokens[reader.at];
  if (token === undefined || (token.kind !== 'word' && token.kind !== 'quoted')) {
    fail(
      token?.column ?? reader.text.length + 1,
      "nothing behind 'in'; expected a version, or another word of a column",
    );
  }
  reader.at++;
  return columnsOf(reader.data, token.text, token.column);
}

function columnsOf({ targets }, spec, column) {
  const found = targets.flatMap(({ name }, index) => (fitsColumn(spec, name) ? [index] : []));
  if (found.length === 0) {
    fail(column, `no column '${spec}'; expected a word of ${listOf(targets.map(({ name }) => name))}`);
  }
  return found;
}

function changeTest({ data }, kind, value, column) {
  const columns = value === '*' ? undefined : new Set(columnsOf(data, value, column));
  return ({ changes = [] }) =>
    changes.some(
      ([isFirstBad, target]) => isFirstBad === kind && (columns === undefined || columns.has(target)),
    );
}

function textTest(text) {
  const wanted = text.toLowerCase();
  return ({ row }) => row.toLowerCase().includes(wanted);
}

function listOf(names) {
  return names.length <= 12 ? names.join(', ') : `${names.slice(0, 12).join(', ')}, … (${names.length})`;
}

function isWord(token, word) {
  return token?.kind === 'word' && token.text.toLowerCase() === word;
}

function takeWord(reader, word) {
  if (!isWord(reader.tokens[reader.at], word)) return false;
  reader.at++;
  return true;
}

function takeMark(reader, mark) {
  if (reader.tokens[reader.at]?.kind !== mark) return false;
  reader.at++;
  return true;
}
