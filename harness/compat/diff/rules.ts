import type { Direction } from '../wire-item.ts';

/** How much a change can hurt a client that was written for the schema before it; the worst first. */
export const SEVERITIES = ['breaking', 'risky', 'compatible'] as const;
export type Severity = (typeof SEVERITIES)[number];

/** What a change does to the schema. */
export type ChangeKind = 'added' | 'removed' | 'changed';

interface RuleText {
  readonly severity: Severity;
  readonly change: ChangeKind;
  /** What is taken away from clients, so that QEMU's deprecation policy asks for an announcement. */
  readonly removal?: true;
  readonly text: string;
  /** Where QEMU's documents say so: a section of qapi-code-gen, or of the list of deprecated features. */
  readonly section: string;
}

const COMPATIBILITY = 'qapi-code-gen, "Compatibility considerations"';
const FEATURES = 'qapi-code-gen, "Features"';
const SPECIAL = 'qapi-code-gen, "Special features"';
const COMMANDS = 'qapi-code-gen, "Commands"';
const CONFIGURING = 'qapi-code-gen, "Configuring the schema"';
const INTROSPECTION = 'qapi-code-gen, "Client JSON Protocol introspection"';

/** Every kind of difference. The severity is that for things that are stable and whose removal nobody announced. */
const TABLE = {
  'command-added': added('a new command; clients that do not know it go on', COMPATIBILITY),
  'command-removed': removed('clients that send the command get an error', COMPATIBILITY),
  'oob-allowed': flag('compatible', 'the command may now be sent out-of-band, too'),
  'oob-refused': flag('breaking', 'the command may no longer be sent out-of-band'),
  'preconfig-allowed': flag('compatible', 'the command may now be sent before the machine is configured'),
  'preconfig-refused': flag('breaking', 'the command may no longer be sent before the machine is configured'),
  'arguments-became-checked': flag('risky', 'arguments that were let through unread are now refused'),
  'arguments-became-unchecked': flag('compatible', 'arguments are no longer held against the schema'),
  'success-response-added': flag('risky', 'success is now answered; clients may not wait for it'),
  'success-response-removed': flag('breaking', 'success is no longer answered; clients would wait'),

  'event-added': added('a new event; clients are expected to ignore what they do not know', COMPATIBILITY),
  'event-removed': removed('clients that wait for the event would wait for ever', COMPATIBILITY),

  'argument-added': added('a new optional argument; clients that do not know it go on', COMPATIBILITY),
  'mandatory-argument-added': {
    ...added('clients that do not send the new argument get an error', COMPATIBILITY),
    severity: 'breaking',
  },
  'argument-removed': removed('clients that send the argument get an error', COMPATIBILITY),
  'argument-limited-to-branches': removed(
    'only some branches still take the argument; with others clients get an error',
    COMPATIBILITY,
  ),
  'argument-extended-to-branches': added('more branches take the argument', COMPATIBILITY),
  'argument-became-mandatory': changed('breaking', 'clients that leave it out get an error'),
  'argument-became-optional': changed('compatible', 'clients that send it go on'),
  'argument-type-widened': changed('compatible', 'all that was taken is taken still, and more'),
  'argument-type-narrowed': {
    ...removed('some of what was taken is refused', COMPATIBILITY),
    change: 'changed',
  },
  'argument-became-enum': changed(
    'risky',
    'the schema tells now which strings are taken; others get an error',
  ),
  'argument-type-changed': changed('breaking', 'what was taken is refused'),
  'argument-range-widened': changed('compatible', 'a wider range of numbers is taken'),
  'argument-range-narrowed': range('some numbers that were taken are refused'),
  'value-added-to-argument': added('a new value, and with it perhaps a branch, is taken', COMPATIBILITY),
  'value-removed-from-argument': removed('clients that send the value get an error', COMPATIBILITY),

  'reply-member-added': added('clients are expected to ignore members that they do not know', COMPATIBILITY),
  'reply-member-removed': removed('clients that rely on the member miss it', COMPATIBILITY),
  'optional-reply-member-removed': {
    ...removed('no difference if it could not be sent anymore; introspection changes', COMPATIBILITY),
    severity: 'risky',
  },
  'reply-member-limited-to-branches': removed('in some branches the member is missing now', COMPATIBILITY),
  'reply-member-extended-to-branches': added('the member comes in more branches', COMPATIBILITY),
  'reply-member-became-optional': changed('breaking', 'clients that rely on the member may miss it'),
  'reply-member-became-mandatory': changed('compatible', 'the member always comes now'),
  'reply-type-widened': changed('breaking', 'JSON comes that clients did not have to know'),
  'reply-type-narrowed': changed('compatible', 'less comes than clients have to know'),
  'reply-type-changed': changed('breaking', 'other JSON comes than before'),
  'reply-range-widened': range('numbers may come that do not fit where clients keep them'),
  'reply-range-narrowed': changed('compatible', 'a narrower range of numbers comes'),
  'value-added-to-reply': {
    ...added('clients may not know what to do with the value', COMPATIBILITY),
    severity: 'risky',
  },
  'value-removed-from-reply': {
    ...removed('no difference if it could not be sent anymore; introspection changes', COMPATIBILITY),
    severity: 'risky',
  },

  'deprecation-announced': feature('compatible', 'marked deprecated: clients should stop using it', SPECIAL),
  'deprecation-withdrawn': feature('compatible', 'no longer marked deprecated', SPECIAL),
  'became-unstable': feature('risky', 'may from now on change or go in any release', SPECIAL),
  'became-stable': feature('compatible', 'from now on promised not to change', SPECIAL),
  'feature-added': feature('compatible', 'a new feature flag, for clients to look for', FEATURES),
  'feature-removed': feature('risky', 'clients that look for the flag no longer find it', FEATURES),

  'absent-in-build': {
    severity: 'compatible',
    change: 'changed',
    text: 'depends on how QEMU was built: a build is without it that another may have',
    section: CONFIGURING,
  },
  'became-conditional': {
    ...changed('risky', 'exists only in some builds from now on'),
    section: CONFIGURING,
  },
  'became-unconditional': { ...changed('compatible', 'exists in more builds'), section: CONFIGURING },
  'condition-widened': { ...changed('compatible', 'exists in more builds'), section: CONFIGURING },
  'condition-narrowed': { ...changed('risky', 'exists in fewer builds'), section: CONFIGURING },
  'condition-changed': { ...changed('risky', 'exists in other builds than before'), section: CONFIGURING },
} as const satisfies Readonly<Record<string, RuleText>>;

