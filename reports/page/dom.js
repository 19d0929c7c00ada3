/* global document */

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
  node.append(...children.flat(2).filter((child) => child !== undefined && child !== ''));
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
