import type { JsonObject, JsonValue } from '../json/value.ts';
import { describeValue, report, type ValueAt } from './violation.ts';

/** An integer within the bounds of `schema`; exact for those that a double cannot hold. */
export function checkInteger(schema: JsonObject, at: ValueAt): void {
  const { value } = at;
  if (!isNumeric(value) || !(typeof value === 'bigint' || Number.isInteger(value))) {
    report(at, { rule: 'schema/type', what: describeValue(value), expected: 'an integer' });
    return;
  }
  const { minimum, maximum } = schema;
  if (isNumeric(minimum) && value < minimum) {
    report(at, {
      rule: 'schema/range',
      what: describeValue(value),
      expected: `an integer of at least ${minimum}`,
    });
  } else if (isNumeric(maximum) && value > maximum) {
    report(at, {
      rule: 'schema/range',
      what: describeValue(value),
      expected: `an integer of at most ${maximum}`,
    });
  }
}

/** Any number; integers are numbers (qapi-code-gen, "Built-in Types"). */
export function checkNumber(_schema: JsonObject, at: ValueAt): void {
  if (isNumeric(at.value)) return;
  report(at, { rule: 'schema/type', what: describeValue(at.value), expected: 'a number' });
}

function isNumeric(value: JsonValue | undefined): value is number | bigint {
  return typeof value === 'number' || typeof value === 'bigint';
}
