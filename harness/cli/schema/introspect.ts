import type { Command } from 'commander';
import { addModelOptions, type ModelWords } from './model-words.ts';
import { modelOfWords } from './shipped-model.ts';

const HELP = `
Types are numbered as a QEMU numbers them; --unmask shows their names. Without --define everything is there, whatever its
condition; with it, what a build has in which these symbols are defined and no others.

Examples:
  qmp-conformance schema introspect --release 10.2
  qmp-conformance schema introspect --qapi ~/src/qemu --unmask
  qmp-conformance schema introspect --release 10.2 --define CONFIG_LINUX --define TARGET_X86_64`;

interface IntrospectWords extends ModelWords {
  readonly unmask?: true;
  readonly define?: readonly string[];
}

/** Adds `schema introspect`: the reply to query-qmp-schema of a build that was never made. */
export function addIntrospect(schema: Command): void {
  addModelOptions(
    schema
      .command('introspect')
      .description('print what a QEMU of a release would answer to query-qmp-schema'),
  )
    .option('--unmask', 'show the names of types')
    .option('--define <SYMBOL>', 'a symbol that is defined in the build; repeat for more', collect)
    .addHelpText('after', HELP)
    .action(runIntrospect);
}

/** For options that may be repeated, each with one value. */
function collect(value: string, previous: readonly string[] = []): readonly string[] {
  return [...previous, value];
}

async function runIntrospect(words: IntrospectWords): Promise<void> {
  const { introspectionFromModel, writeIntrospection } =
    await import('../../qapi/introspection/write-introspection.ts');
  const reply = introspectionFromModel(await modelOfWords(words), {
    conditions: words.define === undefined ? 'all' : new Set(words.define),
    unmask: words.unmask === true,
  });
  process.stdout.write(writeIntrospection(reply));
}
