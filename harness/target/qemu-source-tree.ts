import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { applyPatch, parsePatch, type StructuredPatch } from 'diff';
import { SetupError } from '../errors.ts';

/**
 * What is kept of QEMU's sources: the schema in QAPI of the emulator, the guest agent and the storage daemon, the
 * generator and its tests, the documentation. `qapi-schema.json` stood at the top before QEMU 2.12.
 */
export const KEPT_PATHS: readonly string[] = [
  'VERSION',
  'qapi-schema.json',
  'qapi',
  'qga/qapi-schema.json',
  'storage-daemon/qapi',
  'scripts/qapi',
  'scripts/qapi-gen.py',
  'tests/qapi-schema',
  'docs',
];

function isKept(path: string | undefined): path is string {
  return path !== undefined && KEPT_PATHS.some((kept) => path === kept || path.startsWith(`${kept}/`));
}

/**
 * Applies a source package's patches, in the order of their `series`, to the files that are kept. Resolves to the names
 * of those that change any.
 * @throws {SetupError} when a change of a kept file does not fit
 */
export function applySeries(tree: string, patches: string): readonly string[] {
  const series = join(patches, 'series');
  const text = existsSync(series) ? readFileSync(series, 'utf8') : '';
  const names = text.split('\n').map((line) => line.replace(/(^|\s)#.*/, '').trim());
  return names.filter((name) => name !== '' && applyPatchFile(tree, join(patches, name), name));
}

/** Bytes that are no UTF-8 must come out as they went in: latin1 does that. */
const ENCODING = 'latin1';

function applyPatchFile(tree: string, path: string, name: string): boolean {
  if (!existsSync(path)) throw new SetupError(`${name}: no such patch; expected all that the series names`);
  const changes = readChanges(readFileSync(path, ENCODING), name);
  const kept = changes.filter(({ before, after }) => isKept(before) || isKept(after));
  for (const change of kept) applyChange(tree, change, name);
  return kept.length > 0;
}

/** What a patch changes of one file. */
interface FileChange {
  /** The file, without the first folder of the name in the patch; `undefined` for one that is new, or goes. */
  readonly before: string | undefined;
  readonly after: string | undefined;
  readonly patch: StructuredPatch;
}

/** Changes of binary files, and of modes, have no hunks and are passed over. */
function readChanges(text: string, name: string): readonly FileChange[] {
  const patches = parse(withoutMail(text), name).filter(
    ({ hunks, isRename, isCopy }) => hunks.length > 0 || isRename === true || isCopy === true,
  );
  return patches.map((patch) => ({
    before: nameOf(patch.oldFileName),
    after: nameOf(patch.newFileName),
    patch,
  }));
}

function parse(text: string, name: string): readonly StructuredPatch[] {
  try {
    return parsePatch(text);
  } catch (error) {
    const what = error instanceof Error ? error.message : String(error);
    throw new SetupError(`${name}: ${what}; expected a patch in the unified format`, { cause: error });
  }
}

/**
 * A patch of git is a mail, in which the parser takes a line of the message that begins with `--- ` for a file's header,
 * and the signature's `-- ` for a line too many of the last hunk. Lines keep their numbers.
 */
function withoutMail(text: string): string {
  const start = text.search(/^(?:diff --git |--- [^\n]*\n\+\+\+ [^\n]*\n@@ )/m);
  if (start === -1) return '';
  return text.slice(0, start).replace(/[^\n]+/g, '') + text.slice(start).replace(SIGNATURE, '\n');
}

/** Within a hunk, none of these follows a line that is taken away: what does has a sign, or is empty. */
const SIGNATURE = /^-- ?\n(?![-+ \\@\n]|diff |Index: )(?=.)/gm;

function nameOf(name: string | undefined): string | undefined {
  return name === '/dev/null' ? undefined : name?.replace(/^[^/]*\/+/, '');
}

function applyChange(tree: string, { before, after, patch }: FileChange, name: string): void {
  const there = [after, before].find((path) => path !== undefined && existsSync(join(tree, path)));
  if (there === undefined && before !== undefined)
    throw new SetupError(`${name}: changes ${before}, which is not there`);
  if (there !== undefined && before === undefined)
    throw new SetupError(`${name}: makes ${there}, which is there already`);
  const changed = applyHunks(there === undefined ? '' : readFileSync(join(tree, there), ENCODING), patch);
  if (changed === undefined)
    throw new SetupError(`${name}: does not fit ${there ?? after}; expected there the lines that it changes`);
  if (after === undefined && changed !== '')
    throw new SetupError(`${name}: removes ${before}, of which something would be left`);
  if (there !== undefined && there !== after && patch.isCopy !== true) rmSync(join(tree, there));
  if (!isKept(after)) return;
  mkdirSync(dirname(join(tree, after)), { recursive: true });
  writeFileSync(join(tree, after), changed, ENCODING);
}

/**
 * The text after a patch whose hunks may stand on other lines than they say; `undefined` where one does not fit. The
 * library tries a hunk at its own line even behind the end, or above the hunk before it; lines too many tell of that.
 */
function applyHunks(text: string, patch: StructuredPatch): string | undefined {
  const changed = applyPatch(text, patch, { fuzzFactor: 0, autoConvertLineEndings: false });
  if (changed === false) return undefined;
  const added = patch.hunks.reduce((sum, { oldLines, newLines }) => sum + newLines - oldLines, 0);
  return countLines(changed) === countLines(text) + added ? changed : undefined;
}

/** The last one may have no newline. */
function countLines(text: string): number {
  return text.match(/\n|[^\n]$/g)?.length ?? 0;
}

/**
 * The version that a tree says it is of.
 * @throws {SetupError} when it does not
 */
export function versionOfTree(tree: string): string {
  const path = join(tree, 'VERSION');
  const version = existsSync(path) ? readFileSync(path, 'utf8').trim() : '';
  if (!/^[0-9]+\.[0-9]+\.[0-9]+$/.test(version))
    throw new SetupError(`VERSION is '${version}'; expected one such as 7.2.22`);
  return version;
}
