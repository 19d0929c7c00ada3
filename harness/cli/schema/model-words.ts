import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Option, type Command } from 'commander';
import { InputError, SetupError } from '../../errors.ts';
import type { JsonValue } from '../../json/value.ts';
import { SCHEMA_FAMILIES, type QapiModel, type SchemaFamily } from '../../qapi/model.ts';
import type { QemuBinary } from '../../target/qemu-binary.ts';
import { isRelease, seriesOfRelease } from '../../release/compare-releases.ts';

/** The words by which a command line says what a model is to be read from. */
export interface ModelWords {
  readonly qapi?: string;
  readonly man?: string;
  readonly introspection?: string;
  readonly qemu?: string;
  readonly release?: string;
  readonly family: SchemaFamily;
}

/** Adds the options of `ModelWords`. */
export function addModelOptions(command: Command): Command {
  return command
    .option('--qapi <PATH>', 'a QEMU source tree, or the top file of its QAPI schema')
    .option('--man <FILE>', 'the manual page qemu-qmp-ref(7), plain or compressed, or an installed release')
    .option('--introspection <FILE>', 'the reply to query-qmp-schema')
    .option('--qemu <PATH>', 'a QEMU to start and to ask: its path, or an installed release')
    .option('--release <X.Y>', 'the release; by default what the tree, the page or the QEMU says')
    .addOption(familyOption());
}

/** `--family`, which all commands about schemas have. */
export function familyOption(): Option {
  return new Option('--family <NAME>', 'whose schema: of QEMU, its storage daemon or its guest agent')
    .choices(SCHEMA_FAMILIES)
    .default('qmp');
}

/** Whether any of the words that name a source is there. */
export function namesSource(words: ModelWords): boolean {
  return [words.qapi, words.man, words.introspection, words.qemu].some((word) => word !== undefined);
}

/**
 * The model that the words ask for. What a build says of itself (`--qemu`, `--introspection`) and what documents say
 * (`--qapi`, `--man`) are combined where both are named: `keep` says whether things stay that only documents know.
 * @throws {InputError} for no source, two of a kind, and whatever is wrong with them
 * @throws {SetupError} when the QEMU does not start
 */
export async function readModelOfWords(words: ModelWords, keep: 'present' | 'all'): Promise<QapiModel> {
  if (words.release !== undefined) checkRelease(words.release);
  const presence = await readPresence(words);
  const documents = await readDocuments(words, presence?.release);
  if (presence === undefined || documents === undefined) {
    const only = presence ?? documents;
    if (only !== undefined) return only;
    throw new InputError('no source; expected one of --qapi, --man, --introspection and --qemu');
  }
  const { combineModels } = await import('../../qapi/combine-models.ts');
  const { model, conflicts } = combineModels(presence, documents, { keep });
  for (const { place, documents: said, presence: has } of conflicts)
    process.stderr.write(`qmp-conformance: ${place}: documents say ${said}, the build says ${has}\n`);
  return model;
}

async function readPresence(words: ModelWords): Promise<QapiModel | undefined> {
  const { family } = words;
  if (words.qemu !== undefined && words.introspection !== undefined)
    throw new InputError('--qemu and --introspection say the same of two builds; expected one of them');
  if (words.qemu === undefined && words.introspection === undefined) return undefined;
  const { modelFromIntrospection } = await import('../../qapi/introspection/read-introspection.ts');
  if (words.introspection !== undefined) {
    if (words.release === undefined)
      throw new InputError('--introspection does not tell the release; expected --release X.Y');
    const release = seriesOfRelease(words.release);
    return modelFromIntrospection(await readReplyFile(words.introspection), { release, family });
  }
  const { reply, version } = await introspect(words.qemu ?? '', family);
  return modelFromIntrospection(reply, {
    release: seriesOfRelease(words.release ?? version),
    family,
  });
}

/**
 * Starts a QEMU, or for that family a storage daemon, and asks it for its schema.
 * @param word the path of the program, or an installed release
 */
