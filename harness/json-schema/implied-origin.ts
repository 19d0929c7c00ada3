import type { Condition, Feature, Origin } from '../qapi/model.ts';

/** A member, branch, alternative or enum value. */
interface Part {
  readonly since?: string;
  readonly condition?: Condition;
  readonly features?: readonly Feature[];
}

/**
 * The origin of a part of a definition that says nothing of its own: that of the definition. An enum value has no type,
 * and a part that no documentation can have added anything to has none of documents.
 */
export function impliedOrigin(
  whole: Origin | undefined,
  part: Part,
  kind: 'typed' | 'value',
): Origin | undefined {
  if (whole === undefined) return undefined;
  const { presence } = whole;
  const type = kind === 'typed' || presence !== undefined ? whole.type : undefined;
  const isDocumented =
    part.since !== undefined ||
    part.condition !== undefined ||
    (presence !== undefined && (part.features ?? []).length > 0);
  const documents = isDocumented ? whole.documents : undefined;
  if (presence === undefined && type === undefined && documents === undefined) return undefined;
  return { ...(presence && { presence }), ...(type && { type }), ...(documents && { documents }) };
}

/** Tells whether two origins say the same. */
export function isSameOrigin(a: Origin = {}, b: Origin = {}): boolean {
  return a.presence === b.presence && a.type === b.type && a.documents === b.documents;
}
