/** How bad a finding is, as in `examples lint`. */
export const CHECK_LEVELS = ['error', 'warning', 'note'] as const;
export type CheckLevel = (typeof CHECK_LEVELS)[number];

/** One kind of finding. */
export interface CheckRule {
  readonly id: string;
  readonly level: CheckLevel;
  /** What is found, in a sentence. */
  readonly text: string;
}

/** All rules. Their ids never change. */
export const CHECK_RULES = [
  { id: 'sent/removed', level: 'error', text: 'The client sends what a release has removed' },
  { id: 'sent/unknown', level: 'error', text: 'The client sends what a release does not have' },
  { id: 'sent/missing', level: 'error', text: 'The client leaves out what a release demands' },
  { id: 'sent/wrong', level: 'error', text: 'The client sends a value that a release refuses' },
  { id: 'sent/no-command', level: 'error', text: 'The client sends what is no command' },
  { id: 'sent/deprecated', level: 'warning', text: 'The client uses what a release calls deprecated' },
  { id: 'sent/unstable', level: 'note', text: 'The client uses what a release calls unstable' },
  {
    id: 'sent/refused',
    level: 'note',
    text: 'The client sends what a release refuses, and what was refused when it was recorded',
  },
  { id: 'received/gone', level: 'note', text: 'The client was told what a release does not tell' },
  { id: 'received/other', level: 'note', text: 'The client was told what a release tells in another way' },
] as const satisfies readonly CheckRule[];

/** The id of a rule. */
export type CheckRuleId = (typeof CHECK_RULES)[number]['id'];

/** How bad it is to break a rule. */
export function levelOf(rule: CheckRuleId): CheckLevel {
  return CHECK_RULES.find(({ id }) => id === rule)?.level ?? 'error';
}

/** Something in one message that one release does not agree with. */
export interface MessageFinding {
  readonly rule: CheckRuleId;
  /** Index (from 0) of the message. */
  readonly message: number;
  /** JSON Pointer into the message. */
  readonly pointer: string;
  /** The command or event; '' where none is told. */
  readonly name: string;
  readonly what: string;
  /** Since which release, where that is known. */
  readonly since?: string;
  /** What took its place. */
  readonly instead?: string;
  /** A name that it is like. */
  readonly meant?: string;
}
