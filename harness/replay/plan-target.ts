import type { TargetFacts } from '../results/verdict.ts';
import type { Judged } from './judge-introspection.ts';
import type { PlannedTarget, Venue } from './run-plan.ts';

/** Puts together what is known of a target, by what it is judged, and where its dialogues happen. */
export function planTarget(
  facts: TargetFacts,
  judged: Judged,
  venue: Venue,
  hidden: ReadonlySet<string> = new Set(),
): PlannedTarget {
  const { version, architecture, accelerator } = facts;
  const { commands, events, complete, validator, introspection } = judged;
  return {
    facts: { ...facts, ...namesIn(judged) },
    validator,
    hidden,
    ...(introspection !== undefined && { introspection }),
    venue,
    scope: { version, architecture, accelerator, commands, events, complete },
  };
}

/** What the target says it has, for its archive; nothing where it knows no `query-qmp-schema` (before 2.5). */
function namesIn({ commands, events }: Judged): Pick<TargetFacts, 'commands' | 'events'> {
  return commands.size === 0 ? {} : { commands: [...commands].sort(), events: [...events].sort() };
}
