import { InputError, type FilePlace } from '../errors.ts';
import { parseReleaseRange, rangeHolds } from '../release/release-range.ts';
import { compileGlob } from '../results/case-glob.ts';
import type { TargetFacts } from '../results/verdict.ts';
import { readReleases } from '../transcript/read-releases.ts';
import { readYaml, type YamlCursor } from '../yaml/yaml-cursor.ts';

/** A vendor's word that rows of a profile may fail, where, why and for how long. */
export interface Waiver {
  readonly place: FilePlace;
  /** Glob over identities of rows. */
  readonly rows: string;
  readonly scope: {
    /** Glob over names of targets. */
    readonly target?: string;
    readonly releases?: string;
  };
  readonly reason: string;
  readonly link: string;
  /** `YYYY-MM-DD`: the last day on which it holds. */
  readonly until: string;
}

const MEMBERS = ['rows', 'scope', 'reason', 'link', 'until'];

/**
 * Reads waivers: a YAML list, described by `schemas/formats/waivers.json`.
 * @throws {InputError} `file:line:column: what; expected what`, for one without link or scope, too
 */
export function readWaivers(text: string, file: string): readonly Waiver[] {
  const root = readYaml(text, file);
  return root.describe() === 'nothing' ? [] : root.elements().map(waiverFrom);
}

function waiverFrom(item: YamlCursor): Waiver {
  const members = item.members(MEMBERS, MEMBERS);
  const need = (name: string): YamlCursor =>
    members.get(name) ?? item.fail(`no '${name}'`, `the key '${name}'`);
  return {
    place: item.place,
    rows: globFrom(need('rows')),
    scope: scopeFrom(need('scope')),
    reason: need('reason').string(),
    link: linkFrom(need('link')),
    until: dayFrom(need('until')),
  };
}

function scopeFrom(cursor: YamlCursor): Waiver['scope'] {
  const members = cursor.members(['target', 'releases']);
  const target = members.get('target');
  const releases = members.get('releases');
  if (target === undefined && releases === undefined)
    cursor.fail('an empty scope', "'target', 'releases' or both: a waiver is for something");
  return {
    ...(target !== undefined && { target: globFrom(target) }),
    ...(releases !== undefined && { releases: readReleases(releases) }),
  };
}

function globFrom(cursor: YamlCursor): string {
  const glob = cursor.string();
  if (glob.includes(' @ ')) cursor.fail(`'${glob}'`, "a glob without ' @ '; 'scope' says on which targets");
  try {
    compileGlob(glob);
  } catch (error) {
    if (error instanceof InputError) cursor.fail(error.message, 'a glob');
    throw error;
  }
  return glob;
}

function linkFrom(cursor: YamlCursor): string {
  const link = cursor.string();
  return /^https?:\/\/[^\s/]+(?:\/\S*)?$/.test(link)
    ? link
    : cursor.fail(`'${link}'`, 'the address of a page, with https://');
}

function dayFrom(cursor: YamlCursor): string {
  const text = cursor.string();
  const day = new Date(`${text}T00:00:00Z`);
  const isDay = /^\d{4}-\d{2}-\d{2}$/.test(text) && !Number.isNaN(day.getTime());
  // 2026-02-30 is read as a day in March.
  return isDay && day.toISOString().slice(0, 10) === text ? text : cursor.fail(`day '${text}'`, 'YYYY-MM-DD');
}

/** Finds the waiver of a row on a target, on a day (`YYYY-MM-DD`); the first that holds. */
export function compileWaivers(
  waivers: readonly Waiver[],
  { name, version }: Pick<TargetFacts, 'name' | 'version'>,
  day: string,
): (row: string) => Waiver | undefined {
  const inForce = waivers
    .filter(({ scope, until }) => day <= until && isInScope(scope, name, version))
    .map((waiver) => ({ waiver, means: compileGlob(waiver.rows) }));
  return (row) => inForce.find(({ means }) => means(row))?.waiver;
}

function isInScope({ target, releases }: Waiver['scope'], name: string, version: string): boolean {
  if (target !== undefined && !compileGlob(target)(name)) return false;
  return releases === undefined || rangeHolds(parseReleaseRange(releases), version);
}
