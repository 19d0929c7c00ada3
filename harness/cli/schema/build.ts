import { statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Option, type Command } from 'commander';
import { InputError } from '../../errors.ts';
import { addModelOptions, namesSource, readModelOfWords, type ModelWords } from './model-words.ts';

const HELP = `
Commands, events and types come from documents (--qapi, --man), from a build (--introspection, --qemu), or from one of
each: what exists then comes from the build, names, widths of integers and conditions from the documents.

Examples:
  From a QEMU source tree:
    qmp-conformance schema build --qapi ~/src/qemu -o schemas/qmp/

  The guest agent's schema:
    qmp-conformance schema build --qapi qga/qapi-schema.json --family qga --release 10.2

  From what a running QEMU answered to query-qmp-schema:
    qmp-conformance schema build --introspection reply.json --release 11.1 -o 11.1.json

  From a QEMU that is started for it, with the names and widths of its manual page:
    qmp-conformance schema build --qemu /usr/bin/qemu-system-x86_64 --man qemu-qmp-ref.7.gz

  The same of a release that 'qemu install' installed:
    qmp-conformance schema build --qemu 11.1 --man 11.1 --keep all

  All families of all source trees in a folder:
    qmp-conformance schema build --trees ~/src/qemu-releases -o schemas/`;

interface BuildWords extends ModelWords {
  readonly trees?: string;
  readonly keep: 'present' | 'all';
  readonly output?: string;
}

/** Adds `schema build`: derives JSON Schemas. */
export function addBuild(schema: Command): void {
  const build = schema
    .command('build')
    .description('derive the schema of a release from its sources, its manual page or a running QEMU');
  addModelOptions(build)
    .option('--trees <FOLDER>', 'every QEMU source tree in this folder, all families')
    .addOption(
      new Option('--keep <WHAT>', 'of a build with documents: what is in the build, or what the release has')
        .choices(['present', 'all'])
        .default('present'),
    )
    .option('-o, --output <PATH>', 'file or folder to write to')
    .addHelpText('after', HELP)
    .action(runBuild);
}

async function runBuild(words: BuildWords): Promise<void> {
  if (words.trees !== undefined) {
    await buildTrees(words, words.trees);
    return;
  }
  const { schemaFromModel, writeSchema } = await import('../../json-schema/schema-from-model.ts');
  const model = await readModelOfWords(words, words.keep);
  const text = writeSchema(schemaFromModel(model));
  if (words.output === undefined) {
    process.stdout.write(text);
    return;
  }
  const isFolder = statSync(words.output, { throwIfNoEntry: false })?.isDirectory() === true;
  writeFileSync(isFolder ? join(words.output, `${model.release}.json`) : words.output, text);
}

async function buildTrees(words: BuildWords, folder: string): Promise<void> {
  if (namesSource(words)) throw new InputError('--trees stands alone; expected no other source');
  if (words.output === undefined) throw new InputError('--trees writes many files; expected -o FOLDER');
  const { buildSchemas, treesIn } = await import('../../json-schema/build-schemas.ts');
  for (const { family, release, file, definitions } of buildSchemas(treesIn(folder), words.output))
    process.stdout.write(`${family} ${release}: ${definitions} definitions, ${file}\n`);
}
