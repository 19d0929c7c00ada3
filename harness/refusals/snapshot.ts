import { isJsonObject } from '../json/value.ts';
import { writeJson } from '../json/write-json.ts';
import type { CommandDefinition, QapiModel } from '../qapi/model.ts';
import type { Incoming } from '../qmp/message.ts';
import { ask } from './ask.ts';
import { sameJson } from './same-json.ts';
import { shapesOfArguments, type TypeBook } from './type-book.ts';
import type { Server } from './venue.ts';

/** The answers to the queries, in their order. */
export type Snapshot = readonly Incoming[];

/** Answers larger than this are constants of the build: its schema, its machines, its CPU models. */
const MAX_CHARACTERS = 8 * 1024;

/** What tells of the objects that a client can make. */
const FOLDERS = ['/objects', '/chardevs', '/backend', '/machine/peripheral', '/machine/peripheral-anon'];

/** The queries that the model has and that need no arguments, and listings of what a client can make, as requests. */
export function queriesOf(book: TypeBook, commands: ReadonlySet<string>): readonly string[] {
  const queries = [...commandsOf(book.model)].filter(
    (command) =>
      command.name.startsWith('query-') && commands.has(command.name) && needsNothing(book, command),
  );
  const folders = commands.has('qom-list') ? FOLDERS : [];
  return [
    ...queries.map(({ name }) => writeJson({ execute: name })),
    ...folders.map((path) => writeJson({ execute: 'qom-list', arguments: { path } })),
    // Every server has it, and knows it before and after anything.
    ...(queries.length === 0 ? [writeJson({ execute: 'query-version' })] : []),
  ];
}

function commandsOf({ definitions }: QapiModel): readonly CommandDefinition[] {
  return [...definitions.values()].filter((definition) => definition.kind === 'command');
}

function needsNothing(book: TypeBook, command: CommandDefinition): boolean {
  const shapes = shapesOfArguments(book, command.arguments);
  return (
    command.argumentsUnknown !== true &&
    shapes.some(({ members }) => members.every(({ optional }) => optional))
  );
}

/**
 * Those of the queries that tell of a state: whose answers are not too large, and the same when nothing happens. Asked
 * of a server that is given up after.
 */
export async function choosePlainQueries(
  server: Server,
  queries: readonly string[],
  patience: number,
): Promise<readonly string[]> {
  const first = await ask(server, queries, patience);
  const second = await ask(server, queries, patience);
  return queries.filter((_query, index) => {
    const [one, other] = [first.answers[index], second.answers[index]];
    if (one === undefined || other === undefined) return false;
    return one.text.length <= MAX_CHARACTERS && isSame(one, other);
  });
}

/** The first query whose answer is another now; `undefined`: none. */
export function findChange(
  queries: readonly string[],
  before: Snapshot,
  after: Snapshot,
): { readonly query: string; readonly before: string; readonly after: string } | undefined {
  for (const [index, query] of queries.entries()) {
    const [one, other] = [before[index], after[index]];
    if (one !== undefined && other !== undefined && !isSame(one, other))
      return { query, before: one.text, after: other.text };
  }
  return undefined;
}

/** `desc` of an error is for people. */
function isSame(a: Incoming, b: Incoming): boolean {
  if (a.text === b.text) return true;
  if (a.kind === 'error' && b.kind === 'error') return true;
  return (
    isJsonObject(a.value) &&
    isJsonObject(b.value) &&
    sameJson(a.value['return'], b.value['return']) &&
    a.kind === b.kind
  );
}
