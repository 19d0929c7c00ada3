import { AssertionError } from 'chai';
import type { Context } from 'mocha';
import type { Finding, RowResult } from '../harness/results/verdict.ts';

/**
 * Makes a mocha outcome of a verdict: what asserts nothing about the target is pending with its reason, what is wrong
 * fails with its findings.
 */
export function assertVerdict(result: RowResult, context: Context): void {
  switch (result.verdict) {
    case 'pass':
      return;
    case 'not-applicable':
    case 'untestable':
    case 'known-failure':
      if (context.test !== undefined) context.test.title += ` — ${result.verdict}: ${result.reason ?? ''}`;
      return context.skip();
    case 'fail':
    case 'unexpected-pass':
    case 'setup-error':
    case 'harness-error':
    case 'crash':
    case 'timeout':
      throw new AssertionError(
        [`${result.verdict}: ${result.reason ?? ''}`, ...result.findings.map(describe)].join('\n'),
      );
  }
}

function describe({ blame, rule, message, pointer, what, expected }: Finding): string {
  return `  message ${message}${pointer}: ${what}; expected ${expected} [${rule}, ${blame}]`;
}
