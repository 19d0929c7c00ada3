import { fileURLToPath } from 'node:url';
import { InputError, type FilePlace } from '../errors.ts';
import { readYaml, type YamlCursor } from '../yaml/yaml-cursor.ts';
import { compileCaseGlob, compileGlob } from './case-glob.ts';
import { readCondition, type FailureCondition } from './failure-condition.ts';
import { BLAMES } from './records.ts';
import type { Blame } from './verdict.ts';

/** The project's own expectations. */
export const KNOWN_FAILURES_FOLDER = fileURLToPath(
  new URL('../../recordings/known-failures/', import.meta.url),
);

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
  /** When given, it holds only on such targets. */
  readonly when?: FailureCondition;
  /** When given, it explains only these differences: see `fingerprintOf`. */
  readonly fingerprints?: readonly string[];
  readonly reason: string;
  readonly link?: string;
  /** It comes and goes: a pass stays a pass. */
  readonly intermittent?: boolean;
  /** `YYYY-MM-DD`: after this day somebody must look again. */
  readonly reviewBy: string;
}

const REQUIRED = ['rows', 'reason', 'review-by'];
const MEMBERS = [...REQUIRED, 'blame', 'rule', 'when', 'fingerprints', 'link', 'intermittent'];

/**
 * Reads one file of known failures: a YAML list, described by `schemas/formats/known-failures.json`.
 * @throws {InputError} `file:line:column: what; expected what`.
 */
export function readKnownFailures(text: string, file: string): readonly KnownFailure[] {
  const root = readYaml(text, file);
  // A file of comments only is a list of none.
  return root.describe() === 'nothing' ? [] : root.elements().map(knownFailureFrom);
}

function knownFailureFrom(item: YamlCursor): KnownFailure {
  const members = item.members(MEMBERS, REQUIRED);
  const need = (name: string): YamlCursor =>
    members.get(name) ?? item.fail(`no '${name}'`, `the key '${name}'`);
  const blame = members.get('blame')?.oneOf(BLAMES);
  const rule = members.get('rule');
  const when = members.get('when');
  const fingerprints = members.get('fingerprints');
  const link = members.get('link')?.string();
  const intermittent = members.get('intermittent')?.boolean();
  return {
    place: item.place,
    rows: globFrom(need('rows'), compileCaseGlob),
    ...(blame === undefined ? {} : { blame }),
    ...(rule === undefined ? {} : { rule: globFrom(rule, compileGlob) }),
    ...(when === undefined ? {} : { when: readCondition(when) }),
    ...(fingerprints === undefined ? {} : { fingerprints: fingerprintsFrom(fingerprints) }),
    reason: reasonFrom(need('reason')),
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

/** What proposals have for a reason: somebody has to say why. */
export const TO_BE_SAID = 'TODO';

function reasonFrom(cursor: YamlCursor): string {
  const reason = cursor.string();
  return reason.startsWith(TO_BE_SAID) ? cursor.fail(`reason '${reason}'`, 'why it fails') : reason;
}

function fingerprintsFrom(cursor: YamlCursor): readonly string[] {
  const fingerprints = cursor.elements().map(fingerprintFrom);
  return fingerprints.length === 0
    ? cursor.fail('an empty list', 'fingerprints, or no such key')
    : fingerprints;
}

function fingerprintFrom(cursor: YamlCursor): string {
  const text = cursor.word();
  // One of digits alone, which YAML takes for a number, keeps them all: `word` gives what is written.
  return /^[0-9a-f]{16}$/.test(text)
    ? text
    : cursor.fail(`fingerprint '${text}'`, '16 hexadecimal digits in lower case');
}

function dayFrom(cursor: YamlCursor): string {
  const text = cursor.string();
  const day = new Date(`${text}T00:00:00Z`);
  const isDay = /^\d{4}-\d{2}-\d{2}$/.test(text) && !Number.isNaN(day.getTime());
  // 2026-02-30 is read as a day in March.
  return isDay && day.toISOString().slice(0, 10) === text ? text : cursor.fail(`day '${text}'`, 'YYYY-MM-DD');
}
