import { stepsOfPointer } from '../json/pointer.ts';
import type { Direction } from '../transcript/transcript.ts';
import { compileNameGlob } from './glob.ts';
import type { Replacement, RedactRule } from './rule.ts';
import { triggerFor, type Trigger } from './trigger.ts';

/** A rule that is ready to be held against messages. */
export interface CompiledRule {
  /** Where it stands among all: the first that fits decides. */
  readonly rank: number;
  readonly root: Root;
  readonly isNamed: (name: string) => boolean;
  /** Whether it is about every command, or every event. */
  readonly isGeneral: boolean;
  /** Without the root. */
  readonly steps: readonly Step[];
  readonly when: readonly Condition[];
  readonly as: Replacement;
  readonly remember: boolean;
}

/** One step of a place: a glob over names of members and indexes of elements, or any number of steps. */
export interface Step {
  readonly text: string;
  readonly isDeep: boolean;
  readonly fits: (name: string) => boolean;
}

/** The member of a message below which a rule looks. */
export type Root = 'arguments' | 'return' | 'error' | 'data';

/** A member must be there, with one of these values. */
export interface Condition {
  readonly name: string;
  readonly isMet: (value: string) => boolean;
}

/** All rules, and by what bytes a message is known that they may be about. */
export interface RuleBook {
  readonly rules: readonly CompiledRule[];
  /** Whether the rules about every command and event, or about any event, may be about a text. */
  readonly triggers: Readonly<Record<Direction, Trigger>>;
  /** Rules about the arguments of one command, by its name. */
  readonly ofArguments: (command: string) => readonly CompiledRule[];
  /** Rules about what answers one command; none where only those about every command are. */
  readonly ofAnswer: (command: string) => readonly CompiledRule[];
  /** Rules about what answers every command. */
  readonly ofAnyAnswer: readonly CompiledRule[];
  /** Rules about the data of one event. */
  readonly ofEvent: (event: string) => readonly CompiledRule[];
}

const ROOTS: readonly Root[] = ['arguments', 'return', 'error', 'data'];

/** Compiles rules; what they say of a name is worked out once. */
export function compileRules(rules: readonly RedactRule[]): RuleBook {
  const compiled = rules.map(compileRule);
  const ofAnswer = byName(compiled.filter(({ root }) => isAnswer(root)));
  return {
    rules: compiled,
    triggers: {
      '->': triggerOf(compiled.filter(({ root }) => root === 'arguments')),
      '<-': triggerOf(compiled.filter(({ root }) => root !== 'arguments')),
    },
    ofArguments: byName(compiled.filter(({ root }) => root === 'arguments')),
    ofAnswer: (command) => {
      const found = ofAnswer(command);
      return found.every(({ isGeneral }) => isGeneral) ? [] : found;
    },
    ofAnyAnswer: compiled.filter(({ root, isGeneral }) => isAnswer(root) && isGeneral),
    ofEvent: byName(compiled.filter(({ root }) => root === 'data')),
  };
}

/** Tells whether a place stands in what answers a command. */
function isAnswer(root: Root): boolean {
  return root === 'return' || root === 'error';
}

function compileRule({ command, event, at, when, as, remember }: RedactRule, rank: number): CompiledRule {
  const [first, ...steps] = stepsOfPointer(at);
  const root = ROOTS.find((one) => one === first);
  if (root === undefined) throw new RangeError(`rule at ${at}; expected one of ${ROOTS.join(', ')}`);
  const glob = root === 'data' ? event : command;
  return {
    rank,
    root,
    isNamed: compileNameGlob(glob),
    isGeneral: glob === '*',
    steps: steps.map((text) => ({ text, isDeep: text === '**', fits: compileNameGlob(text) })),
    when: [...when].map(([name, globs]) => ({ name, isMet: anyOf(globs) })),
    as,
    remember,
  };
}

function anyOf(globs: readonly string[]): (value: string) => boolean {
  const compiled = globs.map(compileNameGlob);
  return (value) => compiled.some((fits) => fits(value));
}

/** More names than any QEMU has; a client may invent them. */
const MAX_NAMES = 10_000;

function byName(rules: readonly CompiledRule[]): (name: string) => readonly CompiledRule[] {
  const known = new Map<string, readonly CompiledRule[]>();
  return (name) => {
    const before = known.get(name);
    if (before !== undefined) return before;
    if (known.size >= MAX_NAMES) known.clear();
    const found = rules.filter(({ isNamed }) => isNamed(name));
    known.set(name, found);
    return found;
  };
}

/** Each rule about every command or event is known by the last name of its place, which a message must have. */
function triggerOf(rules: readonly CompiledRule[]): Trigger {
  // Those about one command are asked when it is sent, or answered.
  const passive = rules.filter(({ root, isGeneral, as }) => (isGeneral || root === 'data') && as !== 'keep');
  const names = passive.map(
    ({ steps }) => steps.findLast(({ text }) => !/^(?:\*+|[0-9]+)$/.test(text))?.text ?? '*',
  );
  return triggerFor(new Set(names));
}
