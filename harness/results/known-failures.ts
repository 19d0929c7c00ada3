import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { isMap, isScalar, isSeq, LineCounter, parseDocument, type Node, type YAMLMap } from 'yaml';
import { InputError, inputErrorAt, type FilePlace } from '../errors.ts';
import { compileCaseGlob } from './case-glob.ts';
import { BLAMES } from './records.ts';
import type { Blame } from './verdict.ts';

/** One expectation: these cases fail, for this reason. */
export interface KnownFailure {
  /** Where it is written. */
  readonly place: FilePlace;
  /** Glob over names of cases, `<row> @ <target>`. */
  readonly rows: string;
  /** When given, every finding of a case must put the blame here. */
  readonly blame?: Blame;
  /** When given, every finding of a case must break a rule that this glob means. */
  readonly rule?: string;
  readonly reason: string;
  readonly link?: string;
  /** `YYYY-MM-DD`: after this day somebody must look again. */
  readonly reviewBy: string;
}

const MEMBERS = ['rows', 'blame', 'rule', 'reason', 'link', 'review-by'] as const;
type MemberName = (typeof MEMBERS)[number];

const REQUIRED: readonly MemberName[] = ['rows', 'reason', 'review-by'];

/**
 * Reads one file of known failures: a YAML list, described by `schemas/formats/known-failures.json`.
 * @throws {InputError} `file:line:column: what; expected what`.
 */
export function readKnownFailures(text: string, file: string): readonly KnownFailure[] {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines });
  const placeAt = (offset: number): FilePlace => {
    const { line, col } = lines.linePos(offset);
    return { file, line, column: col };
  };
  const [error] = document.errors;
  if (error !== undefined) {
    const what = error.message.split('\n')[0]?.replace(/ at line \d+, column \d+:?$/, '') ?? error.code;
    throw inputErrorAt(placeAt(error.pos[0]), what, 'YAML', error);
  }
  const list: Node | null = document.contents;
  if (list === null) return [];
  const placeOf = (node: unknown): FilePlace => placeAt(startOf(node));
  if (!isSeq(list)) throw inputErrorAt(placeOf(list), 'no list', 'a list of known failures');
  return list.items.map((item) => {
    if (!isMap(item))
      throw inputErrorAt(placeOf(item), 'no mapping', 'a known failure with rows, reason, review-by');
    return knownFailureFrom(item, placeOf);
  });
}

/** Reads the files `*.yaml` of a folder, in the order of their names. @throws {InputError} */
export async function readKnownFailuresIn(folder: string): Promise<readonly KnownFailure[]> {
  const names = await readdir(folder).catch((error: unknown) => {
    throw new InputError(`${folder}: cannot be read; expected a folder of known failures`, { cause: error });
  });
  const files = names.filter((name) => name.endsWith('.yaml')).sort();
  const lists = files.map(async (name) => {
    const file = join(folder, name);
    return readKnownFailures(await readFile(file, 'utf8'), file);
  });
  return (await Promise.all(lists)).flat();
}

type PlaceOf = (node: unknown) => FilePlace;

interface Written {
  readonly text: string;
  readonly place: FilePlace;
}

function knownFailureFrom(item: YAMLMap, placeOf: PlaceOf): KnownFailure {
  const members = readMembers(item, placeOf);
  const place = placeOf(item);
  const need = (name: MemberName): Written => {
    const member = members.get(name);
    if (member === undefined) throw inputErrorAt(place, `no '${name}'`, `members ${REQUIRED.join(', ')}`);
    return member;
  };
  const rows = need('rows');
  atPlace(rows.place, () => compileCaseGlob(rows.text));
  const blame = members.get('blame');
  const rule = members.get('rule');
  const link = members.get('link');
  return {
    place,
    rows: rows.text,
    ...(blame === undefined ? {} : { blame: blameFrom(blame) }),
    ...(rule === undefined ? {} : { rule: rule.text }),
    reason: need('reason').text,
    ...(link === undefined ? {} : { link: link.text }),
    reviewBy: dayFrom(need('review-by')),
  };
}

function readMembers(item: YAMLMap, placeOf: PlaceOf): ReadonlyMap<MemberName, Written> {
  const members = new Map<MemberName, Written>();
  for (const { key, value } of item.items) {
    const word: unknown = isScalar(key) ? key.value : undefined;
    const name = MEMBERS.find((member) => member === word);
    if (name === undefined)
      throw inputErrorAt(placeOf(key), `member '${String(word)}'`, `one of ${MEMBERS.join(', ')}`);
    const text: unknown = isScalar(value) ? value.value : undefined;
    if (typeof text !== 'string' || text.trim() === '') {
      throw inputErrorAt(placeOf(value ?? key), `'${name}' is no text`, 'a text that is not empty');
    }
    members.set(name, { text: text.trim(), place: placeOf(value) });
  }
  return members;
}

function blameFrom({ text, place }: Written): Blame {
  const blame = BLAMES.find((word) => word === text);
  if (blame === undefined) throw inputErrorAt(place, `blame '${text}'`, BLAMES.join(', '));
  return blame;
}

function dayFrom({ text, place }: Written): string {
  const day = new Date(`${text}T00:00:00Z`);
  const isDay = /^\d{4}-\d{2}-\d{2}$/.test(text) && !Number.isNaN(day.getTime());
  // 2026-02-30 is read as a day in March.
  if (!isDay || day.toISOString().slice(0, 10) !== text)
    throw inputErrorAt(place, `day '${text}'`, 'YYYY-MM-DD');
  return text;
}

function atPlace(place: FilePlace, check: () => unknown): void {
  try {
    check();
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    throw new InputError(`${place.file}:${place.line}:${place.column}: ${error.message}`, { cause: error });
  }
}

function startOf(node: unknown): number {
  const range = typeof node === 'object' && node !== null && 'range' in node ? node.range : undefined;
  const start: unknown = Array.isArray(range) ? range[0] : 0;
  return typeof start === 'number' ? start : 0;
}
