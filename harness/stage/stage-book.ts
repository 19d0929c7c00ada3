import { readdir, readFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { InputError } from '../errors.ts';
import { nearestName } from '../yaml/nearest-name.ts';
import { checkProgram, defaultMachine } from './check-program.ts';
import { readStage, type StageFile } from './read-stage.ts';
import type { Stage } from './stage.ts';

/** The stages that come with the project. */
const STAGES_FOLDER = fileURLToPath(new URL('../../recordings/stages/', import.meta.url));

/** All stages of a folder, by name, each complete with what it extends. */
export type StageBook = ReadonlyMap<string, Stage>;

/** A stage that no file describes: a bare VM, its processors standing still. */
const NOTHING = { memory: '32M', paused: true } as const;

/**
 * Reads the project's stages, and those of further folders: all `*.yaml` below them, named by their path.
 * @throws {InputError} for a file that is wrong, a name that two files have, an unknown name behind `extends`, `peer`
 * or `earlier`, or a circle of them
 */
export async function readStageBook(further: readonly string[] = []): Promise<StageBook> {
  const files = await Promise.all([STAGES_FOLDER, ...further].map(readStageFiles));
  return completeStages(files.flat());
}

async function readStageFiles(folder: string): Promise<readonly StageFile[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch((error: unknown) => {
    throw new InputError(`${folder}: cannot be read; expected a folder of stages`, { cause: error });
  });
  const paths = entries.filter((entry) => entry.isFile() && entry.name.endsWith('.yaml'));
  return Promise.all(
    paths.map(async (entry) => {
      const path = join(entry.parentPath, entry.name);
      const name = relative(folder, path).replace(/\.yaml$/, '');
      return readStage(await readFile(path, 'utf8'), path, name);
    }),
  );
}

/** Puts under each stage the one that it extends. */
export function completeStages(files: readonly StageFile[]): StageBook {
  const byName = new Map<string, StageFile>();
  for (const file of files) {
    const other = byName.get(file.name);
    if (other !== undefined)
      throw new InputError(
        `${file.file}: stage '${file.name}' is ${other.file} already; expected another name`,
      );
    byName.set(file.name, file);
  }
  const book = new Map<string, Stage>();
  const complete = (file: StageFile, path: readonly string[]): Stage => {
    const done = book.get(file.name);
    if (done !== undefined) return done;
    const way = [...path, file.name];
    if (path.includes(file.name))
      file.extends?.cursor.fail(`a circle: ${way.join(' → ')}`, 'stages that end in one without extends');
    const base = file.extends && complete(named(byName, file.extends), way);
    const stage = layer(base, file);
    book.set(file.name, stage);
    return stage;
  };
  for (const file of files.toSorted((a, b) => (a.name < b.name ? -1 : 1))) {
    complete(file, []);
    if (file.peer !== undefined) named(byName, file.peer);
    if (file.earlier !== undefined) checkEarlier(file.earlier, complete(named(byName, file.earlier), []));
  }
  return book;
}

/** Before the one QEMU there is one other. */
function checkEarlier({ cursor }: NonNullable<StageFile['earlier']>, { name, peer, earlier }: Stage): void {
  if (earlier !== undefined) cursor.fail(`stage '${name}' has an earlier one itself`, 'one that has none');
  if (peer !== undefined) cursor.fail(`stage '${name}' has a peer`, 'one that has none');
}

function named(
  files: ReadonlyMap<string, StageFile>,
  reference: NonNullable<StageFile['extends']>,
): StageFile {
  const found = files.get(reference.name);
  if (found !== undefined) return found;
  const nearest = nearestName(reference.name, files.keys());
  return reference.cursor.fail(
    `stage '${reference.name}'`,
    nearest === undefined ? 'the name of a stage' : `'${nearest}'`,
  );
}

function layer(base: Stage | undefined, file: StageFile): Stage {
  checkProgram(base, file);
  const program = file.program ?? base?.program;
  const guest = file.guest ?? base?.guest;
  const peer = file.peer?.name ?? base?.peer;
  const earlier = file.earlier?.name ?? base?.earlier;
  return {
    name: file.name,
    file: file.file,
    about: file.about,
    machine: file.machine ?? base?.machine ?? defaultMachine(program),
    memory: file.memory ?? base?.memory ?? NOTHING.memory,
    paused: file.paused ?? (file.guest === undefined && (base?.paused ?? NOTHING.paused)),
    negotiated: file.negotiated ?? base?.negotiated ?? true,
    files: [...(base?.files ?? []), ...file.files],
    images: [...(base?.images ?? []), ...file.images],
    arguments: [...(base?.arguments ?? []), ...file.arguments],
    prepare: [...(base?.prepare ?? []), ...file.prepare],
    ...(program !== undefined && { program }),
    ...(guest !== undefined && { guest }),
    ...(peer !== undefined && { peer }),
    ...(earlier !== undefined && { earlier }),
  };
}

/**
 * The stage of that name.
 * @throws {InputError} with the nearest name
 */
export function stageNamed(book: StageBook, name: string, where: string): Stage {
  const stage = book.get(name);
  if (stage !== undefined) return stage;
  const nearest = nearestName(name, book.keys());
  throw new InputError(
    `${where}: stage '${name}' is not known; expected ${nearest === undefined ? 'a file under recordings/stages' : `'${nearest}'`}`,
  );
}
