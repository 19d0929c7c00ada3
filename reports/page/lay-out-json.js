const TOKEN = /"(?:[^"\\]|\\.)*"?|[{}[\],:]|[^\s{}[\],:"]+/gsy;
const SPACE = /\s*/y;

/** Width up to which a value stands on one line. */
const LINE_WIDTH = 72;

/** Levels that are indented: beyond them the white space would outgrow the text. */
const MAX_INDENT = 24;

/**
 * Lays JSON out in lines, as a list of pieces `{ kind, text }`. It works on the text, not on values: no number loses
 * a digit, and a text that was cut off, or is no JSON, is laid out as far as it goes.
 */
export function layOutJson(text) {
  const tokens = tokensOf(text);
  const widths = flatWidths(tokens);
  const pieces = [];
  const broken = [];
  let column = 0;
  let depth = 0;
  const put = (piece) => {
    pieces.push(piece);
    column = piece.text.startsWith('\n') ? piece.text.length - 1 : column + piece.text.length;
  };
  const space = { kind: 'space', text: ' ' };
  tokens.forEach((token, index) => {
    const previous = tokens[index - 1]?.text ?? '';
    const isEmptyPair = isClosing(token.text) && isOpening(previous);
    if (isClosing(token.text)) {
      const wasBroken = broken.pop();
      if (wasBroken) depth--;
      if (wasBroken && !isEmptyPair) put(lineBreak(depth));
      else if (token.text === '}' && !isEmptyPair) put(space);
    }
    put(token);
    if (isOpening(token.text)) {
      broken.push(column + widths[index] > LINE_WIDTH);
      if (broken.at(-1)) depth++;
      if (isClosing(tokens[index + 1]?.text ?? '')) return;
      if (broken.at(-1)) put(lineBreak(depth));
      else if (token.text === '{') put(space);
    } else if (token.text === ',') {
      put(broken.at(-1) ? lineBreak(depth) : space);
    } else if (token.text === ':') {
      put(space);
    }
  });
  return pieces;
}

/** The names of the members of the outermost object, and the string value of each that has one. */
export function outerMembers(text) {
  const members = new Map();
  let depth = 0;
  const tokens = tokensOf(text);
  tokens.forEach((token, index) => {
    if (isOpening(token.text)) depth++;
    else if (isClosing(token.text)) depth--;
    else if (depth === 1 && token.kind === 'name')
      members.set(unquote(token.text), tokens[index + 2]?.text ?? '');
  });
  return members;
}

/** A string token without its quotes. */
export function unquote(token) {
  return token.startsWith('"') ? token.slice(1, token.endsWith('"') ? -1 : undefined) : token;
}

function tokensOf(text) {
  const tokens = [];
  let at = 0;
  while (at < text.length) {
    SPACE.lastIndex = at;
    SPACE.exec(text);
    TOKEN.lastIndex = SPACE.lastIndex;
    const token = TOKEN.exec(text)?.[0];
    if (token === undefined) break;
    at = TOKEN.lastIndex;
    if (token === ':' && tokens.at(-1)?.kind === 'string') tokens.at(-1).kind = 'name';
    tokens.push({ kind: kindOf(token), text: token });
  }
  return tokens;
}

function kindOf(token) {
  if (token.startsWith('"')) return 'string';
  if (/^[{}[\],:]$/.test(token)) return 'mark';
  if (/^-?\d/.test(token)) return 'number';
  return 'word';
}

/** For each opening bracket, the width of its value on one line; endless for one that does not close. */
function flatWidths(tokens) {
  const widths = new Array(tokens.length).fill(Infinity);
  const starts = [];
  const open = [];
  let width = 0;
  tokens.forEach(({ text }, index) => {
    starts.push(width);
    width += text.length + (text === ',' || text === ':' || text === '{' || text === '}' ? 1 : 0);
    if (isOpening(text)) open.push(index);
    if (isClosing(text) && open.length > 0) {
      const start = open.pop();
      widths[start] = width - starts[start];
    }
  });
  return widths;
}

function isOpening(text) {
  return text === '{' || text === '[';
}

function isClosing(text) {
  return text === '}' || text === ']';
}

function lineBreak(depth) {
  return { kind: 'space', text: `\n${'  '.repeat(Math.min(depth, MAX_INDENT))}` };
}
