import { jsonType, type JsonObject, type JsonType, type JsonValue } from '../json/value.ts';
import { FOLDED_INTEGER } from '../qapi/model.ts';

/** What is wrong with a request; one thing. */
export type MistakeKind =
  | 'missing-member'
  | 'unexpected-member'
  | 'wrong-type'
  | 'out-of-range'
  | 'not-integral'
  | 'unknown-value'
  | 'branch'
  | 'nesting'
  | 'envelope'
  | 'unknown-command';

/** A value with one thing wrong in it. */
export interface WrongValue {
  readonly value: JsonValue;
  readonly kind: MistakeKind;
  /** JSON Pointer into `value` to what is wrong, or to what is missing. */
  readonly pointer: string;
  /** What is wrong there, in words. */
  readonly what: string;
  /** What stands on the wire where {@link RAW} stands in the value: a spelling that no value carries. */
  readonly raw?: string;
}

/** A request with one thing wrong in it. */
export interface WrongRequest extends WrongValue {
  readonly value: JsonObject;
}

/** Stands in a value for a number whose spelling matters. */
export const RAW = 'qmp-conformance: raw number';

const OTHERS: Readonly<Record<JsonType, readonly [JsonValue, ...JsonValue[]]>> = {
  null: [null],
  boolean: [true, false],
  number: [0, 1, -1, 1.5],
  string: ['', '0', '1', 'true', 'null', 'on', '{}'],
  array: [[], [null], [0], ['']],
  object: [{}, { '': 0 }, { type: 'x' }, { data: {} }],
};

/** A value of each JSON type that is none of `right`. */
export function wrongTypes(
  right: readonly JsonType[],
  pick: (choices: readonly [JsonValue, ...JsonValue[]]) => JsonValue,
): readonly WrongValue[] {
  return Object.entries(OTHERS)
    .filter(([type]) => !right.some((one) => one === type))
    .map(([type, values]) => ({
      value: pick(values),
      kind: 'wrong-type',
      pointer: '',
      what: `${type} instead of ${right.join(' or ')}`,
    }));
}

/** How deep a value may lie in others and be valid JSON to QEMU still (its own limit is 1024 levels). */
const DEEP = 500;

/** Where no array and no object is due: one in another, many times. */
export function deepValue(): WrongValue {
  let value: JsonValue = [];
  for (let depth = 0; depth < DEEP; depth++) value = depth % 2 === 0 ? [value] : { a: value };
  return { value, kind: 'nesting', pointer: '', what: `${DEEP} levels of arrays and objects` };
}

interface Range {
  readonly least: bigint;
  readonly most: bigint;
}

const INT64 = signed(64n);
const UINT64 = unsigned(64n);

/** Which integers a type has (qapi-code-gen, "Built-in Types"); of a folded one no more is known than that it is one. */
const RANGES: Readonly<Record<string, Range>> = {
  int: INT64,
  int8: signed(8n),
  int16: signed(16n),
  int32: signed(32n),
  int64: INT64,
  uint8: unsigned(8n),
  uint16: unsigned(16n),
  uint32: unsigned(32n),
  uint64: UINT64,
  size: UINT64,
  [FOLDED_INTEGER]: { least: INT64.least, most: UINT64.most },
};

function signed(bits: bigint): Range {
  return { least: -(2n ** (bits - 1n)), most: 2n ** (bits - 1n) - 1n };
}

function unsigned(bits: bigint): Range {
  return { least: 0n, most: 2n ** bits - 1n };
}

/** Types of 64 bits without sign: QEMU takes negative numbers for them, see {@link wrongNumbers}. */
const WRAPPING: ReadonlySet<string> = new Set(['uint64', 'size']);

/**
 * Numbers that no value of an integer type is: beyond its width, and with a fractional part, be it zero (`1.0` has
 * one in the grammar of RFC 8259, section 6; `1e0` has none, so it is not forbidden, although QEMU refuses it).
 *
 * QEMU takes -1 to -2^63 for `uint64` and `size` on purpose, for clients that sent such before 2.10
 * (qapi/qobject-input-visitor.c, qobject_input_type_uint64), although "Built-in Types" does not let it. Its handlers
 * then run. Only `strict` asks for that.
 */
export function wrongNumbers(type: string, strict: boolean): readonly WrongValue[] {
  const range = RANGES[type];
  if (range === undefined) return [];
  const below = WRAPPING.has(type) && !strict ? INT64.least : range.least;
  const beyond = [range.most + 1n, below - 1n, UINT64.most + 1n, INT64.least - 1n];
  return [
    ...[...new Set(beyond)].map((value): WrongValue => ({
      value: shortest(value),
      kind: 'out-of-range',
      pointer: '',
      what: `${value} for ${type}`,
    })),
    { value: 0.5, kind: 'not-integral', pointer: '', what: `0.5 for ${type}` },
    { value: -1.5, kind: 'not-integral', pointer: '', what: `-1.5 for ${type}` },
    ...['1.0', '-0.0'].map((raw): WrongValue => ({
      value: RAW,
      raw,
      kind: 'not-integral',
      pointer: '',
      what: `${raw} for ${type}`,
    })),
  ];
}

function shortest(value: bigint): JsonValue {
  return Number.isSafeInteger(Number(value)) ? Number(value) : value;
}

/** The JSON type of a value on the wire. */
export function wireType({ value, raw }: WrongValue): JsonType {
  return raw === undefined ? jsonType(value) : 'number';
}
