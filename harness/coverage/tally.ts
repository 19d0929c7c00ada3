import type { Validator } from '../json-schema/validator.ts';
import { isJsonObject, stringAt, type JsonObject, type JsonValue } from '../json/value.ts';
import type { Exchanges } from './exchanges.ts';
import { namesIn, type Names } from './build-names.ts';
import type { Inventory } from './inventory.ts';
import { markValue, type Mark, type Open } from './mark-value.ts';

/** What was seen of an inventory. */
export interface Tally {
  readonly inventory: Inventory;
  readonly validator: Validator;
  /** By number of the item: 1 where it was seen. */
  readonly seen: Uint8Array;
  /** What a target said it has, where it was asked on the wire. */
  named: Names | undefined;
  /** For each command, what errors said; few of each. */
  readonly errors: Map<string, Set<string>>;
  messages: number;
  /** Messages that the schema refuses, or that are no messages: nothing of them counts. */
  refused: number;
}

/** A tally of nothing yet. */
export function startTally(inventory: Inventory, validator: Validator): Tally {
  const seen = new Uint8Array(inventory.items.length);
  return { inventory, validator, seen, named: undefined, errors: new Map(), messages: 0, refused: 0 };
}

/** Counts a message of the client. */
export function countSent(tally: Tally, exchanges: Exchanges, message: JsonValue, open?: Open): void {
  tally.messages++;
  if (!isJsonObject(message)) {
    tally.refused++;
    exchanges.sentGarbage();
    return;
  }
  const valid = tally.validator.checkCommand(message, options(open)).length === 0;
  const name = stringAt(message, 'execute') || stringAt(message, 'exec-oob');
  exchanges.sent({ command: name === '' ? undefined : name, valid }, memberOf(message, 'id'));
  const plan = tally.inventory.commands.get(name);
  if (!valid || plan === undefined) {
    tally.refused++;
    return;
  }
  const mark = markIn(tally);
  mark(plan.sent);
  const given = memberOf(message, 'arguments');
  if (given === undefined && open?.has('') === true) return;
  markValue(plan.arguments, given ?? {}, mark, open, '/arguments');
}

/** Counts a message of the server. */
export function countReceived(tally: Tally, exchanges: Exchanges, message: JsonValue, open?: Open): void {
  tally.messages++;
  if (!isJsonObject(message)) tally.refused++;
  else if (has(message, 'QMP')) exchanges.begin();
  else if (has(message, 'event')) countEvent(tally, message, open);
  else if (has(message, 'return')) countSuccess(tally, exchanges, message, open);
  else if (has(message, 'error')) countError(tally, exchanges, message, open);
  else tally.refused++;
}

function countEvent(tally: Tally, message: JsonObject, open: Open | undefined): void {
  const plan = tally.inventory.events.get(stringAt(message, 'event'));
  if (plan === undefined || tally.validator.checkEvent(message, options(open)).length > 0) {
    tally.refused++;
    return;
  }
  const mark = markIn(tally);
  mark(plan.received);
  const data = memberOf(message, 'data');
  if (data !== undefined) markValue(plan.data, data, mark, open, '/data');
}

function countSuccess(tally: Tally, exchanges: Exchanges, message: JsonObject, open: Open | undefined): void {
  const request = exchanges.answered('success', memberOf(message, 'id'));
  // Which command it answers cannot be told, so neither can be what it says.
  if (request?.command === undefined) return;
  const plan = tally.inventory.commands.get(request.command);
  const { validator } = tally;
  if (plan === undefined || validator.checkSuccess(request.command, message, options(open)).length > 0) {
    tally.refused++;
    return;
  }
  const mark = markIn(tally);
  if (request.valid) mark(plan.success);
  const returned = message['return'] ?? null;
  markValue(plan.returns, returned, mark, open, '/return');
  if (open === undefined) tally.named ??= namesIn(request.command, returned);
}

function countError(tally: Tally, exchanges: Exchanges, message: JsonObject, open: Open | undefined): void {
  const request = exchanges.answered('error', memberOf(message, 'id'));
  if (tally.validator.checkError(message, options(open)).length > 0) {
    tally.refused++;
    return;
  }
  const mark = markIn(tally);
  const error = message['error'];
  const item = tally.inventory.errorClasses.get(stringAt(error, 'class'));
  if (item !== undefined) mark(item);
  if (request?.command === undefined || !request.valid) return;
  const plan = tally.inventory.commands.get(request.command);
  if (plan === undefined) return;
  mark(plan.error);
  noteError(tally, request.command, `${stringAt(error, 'class')}: ${stringAt(error, 'desc')}`);
}

const MAX_ERRORS = 3;
const MAX_ERROR_LENGTH = 200;

function noteError({ errors }: Tally, command: string, text: string): void {
  const known = errors.get(command) ?? new Set();
  errors.set(command, known);
  if (known.size < MAX_ERRORS) known.add(text.slice(0, MAX_ERROR_LENGTH));
}

function markIn({ seen }: Tally): Mark {
  return (item) => {
    seen[item] = 1;
  };
}

function options(open: Open | undefined): { readonly open?: Open } {
  return open === undefined ? {} : { open };
}

function has(message: JsonObject, name: string): boolean {
  return Object.hasOwn(message, name);
}

function memberOf(message: JsonObject, name: string): JsonValue | undefined {
  return has(message, name) ? message[name] : undefined;
}
