import { fileURLToPath } from 'node:url';
import Mocha from 'mocha';
import { SUITES } from '../replay/suites.ts';

/** Where the suites are that a run shows. */
const FILES = SUITES.map((suite) => fileURLToPath(new URL(`../../suites/${suite}.ts`, import.meta.url)));

/** Says nothing: progress and tables come from the results, which are richer than a test's outcome. */
class SilentReporter extends Mocha.reporters.Base {}

/** Runs the mocha suites over the current run. Resolves when all is shown, or at once when `signal` comes. */
export async function runMocha(signal: AbortSignal): Promise<void> {
  const mocha = new Mocha({ reporter: SilentReporter, timeout: 0, forbidOnly: true });
  for (const file of FILES) mocha.addFile(file);
  await mocha.loadFilesAsync();
  await new Promise<void>((resolve) => {
    const runner = mocha.run(() => resolve());
    signal.addEventListener('abort', () => {
      runner.abort();
      resolve();
    });
  });
}
