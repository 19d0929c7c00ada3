/** Where the mark before a path's last name stands: `/` of a member, `=` of a value. */
function lastMark(path: string): number {
  return Math.max(path.lastIndexOf('/'), path.lastIndexOf('='));
}

/** The place at which the last name of a path stands, with `[]` for elements; `undefined` for commands and events. */
export function enclosingPlace(path: string): string | undefined {
  const end = lastMark(path);
  return end < 0 ? undefined : path.slice(0, end);
}

/** The path of what stands around the elements of an array; any other place's own. */
export function pathOfPlace(place: string): string {
  let end = place.length;
  while (place.endsWith('[]', end)) end -= 2;
  return place.slice(0, end);
}

/** The path of what encloses a thing: what stands before its last name; `undefined` for commands and events. */
export function enclosingPath(path: string): string | undefined {
  const place = enclosingPlace(path);
  return place === undefined ? undefined : pathOfPlace(place);
}

/** A place's last name: of a member, a value, a command or an event; `arguments`, `returns`, `data` for bodies. */
export function nameOfPath(path: string): string {
  return path.slice(lastMark(path) + 1);
}

/** The path without the branches on its way: where a member stands in the JSON, whichever part of a union it is written in. */
export function jsonPath(path: string): string {
  return path.replaceAll(/\/[^/=]+=[^/=]+(?=\/)/g, '');
}

/** A path's names with `/` between them: without the marks of arrays, values like members. */
export function plainNames(path: string): string {
  return path.replaceAll('[]', '').replaceAll('=', '/');
}