/** The identifier of a rule. */
export type RuleId = keyof typeof TABLE;

/** One kind of difference. */
export interface Rule extends RuleText {
  readonly id: RuleId;
}

/** The rule of that identifier. */
export function ruleOf(id: RuleId): Rule {
  return { id, ...TABLE[id] };
}

/** All rules, in the order of the table: commands, events, what is sent, what is received, features, conditions. */
export function listRules(): readonly Rule[] {
  return RULE_IDS.map((id) => ruleOf(id));
}

const RULE_IDS = Object.keys(TABLE) as readonly RuleId[];

/** The rules that are the same for what a client sends and what it receives. */
export const SIDES = {
  sent: {
    added: 'argument-added',
    mandatoryAdded: 'mandatory-argument-added',
    removed: 'argument-removed',
    optionalRemoved: 'argument-removed',
    limited: 'argument-limited-to-branches',
    extended: 'argument-extended-to-branches',
    mandatory: 'argument-became-mandatory',
    optional: 'argument-became-optional',
    typeWidened: 'argument-type-widened',
    typeNarrowed: 'argument-type-narrowed',
    typeChanged: 'argument-type-changed',
    rangeWidened: 'argument-range-widened',
    rangeNarrowed: 'argument-range-narrowed',
    valueAdded: 'value-added-to-argument',
    valueRemoved: 'value-removed-from-argument',
  },
  received: {
    added: 'reply-member-added',
    mandatoryAdded: 'reply-member-added',
    removed: 'reply-member-removed',
    optionalRemoved: 'optional-reply-member-removed',
    limited: 'reply-member-limited-to-branches',
    extended: 'reply-member-extended-to-branches',
    mandatory: 'reply-member-became-mandatory',
    optional: 'reply-member-became-optional',
    typeWidened: 'reply-type-widened',
    typeNarrowed: 'reply-type-narrowed',
    typeChanged: 'reply-type-changed',
    rangeWidened: 'reply-range-widened',
    rangeNarrowed: 'reply-range-narrowed',
    valueAdded: 'value-added-to-reply',
    valueRemoved: 'value-removed-from-reply',
  },
} as const satisfies Readonly<Record<Direction, Readonly<Record<string, RuleId>>>>;

/** The worse of two severities. */
export function worse(left: Severity, right: Severity): Severity {
  return SEVERITIES.indexOf(left) <= SEVERITIES.indexOf(right) ? left : right;
}

/** One step less severe. */
export function lessSevere(severity: Severity): Severity {
  return severity === 'breaking' ? 'risky' : 'compatible';
}

function added(text: string, section: string): RuleText {
  return { severity: 'compatible', change: 'added', text, section };
}

function removed(text: string, section: string): RuleText {
  return { severity: 'breaking', change: 'removed', removal: true, text, section };
}

function changed(severity: Severity, text: string): RuleText {
  return { severity, change: 'changed', text, section: COMPATIBILITY };
}

function flag(severity: Severity, text: string): RuleText {
  return { severity, change: 'changed', text, section: COMMANDS };
}

/** Introspection folds all integers into one, so that QEMU promises nothing of their widths. */
function range(text: string): RuleText {
  return { severity: 'risky', change: 'changed', text, section: INTROSPECTION };
}

function feature(severity: Severity, text: string, section: string): RuleText {
  return { severity, change: 'changed', text, section };
}
