import type { SchemaViolation } from '../json-schema/validator.ts';
import { sampleValue } from '../refusals/sample-value.ts';
import { excerpt, indexAnswers, type AnswerIndex, type FittingExchanges } from './answer-index.ts';
import type { Answer, Answerer, AnswerKind, AnswerMessage, ServedCommand } from './answer.ts';
import { beginProgress, changesOf, chooseExchange, type Progress } from './choose-exchange.ts';
import { errorAnswer, successMessage } from './error-answer.ts';
import { keyOfValue } from './keys.ts';
import { spell } from './lay-out.ts';
import type { RecordedDialogue } from './recorded-dialogue.ts';
import { answerOfRelease, type ServedRelease } from './served-release.ts';
import { spellExchange, spellMessage } from './spell-messages.ts';

/** What answers are made of. */
export interface AnswerSources {
  readonly dialogues: readonly SourceDialogue[];
  /** The release that requests are held against; without one they are held against nothing. */
  readonly release: ServedRelease | undefined;
}

/** A dialogue, and what it is worth. */
export interface SourceDialogue {
  readonly dialogue: RecordedDialogue;
  /** Whether it was captured. What is documented may be wrong, and of another state. */
  readonly trusted: boolean;
  /** The definitions that it is documented with. */
  readonly about: ReadonlySet<string>;
}

/** How far from the recordings answers may be. */
export interface LenientOptions {
  /** Answer a command whose arguments have the shape of recorded ones, and other values. */
  readonly similar: boolean;
  /** Answer a command that nobody recorded with the smallest value that its schema allows. */
  readonly generate: boolean;
}

/** What does not change while a server runs; many answerers may share it. */
export interface PreparedAnswers {
  readonly sources: AnswerSources;
  readonly index: AnswerIndex;
  readonly changes: readonly (readonly number[])[];
  /** Exchanges that were spelled, by dialogue and number. */
  readonly spelled: Map<string, readonly AnswerMessage[] | undefined>;
}

/** Prepares answers from recordings. */
export function prepareAnswers(sources: AnswerSources): PreparedAnswers {
  const dialogues = sources.dialogues.map(({ dialogue }) => dialogue);
  return { sources, index: indexAnswers(dialogues), changes: dialogues.map(changesOf), spelled: new Map() };
}

/**
 * Answers whatever is asked as well as the recordings can: by what was captured with equal arguments, else as the
 * release's schema refuses it, else by what that says of the release itself, else by what is documented with equal
 * arguments, else by arguments of the same shape, else by an error that says that nothing is known.
 */
export function answerLeniently(prepared: PreparedAnswers, options: LenientOptions): Answerer {
  const { sources, index } = prepared;
  const progress = sources.dialogues.map(beginProgress);
  const state: LenientState = { prepared, progress, current: 0 };
  return {
    answer: (command) => {
      const { name, arguments: args } = command;
      return (
        answerRecorded(state, 'recorded', captured(sources, index.equal(name, args)), command) ??
        refuse(sources.release, command) ??
        answerBySchema(sources.release, name) ??
        answerRecorded(state, 'recorded', index.equal(name, args), command) ??
        (options.similar
          ? answerRecorded(state, 'similar', index.similar(name, args), command)
          : undefined) ??
        (options.generate ? generate(sources.release, name) : undefined) ??
        answerUnknown(prepared, command)
      );
    },
    opening: (connection) =>
      connection === 0 ? sources.dialogues.flatMap((source) => openingOf(source, sources.release)) : [],
    left: () => [],
  };
}

interface LenientState {
  readonly prepared: PreparedAnswers;
  readonly progress: readonly Progress[];
  /** The dialogue that answered last: what belongs together stays together. */
  current: number;
}

function captured(
  { dialogues }: AnswerSources,
  fitting: readonly FittingExchanges[],
): readonly FittingExchanges[] {
  return fitting.filter(({ dialogue }) => dialogues[dialogue]?.trusted);
}

