import type { LintRuleId, LintSeverity } from './rules.ts';

/** A message as it would be right. Judged again, it no longer breaks the rule, and no other one. */
export interface LintFix {
  /** What is different, in words. */
  readonly what: string;
  readonly direction: '->' | '<-';
  /** The whole message, without arrow. */
  readonly text: string;
}

/** A rule that an example breaks. */
export interface DialogueFinding {
  readonly rule: LintRuleId;
  readonly severity: LintSeverity;
  /** Index (from 0) of the message; -1 where the whole example is meant. */
  readonly message: number;
  /** JSON Pointer into the message. */
  readonly pointer: string;
  readonly what: string;
  readonly expected: string;
  /** Line (from 1) in the text of the message. */
  readonly line: number;
  readonly fix?: LintFix;
}
