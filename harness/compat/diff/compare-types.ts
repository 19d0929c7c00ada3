/** How a type after a change stands to that before it. */
export type TypeRelation =
  'same' | 'wider' | 'narrower' | 'other' | 'wider-range' | 'narrower-range' | 'other-range';

/**
 * Compares two wire types (`WireItem.type`). Nothing is said about `any`, which only means that the schema does not
 * tell; the integer types differ by their range only.
 */
export function compareTypes(before: string, after: string): TypeRelation {
  if (before === after) return 'same';
  const [left, right] = [leavesOf(before), leavesOf(after)];
  const relation = relate(left, right, covers);
  if (relation === 'same') return 'same';
  switch (relate(left, right, coversAnyRange)) {
    case 'same':
      return relation === 'other' ? 'other-range' : relation === 'wider' ? 'wider-range' : 'narrower-range';
    case 'wider':
      return 'wider';
    case 'narrower':
      return 'narrower';
    case 'other':
      return 'other';
  }
}

/** One thing that may stand for a type: after as many `[]` as arrays are around it, a built-in type, `enum` or `object`. */
export function leavesOf(type: string): readonly string[] {
  return partsOf(type).flatMap((part) => {
    if (!part.startsWith('[')) return [part];
    return leavesOf(part.slice(1, -1)).map((leaf) => `[]${leaf}`);
  });
}

/** The arrays around those leaves of a type that are `kind`: '' for none, `[]` for elements. */
export function depthsOf(type: string, kind: 'enum' | 'object'): readonly string[] {
  if (type === kind) return NO_ARRAY;
  if (!type.includes(kind)) return NOTHING;
  return leavesOf(type).flatMap((leaf) => (leaf.endsWith(kind) ? [leaf.slice(0, -kind.length)] : []));
}

const NO_ARRAY = [''];
const NOTHING: readonly string[] = [];

/** The alternatives of a type; those of an array's elements stay in their brackets. */
function partsOf(type: string): readonly string[] {
  if (!type.includes('|')) return [type];
  const parts = [''];
  let depth = 0;
  for (const char of type) {
    if (char === '[') depth++;
    if (char === ']') depth--;
    if (char === '|' && depth === 0) parts.push('');
    else parts.push(`${parts.pop() ?? ''}${char}`);
  }
  return parts;
}

type Covers = (wide: string, narrow: string) => boolean;

function relate(
  before: readonly string[],
  after: readonly string[],
  covers: Covers,
): 'same' | 'wider' | 'narrower' | 'other' {
  const inAfter = before.every((leaf) => after.some((wide) => covers(wide, leaf)));
  const inBefore = after.every((leaf) => before.some((wide) => covers(wide, leaf)));
  if (inAfter) return inBefore ? 'same' : 'wider';
  return inBefore ? 'narrower' : 'other';
}

function covers(wide: string, narrow: string): boolean {
  if (wide === narrow || isUnknown(wide, narrow)) return true;
  const [left, right] = [RANGES[bare(wide)], RANGES[bare(narrow)]];
  if (left && right) return depth(wide) === depth(narrow) && left[0] <= right[0] && left[1] >= right[1];
  return coversOther(wide, narrow);
}

function coversAnyRange(wide: string, narrow: string): boolean {
  if (wide === narrow || isUnknown(wide, narrow)) return true;
  if (isInteger(wide) && isInteger(narrow)) return depth(wide) === depth(narrow);
  return coversOther(wide, narrow);
}

/** A string may be any value of an enum, a number any integer. */
function coversOther(wide: string, narrow: string): boolean {
  if (depth(wide) !== depth(narrow)) return false;
  if (bare(wide) === 'str') return bare(narrow) === 'enum';
  return bare(wide) === 'number' && isInteger(narrow);
}

/** `any` at the depth of arrays that both have; and an integer of which introspection does not tell the width. */
function isUnknown(left: string, right: string): boolean {
  if (bare(left) === 'any') return depth(left) <= depth(right);
  if (bare(right) === 'any') return depth(right) <= depth(left);
  if (depth(left) !== depth(right)) return false;
  const types = [bare(left), bare(right)];
  return types.includes('integer') && isInteger(left) && isInteger(right);
}

function isInteger(leaf: string): boolean {
  const type = bare(leaf);
  return type === 'integer' || RANGES[type] !== undefined;
}

function bare(leaf: string): string {
  return leaf.replaceAll('[]', '');
}

function depth(leaf: string): number {
  return (leaf.length - bare(leaf).length) / 2;
}

const RANGES: Readonly<Record<string, readonly [bigint, bigint]>> = Object.fromEntries(
  [8, 16, 32, 64].flatMap((bits) => {
    const half = 1n << BigInt(bits - 1);
    return [
      [`int${bits}`, [-half, half - 1n]],
      [`uint${bits}`, [0n, 2n * half - 1n]],
    ] as const;
  }),
);
