import { stepsOfPointer, valueAt } from '../json/pointer.ts';
import { isJsonArray } from '../json/value.ts';
import { valueOfPattern } from '../transcript/read-pattern.ts';
import type { MatchRule, Pattern } from '../transcript/transcript.ts';

/**
 * Makes one rule of those that say the same of several elements of an array: `/return/*` for `/return/0`, `/return/1`…
 * @param all whether all elements must agree; else two are enough, where a rule is as good as none to the others
 */
export function mergeRules(
  rules: readonly MatchRule[],
  pattern: Pattern,
  all: boolean,
): readonly MatchRule[] {
  const { value } = valueOfPattern(pattern);
  let merged = rules;
  for (let depth = 0; depth < MAX_DEPTH; depth++) merged = mergeAt(merged, depth, value, all);
  return merged;
}

/** Arrays deeper down keep a rule for each element. */
const MAX_DEPTH = 12;

/** Kinds that demand no more than the shape does. */
const WEAK = new Set(['integer', 'number', 'string', 'boolean', 'null']);

function mergeAt(
  rules: readonly MatchRule[],
  depth: number,
  value: Parameters<typeof valueAt>[0],
  all: boolean,
): readonly MatchRule[] {
  const groups = new Map<string, MatchRule[]>();
  for (const rule of rules) {
    const steps = stepsOfPointer(rule.at);
    const parent = pointerOf(steps.slice(0, depth));
    const isElement = depth < steps.length && isJsonArray(valueAt(value, parent.replaceAll('/*', '/0')));
    const star = isElement ? pointerOf([...steps.slice(0, depth), '*', ...steps.slice(depth + 1)]) : rule.at;
    const key = `${rule.as} ${rule.name ?? ''} ${star}`;
    groups.set(key, [...(groups.get(key) ?? []), rule]);
  }
  return [...groups].flatMap(([key, group]) => {
    const [first] = group;
    if (first === undefined || group.length < 2) return group;
    const steps = stepsOfPointer(first.at);
    const array = valueAt(value, pointerOf(steps.slice(0, depth)).replaceAll('/*', '/0'));
    const whole = isJsonArray(array) && group.length >= array.length;
    if (!whole && (all || !WEAK.has(first.as))) return group;
    return [{ ...first, at: key.split(' ').slice(2).join(' ') }];
  });
}

function pointerOf(steps: readonly string[]): string {
  return steps.map((step) => `/${step.replaceAll('~', '~0').replaceAll('/', '~1')}`).join('');
}
