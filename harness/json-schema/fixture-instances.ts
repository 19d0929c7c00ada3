import type { JsonValue } from '../json/value.ts';
import type { Arguments, Branch, Definition, Member, QapiModel, TypeRef } from '../qapi/model.ts';

/** For tests: picks, reproducibly, what a made-up value consists of: a whole number from 0 to below `sides`. */
export type Dice = (sides: number) => number;

/** For tests: what fast-check drew, as dice; the draws are used again from the start when they run out. */
export function diceOf(draws: readonly number[]): Dice {
  let at = 0;
  return (sides) => (draws[at++ % draws.length] ?? 0) % sides;
}

/** For tests: the kinds of single defects. */
export const DEFECTS = [
  'dropped member',
  'unknown member',
  'member of another branch',
  'wrong type',
  'out of range',
  'unknown enum value',
] as const;

/** A single defect that could be made in an instance. */
export interface Defect {
  readonly kind: (typeof DEFECTS)[number];
  /** The instance with the defect. */
  readonly value: JsonValue;
  /** Whether a validator whose numbers are doubles can see it. */
  readonly seenByDoubles: boolean;
}

/** A value that fits the model, and where it could be made not to. */
export interface Instance {
  readonly value: JsonValue;
  readonly defects: readonly Defect[];
}

/** For tests: a value of `type`. */
export function makeInstance(model: QapiModel, type: TypeRef, dice: Dice): Instance {
  const making: Making = { model, dice, depth: 0 };
  return makeValue(making, type);
}

/** For tests: what a command takes, returns or an event carries where its members are written in place, or none. */
export function makeArguments(model: QapiModel, written: Arguments, dice: Dice, closed: boolean): Instance {
  const making: Making = { model, dice, depth: 0 };
  if (written !== undefined && 'type' in written) return makeObjectOf(making, written.type, closed);
  return makeObject(making, { members: written?.members ?? [], foreign: [] }, closed);
}

interface Making {
  readonly model: QapiModel;
  readonly dice: Dice;
  readonly depth: number;
}

/** Below this, as little as possible is made. */
const DEEP = 3;

function deeper(making: Making): Making {
  return { ...making, depth: making.depth + 1 };
}

const WIDTHS: Readonly<Record<string, readonly [bigint, bigint]>> = {
  int: [-(2n ** 63n), 2n ** 63n - 1n],
  int8: [-128n, 127n],
  int16: [-(2n ** 15n), 2n ** 15n - 1n],
  int32: [-(2n ** 31n), 2n ** 31n - 1n],
  int64: [-(2n ** 63n), 2n ** 63n - 1n],
  uint8: [0n, 255n],
  uint16: [0n, 2n ** 16n - 1n],
  uint32: [0n, 2n ** 32n - 1n],
  uint64: [0n, 2n ** 64n - 1n],
  size: [0n, 2n ** 64n - 1n],
  integer: [-(2n ** 63n), 2n ** 64n - 1n],
};

function makeValue(making: Making, type: TypeRef): Instance {
  if ('array' in type) return makeArray(making, type.array);
  const range = WIDTHS[type.name];
  if (range !== undefined) return makeInteger(making.dice, range);
  switch (type.name) {
    case 'str':
      return { value: ['', 'text', '\u{1F375}'][making.dice(3)] ?? '', defects: mistyped([1, null, true]) };
    case 'number':
      return { value: [0.5, -3, 1e300][making.dice(3)] ?? 0, defects: mistyped(['1', null, []]) };
    case 'bool':
      return { value: making.dice(2) === 0, defects: mistyped(['true', 0, null]) };
    case 'null':
      return { value: null, defects: mistyped([false, 0, {}]) };
    case 'any':
      return { value: [null, 1, 'x', { y: [] }][making.dice(4)] ?? null, defects: [] };
    case 'QType':
      return makeEnum(making.dice, ['qnull', 'qdict']);
  }
  const definition = making.model.definitions.get(type.name);
  return definition === undefined ? unknownType(type.name) : makeDefined(making, definition);
}

function unknownType(name: string): never {
  throw new Error(`the model has no type '${name}'`);
}

function makeDefined(making: Making, definition: Definition): Instance {
  switch (definition.kind) {
    case 'enum':
      return makeEnum(
        making.dice,
        definition.values.map(({ name }) => name),
      );
    case 'alternate': {
      const { model, dice, depth } = making;
      const plain = definition.alternatives.filter(({ type }) => jsonTypeOf(model, type) !== 'object');
      const among = depth >= DEEP && plain.length > 0 ? plain : definition.alternatives;
      const chosen = pick(dice, among) ?? unknownType(definition.name);
      const { value, defects } = makeValue(making, chosen.type);
      const taken = new Set(definition.alternatives.map(({ type }) => jsonTypeOf(model, type)));
      const others = defects.filter((defect) => defect.kind !== 'wrong type' || defect.value === value);
      const wrong: readonly (readonly [string, JsonValue])[] = [
        ['boolean', true],
        ['array', [[]]],
        ['null', null],
        ['number', 0.5],
      ];
      const free = wrong.filter(([type]) => !taken.has(type) && !taken.has('any'));
      return { value, defects: [...others, ...mistyped(free.map(([, each]) => each))] };
    }
    case 'struct':
    case 'union':
      return makeObjectOf(making, definition.name, true);
    default:
      return unknownType(definition.name);
  }
}

function pick<T>(dice: Dice, among: readonly T[]): T | undefined {
  return among[dice(Math.max(1, among.length))];
}

