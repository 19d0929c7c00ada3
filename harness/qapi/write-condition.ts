import type { Condition } from './model.ts';

/** A condition as text, in QAPI's own words: `CONFIG_SPICE`, `not(CONFIG_WIN32)`, `any(CONFIG_A, all(CONFIG_B, CONFIG_C))`. */
export function writeCondition(condition: Condition): string {
  if ('symbol' in condition) return condition.symbol;
  if ('not' in condition) return `not(${writeCondition(condition.not)})`;
  if ('all' in condition) return `all(${condition.all.map(writeCondition).join(', ')})`;
  return `any(${condition.any.map(writeCondition).join(', ')})`;
}
