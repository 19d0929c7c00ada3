import type { Level } from '../protocol/check.ts';
import { planProtocol } from '../protocol/plan-protocol.ts';
import type { Batch } from '../results/batch.ts';
import type { Venue } from './run-plan.ts';

/** What a check asks is answered at once, so it is waited for a part of the time that a command may take. */
const QUICK = 3;

/** The specification suite on a target: on all programs of its build that offer a monitor, or on an endpoint. */
export function planTargetProtocol(
  venue: Venue,
  patience: number,
  level: Level | undefined,
): readonly Batch[] {
  const common = { patience: Math.ceil(patience / QUICK), ...(level !== undefined && { level }) };
  switch (venue.kind) {
    case 'qemu': {
      const { binary } = venue;
      const programs = ['system', 'storage-daemon', 'guest-agent'] as const;
      return planProtocol({ target: { kind: 'binary', binary, programs }, ...common });
    }
    case 'endpoint': {
      const batches = planProtocol({ target: { kind: 'endpoint', address: venue.address }, ...common });
      return batches.map((batch) => ({
        ...batch,
        perform: (...args) => venue.alone(() => batch.perform(...args)),
      }));
    }
  }
}
