import type { Direction } from '../transcript/transcript.ts';
import { AnswerWatch, type WatchedCommand } from './answer-watch.ts';
import { compileRules, type CompiledRule, type Root, type RuleBook } from './compile-rules.ts';
import { matchRules, type Answered } from './match-rules.ts';
import { readFacts, stringMember, trySpans, type MessageFacts } from './message-facts.ts';
import { redactLoosely } from './redact-part.ts';
import { Replacements } from './replacements.ts';
import type { RedactRule } from './rule.ts';
import { SeenSecrets } from './seen-secrets.ts';
import type { SpanNode } from './span-tree.ts';
import { createStandIns } from './stand-ins.ts';

/** How a recording is redacted. */
export interface RedactOptions {
  /** Replace paths, host names, UUIDs, MAC and IP addresses, too, the same one always by the same. */
  readonly standIns?: boolean;
  /** Read every message, also one whose bytes tell that nothing in it is to be replaced. */
  readonly thorough?: boolean;
}

/** Redacts the messages of one recording, in the order in which they came; keeps in mind which secrets it has seen. */
export interface Redactor {
  /**
   * A message without its secrets; every byte outside of what is replaced stays. A text that is no JSON, or no message of
   * the protocol, is redacted as `redactPart` does.
   * @param connection its number in the recording
   */
  readonly redactMessage: (text: string, direction: Direction, connection: number) => string;
  /** Part of a message, or bytes that are none: whatever could be secret goes, by the names of members alone. */
  readonly redactPart: (text: string, direction?: Direction, connection?: number) => string;
  /**
   * A text that is no message, such as a comment: only secrets that were seen go.
   * @param withStandIns whether what names machines goes, too, where that was asked for
   */
  readonly redactText: (text: string, withStandIns?: boolean) => string;
  /** A connection has ended: nothing of it is answered any more. */
  readonly endConnection: (connection: number) => void;
}

/** Makes the redactor of one recording. */
export function createRedactor(
  rules: readonly RedactRule[],
  { standIns, thorough }: RedactOptions = {},
): Redactor {
  const state: RedactorState = {
    thorough: thorough === true,
    book: compileRules(rules),
    watches: new Map(),
    replacements: new Replacements(new SeenSecrets(), standIns === true ? createStandIns() : undefined),
  };
  return {
    redactMessage: (text, direction, connection) =>
      direction === '->' ? redactCommand(state, text, connection) : redactAnswer(state, text, connection),
    redactPart: (text, direction = '->', connection) => redactPart(state, text, direction, connection),
    redactText: (text, withStandIns = true) => state.replacements.inText(text, withStandIns),
    endConnection: (connection) => void state.watches.delete(connection),
  };
}

interface RedactorState {
  readonly thorough: boolean;
  readonly book: RuleBook;
  readonly watches: Map<number, AnswerWatch>;
  readonly replacements: Replacements;
}

function watchOf({ watches }: RedactorState, connection: number): AnswerWatch {
  let watch = watches.get(connection);
  if (watch === undefined) watches.set(connection, (watch = new AnswerWatch()));
  return watch;
}

/** What is no command may draw errors, and nobody knows how many. */
function redactPart(
  state: RedactorState,
  text: string,
  direction: Direction,
  connection: number | undefined,
): string {
  if (direction === '->' && connection !== undefined) watchOf(state, connection).loosen();
  else if (direction === '->') state.watches.forEach((watch) => watch.loosen());
  return redactLoosely(text, state.replacements);
}

/** Tells whether no rule about every command and event, and nothing that was seen before, can be in a text. */
function isHarmless(
  { thorough, book, replacements }: RedactorState,
  text: string,
  direction: Direction,
): boolean {
  return !thorough && !book.triggers[direction](text) && replacements.areNoneIn(text);
}

