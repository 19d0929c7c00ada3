import { InputError, inputErrorAt } from '../../errors.ts';
import type { Definition, StructDefinition } from '../model.ts';
import {
  areAllNamed,
  membersFromDocuments,
  readMemberLists,
  type DocumentedMember,
} from './documented-members.ts';
import { linesBeforeExample, sectionsOfText, type DocumentSection } from './document-sections.ts';

/** An event as the event list describes it. */
export interface DocumentedEvent {
  readonly name: string;
  /** Where its heading stands. */
  readonly line: number;
  /** Empty: it carries no data. */
  readonly members: readonly DocumentedMember[];
  readonly section: DocumentSection;
}

/**
 * Reads the list of events that was all there was before QAPI described them (0.14 to 2.0): under each heading of one or
 * more names stands `Data: None.` or `Data:` and a list of members.
 * @throws {InputError} `file:line:column: what; expected what`.
 */
export function readEventList(text: string, file: string): DocumentedEvent[] {
  const lines = text.split(/\r?\n/).map((line, index) => ({ line: index + 1, text: line }));
  const found = new Map<string, DocumentedEvent>();
  for (const section of sectionsOfText(lines)) {
    if (section.level === 'chapter') continue;
    const members = readData(section, file);
    for (const name of section.heading.split(/,\s*/)) {
      const place = { file, line: section.line, column: 1 };
      if (!/^[A-Z][A-Z0-9_]*$/.test(name)) throw inputErrorAt(place, `heading '${name}'`, 'names of events');
      const earlier = found.get(name);
      if (earlier !== undefined)
        throw inputErrorAt(place, `event '${name}' was in line ${earlier.line}`, 'each event once');
      found.set(name, { name, line: section.line, members, section });
    }
  }
  if (found.size === 0) throw new InputError(`${file}: no events; expected the event list of QMP`);
  return [...found.values()];
}

function readData(section: DocumentSection, file: string): readonly DocumentedMember[] {
  const place = { file, line: section.line, column: 1 };
  const start = section.lines.findIndex(({ text }) => text.startsWith('Data:'));
  const first = section.lines[start];
  if (first === undefined) throw inputErrorAt(place, `${section.heading} without data`, "a line 'Data:'");
  if (/^Data: None\.?\s*$/.test(first.text)) return [];
  const [members, ...others] = readMemberLists(linesBeforeExample(section.lines.slice(start + 1)));
  if (members === undefined || others.length > 0 || !areAllNamed(members)) {
    const expected = `'Data: None.', or one list of members: - "name": text (json-type)`;
    throw inputErrorAt({ file, line: first.line, column: 1 }, `data of ${section.heading}`, expected);
  }
  return members;
}

/** The definitions of listed events, each after the structs that it needs. */
export function definitionsOfEvents(events: readonly DocumentedEvent[], module: string): Definition[] {
  return events.flatMap(({ name, line, members }): Definition[] => {
    const structs: StructDefinition[] = [];
    const data = membersFromDocuments(members, `${name}-arg`, module, structs);
    const place = { file: module, line };
    const args = data.length === 0 ? undefined : { members: data };
    return [...structs, { kind: 'event', name, place, features: [], arguments: args }];
  });
}
