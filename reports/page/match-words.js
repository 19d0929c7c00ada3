/** Tells whether a whole text fits a pattern in which each * stands for anything; upper and lower case are one. */
export function fitsPattern(pattern, text) {
  const parts = pattern.toLowerCase().split('*');
  const whole = text.toLowerCase();
  if (parts.length === 1) return whole === parts[0];
  const [first, last] = [parts[0], parts.at(-1)];
  if (whole.length < first.length + last.length) return false;
  if (!whole.startsWith(first) || !whole.endsWith(last)) return false;
  let at = first.length;
  for (const part of parts.slice(1, -1)) {
    const found = whole.indexOf(part, at);
    if (found < 0) return false;
    at = found + part.length;
  }
  return at <= whole.length - last.length;
}

/**
 * Tells whether a column is meant by its name, or by parts of it with / between them: `7.2`, `7.2/kvm`, `6.0-8.2`,
 * `10.0-`, `tcg`, `5.2*`. A version means all that begin with its numbers.
 */
export function fitsColumn(spec, name) {
  const wanted = spec.toLowerCase();
  const own = name.toLowerCase();
  if (fitsPattern(wanted, own)) return true;
  const [version, ...words] = own.split(' ');
  return wanted.split('/').every((part) => words.includes(part) || fitsVersion(part, version));
}

const RANGE = /^(\d+(?:\.\d+)*)?(-)?(\d+(?:\.\d+)*)?$/;

function fitsVersion(part, version) {
  const [, from, dash, to] = RANGE.exec(part) ?? [];
  if (from === undefined && to === undefined) return false;
  if (dash === undefined) return beginsWith(version, from);
  const isAfter = from === undefined || beginsWith(version, from) || compareNumbers(version, from) > 0;
  return isAfter && (to === undefined || beginsWith(version, to) || compareNumbers(version, to) < 0);
}

function beginsWith(version, start) {
  const numbers = numbersOf(version);
  return numbersOf(start).every((number, index) => number === numbers[index]);
}

/** Versions by number: 10.0 comes after 7.2. */
export function compareNumbers(a, b) {
  const [left, right] = [numbersOf(a), numbersOf(b)];
  for (let at = 0; at < Math.max(left.length, right.length); at++) {
    const difference = (left[at] ?? 0) - (right[at] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}

function numbersOf(version) {
  return version.split('.').map((part) => Number.parseInt(part, 10) || 0);
}
