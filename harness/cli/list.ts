import type { Command } from 'commander';
import { addTargetOptions } from './run.ts';
import type { RunWords } from './run-words.ts';

/** Adds `list`. */
export function addListCommand(program: Command): void {
  const command = program
    .command('list')
    .summary('show what a run would do, and why not the rest')
    .description('Shows for each row what would come of it on each target, without performing anything.')
    .argument('[recordings...]', 'recordings (.qmp) or folders of them; all of the project by default');
  addTargetOptions(command)
    .option('--json', 'print as JSON', false)
    .addHelpText(
      'after',
      `
Examples:
  qmp-conformance list --release 10.0
  qmp-conformance list --grep 'examples/migration/**' --json`,
    )
    .action(async (recordings: readonly string[], words: RunWords) => {
      const { listRows } = await import('./list-rows.ts');
      await listRows(recordings, words);
    });
}
