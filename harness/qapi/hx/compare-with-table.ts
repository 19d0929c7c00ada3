import type { CommandDefinition, Definition, Member, QapiModel, TypeRef } from '../model.ts';
import type { TableArgument, TableType } from './read-args-type.ts';
import { takesOptions, type CommandTable } from './read-command-table.ts';
import type { TableEntry } from './read-table-entries.ts';

/** Where QAPI and the command table of one release do not say the same of a command. */
export type TableDifference =
  /** QAPI describes it, the table does not have it: it could not be called. */
  | { readonly kind: 'unreachable'; readonly command: string }
  /** The table has it, QAPI does not describe it. */
  | { readonly kind: 'table-only'; readonly command: string }
  | {
      readonly kind: 'argument-missing-in-table' | 'argument-missing-in-qapi' | 'optionality' | 'type';
      readonly command: string;
      readonly argument: string;
      /** As the model calls them; `-` where there is none. */
      readonly qapi: string;
      readonly table: string;
    };

/** Compares a QAPI model with the command table of the same release, command by command. */
export function compareWithTable(model: QapiModel, table: CommandTable): TableDifference[] {
  const differences: TableDifference[] = [];
  for (const definition of model.definitions.values()) {
    if (definition.kind !== 'command') continue;
    const entry = table.entries.get(definition.name);
    if (entry === undefined) differences.push({ kind: 'unreachable', command: definition.name });
    else differences.push(...compareArguments(model, definition, entry));
  }
  for (const command of table.entries.keys()) {
    if (model.definitions.get(command)?.kind !== 'command') differences.push({ kind: 'table-only', command });
  }
  return differences;
}

function compareArguments(
  model: QapiModel,
  command: CommandDefinition,
  entry: TableEntry,
): TableDifference[] {
  const members = argumentsOf(model, command);
  const differences: TableDifference[] = [];
  for (const argument of entry.arguments) {
    const member = members.find(({ name }) => name === argument.name);
    differences.push(...compareArgument(model, command.name, argument, member));
  }
  if (takesOptions(entry)) return differences;
  for (const { name, type, optional } of members) {
    if (entry.arguments.some((argument) => argument.name === name)) continue;
    const qapi = `${optional ? 'optional ' : ''}${textOfType(type)}`;
    differences.push({
      kind: 'argument-missing-in-table',
      command: command.name,
      argument: name,
      qapi,
      table: '-',
    });
  }
  return differences;
}

/** The members that a command takes, with those of bases. */
export function argumentsOf(model: QapiModel, command: CommandDefinition): readonly Member[] {
  if (command.arguments === undefined) return [];
  return 'members' in command.arguments
    ? command.arguments.members
    : membersOfType(model, command.arguments.type);
}

function membersOfType(model: QapiModel, name: string): readonly Member[] {
  const definition = model.definitions.get(name);
  if (definition?.kind === 'union' && typeof definition.base !== 'string') return definition.base;
  if (definition?.kind !== 'struct' && definition?.kind !== 'union') return [];
  const inherited = typeof definition.base === 'string' ? membersOfType(model, definition.base) : [];
  return definition.kind === 'struct' ? [...inherited, ...definition.members] : inherited;
}

function compareArgument(
  model: QapiModel,
  command: string,
  argument: TableArgument,
  member: Member | undefined,
): TableDifference[] {
  const about = { command, argument: argument.name };
  const { type, optional } = argument;
  if (member === undefined) {
    // An option list is named for the human monitor; its members are the command's own.
    return type === 'options' ? [] : [{ kind: 'argument-missing-in-qapi', ...about, qapi: '-', table: type }];
  }
  const found: TableDifference[] = [];
  if (member.optional !== optional && type !== 'options') {
    const say = (is: boolean): string => (is ? 'optional' : 'mandatory');
    found.push({ kind: 'optionality', ...about, qapi: say(member.optional), table: say(optional) });
  }
  if (!agrees(model, member.type, type)) {
    found.push({ kind: 'type', ...about, qapi: textOfType(member.type), table: type });
  }
  return found;
}

function textOfType(type: TypeRef): string {
  return 'array' in type ? `[${textOfType(type.array)}]` : type.name;
}

const INTEGER = /^(?:u?int(?:8|16|32|64)?|size)$/;

/** Tells whether the table lets pass what QAPI takes. */
function agrees(model: QapiModel, type: TypeRef, table: TableType): boolean {
  const name = 'name' in type ? type.name : undefined;
  const definition: Definition | undefined = name === undefined ? undefined : model.definitions.get(name);
  switch (table) {
    case 'any':
    case 'options':
      return true;
    case 'str':
      return name === 'str' || definition?.kind === 'enum';
    case 'int':
      return name !== undefined && INTEGER.test(name);
    case 'number':
    case 'bool':
      return name === table;
  }
}
