import { isJsonObject } from '../../json/value.ts';
import type { Alternative, Branch, Definition, EnumDefinition, TypeRef } from '../model.ts';
import { checkKeys, failIn, placeOf, type Expression } from './expression.ts';
import { checkBranchName } from './names.ts';
import { readIf, readMembers, readType } from './read-parts.ts';

type Common = Omit<Definition, 'kind'>;

/** Keys that every definition may have. */
export const COMMON_KEYS = ['if', 'features'];

/** Reads a union; a simple one gives an enum and wrapper structs too. */
export function readUnion(expression: Expression, common: Common): Definition[] {
  const { name, value, dialect } = expression;
  const flatKeys = ['base', 'discriminator'];
  const flatOnly = dialect.has('symbol-conditions');
  const required = ['union', 'data', ...(flatOnly ? flatKeys : [])];
  checkKeys(expression, value, 'union', required, [...(flatOnly ? [] : flatKeys), ...COMMON_KEYS]);
  const { discriminator, base } = value;
  if (isJsonObject(discriminator) && !dialect.has('plain-types')) return readAlternate(expression, common);
  if (discriminator === undefined) return readSimpleUnion(expression, common);
  if (typeof discriminator !== 'string') return failIn(expression, "'discriminator' must be a string");
  if (base === undefined) return failIn(expression, "'discriminator' requires 'base'");
  const place = { what: "'base'", path: `${name}-base`, owner: name };
  return [
    {
      kind: 'union',
      ...common,
      base: typeof base === 'string' ? base : readMembers(expression, base, place),
      discriminator,
      branches: readChoices(expression, { named: !dialect.has('cased-names'), arrays: false }),
    },
  ];
}

/** The `data` of a union or alternate: a type for each name. */
function readChoices(
  expression: Expression,
  allowed: { readonly named: boolean; readonly arrays: boolean },
): (Branch & { readonly type: TypeRef })[] {
  const { data } = expression.value;
  if (!isJsonObject(data)) return failIn(expression, "'data' must be an object");
  return Object.keys(data).map((name) => {
    const written = data[name];
    const what = `'data' member '${name}'`;
    if (allowed.named) checkBranchName(expression, name);
    if (isJsonObject(written)) checkKeys(expression, written, what, ['type'], ['if']);
    const type = readType(expression, isJsonObject(written) ? written['type'] : written, what);
    if ('array' in type && !allowed.arrays) failIn(expression, `${what} cannot be an array`);
    return { name, type, ...(isJsonObject(written) && readIf(expression, written, what)) };
  });
}

/** Before 6.2: a union without discriminator stands for one with `type`, whose branches hold one member, `data`. */
function readSimpleUnion(expression: Expression, common: Common): Definition[] {
  const { base } = expression.value;
  if (base !== undefined) failIn(expression, "'base' requires 'discriminator'");
  const kindName = `${expression.name}Kind`;
  const choices = readChoices(expression, { named: true, arrays: true });
  const values = choices.map(({ name, condition }) => ({
    name,
    ...(condition && { condition }),
    features: [],
  }));
  const { place, condition } = common;
  const implicit = { ...(place && { place }), ...(condition && { condition }), features: [] };
  const kinds: EnumDefinition = { kind: 'enum', name: kindName, ...implicit, values };
  for (const { type } of choices) addWrapper(expression, type);
  const discriminator = { name: 'type', type: { name: kindName }, optional: false, features: [] };
  const branches = choices.map((choice) => ({ ...choice, type: { name: wrapperName(choice.type) } }));
  const union = {
    kind: 'union',
    ...common,
    base: [discriminator],
    discriminator: 'type',
    branches,
  } as const;
  return [kinds, union];
}

/** The name that QEMU's own generator gives to the struct around the type of a simple union's branch. */
function wrapperName(type: TypeRef): string {
  return `q_obj_${flatName(type)}-wrapper`;
}

function flatName(type: TypeRef): string {
  return 'array' in type ? `${flatName(type.array)}List` : type.name;
}

function addWrapper(expression: Expression, type: TypeRef): void {
  const name = wrapperName(type);
  if (expression.implicit.some((definition) => definition.name === name)) return;
  const members = [{ name: 'data', type, optional: false, features: [] }];
  expression.implicit.push({ kind: 'struct', name, place: placeOf(expression), features: [], members });
}

/** Reads an alternate; before 2.5 it is written as a union whose discriminator is an empty object. */
export function readAlternate(expression: Expression, common: Common): Definition[] {
  const { value, dialect } = expression;
  const keyword = Object.hasOwn(value, 'union') ? 'union' : 'alternate';
  const legacyKeys = keyword === 'union' ? ['discriminator'] : [];
  checkKeys(expression, value, keyword, [keyword, 'data'], [...COMMON_KEYS, ...legacyKeys]);
  const arrays = dialect.has('array-alternatives');
  const alternatives: Alternative[] = readChoices(expression, { named: true, arrays });
  if (alternatives.length === 0) failIn(expression, "'data' must not be empty");
  return [{ kind: 'alternate', ...common, alternatives }];
}