function answerRecorded(
  state: LenientState,
  kind: AnswerKind,
  fitting: readonly FittingExchanges[],
  { name, arguments: args }: ServedCommand,
): Answer | undefined {
  if (fitting.length === 0) return undefined;
  const { prepared, progress } = state;
  const asked = `${kind}\0${name}\0${keyOfValue(args)}`;
  for (const { dialogue, exchanges } of inOrder(state, fitting, name)) {
    const sayable = exchanges.filter((at) => spelledOf(prepared, dialogue, at) !== undefined);
    const own = progress[dialogue];
    if (sayable.length === 0 || own === undefined) continue;
    const chosen = chooseExchange(sayable, prepared.changes[dialogue] ?? [], own, asked);
    state.current = dialogue;
    const where = prepared.sources.dialogues[dialogue]?.dialogue.exchanges[chosen]?.where;
    const messages = spelledOf(prepared, dialogue, chosen) ?? [];
    return { kind, messages, ...(where !== undefined && { where }) };
  }
  return undefined;
}

/**
 * The dialogue that answered last; then what was captured; then what the command itself is documented with, if it
 * succeeds; then other dialogues in which it succeeds.
 */
function inOrder(
  { current, prepared }: LenientState,
  fitting: readonly FittingExchanges[],
  command: string,
): readonly FittingExchanges[] {
  const rank = ({ dialogue, exchanges }: FittingExchanges): number => {
    const source = prepared.sources.dialogues[dialogue];
    if (dialogue === current || source === undefined) return 0;
    if (source.trusted) return 1;
    const succeeds = exchanges.some((at) =>
      source.dialogue.exchanges[at]?.messages.some(({ kind }) => kind === 'success'),
    );
    return (succeeds ? 2 : 4) + (source.about.has(command) ? 0 : 1);
  };
  return fitting.length < 2 ? fitting : fitting.toSorted((a, b) => rank(a) - rank(b));
}

function spelledOf(
  { sources, spelled }: PreparedAnswers,
  dialogue: number,
  at: number,
): readonly AnswerMessage[] | undefined {
  const key = `${dialogue}/${at}`;
  if (spelled.has(key)) return spelled.get(key);
  const source = sources.dialogues[dialogue];
  const exchange = source?.dialogue.exchanges[at];
  const messages =
    source === undefined || exchange === undefined
      ? undefined
      : spellExchange(exchange, sources.release, source.trusted);
  spelled.set(key, messages);
  return messages;
}

function openingOf(
  { dialogue, trusted }: SourceDialogue,
  release: ServedRelease | undefined,
): readonly AnswerMessage[] {
  // A documented event belongs to a state that nothing here is in.
  if (!trusted) return [];
  return dialogue.opening.flatMap((event) => spellMessage(event, '', release, trusted) ?? []);
}

/** What the schema of the release forbids; `undefined` where it allows the request. */
export function refuse(
  release: ServedRelease | undefined,
  { name, message }: ServedCommand,
): Answer | undefined {
  if (release === undefined) return undefined;
  const { validator, version } = release;
  if (!validator.hasCommand(name)) {
    return errorAnswer(
      'refused',
      'CommandNotFound',
      `The command ${name} has not been found: ${version} has none`,
    );
  }
  const violations = validator.checkCommand(message);
  if (violations.length === 0) return undefined;
  return errorAnswer(
    'refused',
    'GenericError',
    violations.slice(0, MOST_TOLD).map(describeViolation).join('; '),
  );
}

/** What is wrong beyond is seen when these are right. */
const MOST_TOLD = 5;

function describeViolation({ pointer, what, expected }: SchemaViolation): string {
  return `${pointer === '' ? 'the command' : pointer}: ${what}; expected ${expected}`;
}

function answerBySchema(release: ServedRelease | undefined, name: string): Answer | undefined {
  const value = release === undefined ? undefined : answerOfRelease(release, name);
  return value === undefined ? undefined : { kind: 'schema', messages: [successMessage(spell(value))] };
}

function generate(release: ServedRelease | undefined, name: string): Answer | undefined {
  if (release?.validator.hasCommand(name) !== true) return undefined;
  const type = release.returns(name);
  const value = type === undefined ? {} : sampleValue(release.book(), type, name);
  return { kind: 'generated', messages: [successMessage(spell(value))] };
}

function answerUnknown(
  { index, sources }: PreparedAnswers,
  { name, arguments: args }: ServedCommand,
): Answer {
  const asked = Object.keys(args).length === 0 ? name : `${name} with arguments ${excerpt(args)}`;
  const recorded = index.equal(name, args).length > 0;
  const reason = recorded
    ? `what is recorded of ${asked} is no answer that ${sources.release?.version ?? 'a server'} could give`
    : `no recording answers ${asked}`;
  return errorAnswer('unknown', 'GenericError', reason);
}
