/** Numbers that look random and are the same again for the same seed. */
export interface Random {
  /** An integer from 0 to below `bound`. */
  readonly below: (bound: number) => number;
  /** One of `choices`, of which there must be one. */
  readonly pick: <T>(choices: readonly [T, ...T[]]) => T;
  /** `count` of `choices`, or all where there are fewer, in an order of its own. */
  readonly some: <T>(choices: readonly T[], count: number) => readonly T[];
}

/**
 * Random numbers for one purpose: the same seed gives other numbers for another purpose, so that what one row asks does
 * not depend on which rows ran before it.
 */
export function randomFor(seed: number, purpose: string): Random {
  let state = hash(`${seed} ${purpose}`);
  // The step and the mixing of Mulberry32 (Tommy Ettinger, public domain): 32 bits of state.
  const next = (): number => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  const below = (bound: number): number => Math.floor(next() * bound);
  const some = <T>(choices: readonly T[], count: number): readonly T[] => {
    const rest = [...choices];
    const taken: T[] = [];
    while (taken.length < count && rest.length > 0) taken.push(...rest.splice(below(rest.length), 1));
    return taken;
  };
  return { below, some, pick: (choices) => choices[below(choices.length)] ?? choices[0] };
}

/** FNV-1a, 32 bits. */
function hash(text: string): number {
  let value = 0x811c9dc5;
  for (const byte of Buffer.from(text)) value = Math.imul(value ^ byte, 0x01000193);
  return value;
}
