import { stepsOfPointer } from '../json/pointer.ts';
import type { MatchKind, MatchRule } from './transcript.ts';

/** The rules of one message as a tree over the steps of their pointers, so that a walk meets each where it applies. */
export interface RuleNode {
  /** Tells nodes apart within one tree. */
  readonly id: number;
  readonly rules: readonly MatchRule[];
  readonly steps: ReadonlyMap<string, RuleNode>;
}

interface GrowingNode extends RuleNode {
  readonly rules: MatchRule[];
  readonly steps: Map<string, GrowingNode>;
}

/** The nodes that apply at one place, the most specific first. */
export type RulesHere = readonly RuleNode[];

/** Where no rule applies, nor below. */
export const NO_RULES: RulesHere = [];

/** Makes a tree of rules; of two for one place the first counts. */
export function plantRules(rules: readonly MatchRule[]): RulesHere {
  if (rules.length === 0) return NO_RULES;
  let count = 0;
  const grow = (): GrowingNode => ({ id: count++, rules: [], steps: new Map() });
  const root = grow();
  for (const rule of rules) {
    let node = root;
    for (const step of stepsOfPointer(rule.at)) {
      const next = node.steps.get(step) ?? grow();
      node.steps.set(step, next);
      node = next;
    }
    node.rules.push(rule);
  }
  return [root];
}

/** The nodes that apply one step further; a step that is named counts more than `*`. */
export function rulesBelow(here: RulesHere, step: string | number): RulesHere {
  if (here.length === 0) return NO_RULES;
  const below = here.flatMap((node) =>
    [node.steps.get(String(step)) ?? [], node.steps.get('*') ?? []].flat(),
  );
  return below.length === 0 ? NO_RULES : below;
}

/** How the value at this place is to be compared; undefined where no rule says it. */
export function kindHere(here: RulesHere): Exclude<MatchKind, 'capture'> | undefined {
  for (const { rules } of here) {
    for (const { as } of rules) if (as !== 'capture') return as;
  }
  return undefined;
}

/** Under what names the value at this place is to be remembered. */
export function capturesHere(here: RulesHere): readonly string[] {
  return here.flatMap(({ rules }) =>
    rules.flatMap(({ as, name }) => (as === 'capture' && name ? [name] : [])),
  );
}

/** Tells whether the value at this place may be absent. */
export function mayBeAbsent(here: RulesHere): boolean {
  const kind = kindHere(here);
  return kind === 'optional' || kind === 'any';
}
