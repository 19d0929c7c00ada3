import type { History } from './history.ts';
import { nameOfPath } from '../wire-path.ts';

/**
 * What the documents of all releases list as deprecated: asked for a wire path, or for the name of a command or event, it
 * gives the release since which, or `undefined`. A member that was listed at one place is listed at all places where
 * the same definition writes it.
 */
export function listedDeprecations(history: History): (path: string) => string | undefined {
  const listed = new Map<string, string>();
  const written = new Map<string, string>();
  for (const { paths, deprecated } of history.announcements) {
    if (deprecated === undefined) continue;
    for (const path of paths) {
      listed.set(path, deprecated);
      for (const key of keysOf(history, path)) written.set(key, deprecated);
    }
  }
  return (path) => {
    const direct = listed.get(path);
    if (direct !== undefined) return direct;
    return keysOf(history, path)
      .map((key) => written.get(key))
      .find((since) => since !== undefined);
  };
}

function keysOf({ places }: History, path: string): string[] {
  const place = places.get(path);
  if (place === undefined || (place.kind !== 'member' && place.kind !== 'value')) return [];
  return place.definitions.map(({ value }) => `${value}.${nameOfPath(path)}`);
}
