import { fileURLToPath } from 'node:url';
import Mocha from 'mocha';

/** Where the suites are that a run shows. */
const SUITES = [fileURLToPath(new URL('../../suites/documented-examples.ts', import.meta.url))];

/** Says nothing: progress and tables come from the results, which are richer than a test's outcome. */
class SilentReporter extends Mocha.reporters.Base {}

/** Runs the mocha suites over the current run. Resolves when all is shown, or at once when `signal` comes. */
export async function runMocha(signal: AbortSignal): Promise<void> {
  const mocha = new Mocha({ reporter: SilentReporter, timeout: 0, forbidOnly: true });
  for (const file of SUITES) mocha.addFile(file);
  await mocha.loadFilesAsync();
  await new Promise<void>((resolve) => {
    const runner = mocha.run(() => resolve());
    signal.addEventListener('abort', () => {
      runner.abort();
      resolve();
    });
  });
}
