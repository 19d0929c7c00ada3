import { Option, type Command } from 'commander';
import type { History } from '../../compat/history/history.ts';
import { InputError } from '../../errors.ts';
import type { SchemaFamily } from '../../qapi/model.ts';
import { printJson } from '../print-json.ts';
import { familyOption } from './model-words.ts';

const HELP = `
NAME is a command, an event, a type, or a thing in one of them: 'query-migrate.status',
'BlockdevOptionsQcow2.backing', 'blockdev-add/arguments/driver=qcow2/backing'.

  + came    - went    ! deprecated    ~ changed

What stands in the first release that is known came with it or before. --contradictions lists where QEMU's documents
("Since:", the list of deprecated features) say something else than the schemas show.

Examples:
  qmp-conformance schema history block-stream
  qmp-conformance schema history BlockdevOptionsQcow2.backing
  qmp-conformance schema history --release 7.2
  qmp-conformance schema history --contradictions --format sarif

  All histories again, from the schemas that are here, and QEMU's lists of deprecated features in these source trees:
    qmp-conformance schema history --build schemas/history --trees ~/src/qemu-releases`;

const FORMATS = ['text', 'json', 'markdown', 'sarif'] as const;

interface HistoryWords {
  readonly release?: string;
  readonly contradictions?: true;
  readonly build?: string;
  readonly trees?: string;
  readonly family: SchemaFamily;
  readonly format: (typeof FORMATS)[number];
}

/** Adds `schema history`: when things came, changed and went. */
export function addHistory(schema: Command): void {
  schema
    .command('history')
    .description('say since when a command, event, type or member exists, and how it changed')
    .argument('[NAME]', 'what to look up')
    .option('--release <X.Y>', 'list what this release brought, changed and removed')
    .option('--contradictions', "list where documents and schemas disagree about a thing's age")
    .option('--build <FOLDER>', 'make the histories of all families and write them there')
    .option('--trees <FOLDER>', 'QEMU source trees whose lists of deprecated features --build reads')
    .addOption(new Option('--format <NAME>', 'how to print it').choices(FORMATS).default('text'))
    .addOption(familyOption())
    .addHelpText('after', HELP)
    .action(runHistory);
}

async function runHistory(name: string | undefined, words: HistoryWords): Promise<void> {
  const { release, contradictions, build, trees } = words;
  const asked = [name, release, contradictions, build].filter((word) => word !== undefined);
  if (asked.length !== 1)
    throw new InputError('expected one of NAME, --release X.Y, --contradictions and --build FOLDER');
  if (trees !== undefined && build === undefined)
    throw new InputError('--trees is for --build; expected --build FOLDER with it');
  if (words.format === 'sarif' && words.contradictions !== true)
    throw new InputError('--format sarif is for findings; expected it with --contradictions');
  if (build !== undefined) {
    const { buildHistories } = await import('./build-histories.ts');
    for (const line of buildHistories(build, trees)) process.stdout.write(`${line}\n`);
    return;
  }
  const { loadHistory } = await import('../../compat/history/read-history.ts');
  const history = loadHistory(words.family, name);
  if (name !== undefined) await printName(history, name, words);
  else if (release !== undefined) await printRelease(history, release, words);
  else await printContradictions(history, words);
}

async function printName(history: History, name: string, { format }: HistoryWords): Promise<void> {
  const { findInHistory, namesLike } = await import('../../compat/history/find-in-history.ts');
  const found = findInHistory(history, name);
  if (found === undefined) {
    const { nearestName } = await import('../../yaml/nearest-name.ts');
    const nearest = nearestName(name, namesLike(history, name));
    const hint = nearest === undefined ? '' : ` Did you mean '${nearest}'?`;
    throw new InputError(`no release has '${name}'.${hint}`);
  }
  if (format === 'json') printJson(found);
  else if (format === 'markdown') {
    const { renderNameHistoryMarkdown } = await import('../../../reports/schema-history-markdown.ts');
    process.stdout.write(renderNameHistoryMarkdown(found));
  } else {
    const { renderNameHistory } = await import('../../../reports/schema-history-text.ts');
    process.stdout.write(renderNameHistory(found));
  }
}

async function printRelease(
  history: History,
  release: string,
  { format, family }: HistoryWords,
): Promise<void> {
  const { changesInRelease } = await import('../../compat/history/find-in-history.ts');
  if (!history.releases.includes(release)) {
    const have = history.releases.join(', ');
    throw new InputError(`no ${family} history of release '${release}'; there are: ${have}`);
  }
  const changes = changesInRelease(history, release);
  if (format === 'json') printJson(changes);
  else if (format === 'markdown') {
    const { renderChangesMarkdown } = await import('../../../reports/schema-history-markdown.ts');
    process.stdout.write(renderChangesMarkdown(changes));
  } else {
    const { renderChanges } = await import('../../../reports/schema-history-text.ts');
    process.stdout.write(renderChanges(changes));
  }
}

async function printContradictions(history: History, { format, family }: HistoryWords): Promise<void> {
  const { findContradictions } = await import('../../compat/history/contradictions.ts');
  const { loadSchema } = await import('../../json-schema/load-schema.ts');
  const { modelFromSchema } = await import('../../json-schema/model-from-schema.ts');
  const models = history.releases.map((release) => modelFromSchema(loadSchema(release, family)));
  const found = findContradictions(history, models);
  if (format === 'json') printJson(found);
  else if (format === 'sarif') {
    const { renderContradictionsSarif } = await import('../../../reports/schema-contradictions-sarif.ts');
    const { suiteVersion } = await import('../../replay/suite-version.ts');
    process.stdout.write(renderContradictionsSarif(found, suiteVersion()));
  } else {
    const { renderContradictions } = await import('../../../reports/schema-contradictions-text.ts');
    process.stdout.write(renderContradictions(found));
  }
}
