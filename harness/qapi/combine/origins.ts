import type { Condition, Feature, ModelSource, Origin, QapiModel } from '../model.ts';

/** What definitions, members and enum values say of their origin and by documentation. */
interface Documented {
  readonly condition?: Condition;
  readonly since?: string;
  readonly features?: readonly Feature[];
  readonly origin?: Origin;
}

/** Of which source the documents' model has a thing, one aspect of it. */
function sourceOf(
  documents: QapiModel,
  thing: Documented,
  aspect: 'presence' | 'type' | 'documents',
): ModelSource | undefined {
  return thing.origin?.[aspect] ?? documents.sources[0];
}

function hasDocuments({ condition, since }: Documented): boolean {
  return condition !== undefined || since !== undefined;
}

/** The origin of what both models have; its type may be the model of presence's all the same. */
export function originOfBoth(documents: QapiModel, thing: Documented, typed: boolean): { origin?: Origin } {
  const type = typed ? sourceOf(documents, thing, 'type') : undefined;
  const documented = hasDocuments(thing) ? sourceOf(documents, thing, 'documents') : undefined;
  if (type === undefined && documented === undefined) return {};
  return { origin: { ...(type && { type }), ...(documented && { documents: documented }) } };
}

/** The origin of what only the documents have. */
export function originOfDocuments(documents: QapiModel, thing: Documented): { origin?: Origin } {
  const presence = sourceOf(documents, thing, 'presence');
  const type = sourceOf(documents, thing, 'type');
  const written = hasDocuments(thing) || (thing.features ?? []).length > 0;
  const documented = written ? sourceOf(documents, thing, 'documents') : undefined;
  return {
    origin: {
      ...(presence && { presence }),
      ...(type && { type }),
      ...(documented && { documents: documented }),
    },
  };
}
