import { statSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { Option, type Command } from 'commander';
import { InputError } from '../errors.ts';
import type { LintReport } from '../lint/lint-report.ts';
import { SCHEMA_FAMILIES, type SchemaFamily } from '../qapi/model.ts';

const CORPUS = fileURLToPath(new URL('../../recordings/examples', import.meta.url));

const HELP = `
Judged is what is documented, by the schema of the release that documents it: --qapi the documentation of a tree by the
schema in the same tree, --man a manual page by the schema that is shipped; without either, every example of the corpus
by every release in which it stands. What three dots stand for is taken to be right.

  error    a QEMU of the release refuses the message, or never sends it
  warning  it cannot be right as it stands
  note     it may be meant so

Below a finding stands what would be right, where that follows from the schema; it was judged again and is.

Exit code 1: a finding at least as severe as --fail-on says.

Examples:
  The documentation of a QEMU source tree:
    qmp-conformance examples lint --qapi ~/src/qemu

  The same for a viewer of findings:
    qmp-conformance examples lint --qapi ~/src/qemu --format sarif -o examples.sarif

  A manual page:
    qmp-conformance examples lint --man qemu-qmp-ref.7.gz

  What was wrong in 7.2, and in all releases:
    qmp-conformance examples lint --release 7.2
    qmp-conformance examples lint --fail-on never

  The rules, with their reasons:
    qmp-conformance examples lint --rules`;

const FORMATS = ['text', 'json', 'markdown', 'sarif'] as const;
const LIMITS = ['error', 'warning', 'never'] as const;

interface LintWords {
  readonly qapi?: string;
  readonly man?: string;
  readonly from: string;
  readonly release?: string;
  readonly family?: SchemaFamily;
  readonly format: (typeof FORMATS)[number];
  readonly failOn: (typeof LIMITS)[number];
  readonly output?: string;
  readonly rules?: true;
}

/** Adds `examples lint`: judges documented examples by the schema of their own release. */
export function addLint(examples: Command): void {
  examples
    .command('lint')
    .description('check documented examples against the schema of the release that documents them')
    .option('--qapi <PATH>', 'a QEMU source tree, or the top file of a schema: its documentation')
    .option('--man <FILE>', 'a manual page, plain or compressed')
    .addOption(new Option('--from <DIR>', 'the corpus to judge').default(CORPUS, 'that of the project'))
    .option('--release <X.Y>', 'of the corpus, only this release; of a tree or page, its release')
    .addOption(
      new Option('--family <NAME>', 'whose examples: of QEMU, its storage daemon or its guest agent').choices(
        SCHEMA_FAMILIES,
      ),
    )
    .addOption(new Option('--format <NAME>', 'how to print it').choices(FORMATS).default('text'))
    .addOption(
      new Option('--fail-on <SEVERITY>', 'exit code 1 from this severity on')
        .choices(LIMITS)
        .default('error'),
    )
    .option('-o, --output <FILE>', 'file to write to')
    .option('--rules', 'list the rules, with severity and reason')
    .addHelpText('after', HELP)
    .action(runLint);
}

async function runLint(words: LintWords): Promise<void> {
  if (words.rules === true) {
    const { listLintRules } = await import('../lint/rules.ts');
    const { renderLintRules } = await import('../../reports/lint-text.ts');
    process.stdout.write(renderLintRules(listLintRules()));
    return;
  }
  const report = await judge(words);
  const text = await render(report, words.format);
  if (words.output === undefined) process.stdout.write(text);
  else writeFileSync(words.output, text);
  const { reaches } = await import('../lint/lint-report.ts');
  if (words.failOn !== 'never' && reaches(report, words.failOn)) process.exitCode = 1;
}

async function judge({ qapi, man, from, release, family }: LintWords): Promise<LintReport> {
  if (release !== undefined) {
    const { isRelease } = await import('../release/compare-releases.ts');
    if (!isRelease(release)) throw new InputError(`--release ${release}; expected X.Y`);
  }
  if (qapi !== undefined && man !== undefined)
    throw new InputError('--qapi and --man are both documents of a release; expected one of them');
  if (qapi !== undefined) {
    const { lintTree } = await import('../lint/lint-tree.ts');
    return lintTree(qapi, { family: family ?? 'qmp', ...(release !== undefined && { release }) });
  }
  if (man !== undefined) {
    if (family !== undefined)
      throw new InputError('--family with --man; expected the page alone, which tells it');
    const { lintManualPage } = await import('../lint/lint-page.ts');
    return lintManualPage(man, release);
  }
  if (statSync(from, { throwIfNoEntry: false })?.isDirectory() !== true)
    throw new InputError(`${from}: no such folder; expected a corpus of examples`);
  const { lintCorpus } = await import('../lint/lint-corpus.ts');
  return lintCorpus({
    folder: from,
    ...(family !== undefined && { family }),
    ...(release !== undefined && { release }),
  });
}

async function render(report: LintReport, format: LintWords['format']): Promise<string> {
  switch (format) {
    case 'text':
      return (await import('../../reports/lint-text.ts')).renderLintText(report);
    case 'json':
      return (await import('../../reports/lint-json.ts')).renderLintJson(report);
    case 'markdown':
      return (await import('../../reports/lint-markdown.ts')).renderLintMarkdown(report);
    case 'sarif': {
      const { suiteVersion } = await import('../replay/suite-version.ts');
      return (await import('../../reports/lint-sarif.ts')).renderLintSarif(report, suiteVersion());
    }
  }
}
