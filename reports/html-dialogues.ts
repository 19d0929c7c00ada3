import type { Matrix } from '../harness/compat/matrix.ts';
import type { WireRecord } from '../harness/results/verdict.ts';
import { costOf, cutAt } from './cut-text.ts';
import { pack } from './pack.ts';
import { Pool } from './pool.ts';
import { VERDICT_SIGNS } from './verdict-words.ts';

/** Where the dialogues behind the cells come from. */
export interface DialogueSource {
  /** The messages of a row on a target; none where nothing was logged. */
  readonly dialogueOf: (row: string, target: string) => Promise<readonly WireRecord[]>;
  /** The transcript's text; `undefined` where it is not at hand. */
  readonly expectationOf: (row: string) => Promise<string | undefined>;
}

/**
 * What is kept of the dialogues: characters for a cell, bytes for the whole page as the browser unpacks them, and
 * bytes as they stand in the file. The wire log of the run has all of it.
 */
export interface DialogueLimits {
  readonly perCell: number;
  readonly perPage: number;
  readonly packed: number;
}

export const DIALOGUE_LIMITS: DialogueLimits = {
  perCell: 20_000,
  perPage: 24_000_000,
  packed: 11_000_000,
};

/** What a message takes beside its text. */
const MESSAGE_BYTES = 30;

/** A transcript is a file of a screen or so; one that is longer is cut like a message. */
const MAX_EXPECTATION = 20_000;

/** Beyond this many messages a dialogue is a flood, and a reader wants the wire log. */
const MAX_MESSAGES = 200;

/** What a message gets of its cell's room at most, so that a flood of data leaves room for what follows; and at least. */
const MAX_SHARE = 0.75;
const MIN_MESSAGE = 200;

/** Flags, index of the connection's name, milliseconds, index of the text, and the text's whole length. */
type MessageData = readonly [number, number, number, number, number];

const FROM_SERVER = 1;
const BYTES = 2;

interface CellDialogue {
  /** Messages that prepared the stage, and those of the dialogue itself. */
  readonly prepare: readonly MessageData[];
  readonly messages: readonly MessageData[];
  /** Messages that were left out. */
  readonly omitted: number;
}

/**
 * The dialogues for the page, packed. What does not pack well, as random bytes do not, is kept in part: packing never
 * makes more than 4/3 of what it is given, and a little.
 */
export async function packedDialogues(
  matrix: Matrix,
  source: DialogueSource,
  limits: DialogueLimits = DIALOGUE_LIMITS,
): Promise<string> {
  const packed = pack(JSON.stringify(await dialogueDataFrom(matrix, source, limits)));
  if (packed.length <= limits.packed) return packed;
  const perPage = Math.floor(limits.packed * 0.7);
  return pack(JSON.stringify(await dialogueDataFrom(matrix, source, { ...limits, perPage })));
}

/**
 * The dialogues for the page. A text that several cells share, as the same example's requests do, is kept once and
 * costs once. What is red comes first, so that the bound of the page cuts what passed.
 */
export async function dialogueDataFrom(
  matrix: Matrix,
  source: DialogueSource,
  limits: DialogueLimits = DIALOGUE_LIMITS,
): Promise<unknown> {
  const texts = new Pool();
  const cells: Record<string, CellDialogue> = {};
  const keeper = { texts, limits, used: 0 };
  for (const { key, row, target } of cellsByNeed(matrix)) {
    const records = await source.dialogueOf(row, target);
    if (records.length > 0 && keeper.used < limits.perPage) cells[key] = keepDialogue(records, keeper);
  }
  const expectations: number[] = [];
  for (const { row } of matrix.rows) {
    const text = await source.expectationOf(row);
    expectations.push(text === undefined ? -1 : keepExpectation(text, keeper));
  }
  return { texts: texts.texts, cells, expectations };
}

/** Transcripts are few and ours, as long as there is room. */
function keepExpectation(text: string, keeper: Keeper): number {
  return keeper.used >= 2 * keeper.limits.perPage
    ? -1
    : keeper.texts.add(spend(cutAt(text, MAX_EXPECTATION), keeper));
}

function spend(text: string, keeper: Keeper): string {
  if (!keeper.texts.has(text)) keeper.used += costOf(text);
  return text;
}

interface Keeper {
  readonly texts: Pool;
  readonly limits: DialogueLimits;
  used: number;
}

function keepDialogue(records: readonly WireRecord[], keeper: Keeper): CellDialogue {
  const budget = { room: keeper.limits.perCell };
  const keep = (list: readonly WireRecord[]) =>
    list.slice(0, MAX_MESSAGES).map((record) => keepMessage(record, budget, keeper));
  // The dialogue first: a long preparation must not use up its room.
  const messages = keep(records.filter(({ phase }) => phase === undefined));
  const prepare = keep(records.filter(({ phase }) => phase === 'prepare'));
  const shown = records.filter(({ phase }) => phase !== 'after').length;
  return { prepare, messages, omitted: shown - messages.length - prepare.length };
}

function keepMessage(record: WireRecord, budget: { room: number }, keeper: Keeper): MessageData {
  const whole = record.text ?? record.base64 ?? '';
  const room = Math.min(budget.room, keeper.limits.perCell * MAX_SHARE);
  const text = keepText(whole, Math.max(room, MIN_MESSAGE), keeper);
  budget.room -= text.length;
  const flags = (record.direction === '<-' ? FROM_SERVER : 0) + (record.text === undefined ? BYTES : 0);
  const at = Math.round(record.at * 10) / 10;
  return [flags, keeper.texts.add(record.connection), at, keeper.texts.add(text), whole.length];
}

function keepText(whole: string, room: number, keeper: Keeper): string {
  keeper.used += MESSAGE_BYTES;
  const text = cutAt(whole, room);
  if (keeper.texts.has(text)) return text;
  const left = Math.max(keeper.limits.perPage - keeper.used, 0);
  const cost = costOf(text);
  return spend(cost <= left ? text : cutAt(text, Math.floor((text.length * left) / cost)), keeper);
}

interface NeededCell {
  readonly key: string;
  readonly row: string;
  readonly target: string;
  readonly isQuiet: boolean;
}

function cellsByNeed(matrix: Matrix): readonly NeededCell[] {
  const cells = matrix.rows.flatMap(({ row, cells }, rowIndex) => {
    return cells.flatMap((cell, column): NeededCell[] => {
      if (cell === undefined) return [];
      const isQuiet = VERDICT_SIGNS[cell.verdict].tone === 'good';
      return [{ key: `${rowIndex}:${column}`, row, target: cell.target, isQuiet }];
    });
  });
  return [...cells.filter(({ isQuiet }) => !isQuiet), ...cells.filter(({ isQuiet }) => isQuiet)];
}