function redactCommand(state: RedactorState, text: string, connection: number): string {
  const facts = readFacts(text, true);
  if (facts === undefined || facts.command === '') return redactPart(state, text, '->', connection);
  const { command, id, isOutOfBand } = facts;
  const watch = watchOf(state, connection);
  const rules = state.book.ofArguments(command);
  const isWatched = state.book.ofAnswer(command).length > 0;
  if (!isWatched && rules.every(({ isGeneral }) => isGeneral) && isHarmless(state, text, '->')) {
    watch.send(id, isOutOfBand, undefined);
    return text;
  }
  const node = trySpans(text, true);
  if (node === undefined) return redactPart(state, text, '->', connection);
  watch.send(id, isOutOfBand, isWatched ? { command, text, message: node } : undefined);
  return redactNode(state, { text, node, root: 'arguments' }, [{ rules }]);
}

function redactAnswer(state: RedactorState, text: string, connection: number): string {
  const watch = watchOf(state, connection);
  const facts = state.thorough ? readAnswer(text) : (skimAnswer(text, watch) ?? readAnswer(text));
  if (facts === undefined) return redactPart(state, text, '<-', connection);
  const watched = facts.isResponse && watch.isWaiting ? watch.answer(facts.id) : [];
  if (watched.length === 0 && facts.isPlain && isHarmless(state, text, '<-')) return text;
  const node = trySpans(text, false);
  const root = node === undefined ? undefined : rootOfAnswer(node);
  if (node === undefined || root === undefined) return redactPart(state, text, '<-', connection);
  return redactNode(state, { text, node, root }, ruleListsFor(state, node, root, watched));
}

function ruleListsFor(
  { book }: RedactorState,
  node: SpanNode,
  root: Root,
  watched: readonly WatchedCommand[],
): readonly RuleList[] {
  if (root === 'data') return [{ rules: book.ofEvent(stringMember(node, 'event')) }];
  if (watched.length === 0) return [{ rules: book.ofAnyAnswer }];
  return watched.map((command) => ({ rules: book.ofAnswer(command.command), command }));
}

/** Rules that are held against a message, and the command that it answers. */
interface RuleList {
  readonly rules: readonly CompiledRule[];
  readonly command?: Answered;
}

interface Message {
  readonly text: string;
  readonly node: SpanNode;
  readonly root: Root;
}

function redactNode(
  { replacements }: RedactorState,
  { text, node, root }: Message,
  lists: readonly RuleList[],
): string {
  const bodies =
    node.kind === 'object' ? node.members.filter(({ name }) => name === root).map(({ value }) => value) : [];
  const matches = bodies.flatMap((body) =>
    lists.flatMap((list) => matchRules({ text, root, node: body, ...list })),
  );
  return replacements.apply(text, node, bodies, matches);
}

/** The member that a server's message is about. */
function rootOfAnswer(node: SpanNode): Root | undefined {
  if (node.kind !== 'object') return undefined;
  const has = (name: string): boolean => node.members.some((member) => member.name === name);
  if (has('return')) return 'return';
  if (has('error')) return 'error';
  return has('event') || has('QMP') ? 'data' : undefined;
}

/** What must be known of a server's message before it is read. */
type AnswerFacts = Pick<MessageFacts, 'id' | 'isResponse' | 'isPlain'>;

function readAnswer(text: string): AnswerFacts | undefined {
  return readFacts(text, false);
}

/** Longer texts are not read only to learn their `id`. */
const SHORT = 4096;
/** In JSON the quote behind a comma can only begin the name of a member, and the last brace ends the message. */
const ID_AT_END = /,\s*"id"\s*:\s*("(?:[^"\\]|\\.)*"|-?[0-9][0-9.eE+-]*)\s*\}\s*$/;
const FIRST_MEMBER = /^\s*\{\s*"(?:return|error)"/;

/**
 * What can be known of a long response without reading it. QEMU writes `id` last, and a response has one where its
 * command had; where a watched command waits for its answer, that is not enough.
 */
function skimAnswer(text: string, watch: AnswerWatch): AnswerFacts | undefined {
  if (watch.isWatching || text.length <= SHORT || !FIRST_MEMBER.test(text)) return undefined;
  const tail = text.slice(-SHORT);
  const id = tail.includes('"id"') ? ID_AT_END.exec(tail)?.[1] : undefined;
  if (id === undefined && tail.includes('"id"') && watch.hasIds) return undefined;
  return { id, isResponse: true, isPlain: true };
}