export async function introspect(word: string, family: SchemaFamily): Promise<Introspected> {
  const { PATIENCE } = await import('../../replay/plan-run.ts');
  switch (family) {
    case 'qga':
      throw new InputError(
        '--qemu cannot ask for the schema of the guest agent, which has no query-qmp-schema',
      );
    case 'qsd': {
      const { introspectDaemon } = await import('../../replay/introspect-daemon.ts');
      const installed = isRelease(word) ? await installedBinary(word) : undefined;
      const command = installed === undefined ? [word] : (installed.storageDaemon ?? []);
      if (command.length === 0) throw new SetupError(`${word} is installed without its storage daemon`);
      return introspectDaemon({ command, env: installed?.env ?? {} }, PATIENCE);
    }
    case 'qmp': {
      const { introspectBinary } = await import('../../replay/describe-target.ts');
      const binary = isRelease(word) ? await installedBinary(word) : await probePath(word);
      return { reply: await introspectBinary(binary, PATIENCE), version: binary.version };
    }
  }
}

async function installedBinary(release: string): Promise<QemuBinary> {
  const { findQemus, selectRelease } = await import('../../target/find-qemus.ts');
  return selectRelease((await findQemus()).binaries, release);
}

async function probePath(path: string): Promise<QemuBinary> {
  const { probeBinary } = await import('../../target/find-qemus.ts');
  return probeBinary(path, { origin: 'named' });
}

interface Introspected {
  /** The reply to query-qmp-schema. */
  readonly reply: JsonValue;
  /** `x.y.z` */
  readonly version: string;
}

async function readDocuments(words: ModelWords, known: string | undefined): Promise<QapiModel | undefined> {
  const { qapi, man, family } = words;
  if (qapi !== undefined && man !== undefined)
    throw new InputError('--qapi and --man are both documents of a release; expected one of them');
  if (qapi !== undefined) {
    const { readTree, releaseOfPath } = await import('../../qapi/read-tree.ts');
    const release = words.release ?? releaseOfPath(qapi) ?? known;
    if (release === undefined)
      throw new InputError(`${qapi} does not tell its release; expected --release X.Y`);
    return readTree(qapi, { family, release: seriesOfRelease(release) });
  }
  if (man === undefined) return undefined;
  const { modelFromManualPage } = await import('../../qapi/manual-page/read-manual-page.ts');
  const { readPageFile } = await import('../../qapi/manual-page/read-page-file.ts');
  const page = isRelease(man) ? await installedPage(man, family) : man;
  const model = modelFromManualPage(readPageFile(page), page);
  return { ...model, release: seriesOfRelease(words.release ?? model.release) };
}

const PAGES: Readonly<Record<SchemaFamily, string>> = {
  qmp: 'qemu-qmp-ref.7.gz',
  qsd: 'qemu-storage-daemon-qmp-ref.7.gz',
  qga: 'qemu-ga-ref.7.gz',
};

/** The page that came with an installed release. */
async function installedPage(release: string, family: SchemaFamily): Promise<string> {
  const { cacheFolder, readReleases } = await import('../../target/release-cache.ts');
  const { selectRelease } = await import('../../target/find-qemus.ts');
  const { folder } = selectRelease(readReleases(cacheFolder()), release);
  const page = join(folder, 'root/usr/share/man/man7', PAGES[family]);
  if (!existsSync(page)) throw new SetupError(`QEMU ${release} is installed without ${PAGES[family]}`);
  return page;
}

function checkRelease(release: string): void {
  if (!isRelease(release)) throw new InputError(`release '${release}'; expected X.Y`);
}

/** @throws {InputError} `file:line:column: …` for what is no JSON. */
export async function readReplyFile(file: string): Promise<JsonValue> {
  const { readReply } = await import('../../qapi/introspection/read-reply.ts');
  return readReply(readInput(file), file);
}

function readInput(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (cause) {
    throw new InputError(`can't read '${file}'; expected a file`, { cause });
  }
}
