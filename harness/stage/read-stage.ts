import { KNOWN_PROGRAMS } from '../target/known-programs.ts';
import { readYaml, type YamlCursor } from '../yaml/yaml-cursor.ts';
import { readReleases } from '../transcript/read-releases.ts';
import { readStep } from '../transcript/read-step.ts';
import type { Step } from '../transcript/step.ts';
import { readFiles } from './read-files.ts';
import type { ConditionalArguments, GivenFile, Image } from './stage.ts';

/** A stage as its file says it, before the stage that it extends is put under it. */
export interface StageFile {
  readonly name: string;
  readonly file: string;
  readonly about: string;
  readonly extends?: { readonly name: string; readonly cursor: YamlCursor };
  readonly program?: string;
  readonly machine?: string;
  readonly memory?: string;
  readonly paused?: boolean;
  readonly negotiated?: boolean;
  readonly guest?: string;
  readonly peer?: { readonly name: string; readonly cursor: YamlCursor };
  readonly earlier?: { readonly name: string; readonly cursor: YamlCursor };
  readonly files: readonly GivenFile[];
  readonly images: readonly Image[];
  readonly arguments: readonly ConditionalArguments[];
  readonly prepare: readonly Step[];
  /** Where its keys stand. */
  readonly keys: ReadonlyMap<string, YamlCursor>;
}

const KEYS = [
  'about',
  'extends',
  'program',
  'machine',
  'memory',
  'paused',
  'negotiated',
  'files',
  'images',
  'guest',
  'arguments',
  'peer',
  'earlier',
  'prepare',
] as const;

/**
 * Reads a stage file; its form is described by `schemas/formats/stage.json`.
 * @param name path below the folder of stages, without extension
 * @throws {InputError} `file:line:column: what; expected what`
 */
export function readStage(text: string, file: string, name: string): StageFile {
  const members = readYaml(text, file).members(KEYS, ['about']);
  const string = (key: (typeof KEYS)[number]): string | undefined => members.get(key)?.word();
  const list = (key: (typeof KEYS)[number]): readonly YamlCursor[] => members.get(key)?.elements() ?? [];
  return defined({
    name,
    file,
    about: string('about') ?? '',
    extends: nameOf(members.get('extends')),
    program: members.get('program')?.oneOf(KNOWN_PROGRAMS),
    machine: string('machine'),
    memory: string('memory'),
    paused: members.get('paused')?.boolean(),
    negotiated: members.get('negotiated')?.boolean(),
    guest: string('guest'),
    peer: nameOf(members.get('peer')),
    earlier: nameOf(members.get('earlier')),
    files: readFiles(members.get('files')),
    images: list('images').map(readImage),
    arguments: list('arguments').map(readArguments),
    prepare: list('prepare').map(readStep),
    keys: members,
  });
}

function nameOf(cursor: YamlCursor | undefined): { name: string; cursor: YamlCursor } | undefined {
  return cursor && { name: cursor.string(), cursor };
}

function readImage(cursor: YamlCursor): Image {
  const members = cursor.members(['name', 'format', 'size', 'backing'], ['name', 'format', 'size']);
  const name = (members.get('name') ?? cursor).string();
  if (name.includes('/') || name.startsWith('.')) cursor.fail(`image '${name}'`, 'a plain file name');
  return defined({
    name,
    format: (members.get('format') ?? cursor).oneOf(['raw', 'qcow2'] as const),
    size: (members.get('size') ?? cursor).word(),
    backing: members.get('backing')?.string(),
  });
}

/** Either a line of arguments, or `{ releases: RANGE, add: line }`. A line is split at white space. */
function readArguments(cursor: YamlCursor): ConditionalArguments {
  if (!cursor.isMapping()) return { words: cursor.string().split(/\s+/) };
  const members = cursor.members(['releases', 'add'], ['releases', 'add']);
  const range = members.get('releases') ?? cursor;
  return { releases: readReleases(range), words: (members.get('add') ?? cursor).string().split(/\s+/) };
}

/** Leaves out the members that are `undefined`, so that an optional member is absent, not undefined. */
function defined<T extends object>(object: { [K in keyof T]: T[K] | undefined }): T {
  return Object.fromEntries(Object.entries(object).filter(([, value]) => value !== undefined)) as T;
}
