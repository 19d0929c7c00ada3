import type { Command } from 'commander';
import type { FlakyLedger, LedgerEntry } from '../results/flaky-ledger.ts';

interface FlakyWords {
  readonly ledger?: string;
  readonly json: boolean;
}

/** Adds `flaky`. */
export function addFlakyCommand(program: Command): void {
  program
    .command('flaky')
    .summary('learn from repeated runs of one binary which rows do not always end alike')
    .description(
      'Reads runs, and names the rows that came to more than one outcome on the same binary, accelerator and version ' +
        'of the suite. With --ledger what earlier runs have shown counts too, and the file is brought up to date. A row ' +
        'that is known to be flaky stays red: whoever reads a report is told how often it failed so.',
    )
    .argument('[runs...]', "run archives, or folders of 'run --out' that hold some")
    .option('--ledger <file>', 'what is known already; written anew, made where it is not there')
    .option('--json', 'print the flaky rows as JSON', false)
    .addHelpText('after', HELP)
    .action(async (paths: readonly string[], words: FlakyWords) => {
      await learn(paths, words);
    });
}

const HELP = `
Examples:
  qmp-conformance flaky out again --ledger flaky.ndjson    learn from two runs
  qmp-conformance flaky --ledger flaky.ndjson              what is known
  qmp-conformance flaky out again --json                   without keeping it

Exit status:
  0  read     2  wrong usage, or a file that is no ledger     3  the ledger cannot be written`;

async function learn(paths: readonly string[], words: FlakyWords): Promise<void> {
  const { InputError } = await import('../errors.ts');
  if (paths.length === 0 && words.ledger === undefined)
    throw new InputError('no runs; expected some to learn from, or --ledger FILE to show');
  const { EMPTY_LEDGER, flakyEntries, learnFromRuns } = await import('../results/flaky-ledger.ts');
  const { readLedger, readLedgerThere, writeLedger } = await import('../results/flaky-ledger-file.ts');
  const { readRunsIn } = await import('./read-runs.ts');
  const read = paths.length === 0 ? readLedgerThere : readLedger;
  const before = words.ledger === undefined ? EMPTY_LEDGER : await read(words.ledger);
  const { ledger, runs, left } = learnFromRuns(before, await readRunsIn(paths));
  for (const line of left) process.stderr.write(`${line}: left out\n`);
  if (words.ledger !== undefined && runs > 0) await writeLedger(words.ledger, ledger);
  const flaky = flakyEntries(ledger);
  if (words.json) process.stdout.write(`${JSON.stringify(flaky, undefined, 2)}\n`);
  else process.stdout.write(tableOf(flaky, ledger));
}

function tableOf(flaky: readonly LedgerEntry[], { entries, learned }: FlakyLedger): string {
  const lines = flaky.map(lineOf);
  const repeated = entries.filter(({ runs }) => runs > 1).length;
  return `${[...lines, `${flaky.length} flaky of ${repeated} rows that ran more than once; ${learned.length} runs`].join('\n')}\n`;
}

function lineOf({ row, target, runs, outcomes }: LedgerEntry): string {
  const shown = outcomes.map(({ verdict, count, fingerprint, last }) => {
    const which = verdict === 'pass' ? '' : ` (${fingerprint}, last ${last.slice(0, 10)})`;
    return `${count} ${verdict}${which}`;
  });
  return `${row} @ ${target}: ${runs} runs: ${shown.join(', ')}`;
}
