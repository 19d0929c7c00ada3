import { installReleases } from './install-releases.ts';

/**
 * Loaded by mocha before the tests, which are counted for each release that is there: the releases must be installed
 * by then. What cannot be installed is told, and the tests that need it fail.
 */
for (const outcome of await installReleases({ onProgress: () => undefined })) {
  if (outcome.kind === 'failed') process.stderr.write(`${outcome.suite}: ${outcome.error.message}\n`);
}