/** By which JSON type an alternative is told. */
function jsonTypeOf(model: QapiModel, type: TypeRef): string {
  if ('array' in type) return 'array';
  if (WIDTHS[type.name] !== undefined || type.name === 'number') return 'number';
  const builtin: Readonly<Record<string, string>> = {
    str: 'string',
    QType: 'string',
    bool: 'boolean',
    null: 'null',
    any: 'any',
  };
  return builtin[type.name] ?? (model.definitions.get(type.name)?.kind === 'enum' ? 'string' : 'object');
}

function mistyped(values: readonly JsonValue[]): Defect[] {
  return values.map((value) => ({ kind: 'wrong type', value, seenByDoubles: true }));
}

function makeInteger(dice: Dice, [least, most]: readonly [bigint, bigint]): Instance {
  const value = [least, most, 0n, 1n, most - 1n][dice(5)] ?? 0n;
  const beyond = [least - 1n, most + 1n, 2n * most + 2n, -(2n * most) - 2n].map((wrong): Defect => ({
    kind: 'out of range',
    value: asJson(wrong),
    seenByDoubles: Number(wrong) < Number(least) || Number(wrong) > Number(most),
  }));
  return { value: asJson(value), defects: [...beyond, ...mistyped(['1', 0.5, null])] };
}

/** As the JSON reader would give it. */
function asJson(value: bigint): JsonValue {
  return Number.isSafeInteger(Number(value)) ? Number(value) : value;
}

function makeEnum(dice: Dice, values: readonly string[]): Instance {
  const unknown: Defect = { kind: 'unknown enum value', value: 'no-such-value', seenByDoubles: true };
  return { value: pick(dice, values) ?? '', defects: [unknown, ...mistyped([1, null])] };
}

function makeArray(making: Making, type: TypeRef): Instance {
  const length = making.depth >= DEEP ? 0 : making.dice(3);
  const elements = Array.from({ length }, () => makeValue(deeper(making), type));
  const value = elements.map((element) => element.value);
  const inside = elements.flatMap(({ defects }, at) =>
    defects.map((defect) => ({ ...defect, value: value.with(at, defect.value) })),
  );
  return { value, defects: [...inside, ...mistyped([{}, 'x'])] };
}

/** The members that an object is to have, and those that only another branch has. */
interface Shape {
  readonly members: readonly Member[];
  readonly foreign: readonly string[];
  /** The values that the discriminators must have for it. */
  readonly tags?: ReadonlyMap<string, string>;
}

function makeObjectOf(making: Making, name: string, closed: boolean): Instance {
  return makeObject(making, shapeOf(making, name), closed);
}

function shapeOf(making: Making, name: string): Shape {
  const definition = making.model.definitions.get(name);
  if (definition?.kind === 'struct') {
    const base = definition.base === undefined ? [] : shapeOf(making, definition.base).members;
    return { members: [...base, ...definition.members], foreign: [] };
  }
  if (definition?.kind !== 'union') return unknownType(name);
  const base =
    typeof definition.base === 'string' ? shapeOf(making, definition.base).members : definition.base;
  const isPlain = (branch: Branch): boolean => branch.type === undefined;
  const plain = definition.branches.filter(isPlain);
  const among = making.depth >= DEEP && plain.length > 0 ? plain : definition.branches;
  const branch = pick(making.dice, among) ?? unknownType(name);
  const inner = shapeOfBranch(making, branch);
  const own = new Set([...base, ...inner.members].map((member) => member.name));
  const foreign = definition.branches.flatMap((other) => shapeOfBranch(making, other).members);
  const tags = new Map([...(inner.tags ?? []), [definition.discriminator, branch.name]]);
  return {
    members: [...base, ...inner.members],
    foreign: [...foreign.map((member) => member.name), ...inner.foreign].filter((each) => !own.has(each)),
    tags,
  };
}

function shapeOfBranch(making: Making, branch: Branch): Shape {
  const { type } = branch;
  return type === undefined || 'array' in type ? { members: [], foreign: [] } : shapeOf(making, type.name);
}

function makeObject(making: Making, shape: Shape, closed: boolean): Instance {
  const value: Record<string, JsonValue> = {};
  const defects: Defect[] = [];
  for (const member of shape.members) {
    if (member.optional && (making.depth >= DEEP || making.dice(3) > 0)) continue;
    const made = makeValue(deeper(making), member.type);
    const tag = shape.tags?.get(member.name);
    value[member.name] = tag ?? made.value;
    defects.push(...made.defects.map((defect) => ({ ...defect, value: { [member.name]: defect.value } })));
  }
  const whole = defects.map((defect) => ({ ...defect, value: { ...value, ...(defect.value as object) } }));
  const seen = { seenByDoubles: true } as const;
  const mandatory = shape.members.filter((each) => !each.optional && each.condition === undefined);
  const dropped = mandatory.map(({ name }): Defect => {
    const rest = Object.entries(value).filter(([other]) => other !== name);
    return { kind: 'dropped member', value: Object.fromEntries(rest), ...seen };
  });
  const added: Defect[] = closed
    ? [
        { kind: 'unknown member', value: { ...value, 'no-such-member': 1 }, ...seen },
        ...shape.foreign.slice(0, 3).map((name): Defect => ({
          kind: 'member of another branch',
          value: { ...value, [name]: 1 },
          ...seen,
        })),
      ]
    : [];
  return { value, defects: [...whole, ...dropped, ...added, ...mistyped([null, 'x', []])] };
}
