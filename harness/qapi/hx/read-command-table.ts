import { InputError } from '../../errors.ts';
import type { CommandDefinition, Definition, Member, StructDefinition } from '../model.ts';
import {
  membersFromDocuments,
  readMemberLists,
  structFromDocuments,
  type DocumentedMember,
} from './documented-members.ts';
import { readDocumentedReply } from './documented-reply.ts';
import {
  executedNames,
  linesBeforeExample,
  sectionsOfText,
  type DocumentSection,
} from './document-sections.ts';
import { readTableEntries, type TableEntry } from './read-table-entries.ts';
import { splitHx, type TextLine } from './split-hx.ts';

/** `qmp-commands.hx`: the dispatch table of QMP from 0.14 to 2.7, and the documentation of commands in it. */
export interface CommandTable {
  /** As it stands in the places of its definitions: `qmp-commands.hx`. */
  readonly file: string;
  /** What could be called, by name. */
  readonly entries: ReadonlyMap<string, TableEntry>;
  /** What is said of a command, by its name. */
  readonly documents: ReadonlyMap<string, DocumentSection>;
  /** All names that an example executes, each once; not all of them exist. */
  readonly executed: readonly string[];
}

/**
 * Reads a command table.
 * @param file names the text in errors.
 * @param module names it in the places of definitions.
 * @throws {InputError} `file:line:column: what; expected what`.
 */
export function readCommandTable(text: string, file: string, module: string): CommandTable {
  const parts = splitHx(text, file);
  const entries = new Map(readTableEntries(parts, file));
  const sections = parts.documents.flatMap((lines) => sectionsOfText(lines));
  const documents = new Map(
    sections
      .filter(({ level }) => level === 'entry')
      .map((section) => [section.heading.replace(/^@/, ''), section] as const),
  );
  // In 0.14 and 0.15 the query commands had a table elsewhere; this file documents them all. A heading that is also
  // what its own example executes is such a command.
  for (const [name, section] of documents) {
    if (!entries.has(name) && executedNames(section.lines).includes(name)) {
      entries.set(name, { name, line: section.line, arguments: [] });
    }
  }
  if (entries.size === 0) throw new InputError(`${file}: no commands; expected the command table of QMP`);
  const executed = new Set(parts.documents.flatMap((lines) => executedNames(lines)));
  return { file: module, entries, documents, executed: [...executed] };
}

/**
 * A command as the table and its documentation describe it, with the structs that it needs. What the table takes as an
 * option list (`O`) is documented member by member, and takes more than that.
 */
export function definitionsOfEntry(table: CommandTable, entry: TableEntry): Definition[] {
  const section = table.documents.get(entry.name);
  const structs: StructDefinition[] = [];
  const members = membersOfEntry(table, entry, structs);
  const command: CommandDefinition = {
    kind: 'command',
    name: entry.name,
    place: { file: table.file, line: entry.line },
    ...(entry.condition && { condition: entry.condition }),
    features: [],
    arguments: members.length === 0 ? undefined : { members },
    ...returnsOfSection(table, entry.name, section, structs),
    gen: !takesOptions(entry),
    successResponse: true,
    allowOob: false,
    allowPreconfig: false,
  };
  return [...structs, command];
}

/** Tells whether an entry takes members that it does not name. */
export function takesOptions(entry: TableEntry): boolean {
  return entry.arguments.some(({ type }) => type === 'options');
}

/** The arguments of an entry. */
export function membersOfEntry(
  table: CommandTable,
  entry: TableEntry,
  structs: StructDefinition[],
): Member[] {
  const members = new Map<string, Member>();
  for (const { name, type, optional } of entry.arguments) {
    if (type !== 'options') members.set(name, { name, type: { name: type }, optional, features: [] });
  }
  if (takesOptions(entry)) {
    const documented = documentedArguments(table.documents.get(entry.name)?.lines ?? []);
    for (const member of membersFromDocuments(documented, `${entry.name}-arg`, table.file, structs)) {
      if (!members.has(member.name)) members.set(member.name, member);
    }
  }
  return [...members.values()];
}

/** The bullets that follow `Arguments:`. */
function documentedArguments(lines: readonly TextLine[]): readonly DocumentedMember[] {
  const start = lines.findIndex(({ text }) => /^Arguments:\s*$/.test(text));
  return start < 0 ? [] : (readMemberLists(linesBeforeExample(lines.slice(start + 1)))[0] ?? []);
}

function returnsOfSection(
  table: CommandTable,
  name: string,
  section: DocumentSection | undefined,
  structs: StructDefinition[],
): Pick<CommandDefinition, 'returns' | 'replyUnknown'> {
  const reply = section === undefined ? undefined : readDocumentedReply(section.lines);
  switch (reply?.kind) {
    case undefined:
      return { returns: { name: 'any' }, replyUnknown: true };
    case 'nothing':
      return { returns: undefined };
    case 'string':
      return { returns: { name: 'str' } };
    case 'object':
    case 'array': {
      const place = { file: table.file, line: section?.line ?? 1 };
      const type = structFromDocuments(reply.members, `${name}-returns`, place, structs);
      return { returns: reply.kind === 'array' ? { array: type } : type };
    }
  }
}
