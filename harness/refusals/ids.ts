import type { JsonValue } from '../json/value.ts';
import type { Random } from './random.ts';

/** An id for a request; it may be any JSON value (qmp-spec, "Issuing Commands"). Most are of this request alone. */
export function idOf(random: Random, index: number): JsonValue {
  return random.pick<JsonValue>([
    index,
    -1 - index,
    `${index}`,
    [index],
    { id: index },
    { a: { b: [index, null, true] }, '': {} },
    index + 0.5,
    2n ** 64n - 1n - BigInt(index),
    -(2n ** 63n) + BigInt(index),
    2n ** 63n + BigInt(index),
    2n ** 64n - 1n,
    `"\\/\b\f\n\r\t\u007f é 𝄞 ${index}`,
    null,
    true,
    false,
    0,
    '',
    [],
    {},
  ]);
}
