/* global history, location, URLSearchParams */

/** What the address keeps behind `#`: the query and the other filters, the view, and the opened cell. */
const NAMES = ['q', 'module', 'verdict', 'differs', 'view', 'use', 'cell'];

/** Reads the state that the address names. `#<row> @ <target>` alone is a cell. */
export function readState() {
  const written = location.hash.slice(1);
  if (!/^(?:q|module|verdict|differs|view|use|cell)=/.test(written)) {
    const cell = decoded(written);
    return cell.includes(' @ ') ? { cell } : {};
  }
  const given = new URLSearchParams(written);
  return Object.fromEntries(NAMES.filter((name) => given.has(name)).map((name) => [name, given.get(name)]));
}

/** Keeps a part of the state in the address; `''` takes it out. */
export function keepState(part) {
  const state = { ...readState(), ...part };
  const words = new URLSearchParams();
  // Half a surrogate pair cannot stand in an address.
  for (const name of NAMES) if (state[name]) words.set(name, state[name].toWellFormed());
  const hash = words.size === 0 ? '' : `#${words}`;
  if (hash === location.hash) return;
  history.replaceState(null, '', hash === '' ? location.pathname + location.search : hash);
}

function decoded(text) {
  try {
    return decodeURIComponent(text);
  } catch {
    return '';
  }
}
