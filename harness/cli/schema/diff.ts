import { writeFileSync } from 'node:fs';
import { Option, type Command } from 'commander';
import type { SchemaDiff } from '../../compat/diff/schema-diff.ts';
import type { ReleaseItems } from '../../compat/diff/judge-removal.ts';
import type { WireItems } from '../../compat/flatten-model.ts';
import { InputError } from '../../errors.ts';
import type { QapiModel, SchemaFamily } from '../../qapi/model.ts';
import { compareReleases } from '../../release/compare-releases.ts';
import { terminalOptions } from '../terminal-options.ts';
import { addModelOptions, namesSource, readModelOfWords, type ModelWords } from './model-words.ts';
import { modelOfWord } from './shipped-model.ts';

const HELP = `
A and B are releases, JSON Schemas made by 'schema build', QEMU source trees, or top files of a QAPI schema. Instead of B,
a source may be named by the options of 'schema build'. Compared is what can stand on the wire: names of types and the
way a schema is cut into them are no difference.

  breaking    a client that was right before may fail
  risky       a client may have to look: announced removals, values that clients may not know, unstable things
  compatible  everything else, things that are only off in a build among them

A removal is announced when the feature 'deprecated', or QEMU's list of deprecated features, said so two releases before.

Exit code 1: a change at least as severe as --fail-on says.

Examples:
  qmp-conformance schema diff 7.2 10.0
  qmp-conformance schema diff 10.0 --qapi ~/src/qemu --fail-on breaking
  qmp-conformance schema diff 10.0 --qemu build/qemu-system-x86_64 --fail-on breaking
  qmp-conformance schema diff 10.0 10.2 --format sarif -o schema.sarif
  qmp-conformance schema diff --rules`;

const FORMATS = ['text', 'json', 'markdown', 'sarif'] as const;
const LIMITS = ['breaking', 'risky', 'never'] as const;

interface DiffWords extends ModelWords {
  readonly failOn: (typeof LIMITS)[number];
  readonly format: (typeof FORMATS)[number];
  readonly output?: string;
  readonly rules?: true;
}

/** Adds `schema diff`: what changed between two schemas, and whom it breaks. */
export function addDiff(schema: Command): void {
  const diff = schema
    .command('diff')
    .description('compare two schemas on the wire, and say whom the changes break')
    .argument('[A]', 'the earlier release, schema or source tree')
    .argument('[B]', 'the later one');
  addModelOptions(diff)
    .addOption(
      new Option('--fail-on <SEVERITY>', 'exit code 1 from this severity on')
        .choices(LIMITS)
        .default('never'),
    )
    .addOption(new Option('--format <NAME>', 'how to print it').choices(FORMATS).default('text'))
    .option('-o, --output <FILE>', 'file to write to')
    .option('--rules', 'list the rules, with severity and reason')
    .addHelpText('after', HELP)
    .action(runDiff);
}

async function runDiff(a: string | undefined, b: string | undefined, words: DiffWords): Promise<void> {
  if (words.rules === true) {
    await printRules();
    return;
  }
  if (a === undefined)
    throw new InputError("what to compare; expected a release or a file, as in 'schema diff 7.2 10.0'");
  const before = await modelOfWord(a, words.family);
  const after = await laterModel(b, words);
  const { diffModels } = await import('../../compat/diff/diff-models.ts');
  const { worstOf } = await import('../../compat/diff/schema-diff.ts');
  const diff = diffModels(before, after, {
    earlier: await earlierReleases(before, after),
    announcements: await announcementsOf(words.family),
  });
  const text = await render(diff, words);
  if (words.output === undefined) process.stdout.write(text);
  else writeFileSync(words.output, text);
  if (isReached(worstOf(diff), words.failOn)) process.exitCode = 1;
}

async function laterModel(b: string | undefined, words: DiffWords): Promise<QapiModel> {
  if (b === undefined && !namesSource(words))
    throw new InputError('compare with what; expected B, or a source as --qapi PATH or --qemu PATH');
  if (b === undefined) return readModelOfWords(words, 'present');
  if (namesSource(words)) throw new InputError(`'${b}' and a source by option; expected one of them`);
  return modelOfWord(b, words.family);
}

/** Schemas before 5.0 have no feature `deprecated`, so they announce nothing. */
const FIRST_ANNOUNCING = '5.0';

/** Those that are here and may have announced what went between the two; each is read when it is looked at. */
export async function earlierReleases(before: QapiModel, after: QapiModel): Promise<() => ReleaseItems[]> {
  const { openWire } = await import('../../compat/flatten-model.ts');
  const { loadSchema, shippedReleases } = await import('../../json-schema/load-schema.ts');
  const { modelFromSchema } = await import('../../json-schema/model-from-schema.ts');
  const { family } = before;
  const isAsked = (release: string): boolean =>
    compareReleases(release, FIRST_ANNOUNCING) >= 0 &&
    compareReleases(release, after.release) < 0 &&
    release !== before.release;
  const lazily = (release: string): ReleaseItems => {
    let items: WireItems | undefined;
    return {
      release,
      get items() {
        return (items ??= openWire(modelFromSchema(loadSchema(release, family))));
      },
    };
  };
  return () => shippedReleases(family).filter(isAsked).map(lazily);
}

/** What QEMU's documents of all releases list as deprecated. */
export async function announcementsOf(family: SchemaFamily): Promise<(path: string) => string | undefined> {
  const { loadHistory } = await import('../../compat/history/read-history.ts');
  const { listedDeprecations } = await import('../../compat/history/listed-deprecations.ts');
  let listed: ((path: string) => string | undefined) | undefined;
  return (path) => (listed ??= listedDeprecations(loadHistory(family)))(path);
}

async function render(diff: SchemaDiff, { format, output }: DiffWords): Promise<string> {
  switch (format) {
    case 'text': {
      const { renderSchemaDiffText } = await import('../../../reports/schema-diff-text.ts');
      return renderSchemaDiffText(diff, output === undefined ? terminalOptions(process.stdout) : {});
    }
    case 'json':
      return (await import('../../../reports/schema-diff-json.ts')).renderSchemaDiffJson(diff);
    case 'markdown':
      return (await import('../../../reports/schema-diff-markdown.ts')).renderSchemaDiffMarkdown(diff);
    case 'sarif': {
      const { renderSchemaDiffSarif } = await import('../../../reports/schema-diff-sarif.ts');
      const { suiteVersion } = await import('../../replay/suite-version.ts');
      return renderSchemaDiffSarif(diff, suiteVersion());
    }
  }
}

function isReached(worst: string | undefined, limit: DiffWords['failOn']): boolean {
  if (limit === 'never' || worst === undefined) return false;
  return worst === 'breaking' || worst === limit;
}

async function printRules(): Promise<void> {
  const { listRules } = await import('../../compat/diff/rules.ts');
  for (const { id, severity, text } of listRules()) process.stdout.write(`${severity}  ${id}: ${text}\n`);
}
