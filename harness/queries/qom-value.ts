import { checkValue, openDefinitions, type Checker } from '../json-schema/check-value.ts';
import { describeValue, type SchemaViolation } from '../json-schema/violation.ts';
import { isJsonArray, isJsonObject, type JsonObject, type JsonValue } from '../json/value.ts';
import type { Complaint } from '../results/verdict.ts';

/** What a value of an object's property must be, by the type that QEMU states for the property. */
type Demand =
  | { readonly kind: 'boolean' | 'string' | 'number' | 'object' | 'array' }
  | { readonly kind: 'integer'; readonly minimum: bigint; readonly maximum: bigint };

/** Names of property types that are no QAPI types (include/qom/object.h, "Object properties"; hw/core qdev properties). */
const DEMANDS: Readonly<Record<string, Demand>> = {
  bool: { kind: 'boolean' },
  str: { kind: 'string' },
  string: { kind: 'string' },
  number: { kind: 'number' },
  double: { kind: 'number' },
  'struct tm': { kind: 'object' },
  uint8: unsigned(8),
  uint16: unsigned(16),
  uint32: unsigned(32),
  uint64: unsigned(64),
  size: unsigned(64),
  int8: signed(8),
  int16: signed(16),
  int32: signed(32),
  int64: signed(64),
  int: signed(64),
};

function unsigned(bits: number): Demand {
  return { kind: 'integer', minimum: 0n, maximum: 2n ** BigInt(bits) - 1n };
}

function signed(bits: number): Demand {
  return { kind: 'integer', minimum: -(2n ** BigInt(bits - 1)), maximum: 2n ** BigInt(bits - 1) - 1n };
}

/** Tells what is wrong with a value of a property; `undefined` for a type that nothing is known of. */
export type CheckProperty = (
  type: string,
  value: JsonValue,
  pointer: string,
) => readonly Complaint[] | undefined;

/**
 * Makes a check of property values.
 * @param bundle the schema of the release: types with names that QAPI has are checked as QAPI's
 */
export function checkerOfProperties(bundle: JsonObject | undefined): CheckProperty {
  const defs = bundle?.['$defs'];
  const checker = isJsonObject(defs) ? openDefinitions(defs) : undefined;
  return (type, value, pointer) => {
    const demand = demandOf(type);
    if (demand === undefined) return checkAsQapi(checker, type, value, pointer);
    const expected = complaintOf(demand, value);
    if (expected === undefined) return [];
    const rule = demand.kind === 'integer' && isInteger(value) ? 'qom/range' : 'qom/type';
    return [{ rule, pointer, what: describeValue(value), expected: `${expected}, by its type ${type}` }];
  };
}

function demandOf(type: string): Demand | undefined {
  // The value of a child or link is a path; '' where a link goes nowhere.
  if (/^(child|link)</.test(type)) return { kind: 'string' };
  return Object.hasOwn(DEMANDS, type) ? DEMANDS[type] : undefined;
}

/** What would be right, where the value is not. */
function complaintOf(demand: Demand, value: JsonValue): string | undefined {
  switch (demand.kind) {
    case 'boolean':
    case 'string':
      return typeof value === demand.kind ? undefined : `a ${demand.kind}`;
    case 'number':
      return typeof value === 'number' || typeof value === 'bigint' ? undefined : 'a number';
    case 'object':
      return isJsonObject(value) ? undefined : 'an object';
    case 'array':
      return isJsonArray(value) ? undefined : 'an array';
    case 'integer': {
      const { minimum, maximum } = demand;
      if (isInteger(value) && value >= minimum && value <= maximum) return undefined;
      return `an integer from ${minimum} to ${maximum}`;
    }
  }
}

function isInteger(value: JsonValue): value is number | bigint {
  return typeof value === 'bigint' || (typeof value === 'number' && Number.isInteger(value));
}

/** Enums and structs of QAPI are types of properties under their own names. */
function checkAsQapi(
  checker: Checker | undefined,
  type: string,
  value: JsonValue,
  pointer: string,
): readonly Complaint[] | undefined {
  const { defs } = checker?.definitions ?? {};
  const schema = defs !== undefined && Object.hasOwn(defs, type) ? defs[type] : undefined;
  if (checker === undefined || schema === undefined || !/^[A-Z]/.test(type)) return undefined;
  const violations: SchemaViolation[] = [];
  const examination = { message: value, open: new Set<string>(), violations, inEnvelope: false };
  checkValue(checker, schema, { examination, value, pointer: '' });
  return violations.map((violation) => ({
    ...violation,
    rule: violation.rule.replace('schema/', 'qom/'),
    pointer: pointer + violation.pointer,
  }));
}
