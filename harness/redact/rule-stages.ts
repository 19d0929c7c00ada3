import type { CompiledRule, Root } from './compile-rules.ts';

/** How far rules have come on the way to a value. Worked out once for each way, however many values are there. */
export interface Stage {
  readonly progress: readonly Progress[];
  /** Rules whose place is this one, the first first. */
  readonly complete: readonly CompiledRule[];
  readonly next: Map<string | number, Stage>;
}

interface Progress {
  readonly rule: CompiledRule;
  /** How many steps lie behind it. */
  readonly done: number;
}

const stages = new WeakMap<readonly CompiledRule[], Map<Root, Stage>>();

/** The stage at which rules stand before the first step below `root`. */
export function startOf(rules: readonly CompiledRule[], root: Root): Stage {
  let ofRules = stages.get(rules);
  if (ofRules === undefined) stages.set(rules, (ofRules = new Map<Root, Stage>()));
  let stage = ofRules.get(root);
  if (stage === undefined) {
    const start = rules.filter((rule) => rule.root === root).map((rule) => ({ rule, done: 0 }));
    ofRules.set(root, (stage = stageFrom(start)));
  }
  return stage;
}

/** A message may have any names; more than these are not kept in mind. */
const MAX_NEXT = 1000;
/** Rules know elements by their number only if they name it; beyond these they mean all alike. */
const MAX_INDEX = 100;

/** The stage after a step into a member or element. */
export function stepInto(stage: Stage, step: string | number): Stage {
  const key = typeof step === 'number' ? Math.min(step, MAX_INDEX) : step;
  const known = stage.next.get(key);
  if (known !== undefined) return known;
  const name = String(key);
  const progress = stage.progress.flatMap(({ rule, done }): Progress[] => {
    const wanted = rule.steps[done];
    if (wanted === undefined || !(wanted.isDeep || wanted.fits(name))) return [];
    return [{ rule, done: wanted.isDeep ? done : done + 1 }];
  });
  const made = stageFrom(progress, stage);
  if (stage.next.size < MAX_NEXT) stage.next.set(key, made);
  return made;
}

/** `**` may stand for no step at all. A stage that is like the one before is that one. */
function stageFrom(start: readonly Progress[], before?: Stage): Stage {
  const all = new Map<string, Progress>();
  for (const { rule, done } of start) {
    for (let at = done; ; at++) {
      all.set(`${rule.rank} ${at}`, { rule, done: at });
      if (rule.steps[at]?.isDeep !== true) break;
    }
  }
  const progress = [...all.values()];
  if (before !== undefined && isSame(before.progress, progress)) return before;
  const complete = progress.filter(({ rule, done }) => done === rule.steps.length).map(({ rule }) => rule);
  return { progress, complete: complete.sort((a, b) => a.rank - b.rank), next: new Map() };
}

function isSame(a: readonly Progress[], b: readonly Progress[]): boolean {
  return (
    a.length === b.length && a.every(({ rule, done }, at) => b[at]?.rule === rule && b[at].done === done)
  );
}
