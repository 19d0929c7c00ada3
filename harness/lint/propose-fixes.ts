import { pointerTo, stepsOfPointer } from '../json/pointer.ts';
import { isJsonArray, isJsonObject, type JsonValue } from '../json/value.ts';
import { writeJson } from '../json/write-json.ts';
import { nearestName } from '../yaml/nearest-name.ts';
import type { TranscriptMessage } from '../transcript/transcript.ts';
import { findPlaces, placesOf } from './places.ts';
import {
  doubleQuotes,
  insertMember,
  removeMember,
  renameMember,
  replaceValue,
  valueIn,
  unwrapMember,
  writtenAt,
  type EditableMessage,
} from './edit-message.ts';
import { answeredName, type Flaw, type MessageContext } from './find-flaws.ts';
import { readMessage, type ReadMessage } from './judge-message.ts';
import { namesAt, type LintSchema, type NamesAt } from './lint-schema.ts';
import { idOf } from './waiting-commands.ts';

/** A message that may be right where another is wrong. */
export interface Proposal {
  readonly text: string;
  readonly direction: '->' | '<-';
  /** What is different, in words. */
  readonly what: string;
}

function parentOf(pointer: string): string {
  return pointer.slice(0, Math.max(0, pointer.lastIndexOf('/')));
}

/** All that a proposal is made from. */
interface Draft {
  readonly message: EditableMessage;
  readonly read: ReadMessage;
  readonly flaw: Flaw;
  readonly context: MessageContext;
}

/** `undefined` where the change cannot be made. */
type Change = readonly [text: string | undefined, what: string];

/** Texts that may mend a flaw, likelier ones first. Whoever uses one must judge it again. */
export function proposeFixes(
  message: TranscriptMessage,
  flaw: Flaw,
  context: MessageContext,
): readonly Proposal[] {
  const read = readMessage(message);
  const { direction } = message;
  if (read.value === undefined) return [];
  const draft = {
    message: { text: message.text, value: read.value, places: placesOf(message) },
    read,
    flaw,
    context,
  };
  if (flaw.rule === 'example/wrong-direction')
    return [{ text: message.text, direction: direction === '->' ? '<-' : '->', what: 'the other arrow' }];
  return [...changesFor(draft)].flatMap(([text, what]) =>
    text === undefined || text === message.text ? [] : [{ text, direction, what }],
  );
}

function changesFor(draft: Draft): Iterable<Change> {
  switch (draft.flaw.rule) {
    case 'example/not-qmp':
      return renameTowardsQmp(draft);
    case 'example/no-return':
      return [...renameTowardsQmp(draft), wrapInReturn(draft)];
    case 'example/envelope':
      return mendEnvelope(draft);
    case 'example/unknown-member':
      return mendMember(draft);
    case 'example/missing-member':
      return [...nest(draft, draft.flaw.pointer, draft.flaw.members ?? []), elide(draft, draft.flaw.pointer)];
    case 'example/wrong-type':
      return convert(draft);
    case 'example/unknown-value':
    case 'example/unknown-branch':
    case 'example/unknown-error-class':
      return renameValue(draft, namesHere(draft).values);
    case 'example/unknown-command':
      return renameValue(draft, draft.context.schema.validator.commandNames());
    case 'example/unknown-event':
      return renameValue(draft, draft.context.schema.validator.eventNames());
    case 'example/out-of-band':
      return [[renameMember(draft.message, '/exec-oob', 'execute'), "'execute'"]];
    case 'example/id':
      return mendId(draft);
    case 'example/duplicate-member':
      return draft.message.places.duplicates.every(({ isSame }) => isSame)
        ? [[removeMember(draft.message, draft.flaw.pointer), 'the member once']]
        : [];
    case 'example/single-quotes':
      return [[doubleQuotes(draft.message.text), 'double quotes']];
    default:
      return [];
  }
}

function namesHere({ read, context, flaw }: Draft, pointer = flaw.pointer): NamesAt {
  return namesIn(context.schema, read, answeredName(read, context), pointer);
}

function namesIn(
  schema: LintSchema,
  { kind, value = null }: ReadMessage,
  answered: string | undefined,
  pointer: string,
): NamesAt {
  return namesAt(schema, { kind, value, answered }, pointer);
}

/** The names that one was meant to be: it in another spelling, the nearest, the shortest that goes on where it ends. */
function likelyNames(name: string, known: readonly string[]): readonly string[] {
  const bare = (one: string): string => one.replaceAll(/[-_ ]/g, '').toLowerCase();
  const [own, nearest] = [bare(name), nearestName(name, known)];
  const spelled = known.filter((one) => bare(one) === own);
  const longer = known.filter((one) => own.length > 2 && bare(one).startsWith(own));
  const shortest = longer.sort((a, b) => a.length - b.length).slice(0, 1);
  return [...new Set([...spelled, ...(nearest === undefined ? [] : [nearest]), ...shortest])];
}

function* renameTowardsQmp({ message, read, context }: Draft): Generator<Change> {
  const { value } = read;
  if (!isJsonObject(value)) return;
  const { validator } = context.schema;
  for (const [name, member] of Object.entries(value)) {
    const pointer = pointerTo('', name);
    if (read.direction === '->' && typeof member === 'string' && validator.hasCommand(member))
      yield [renameMember(message, pointer, 'execute'), `'execute' for '${name}'`];
    if (read.direction === '->') continue;
    for (const right of likelyNames(name, ['return', 'error', 'event', 'QMP']))
      yield [renameMember(message, pointer, right), `'${right}' for '${name}'`];
  }
}

function wrapInReturn({ message }: Draft): Change {
  return [`{ "return": ${message.text} }`, "'return' around it"];
}

