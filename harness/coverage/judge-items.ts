import type { RowResult } from '../results/verdict.ts';
import { writeCondition } from '../qapi/write-condition.ts';
import type { Names } from './build-names.ts';
import type { State } from './counter.ts';
import type { CoverageItem } from './coverage.ts';
import type { Inventory, InventoryItem } from './inventory.ts';
import type { Tally } from './tally.ts';

/** What says why something was not seen. */
export interface Evidence {
  readonly program: string;
  /** What the build says it has; `undefined`: it was not asked. */
  readonly names: Names | undefined;
  /** Recordings that are about a command. */
  readonly rowsOf: ReadonlyMap<string, readonly string[]>;
  readonly results: readonly RowResult[];
}

/**
 * Says of each item whether it was seen, and why not.
 * @param shown by number of the item: 1 where recordings show it
 */
export function judgeItems(tally: Tally, shown: Uint8Array, evidence: Evidence): readonly CoverageItem[] {
  const results = resultsOfCommands(evidence);
  return tally.inventory.items.map((item, at) => {
    const { counter, module, name } = item;
    const state = stateOf(tally, shown, at, isInBuild(tally.inventory, item, evidence.names));
    if (state === 'live') return { counter, module, name, state };
    const reason = reasonOf(item, state, { tally, evidence, results });
    return { counter, module, name, state, reason };
  });
}

function stateOf(tally: Tally, shown: Uint8Array, at: number, inBuild: boolean): State {
  if (tally.seen[at] === 1) return 'live';
  if (!inBuild) return 'absent';
  return shown[at] === 1 ? 'static' : 'never';
}

/** A build has what stands in a command or event that it has; whether it has the part itself, names do not tell. */
function isInBuild(inventory: Inventory, item: InventoryItem, names: Names | undefined): boolean {
  if (names === undefined) return true;
  const tops = inventory.topsOf(item);
  return item.counter === 'error-class/received' || tops.some((top) => hasTop(inventory, names, top));
}

function hasTop(inventory: Inventory, { commands, events }: Names, top: string): boolean {
  if (inventory.commands.has(top)) return commands.has(top);
  return events === undefined || events.has(top);
}

interface Grounds {
  readonly tally: Tally;
  readonly evidence: Evidence;
  readonly results: ReadonlyMap<string, readonly RowResult[]>;
}

function reasonOf(item: InventoryItem, state: State, grounds: Grounds): string {
  const { evidence, tally } = grounds;
  if (state === 'absent') return `absent from the introspection of ${evidence.program}`;
  switch (item.counter) {
    case 'command/sent':
    case 'command/success':
      return whyNotExecuted(item.name, grounds);
    case 'command/error':
      return 'no error response came';
    case 'error-class/received':
      return 'no error response has it';
    case 'event/received':
      return [...toldOfRows(item.name, grounds), 'the event never came'].join('; ');
    default:
      return whyPartNotSeen(item, tally);
  }
}

const MAX_ROWS = 2;
const MAX_TOPS = 3;
const MAX_REASON = 240;

function whyNotExecuted(command: string, grounds: Grounds): string {
  const { tally } = grounds;
  const plan = tally.inventory.commands.get(command);
  const errors = [...(tally.errors.get(command) ?? [])];
  const told = toldOfRows(command, grounds);
  if (errors.length > 0) return [`only errors: ${errors.join(' | ')}`, ...told].join('; ');
  if (plan !== undefined && tally.seen[plan.sent] === 1)
    return ['sent, and no response to it fits the schema', ...told].join('; ');
  return told.length > 0 ? told.join('; ') : whyNotSent(command, grounds);
}

/** No row that is about the command has anything to tell. */
function whyNotSent(command: string, { evidence, results }: Grounds): string {
  const ran = results.get(command) ?? [];
  if (ran.length > 0) return `its rows pass without it: ${list([...new Set(ran.map(({ row }) => row))])}`;
  const rows = evidence.rowsOf.get(command) ?? [];
  return rows.length === 0
    ? 'no recording and no suite sends it'
    : `its rows are about another program, or were not run: ${list(rows)}`;
}

/** What rows about a command said that did not pass. */
function toldOfRows(command: string, { results }: Grounds): readonly string[] {
  const rows = results.get(command) ?? [];
  const unfit = rows.filter(({ verdict }) => verdict !== 'pass');
  // One row may stand on several targets of a column.
  const told = new Set(
    unfit.map(
      ({ row, verdict, reason }) => `${row}: ${verdict}${reason === undefined ? '' : `: ${clip(reason)}`}`,
    ),
  );
  return [...told].slice(0, MAX_ROWS);
}

/** A reason may hold a whole command line. */
function clip(reason: string): string {
  return reason.length <= MAX_REASON ? reason : `${reason.slice(0, MAX_REASON - 1)}…`;
}

function whyPartNotSeen(item: InventoryItem, { inventory, seen }: Tally): string {
  const { condition } = item;
  const conditional = condition === undefined ? '' : `; exists if ${writeCondition(condition)}`;
  const tops = inventory.topsOf(item);
  const performed = tops.filter((top) => {
    const item = inventory.commands.get(top)?.success ?? inventory.events.get(top)?.received;
    return item !== undefined && seen[item] === 1;
  });
  if (performed.length > 0) return `in no message of ${list(performed)}${conditional}`;
  return `${list(tops)}: not executed with success, or never came${conditional}`;
}

function list(names: readonly string[]): string {
  const more = names.length - MAX_TOPS;
  return `${names.slice(0, MAX_TOPS).join(', ')}${more > 0 ? ` and ${more} more` : ''}`;
}

/** The results of rows about each command or event: by their recording, or by the name of the row. */
function resultsOfCommands({ rowsOf, results }: Evidence): ReadonlyMap<string, readonly RowResult[]> {
  const byRow = new Map<string, RowResult[]>();
  const byCommand = new Map<string, RowResult[]>();
  for (const result of results) {
    add(byRow, result.row, result);
    const parts = result.row.split('/');
    if (parts[0] === 'queries' || parts[0] === 'refusals') add(byCommand, parts.at(-1) ?? '', result);
  }
  for (const [command, rows] of rowsOf) {
    for (const row of rows) for (const result of byRow.get(row) ?? []) add(byCommand, command, result);
  }
  return byCommand;
}

function add(map: Map<string, RowResult[]>, key: string, result: RowResult): void {
  const known = map.get(key);
  if (known === undefined) map.set(key, [result]);
  else known.push(result);
}
