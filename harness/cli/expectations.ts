import { link, rm, stat, writeFile } from 'node:fs/promises';
import { Option } from 'commander';
import { InputError } from '../errors.ts';
import type { Expectations } from '../results/expectation-files.ts';
import type { Run } from '../results/run.ts';
import { repeatable } from './option-words.ts';

/** `--expectations`, of every command that judges. */
export function expectationsOption(): Option {
  return repeatable(
    '--expectations <path>',
    "a file or folder of expectations beside the project's own (repeatable)",
  );
}

/** `--write-expectations`, of every command that shows what is red. */
export function writeExpectationsOption(): Option {
  return new Option(
    '--write-expectations <file>',
    'propose entries for what is red, their reasons left to be said',
  );
}

/**
 * Judges runs again by the project's expectations and those in `paths`; where none are named, they stay as they are.
 * @throws {InputError} for an entry that is wrong, or means no row of the runs and none of the project
 */
export async function judgeRunsAgain(
  runs: readonly Run[],
  paths: readonly string[] | undefined,
): Promise<readonly Run[]> {
  if (paths === undefined || paths.length === 0) return runs;
  const { joinExpectations, readExpectations } = await import('../results/expectation-files.ts');
  const { KNOWN_FAILURES_FOLDER } = await import('../results/known-failures.ts');
  const { judgeAgain } = await import('../results/judge-again.ts');
  const own = joinExpectations(await Promise.all(paths.map(readExpectations)));
  await checkOwn(own, runs);
  const all = joinExpectations([await readExpectations(KNOWN_FAILURES_FOLDER), own]);
  await tellOverdue(own);
  return runs.map((run) => judgeAgain(run, all));
}

/** A review that is overdue is told, and nothing else: a gate must not turn red because a day has passed. */
async function tellOverdue({ entries }: Expectations): Promise<void> {
  const { overdueKnownFailures } = await import('../results/apply-known-failures.ts');
  const today = new Date().toISOString().slice(0, 10);
  for (const line of overdueKnownFailures(entries, today)) process.stderr.write(`${line}\n`);
}

/** A file of expectations may be of more than what an archive holds, of other suites for example; but of what exists. */
async function checkOwn(own: Expectations, runs: readonly Run[]): Promise<void> {
  const { checkConditions, checkKnownFailures } = await import('../results/apply-known-failures.ts');
  const { shippedReleases } = await import('../json-schema/load-schema.ts');
  const { couldMean, suiteOfRow, SUITES } = await import('../replay/suites.ts');
  const { recordedRows } = await import('./recorded-rows.ts');
  const rows = new Set(runs.flatMap(({ results }) => results.map(({ row }) => row)));
  const ran = new Set([...rows].map(suiteOfRow));
  const absent = SUITES.filter((suite) => suite !== 'examples' && !ran.has(suite));
  const known = own.entries.filter((entry) => !absent.some((suite) => couldMean(entry.rows, suite)));
  checkKnownFailures(known, [...rows, ...(await recordedRows())]);
  checkConditions(own.entries, [...shippedReleases(), ...runs.map(({ target }) => target.version)]);
}

/** Refuses a file that is there already: told before anything is run, and again when it is written. @throws {InputError} */
export async function refuseExisting(file: string): Promise<void> {
  const facts = await stat(file).catch(() => undefined);
  if (facts !== undefined) throw alreadyThere(file);
}

/**
 * Writes proposals for what is red in `runs`; nothing where nothing is. The file comes into being whole.
 * @throws {InputError} for a file that is there already
 * @throws {SetupError} when it cannot be written
 */
export async function writeProposals(file: string, runs: readonly Run[]): Promise<void> {
  const { proposeExpectations } = await import('../results/propose-expectations.ts');
  const { writing } = await import('../results/write-file.ts');
  const text = proposeExpectations(runs, new Date().toISOString().slice(0, 10));
  if (text === undefined) return void process.stderr.write(`nothing is red: ${file} is not written\n`);
  const part = `${file}.${process.pid}.part`;
  await writing(file, writeFile(part, text, { flag: 'wx' }));
  try {
    // Unlike a rename, a link does not replace what somebody else has written meanwhile.
    await link(part, file).catch((error: unknown) => {
      if (error instanceof Error && 'code' in error && error.code === 'EEXIST') throw alreadyThere(file);
      return writing(file, Promise.reject(error instanceof Error ? error : new Error(String(error))));
    });
  } finally {
    await rm(part, { force: true });
  }
  process.stderr.write(`${file}: say why each fails, in place of TODO; then --expectations ${file}\n`);
}

function alreadyThere(file: string): InputError {
  return new InputError(`${file}: is there already; expected a new file`);
}