function* mendEnvelope(draft: Draft): Generator<Change> {
  const { message, read, flaw } = draft;
  const { value } = read;
  const [name = '', below] = stepsOfPointer(flaw.pointer);
  if (!isJsonObject(value) || below !== undefined || name === '') {
    yield* mendMember(draft);
    return;
  }
  if (!Object.hasOwn(value, name)) {
    if (name === 'timestamp') yield [insertMember(message, '', '"timestamp": { ... }'), 'a timestamp'];
    return;
  }
  if (read.kind === 'command') yield* mendCommand(draft, name, value);
  else yield* mendMember(draft);
}

function* mendCommand(
  draft: Draft,
  name: string,
  value: Readonly<Record<string, JsonValue>>,
): Generator<Change> {
  const { message, flaw } = draft;
  if (isJsonObject(value[name]) && value['arguments'] === undefined)
    yield [renameMember(message, flaw.pointer, 'arguments'), `'arguments' for '${name}'`];
  const written = writtenAt(message, flaw.pointer);
  const without = removeMember(message, flaw.pointer);
  if (
    !namesHere(draft, '/arguments').members.includes(name) ||
    written === undefined ||
    without === undefined
  )
    return;
  const member = `${JSON.stringify(name)}: ${written}`;
  const rest = { text: without, value, places: findPlaces(without, true) };
  const object = value['arguments'] === undefined ? '' : '/arguments';
  yield [
    insertMember(rest, object, object === '' ? `"arguments": { ${member} }` : member),
    `'${name}' in arguments`,
  ];
}

/** Members that are tried as the one in which an object belongs. */
const MAX_NESTED = 4;

function* mendMember(draft: Draft): Generator<Change> {
  const { message, read, flaw } = draft;
  const parent = parentOf(flaw.pointer);
  const name = stepsOfPointer(flaw.pointer).at(-1) ?? '';
  const around = valueIn(message, parent);
  const present = isJsonObject(around) ? Object.keys(around) : [];
  if (!present.includes(name)) {
    yield elide(draft, parent);
    return;
  }
  const absent = namesHere(draft, parent).members.filter((one) => !present.includes(one));
  for (const right of likelyNames(name, absent))
    yield [renameMember(message, flaw.pointer, right), `'${right}' for '${name}'`];
  yield [unwrapMember(message, flaw.pointer), `the members of '${name}' without it`];
  yield* nest(draft, parent, absent);
  // What a command would do without it is not ours to say; of what the server sends, it is no part.
  if (read.direction === '<-') yield [removeMember(message, flaw.pointer), `no '${name}'`];
}

/** The object where it belongs: in one of the members that it lacks. */
function* nest({ message }: Draft, object: string, absent: readonly string[]): Generator<Change> {
  const written = object === '' ? undefined : writtenAt(message, object);
  if (written === undefined) return;
  for (const name of absent.slice(0, MAX_NESTED))
    yield [
      replaceValue(message, object, `{ ${JSON.stringify(name)}: ${written} }`),
      `'${name}' around the members`,
    ];
}

/** A client must send what is missing; of what the server sends, it may be left out visibly. */
function elide({ message, read, flaw }: Draft, object: string): Change {
  if (read.direction === '->') return [undefined, ''];
  if (read.kind === 'event' && flaw.members?.includes('data') === true && object === '')
    return [insertMember(message, object, '"data": { ... }'), 'elided data'];
  return [insertMember(message, object, '...'), 'an elision for what is left out'];
}

const WORDS: Readonly<Record<string, boolean>> = {
  true: true,
  false: false,
  on: true,
  off: false,
  yes: true,
  no: false,
};

function* convert({ message, flaw }: Draft): Generator<Change> {
  const { pointer } = flaw;
  const value = valueIn(message, pointer);
  const written = writtenAt(message, pointer);
  if (value === undefined || written === undefined) return;
  if (typeof value === 'string') {
    const word = Object.hasOwn(WORDS, value.toLowerCase()) ? WORDS[value.toLowerCase()] : undefined;
    if (word !== undefined) yield [replaceValue(message, pointer, String(word)), String(word)];
    if (/^-?(?:0|[1-9][0-9]{0,19})(?:\.[0-9]{1,17})?$/.test(value))
      yield [replaceValue(message, pointer, value), `${value} without quotes`];
    if (/^0[xX][0-9a-fA-F]{1,16}$/.test(value))
      yield [replaceValue(message, pointer, String(BigInt(value))), `${BigInt(value)} without quotes`];
  } else if (!isJsonObject(value) && !isJsonArray(value) && value !== null) {
    yield [replaceValue(message, pointer, JSON.stringify(written)), `"${written}" in quotes`];
  }
  const [only] = isJsonArray(value) && value.length === 1 ? [`${pointer}/0`] : [];
  const inner = only === undefined ? undefined : writtenAt(message, only);
  if (inner !== undefined)
    yield [replaceValue(message, pointer, inner), 'the value without an array around it'];
  yield [replaceValue(message, pointer, `[ ${written} ]`), 'an array around it'];
}

function* renameValue({ message, flaw }: Draft, known: readonly string[]): Generator<Change> {
  const value = valueIn(message, flaw.pointer);
  if (typeof value !== 'string') return;
  for (const right of likelyNames(value, known))
    yield [replaceValue(message, flaw.pointer, JSON.stringify(right)), `'${right}' for '${value}'`];
}

function* mendId({ message, read, context }: Draft): Generator<Change> {
  const id = context.answeredBy(idOf(read.value))?.id;
  if (id === undefined) yield [removeMember(message, '/id'), 'no id'];
  else if (idOf(read.value) === undefined)
    yield [insertMember(message, '', `"id": ${writeJson(id)}`), 'the id'];
  else yield [replaceValue(message, '/id', writeJson(id)), 'the id of the command'];
}
