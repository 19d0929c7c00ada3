import type { Condition } from '../../qapi/model.ts';
import { writeCondition } from '../../qapi/write-condition.ts';
import type { RuleId } from './rules.ts';

/** The conditions that hold no longer, and those that hold now, as text; '' for none. */
export interface ConditionChange {
  readonly gone: string;
  readonly come: string;
}

/** How two lists of conditions differ, all of which must hold. The order, and how `all` is nested, says nothing. */
export function changeOfConditions(
  before: readonly Condition[],
  after: readonly Condition[],
): ConditionChange {
  if (before.length === 0 && after.length === 0) return NO_CHANGE;
  const [left, right] = [textsOf(before), textsOf(after)];
  return {
    gone: [...left]
      .filter((text) => !right.has(text))
      .sort()
      .join(', '),
    come: [...right]
      .filter((text) => !left.has(text))
      .sort()
      .join(', '),
  };
}

/** Whether two changes are the same: then the one that encloses the other says enough. */
export function isSameConditions(left: ConditionChange, right: ConditionChange): boolean {
  return left.gone === right.gone && left.come === right.come;
}

/** What a change of conditions means: more builds have the thing, fewer, or others. */
export function ruleOfConditions(
  before: readonly Condition[],
  after: readonly Condition[],
): RuleId | undefined {
  const { gone, come } = changeOfConditions(before, after);
  if (gone === '' && come === '') return undefined;
  if (gone === '') return 'became-conditional';
  if (come === '') return 'became-unconditional';
  if (impliesAll(before, after)) return 'condition-widened';
  return impliesAll(after, before) ? 'condition-narrowed' : 'condition-changed';
}

/** Whether every build that fulfils the one fulfils the other, as far as `any` tells. */
function impliesAll(narrow: readonly Condition[], wide: readonly Condition[]): boolean {
  const alternatives = narrow.flatMap(operandsOf).map(alternativesOf);
  return wide.flatMap(operandsOf).every((condition) => {
    const allowed = new Set(alternativesOf(condition));
    return alternatives.some((texts) => texts.every((text) => allowed.has(text)));
  });
}

function alternativesOf(condition: Condition): readonly string[] {
  return 'any' in condition ? condition.any.flatMap(alternativesOf) : [writeCondition(condition)];
}

const NO_CHANGE: ConditionChange = { gone: '', come: '' };

function textsOf(conditions: readonly Condition[]): ReadonlySet<string> {
  return new Set(conditions.flatMap(operandsOf).map(writeCondition));
}

function operandsOf(condition: Condition): readonly Condition[] {
  return 'all' in condition ? condition.all.flatMap(operandsOf) : [condition];
}
