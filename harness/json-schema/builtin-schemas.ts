import { FOLDED_INTEGER, type BuiltinType } from '../qapi/model.ts';
import type { JsonObject, JsonValue } from '../json/value.ts';

/** The values of the built-in enum `QType`, as the QAPI generator predefines them. */
const QTYPE_VALUES = ['none', 'qnull', 'qnum', 'qstring', 'qdict', 'qlist', 'qbool'];

/**
 * The schemas of the built-in types (qapi-code-gen, "Built-in Types"), by name. The folded
 * integer of introspection takes whatever one of the integer types takes.
 */
export function builtinSchemas(): Readonly<Record<BuiltinType, JsonValue>> {
  const int64 = signed(64);
  const uint64 = unsigned(64);
  return {
    str: { type: 'string' },
    number: { type: 'number' },
    int: int64,
    int8: signed(8),
    int16: signed(16),
    int32: signed(32),
    int64,
    uint8: unsigned(8),
    uint16: unsigned(16),
    uint32: unsigned(32),
    uint64,
    size: uint64,
    bool: { type: 'boolean' },
    null: { type: 'null' },
    any: true,
    [FOLDED_INTEGER]: integer(int64.minimum, uint64.maximum),
    QType: { enum: QTYPE_VALUES },
  };
}

interface IntegerSchema extends JsonObject {
  readonly type: 'integer';
  readonly minimum: number | bigint;
  readonly maximum: number | bigint;
}

function signed(bits: number): IntegerSchema {
  return integer(-(2n ** BigInt(bits - 1)), 2n ** BigInt(bits - 1) - 1n);
}

function unsigned(bits: number): IntegerSchema {
  return integer(0n, 2n ** BigInt(bits) - 1n);
}

function integer(minimum: number | bigint, maximum: number | bigint): IntegerSchema {
  return { type: 'integer', minimum: inJson(minimum), maximum: inJson(maximum) };
}

/** As the JSON reader would give it: `bigint` only where a double loses digits. */
function inJson(value: number | bigint): number | bigint {
  return Number.isSafeInteger(Number(value)) ? Number(value) : value;
}
