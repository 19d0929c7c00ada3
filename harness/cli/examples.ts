import { fileURLToPath } from 'node:url';
import { Option, type Command } from 'commander';
import { InputError } from '../errors.ts';
import { addLint } from './examples-lint.ts';

const CORPUS = fileURLToPath(new URL('../../recordings/examples', import.meta.url));

const IMPORT_HELP = `
An example that is in the corpus already keeps its id, its text and what was written into its head; it only learns
of further releases. A later text of an example gets an id of its own. Nothing is renamed or deleted, and importing
the same documentation twice changes nothing.

Examples:
  The examples of a source tree whose VERSION file says which release it is:
    qmp-conformance examples import --qapi ~/src/qemu

  Several releases at once, one of them from its manual page:
    qmp-conformance examples import --qapi 7.2=qemu-7.2 --qapi 10.0=qemu-10.0 --man 11.1=qemu-qmp-ref.7.gz

  A piece of a schema or of qmp-commands.hx that stands in no release, as a patch shows it:
    qmp-conformance examples import --fragment 7.0=migration.json

  What would change:
    qmp-conformance examples import --qapi 10.2=qemu-10.2 --dry-run`;

const LIST_HELP = `
Examples:
  The examples of one release:
    qmp-conformance examples list --release 10.2

  How many there are, by release and by module:
    qmp-conformance examples list --stats`;

/** Adds \`examples\`: QEMU's documented examples as transcripts. */
export function addExamplesCommand(program: Command): void {
  const examples = program.command('examples').description("QEMU's documented examples as transcripts");
  addImport(examples);
  addLint(examples);
  addList(examples);
}

function addImport(examples: Command): void {
  examples
    .command('import')
    .description("make transcripts of the examples in QEMU's documentation, of whichever age and form")
    .addOption(
      repeatable('--qapi <[RELEASE=]TREE>', 'a QEMU source tree, with all its documents (repeatable)'),
    )
    .addOption(
      repeatable(
        '--man <[RELEASE=]FILE>',
        'a manual page qemu-qmp-ref(7), or that of the storage daemon or guest agent, plain or compressed (repeatable)',
      ),
    )
    .addOption(
      repeatable(
        '--fragment <RELEASE=FILE>',
        'a piece of documentation that stands in no release (repeatable)',
      ),
    )
    .option('--release <X.Y>', 'the release of what is given without one')
    .addOption(new Option('--into <DIR>', 'the corpus to add to').default(CORPUS, 'that of the project'))
    .option('--dry-run', 'change nothing, only say what would')
    .option('--json', 'print one JSON document')
    .addHelpText('after', IMPORT_HELP)
    .action(runImport);
}

function repeatable(flags: string, description: string): Option {
  const collect = (value: string, before: readonly string[]): readonly string[] => [...before, value];
  return new Option(flags, description).argParser(collect).default([], 'none');
}

interface ImportOptions {
  readonly qapi: readonly string[];
  readonly man: readonly string[];
  readonly fragment: readonly string[];
  readonly release?: string;
  readonly into: string;
  readonly dryRun?: true;
  readonly json?: true;
}

async function runImport(options: ImportOptions): Promise<void> {
  const { importExamples, sourceFromWord } = await import('../examples/import-examples.ts');
  const { reportOfImport, jsonOfImport } = await import('../examples/report-examples.ts');
  const sources = [
    ...options.qapi.map((word) => sourceFromWord('qapi', word, options.release)),
    ...options.man.map((word) => sourceFromWord('manual-page', word, options.release)),
    ...options.fragment.map((word) => sourceFromWord('fragment', word, options.release)),
  ];
  if (sources.length === 0)
    throw new InputError('nothing to import; expected --qapi TREE, --man FILE or --fragment RELEASE=FILE');
  const result = importExamples(sources, options.into, { dryRun: options.dryRun === true });
  process.stdout.write(options.json === true ? jsonOfImport(result) : reportOfImport(result));
  if (result.findings.some(({ kind }) => kind === 'gone')) process.exitCode = 1;
}

function addList(examples: Command): void {
  examples
    .command('list')
    .description('list the examples of the corpus')
    .option('--release <X.Y>', 'only those that stand in the documentation of this release')
    .option('--stats', 'count them, by release and by module')
    .addOption(new Option('--from <DIR>', 'the corpus to read').default(CORPUS, 'that of the project'))
    .option('--json', 'print one JSON document')
    .addHelpText('after', LIST_HELP)
    .action(runList);
}

interface ListOptions {
  readonly release?: string;
  readonly stats?: true;
  readonly from: string;
  readonly json?: true;
}

async function runList(options: ListOptions): Promise<void> {
  const { readExampleCorpus } = await import('../examples/corpus.ts');
  const { examplesOfRelease, countCorpus } = await import('../examples/count-corpus.ts');
  const { tableOfStats, linesOfExamples, jsonOfExamples } = await import('../examples/report-examples.ts');
  const corpus = readExampleCorpus(options.from);
  const chosen =
    options.release === undefined ? corpus.transcripts : examplesOfRelease(corpus, options.release);
  if (options.stats === true) {
    const stats = countCorpus(corpus, options.release);
    process.stdout.write(
      options.json === true ? `${JSON.stringify(stats, undefined, 2)}\n` : tableOfStats(stats),
    );
  } else if (options.json === true) {
    process.stdout.write(jsonOfExamples(chosen));
  } else {
    process.stdout.write(linesOfExamples(chosen));
  }
}
