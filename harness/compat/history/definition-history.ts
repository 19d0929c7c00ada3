import type { Definition, QapiModel } from '../../qapi/model.ts';
import type { Change, DefinitionHistory } from './history.ts';
import { intervalOf, isMaskedName } from './place-draft.ts';

interface Draft {
  readonly name: string;
  readonly kinds: Change<Definition['kind']>[];
  readonly modules: Change<string>[];
  readonly spans: { from: number; last: number }[];
}

/**
 * The histories of definitions, sorted by name. Introspection hides the names of types; one that
 * is not seen there is still there.
 */
export function historiesOfDefinitions(
  models: readonly QapiModel[],
  releases: readonly string[],
): Map<string, DefinitionHistory> {
  const drafts = new Map<string, Draft>();
  for (const [index, model] of models.entries()) {
    for (const definition of model.definitions.values()) {
      if (!isMaskedName(definition.name)) record(drafts, definition, index, releases);
    }
    if (model.sources.includes('introspection')) carry(drafts, index);
  }
  const sorted = [...drafts.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
  return new Map(
    sorted.map(({ spans, ...draft }) => [
      draft.name,
      { ...draft, intervals: spans.map((span) => intervalOf(span, releases)) },
    ]),
  );
}

function record(
  drafts: Map<string, Draft>,
  definition: Definition,
  index: number,
  releases: readonly string[],
): void {
  const { name, kind, place } = definition;
  if (name.startsWith('q_obj_')) return;
  let draft = drafts.get(name);
  if (draft === undefined) drafts.set(name, (draft = { name, kinds: [], modules: [], spans: [] }));
  const span = draft.spans.at(-1);
  if (span?.last === index - 1) span.last = index;
  else draft.spans.push({ from: index, last: index });
  const release = releases[index] ?? '';
  if (draft.kinds.at(-1)?.value !== kind) draft.kinds.push({ release, value: kind });
  if (place !== undefined && draft.modules.at(-1)?.value !== place.file) {
    draft.modules.push({ release, value: place.file });
  }
}

function carry(drafts: ReadonlyMap<string, Draft>, index: number): void {
  for (const { spans } of drafts.values()) {
    const span = spans.at(-1);
    if (span?.last === index - 1) span.last = index;
  }
}
