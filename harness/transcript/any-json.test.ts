import fc from 'fast-check';
import type { JsonValue } from '../json/value.ts';

/** Any JSON value, with the integers that a double cannot hold. */
export const anyJson: fc.Arbitrary<JsonValue> = fc.letrec<{ value: JsonValue }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 4, withCrossShrink: true },
    fc.constant(null),
    fc.boolean(),
    fc.string(),
    fc.integer(),
    fc.double({ noNaN: true, noDefaultInfinity: true }).map(asRead),
    fc.bigInt({ min: 2n ** 53n, max: 2n ** 64n - 1n }),
    fc.array(tie('value'), { maxLength: 5 }),
    fc.dictionary(fc.string(), tie('value'), { maxKeys: 5, noNullPrototype: true }),
  ),
})).value;

/** A number as a reader gives it: no −0, and integers that are written with all their digits as `bigint`. */
function asRead(number: number): number | bigint {
  if (number === 0) return 0;
  return /^-?[0-9]+$/.test(String(number)) && !Number.isSafeInteger(number) ? BigInt(number) : number;
}
