/** How bad a finding is. */
export type LintSeverity =
  /** A QEMU of the release refuses this message, or never sends it. */
  | 'error'
  /** It cannot be right as it stands, but readers are not led to a wrong message. */
  | 'warning'
  /** It may be meant so. */
  | 'note';

/** What one rule demands of documented examples. */
export interface LintRule {
  readonly id: string;
  readonly severity: LintSeverity;
  /** The demand, in a sentence. */
  readonly text: string;
  /** Why. */
  readonly reason: string;
}

const SCHEMA =
  'QEMU checks the arguments of commands by this schema, and makes its replies and events from it';

/** All rules. Their ids never change. */
const RULES = [
  {
    id: 'example/not-json',
    severity: 'error',
    text: 'A message is JSON; what is left out is shown by three dots',
    reason:
      'a QEMU answers with a JSON parse error, and clients cannot read it (qmp-spec, "Protocol Specification")',
  },
  {
    id: 'example/duplicate-member',
    severity: 'error',
    text: 'A member stands in an object once',
    reason: "QEMU's JSON parser refuses a duplicate key",
  },
  {
    id: 'example/not-qmp',
    severity: 'error',
    text: 'A message is a command, a response, an event or the greeting',
    reason: 'the protocol has no others (qmp-spec, "Protocol Specification")',
  },
  {
    id: 'example/no-return',
    severity: 'error',
    text: 'What a command returns stands in the member return of its response',
    reason: 'that is how a success response is told from everything else (qmp-spec, "Success")',
  },
  {
    id: 'example/wrong-direction',
    severity: 'error',
    text: '-> stands before what the client sends, <- before what the server sends',
    reason: 'commands come from clients; responses, events and greetings come from servers',
  },
  {
    id: 'example/envelope',
    severity: 'error',
    text: 'A message has the members that the protocol gives it, and no others',
    reason: 'QEMU refuses other members of a command, and sends none (qmp-spec)',
  },
  {
    id: 'example/unknown-command',
    severity: 'error',
    text: 'The command exists in this release',
    reason: 'a QEMU answers CommandNotFound',
  },
  {
    id: 'example/unknown-event',
    severity: 'error',
    text: 'The event exists in this release',
    reason: 'no QEMU of this release sends it',
  },
  {
    id: 'example/unknown-member',
    severity: 'error',
    text: 'Every member shown is one of its type',
    reason: SCHEMA,
  },
  {
    id: 'example/missing-member',
    severity: 'error',
    text: 'Members that are not optional are there, or elided',
    reason: SCHEMA,
  },
  { id: 'example/wrong-type', severity: 'error', text: 'A value has the type of its member', reason: SCHEMA },
  {
    id: 'example/out-of-range',
    severity: 'error',
    text: 'An integer fits into its type',
    reason: SCHEMA,
  },
  {
    id: 'example/unknown-value',
    severity: 'error',
    text: 'The value of an enum is one of those that the enum has',
    reason: SCHEMA,
  },
  {
    id: 'example/unknown-branch',
    severity: 'error',
    text: 'The discriminator of a union names one of its branches',
    reason: SCHEMA,
  },
  {
    id: 'example/unknown-error-class',
    severity: 'error',
    text: 'The class of an error is one that this release has',
    reason: 'clients tell errors by their class (qmp-spec, "Error")',
  },
  {
    id: 'example/out-of-band',
    severity: 'error',
    text: 'exec-oob stands before commands only that allow it',
    reason: 'QEMU refuses others (qmp-spec, "Out-of-band execution")',
  },
  {
    id: 'example/id',
    severity: 'error',
    text: 'A response has the id of its command',
    reason: 'QEMU returns it as it came (qmp-spec, "Commands Responses")',
  },
  {
    id: 'example/no-text',
    severity: 'error',
    text: 'Behind an arrow stands a message',
    reason: 'readers cannot know what is meant',
  },
  {
    id: 'example/no-arrow',
    severity: 'warning',
    text: 'Before a message stands an arrow',
    reason: 'it says who speaks; since 9.1 an example without does not build',
  },
  {
    id: 'example/no-message',
    severity: 'warning',
    text: 'An example shows a message',
    reason: 'without one it shows nothing that can be checked',
  },
  {
    id: 'example/no-command',
    severity: 'warning',
    text: 'Before a response stands the command that it answers',
    reason: 'the type of a response is told by its command alone',
  },
  {
    id: 'example/no-response',
    severity: 'note',
    text: 'Behind a command stands its response',
    reason: 'readers do not learn what the command returns',
  },
  {
    id: 'example/other-definition',
    severity: 'note',
    text: 'The example of a command shows that command; of an event, that event',
    reason: 'an example that was copied and not adapted looks like this',
  },
  {
    id: 'example/refused',
    severity: 'note',
    text: 'A command that a QEMU would refuse is shown together with the refusal',
    reason: 'the example shows an error on purpose',
  },
  {
    id: 'example/single-quotes',
    severity: 'note',
    text: 'Strings stand in double quotes',
    reason:
      'single quotes are an extension that clients may use and no other JSON parser reads (qmp-spec, "Protocol Specification")',
  },
] as const satisfies readonly LintRule[];

/** The id of a rule. */
export type LintRuleId = (typeof RULES)[number]['id'];

/** All rules, in the order in which they are explained. */
export function listLintRules(): readonly LintRule[] {
  return RULES;
}

/** How bad it is to break a rule. */
export function severityOf(rule: LintRuleId): LintSeverity {
  return RULES.find(({ id }) => id === rule)?.severity ?? 'error';
}

const RULES_OF_COMPLAINTS: Readonly<Record<string, LintRuleId>> = {
  'schema/unknown-member': 'example/unknown-member',
  'schema/missing-member': 'example/missing-member',
  'schema/type': 'example/wrong-type',
  'schema/range': 'example/out-of-range',
  'schema/enum-value': 'example/unknown-value',
  'schema/branch': 'example/unknown-branch',
  'schema/unknown-command': 'example/unknown-command',
  'schema/unknown-event': 'example/unknown-event',
  'schema/out-of-band': 'example/out-of-band',
  'schema/envelope': 'example/envelope',
};

/** The rule of an example that a complaint of the static tier means. */
export function ruleOfComplaint(rule: string): LintRuleId {
  const known = RULES.find(({ id }) => id === rule);
  const found = known?.id ?? RULES_OF_COMPLAINTS[rule];
  if (found === undefined) throw new Error(`complaint ${rule} has no rule of the linter`);
  return found;
}
