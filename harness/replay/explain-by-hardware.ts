import type { Performance } from '../results/performance.ts';

/**
 * What a performance means for a row that needs hardware, or a hypervisor, that few hosts have (`hardware` of its front
 * matter). It is performed all the same: where the host has it, the row can pass, and elsewhere what the target
 * answered is the evidence. An answer that breaks the target's own schema, a crash and a hang are no matter of hardware.
 */
export function explainByHardware(performance: Performance, hardware: string | undefined): Performance {
  if (hardware === undefined) return performance;
  const { verdict, findings, reason, checks, wire } = performance;
  const unanswered = verdict === 'fail' && findings.every(({ blame }) => blame === 'behaviour');
  if (!unanswered && verdict !== 'setup-error') return performance;
  const evidence = `needs ${hardware}; found: ${reason ?? 'nothing'}`;
  return { verdict: 'untestable', hardware, reason: evidence, findings: [], checks, wire };
}
