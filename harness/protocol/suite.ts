import type { Check, Server } from './check.ts';
import { COMMANDS } from './checks/commands.ts';
import { EVENTS } from './checks/events.ts';
import { FRAMING } from './checks/framing.ts';
import { GREETING } from './checks/greeting.ts';
import { GUEST_AGENT } from './checks/guest-agent.ts';
import { IDENTIFIERS } from './checks/ids.ts';
import { INPUT_ENCODING } from './checks/input-encoding.ts';
import { INTROSPECTION } from './checks/introspection.ts';
import { NEGOTIATION } from './checks/negotiation.ts';
import { OUT_OF_BAND } from './checks/out-of-band.ts';
import { RECOVERY } from './checks/recovery.ts';
import { SYNTAX } from './checks/syntax.ts';
import type { Demand } from './demands.ts';

/** The suite: all checks, in the order in which they are performed. */
export const CHECKS: readonly Check[] = [
  ...GREETING,
  ...FRAMING,
  ...NEGOTIATION,
  ...COMMANDS,
  ...IDENTIFIERS,
  ...INPUT_ENCODING,
  ...SYNTAX,
  ...RECOVERY,
  ...OUT_OF_BAND,
  ...EVENTS,
  ...GUEST_AGENT,
  ...INTROSPECTION,
];

/** The checks of a demand. */
export function checksOf(demand: Demand): readonly Check[] {
  return CHECKS.filter((check) => check.demand === demand);
}

/** The checks that are performed on a kind of server. */
export function checksOn(server: Server): readonly Check[] {
  return CHECKS.filter(({ on }) => on.includes(server));
}
