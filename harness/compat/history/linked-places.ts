import type { PlaceDraft } from './place-draft.ts';
import { enclosingPath, jsonPath, nameOfPath } from '../wire-path.ts';

/**
 * Finds what became of places that went in the same release in which others came: a member that stands in the same JSON
 * as before, written in another part of a union, has moved; one that lost its `x-`, or changed its case, was renamed.
 */
export function linkRenamedPlaces(drafts: Map<string, PlaceDraft>): void {
  const gone = goneTogether(drafts);
  const letters = goneByLetters(drafts);
  for (const draft of drafts.values()) {
    const from = draft.spans[0]?.from;
    if (from === undefined || from === 0) continue;
    const moved = gone.get(`${from} ${jsonPath(draft.path)}`);
    if (moved?.kind === draft.kind) draft.movedFrom = moved.path;
    const renamed = moved === undefined ? findRenamed(drafts, letters, draft, from) : undefined;
    if (renamed !== undefined) draft.renamedFrom = renamed.path;
  }
}

/**
 * Places by the first release without them and the place in the JSON. Those whose enclosing place went with them did
 * not move on their own: a value of the discriminator that goes takes its branch along. Nor do values, only with their member.
 */
function goneTogether(drafts: ReadonlyMap<string, PlaceDraft>): Map<string, PlaceDraft> {
  const gone = new Map<string, PlaceDraft>();
  const moving = new Set<string>();
  const sorted = [...drafts.values()].sort((a, b) => (a.path < b.path ? -1 : 1));
  for (const draft of sorted) {
    const last = draft.spans.at(-1)?.last;
    const above = enclosingPath(draft.path);
    if (last === undefined || above === undefined) continue;
    const aboveStays = (drafts.get(above)?.spans.at(-1)?.last ?? -1) > last;
    if (!moving.has(above) && (!aboveStays || draft.kind === 'value')) continue;
    moving.add(draft.path);
    const key = `${last + 1} ${jsonPath(draft.path)}`;
    if (!gone.has(key)) gone.set(key, draft);
  }
  return gone;
}

/** Places by the first release without them and their path in lower case. */
function goneByLetters(drafts: ReadonlyMap<string, PlaceDraft>): Map<string, PlaceDraft> {
  const gone = new Map<string, PlaceDraft>();
  for (const draft of drafts.values()) {
    const last = draft.spans.at(-1)?.last;
    if (last !== undefined) gone.set(`${last + 1} ${draft.path.toLowerCase()}`, draft);
  }
  return gone;
}

function findRenamed(
  drafts: ReadonlyMap<string, PlaceDraft>,
  letters: ReadonlyMap<string, PlaceDraft>,
  draft: PlaceDraft,
  from: number,
): PlaceDraft | undefined {
  const name = nameOfPath(draft.path);
  const before = draft.path.slice(0, draft.path.length - name.length);
  const unmarked = ['x-', 'x_']
    .map((mark) => drafts.get(`${before}${mark}${name}`))
    .find((other) => other?.spans.at(-1)?.last === from - 1);
  return unmarked ?? letters.get(`${from} ${draft.path.toLowerCase()}`);
}
