import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { InputError } from '../errors.ts';
import { compileGlob } from '../results/case-glob.ts';
import { readYaml, type YamlCursor } from '../yaml/yaml-cursor.ts';

/** What a certificate is about: rows that are fixed once and for all, whatever the suite grows by. */
export interface Profile {
  readonly name: string;
  readonly file: string;
  /** Its text, as the bundle carries it. */
  readonly text: string;
  readonly about: string;
  /** Version of the suite for which the rows were frozen. */
  readonly suite: string;
  /** Percent of the scored rows that must have been performed. */
  readonly minimum: number;
  /** By which the rows were chosen when they were frozen. */
  readonly globs: readonly string[];
  /** Identities of the rows, sorted. */
  readonly rows: readonly string[];
}

/** Where the profiles of the suite stand. */
const PROFILES_FOLDER = fileURLToPath(new URL('../../recordings/profiles/', import.meta.url));

const MEMBERS = ['about', 'suite', 'minimum', 'globs', 'rows'];

/**
 * Reads a profile; its form is described by `schemas/formats/profile.json`.
 * @throws {InputError} `file:line:column: what; expected what`
 */
export function readProfile(text: string, file: string, name: string): Profile {
  const root = readYaml(text, file);
  const members = root.members(MEMBERS, MEMBERS);
  const need = (key: string): YamlCursor => members.get(key) ?? root.fail(`no '${key}'`, `the key '${key}'`);
  const elements = need('rows').elements();
  const rows = elements.map((row) => row.string());
  const wrong = elements.find((_, at) => at > 0 && (rows[at] ?? '') <= (rows[at - 1] ?? ''));
  if (wrong !== undefined) wrong.fail(`row ${wrong.describe()}`, 'rows in order, each once');
  return {
    name,
    file,
    text,
    about: need('about').string(),
    suite: need('suite').word(),
    minimum: percentFrom(need('minimum')),
    globs: need('globs').elements().map(globFrom),
    rows,
  };
}

function percentFrom(cursor: YamlCursor): number {
  const word = cursor.word();
  return /^(?:[0-9]|[1-9][0-9]|100)$/.test(word)
    ? Number(word)
    : cursor.fail(`'${word}'`, 'percent, 0 to 100');
}

function globFrom(cursor: YamlCursor): string {
  const glob = cursor.string();
  try {
    compileGlob(glob);
  } catch (error) {
    if (error instanceof InputError) cursor.fail(error.message, 'a glob of rows');
    throw error;
  }
  return glob;
}

/** Reads the profiles of a folder, sorted by name. @throws {InputError} */
export async function readProfiles(folder = PROFILES_FOLDER): Promise<readonly Profile[]> {
  const entries = await readdir(folder).catch((error: unknown) => {
    throw new InputError(`${folder}: cannot be read; expected a folder of profiles`, { cause: error });
  });
  const names = entries.filter((name) => name.endsWith('.yaml')).sort();
  return Promise.all(
    names.map(async (name) => {
      const file = join(folder, name);
      return readProfile(await readFile(file, 'utf8'), file, name.replace(/\.yaml$/, ''));
    }),
  );
}

/** The profile of that name. @throws {InputError} */
export function profileNamed(profiles: readonly Profile[], name: string): Profile {
  const found = profiles.find((profile) => profile.name === name);
  if (found !== undefined) return found;
  throw new InputError(
    `profile '${name}'; expected one of ${profiles.map((profile) => profile.name).join(', ')}`,
  );
}

/** The rows that a profile's globs mean. @throws {InputError} for a glob that means none */
export function rowsMeant(globs: readonly string[], ids: readonly string[]): readonly string[] {
  const filters = globs.map((glob) => ({ glob, means: compileGlob(glob) }));
  const idle = filters.find(({ means }) => !ids.some(means));
  if (idle !== undefined)
    throw new InputError(`'${idle.glob}' means no row; expected a glob of rows that exist`);
  return ids.filter((id) => filters.some(({ means }) => means(id))).sort();
}

/** A profile's text with its rows frozen anew. Whatever stands before `suite` stays. */
export function freezeProfile(profile: Profile, ids: readonly string[], suite: string): string {
  const at = profile.text.search(/^rows:/m);
  const head = profile.text.slice(0, at).replace(/^suite:.*$/m, `suite: ${suite}`);
  const rows = rowsMeant(profile.globs, ids).map((row) => `  - ${row}\n`);
  return `${head}rows:\n${rows.join('')}`;
}

/** SHA-256, in hexadecimal. */
export function sha256(bytes: string | Buffer): string {
  return createHash('sha256').update(bytes).digest('hex');
}
