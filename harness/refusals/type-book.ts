import { isBuiltin } from '../qapi/json-kind.ts';
import type {
  Arguments,
  Branch,
  Condition,
  Definition,
  Member,
  Origin,
  QapiModel,
  TypeRef,
} from '../qapi/model.ts';

/** A model, read for what a client may send. */
export interface TypeBook {
  readonly model: QapiModel;
  /** How many values the smallest value of a type has; types of which there is none that ends are not in it. */
  readonly sizes: ReadonlyMap<string, number>;
}

/** The members of an object, as they are when the discriminators have these values. */
export interface Shape {
  readonly members: readonly Member[];
  /** Values of discriminators, by their names; none for a struct. */
  readonly tags: ReadonlyMap<string, string>;
}

/** Reads a model. */
export function openTypeBook(model: QapiModel): TypeBook {
  return { model, sizes: findSizes(model) };
}

/**
 * Tells whether a target is known to have a part of a definition. What stands under a condition may be lacking in a
 * build, and only introspection knows; what introspection does not have is lacking.
 */
export function isThere(
  { sources }: QapiModel,
  part: { readonly condition?: Condition; readonly origin?: Origin },
): boolean {
  if (sources[0] !== 'introspection') return part.condition === undefined;
  return part.origin?.presence === undefined || part.origin.presence === 'introspection';
}

/** The shapes that a command's arguments can have; one without members where it takes none. */
export function shapesOfArguments(book: TypeBook, args: Arguments): readonly Shape[] {
  if (args === undefined) return [NOTHING];
  if ('members' in args) return [{ members: present(book.model, args.members), tags: new Map() }];
  return shapesOf(book.model, args.type);
}

const NOTHING: Shape = { members: [], tags: new Map() };

/** The shapes of a struct (one) or a union (one for each value of its discriminator). */
export function shapesOf(model: QapiModel, name: string): readonly Shape[] {
  const definition = model.definitions.get(name);
  switch (definition?.kind) {
    case 'struct': {
      const inherited = definition.base === undefined ? [NOTHING] : shapesOf(model, definition.base);
      const members = present(model, definition.members);
      return inherited.map((base) => ({ ...base, members: [...base.members, ...members] }));
    }
    case 'union': {
      const { base, discriminator } = definition;
      const members =
        typeof base === 'string' ? (shapesOf(model, base)[0]?.members ?? []) : present(model, base);
      return definition.branches
        .filter((branch) => isThere(model, branch) && hasValue(model, members, discriminator, branch.name))
        .flatMap((branch) => shapesOfBranch(model, branch, discriminator, members));
    }
    default:
      return [NOTHING];
  }
}

function shapesOfBranch(
  model: QapiModel,
  branch: Branch,
  discriminator: string,
  base: readonly Member[],
): readonly Shape[] {
  const inner =
    branch.type !== undefined && 'name' in branch.type ? shapesOf(model, branch.type.name) : [NOTHING];
  return inner.map(({ members, tags }) => ({
    members: [...base, ...members],
    tags: new Map([[discriminator, branch.name], ...tags]),
  }));
}

function hasValue(
  model: QapiModel,
  members: readonly Member[],
  discriminator: string,
  value: string,
): boolean {
  const type = members.find(({ name }) => name === discriminator)?.type;
  const definition = type !== undefined && 'name' in type ? model.definitions.get(type.name) : undefined;
  return definition?.kind !== 'enum' || valuesOf(model, definition).includes(value);
}

/** The values of an enum that a target is known to have. */
export function valuesOf(
  model: QapiModel,
  definition: Extract<Definition, { kind: 'enum' }>,
): readonly string[] {
  return definition.values.filter((value) => isThere(model, value)).map(({ name }) => name);
}

function present(model: QapiModel, members: readonly Member[]): readonly Member[] {
  return members.filter((member) => isThere(model, member));
}

/** The size of the smallest value of a type; `Infinity` where there is none that ends. */
export function sizeOf({ model, sizes }: TypeBook, type: TypeRef): number {
  return sizeIn(model, sizes, type);
}

/** The size of the smallest object of a shape. */
export function sizeOfShape({ model, sizes }: TypeBook, shape: Shape): number {
  return shapeIn(model, sizes, shape);
}

function sizeIn(model: QapiModel, sizes: ReadonlyMap<string, number>, type: TypeRef): number {
  if ('array' in type || isBuiltin(type.name)) return 1;
  const definition = model.definitions.get(type.name);
  if (definition?.kind === 'enum') return valuesOf(model, definition).length > 0 ? 1 : Infinity;
  return sizes.get(type.name) ?? Infinity;
}

function shapeIn(model: QapiModel, sizes: ReadonlyMap<string, number>, { members }: Shape): number {
  return members
    .filter(({ optional }) => !optional)
    .reduce((sum, { type }) => sum + sizeIn(model, sizes, type), 1);
}

/** Types refer to each other in circles; what is not yet known is without end until it is known better. */
function findSizes(model: QapiModel): ReadonlyMap<string, number> {
  const sizes = new Map<string, number>();
  const shapes = new Map<string, readonly Shape[]>();
  for (const { name, kind } of model.definitions.values())
    if (kind === 'struct' || kind === 'union') shapes.set(name, shapesOf(model, name));
  for (let changed = true; changed;) {
    changed = false;
    for (const definition of model.definitions.values()) {
      const candidates =
        definition.kind === 'alternate'
          ? definition.alternatives
              .filter((one) => isThere(model, one))
              .map(({ type }) => sizeIn(model, sizes, type))
          : (shapes.get(definition.name) ?? []).map((shape) => shapeIn(model, sizes, shape));
      const size = Math.min(Infinity, ...candidates);
      if (size < (sizes.get(definition.name) ?? Infinity)) {
        sizes.set(definition.name, size);
        changed = true;
      }
    }
  }
  return sizes;
}
