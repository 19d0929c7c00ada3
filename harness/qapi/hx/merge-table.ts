import type {
  Arguments,
  CommandDefinition,
  Definition,
  Origin,
  QapiModel,
  StructDefinition,
} from '../model.ts';
import { argumentsOf } from './compare-with-table.ts';
import { definitionsOfEntry, membersOfEntry, takesOptions, type CommandTable } from './read-command-table.ts';
import type { TableEntry } from './read-table-entries.ts';

const FROM_TABLE: Origin = { presence: 'hx', type: 'hx' };

/** The model of a release that has no QAPI. */
export function modelFromTable(
  table: CommandTable,
  events: readonly Definition[],
  release: string,
): QapiModel {
  const commands = [...table.entries.values()].flatMap((entry) => definitionsOfEntry(table, entry));
  return { sources: ['hx'], family: 'qmp', release, definitions: byName([...commands, ...events]) };
}

/**
 * Adds to a QAPI model what the command table of its release knows more. Up to 2.7 the table was what QMP dispatched by:
 * it decides which commands exist and which arguments pass; what only QAPI has is left out. QAPI decides what they take and
 * return, where it describes them and its code checked it (`gen`).
 * @param events the listed events; they count only where QAPI describes none (before 2.1).
 */
export function mergeTable(model: QapiModel, table: CommandTable, events: readonly Definition[]): QapiModel {
  const definitions: Definition[] = [];
  for (const definition of model.definitions.values()) {
    if (definition.kind !== 'command') {
      definitions.push(definition);
      continue;
    }
    definitions.push(...commandFromBoth(model, definition, table));
  }
  for (const entry of table.entries.values()) {
    if (model.definitions.get(entry.name)?.kind !== 'command')
      definitions.push(...withOrigin(definitionsOfEntry(table, entry)));
  }
  const described = definitions.some(({ kind }) => kind === 'event');
  if (!described) definitions.push(...withOrigin(events));
  return { ...model, sources: [...model.sources, 'hx'], definitions: byName(definitions) };
}

/** A command that both describe. */
function commandFromBoth(model: QapiModel, command: CommandDefinition, table: CommandTable): Definition[] {
  const entry = table.entries.get(command.name);
  if (entry === undefined) return [];
  const present = { ...command, ...(entry.condition && { condition: entry.condition }) };
  if (command.gen) {
    const passed = passedArguments(model, command, entry);
    return [{ ...present, arguments: passed, origin: { ...command.origin, presence: 'hx' } }];
  }
  const structs: StructDefinition[] = [];
  const members = membersOfEntry(table, entry, structs);
  const args = members.length === 0 ? undefined : { members };
  // The table itself checks what it names, so that only an option list takes more.
  const gen = !takesOptions(entry);
  return [
    ...withOrigin(structs),
    { ...present, arguments: args, gen, origin: { ...command.origin, ...FROM_TABLE } },
  ];
}

/**
 * The arguments that QAPI describes and the table lets pass. QMP checked them by the table first: one that it does not
 * name was refused, one that it demands had to be there. (memsave's `cpu-index` could not be sent before 2.8.)
 */
function passedArguments(model: QapiModel, command: CommandDefinition, entry: TableEntry): Arguments {
  if (takesOptions(entry)) return command.arguments;
  const described = argumentsOf(model, command);
  const passed = described.flatMap((member) => {
    const argument = entry.arguments.find(({ name }) => name === member.name);
    if (argument === undefined) return [];
    return [member.optional && !argument.optional ? { ...member, optional: false } : member];
  });
  const same = passed.length === described.length && passed.every((member, at) => member === described[at]);
  if (same) return command.arguments;
  return passed.length === 0 ? undefined : { members: passed };
}

function withOrigin(definitions: readonly Definition[]): Definition[] {
  return definitions.map((definition) => ({ ...definition, origin: FROM_TABLE }));
}

function byName(definitions: readonly Definition[]): ReadonlyMap<string, Definition> {
  return new Map(definitions.map((definition) => [definition.name, definition]));
}
