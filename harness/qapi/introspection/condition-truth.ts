import type { Condition } from '../model.ts';

/** Whether a condition holds where exactly the symbols of `on` are defined. */
export function holds(condition: Condition, on: ReadonlySet<string>): boolean {
  if ('symbol' in condition) return on.has(condition.symbol);
  if ('not' in condition) return !holds(condition.not, on);
  if ('all' in condition) return condition.all.every((operand) => holds(operand, on));
  return condition.any.some((operand) => holds(operand, on));
}

/** The symbols in a condition, each once. */
export function symbolsOf(condition: Condition): ReadonlySet<string> {
  if ('symbol' in condition) return new Set([condition.symbol]);
  return new Set(operandsOf(condition).flatMap((operand) => [...symbolsOf(operand)]));
}

function operandsOf(condition: Exclude<Condition, { readonly symbol: string }>): readonly Condition[] {
  if ('not' in condition) return [condition.not];
  return 'all' in condition ? condition.all : condition.any;
}

/** What is known of symbols: defined, not defined; a symbol that is not in it can be either. */
export type Assignment = ReadonlyMap<string, boolean>;

/** Whether a condition holds as far as symbols are known; `undefined` where that depends on others. */
export function truthOf(condition: Condition, known: Assignment): boolean | undefined {
  if ('symbol' in condition) return known.get(condition.symbol);
  if ('not' in condition) {
    const inner = truthOf(condition.not, known);
    return inner === undefined ? undefined : !inner;
  }
  // `all` is decided by one operand that does not hold, `any` by one that does.
  const decisive = 'any' in condition;
  const truths = operandsOf(condition).map((operand) => truthOf(operand, known));
  if (truths.includes(decisive)) return decisive;
  return truths.includes(undefined) ? undefined : !decisive;
}

/** That a condition holds, or does not. */
export interface Fact {
  readonly condition: Condition;
  readonly holds: boolean;
}

/**
 * What follows from facts for the symbols in them: those that can have only one value, with it.
 * @returns `undefined` when no assignment of the symbols fits all facts.
 */
export function solveFacts(facts: readonly Fact[]): Assignment | undefined {
  const known = satisfy(facts, new Map());
  if (known === undefined) return undefined;
  const forced = new Map(followFrom(facts, new Map()));
  for (const [symbol, value] of known) {
    if (forced.has(symbol)) continue;
    if (satisfy(facts, new Map([...forced, [symbol, !value]])) === undefined) forced.set(symbol, value);
  }
  return forced;
}

/** One assignment that fits all facts and goes on from `start`. Facts of schemas are nearly all single symbols: search is rare. */
function satisfy(facts: readonly Fact[], start: Assignment): Assignment | undefined {
  const known = followFrom(facts, start);
  if (known === undefined) return undefined;
  const open = facts.find((fact) => truthOf(fact.condition, known) === undefined);
  if (open === undefined) return known;
  const symbol = [...symbolsOf(open.condition)].find((name) => !known.has(name));
  if (symbol === undefined) return known;
  return (
    satisfy(facts, new Map([...known, [symbol, true]])) ??
    satisfy(facts, new Map([...known, [symbol, false]]))
  );
}

/** Adds to `start` what single facts force, until nothing is added; `undefined` when a fact cannot be. */
function followFrom(facts: readonly Fact[], start: Assignment): Assignment | undefined {
  const known = new Map(start);
  for (let size = -1; size !== known.size;) {
    size = known.size;
    for (const fact of facts) {
      if (!force(fact.condition, fact.holds, known)) return undefined;
    }
  }
  return known;
}

function force(condition: Condition, value: boolean, known: Map<string, boolean>): boolean {
  const truth = truthOf(condition, known);
  if (truth !== undefined) return truth === value;
  if ('symbol' in condition) {
    known.set(condition.symbol, value);
    return true;
  }
  if ('not' in condition) return force(condition.not, !value, known);
  const operands = operandsOf(condition).filter((operand) => truthOf(operand, known) === undefined);
  const [only] = operands;
  // `all` that holds and `any` that does not say something of each operand; else only the last open one is bound.
  if (value === 'all' in condition) return operands.every((operand) => force(operand, value, known));
  return only === undefined || operands.length > 1 || force(only, value, known);
}
