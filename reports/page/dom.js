/* global atob, DecompressionStream, document, Response */

/** Characters that are not seen, or that turn around what stands beside them; line ends and tabs are seen. */
const UNSEEN = /(?![\n\t])[\p{Cc}\p{Cs}\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]/gu;

/** A text of unknown origin, with what is not seen in it made visible as JSON escapes it. */
export function visible(text) {
  return text.replaceAll(UNSEEN, (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

/**
 * Makes an element. Members of `props` become attributes (`class`, `aria-label`, …), but `on…` functions become
 * listeners; `false` and `undefined` are left out. Children that are no nodes become text, never markup.
 */
export function make(tag, props = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(props)) {
    if (typeof value === 'function') node.addEventListener(name.slice(2), value);
    else if (value !== false && value !== undefined) node.setAttribute(name, value === true ? '' : value);
  }
  const shown = children.flat(2).filter((child) => child !== undefined && child !== '');
  node.append(...shown.map((child) => (typeof child === 'string' ? visible(child) : child)));
  return node;
}

/** The data that stands in the page as JSON. */
export function readEmbedded(id) {
  return JSON.parse(document.getElementById(id).textContent);
}

/** `1 row`, `2 rows`. */
export function plural(count, noun) {
  return `${count.toLocaleString('en')} ${noun}${count === 1 ? '' : 's'}`;
}

/** A verdict as a badge: its glyph and its word. */
export function makeBadge(verdict) {
  const glyph = make('span', { 'aria-hidden': 'true', class: 'glyph' }, verdict.glyph);
  return make('span', { class: `badge tone-${verdict.tone}` }, glyph, verdict.word);
}

/** A bar of verdicts, each as wide as its share. */
export function makeBar(counts, verdicts) {
  const total = verdicts.reduce((sum, { word }) => sum + (counts[word] ?? 0), 0);
  const parts = verdicts
    .filter(({ word }) => counts[word] > 0)
    .map(({ word, tone }) => {
      const part = make('span', { class: `tone-${tone}` });
      part.style.flexGrow = String(counts[word] / total);
      return part;
    });
  return make('span', { class: 'bar', 'aria-hidden': 'true' }, parts);
}

const unpacked = new Map();

/** The data that stands in the page as packed JSON: unpacked when it is first asked for, and once. */
export function readPacked(id) {
  const known = unpacked.get(id) ?? unpack(readEmbedded(id));
  unpacked.set(id, known);
  return known;
}

/** JSON behind base64 of raw deflate. */
export async function unpack(base64) {
  const text = atob(base64);
  const bytes = new Uint8Array(text.length);
  for (let at = 0; at < text.length; at++) bytes[at] = text.charCodeAt(at);
  const stream = new Response(bytes).body.pipeThrough(new DecompressionStream('deflate-raw'));
  return new Response(stream).json();
}
