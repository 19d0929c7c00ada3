import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { InputError, type FilePlace } from '../errors.ts';
import { readYaml, type YamlCursor } from '../yaml/yaml-cursor.ts';
import { compileCaseGlob, compileGlob } from './case-glob.ts';
import { BLAMES } from './records.ts';
import type { Blame } from './verdict.ts';

/** One expectation: these cases fail, for this reason. */
export interface KnownFailure {
  /** Where it is written. */
  readonly place: FilePlace;
  /** Glob over names of cases, `<row> @ <target>`. */
  readonly rows: string;
  /** When given, it explains only findings that put the blame here. */
  readonly blame?: Blame;
  /** When given, it explains only findings of a rule that this glob means. */
  readonly rule?: string;
  readonly reason: string;
  readonly link?: string;
  /** It comes and goes: a pass stays a pass. */
  readonly intermittent?: boolean;
  /** `YYYY-MM-DD`: after this day somebody must look again. */
  readonly reviewBy: string;
}

const REQUIRED = ['rows', 'reason', 'review-by'];
const MEMBERS = [...REQUIRED, 'blame', 'rule', 'link', 'intermittent'];

/**
 * Reads one file of known failures: a YAML list, described by `schemas/formats/known-failures.json`.
 * @throws {InputError} `file:line:column: what; expected what`.
 */
export function readKnownFailures(text: string, file: string): readonly KnownFailure[] {
  const root = readYaml(text, file);
  // A file of comments only is a list of none.
  return root.describe() === 'nothing' ? [] : root.elements().map(knownFailureFrom);
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

function knownFailureFrom(item: YamlCursor): KnownFailure {
  const members = item.members(MEMBERS, REQUIRED);
  const need = (name: string): YamlCursor =>
    members.get(name) ?? item.fail(`no '${name}'`, `the key '${name}'`);
  const blame = members.get('blame')?.oneOf(BLAMES);
  const rule = members.get('rule');
  const link = members.get('link')?.string();
  const intermittent = members.get('intermittent')?.boolean();
  return {
    place: item.place,
    rows: globFrom(need('rows'), compileCaseGlob),
    ...(blame === undefined ? {} : { blame }),
    ...(rule === undefined ? {} : { rule: globFrom(rule, compileGlob) }),
    reason: need('reason').string(),
    ...(link === undefined ? {} : { link }),
    ...(intermittent === undefined ? {} : { intermittent }),
    reviewBy: dayFrom(need('review-by')),
  };
}

function globFrom(cursor: YamlCursor, compile: (glob: string) => unknown): string {
  const glob = cursor.string();
  try {
    compile(glob);
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    const { file, line, column } = cursor.place;
    throw new InputError(`${file}:${line}:${column}: ${error.message}`, { cause: error });
  }
  return glob;
}

function dayFrom(cursor: YamlCursor): string {
  const text = cursor.string();
  const day = new Date(`${text}T00:00:00Z`);
  const isDay = /^\d{4}-\d{2}-\d{2}$/.test(text) && !Number.isNaN(day.getTime());
  // 2026-02-30 is read as a day in March.
  return isDay && day.toISOString().slice(0, 10) === text ? text : cursor.fail(`day '${text}'`, 'YYYY-MM-DD');
}
