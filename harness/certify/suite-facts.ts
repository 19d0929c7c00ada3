import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { seriesOfRelease } from '../release/compare-releases.ts';
import { suiteVersion } from '../replay/suite-version.ts';
import type { Transcript } from '../transcript/transcript.ts';
import { sha256, type Profile } from './profile.ts';

/** By what rows were judged, each part as one SHA-256 in hexadecimal. */
export interface SuiteFacts {
  readonly version: string;
  readonly profile: { readonly name: string; readonly digest: string };
  /** Of the scored rows. */
  readonly recordings: string;
  readonly stages: string;
  /** Those of the target's release. */
  readonly schemas: string;
  readonly expectations: string;
}

const ROOT = fileURLToPath(new URL('../../', import.meta.url));

/** The suite's own expectations: no other counts for a certificate. */
export const EXPECTATIONS_FOLDER = join(ROOT, 'recordings/known-failures');

/**
 * Sums up what judges a target: that of this checkout.
 * @param version of the target
 */
export async function suiteFacts(
  profile: Profile,
  scored: readonly Transcript[],
  version: string,
): Promise<SuiteFacts> {
  const schema = `${seriesOfRelease(version)}.json`;
  const families = ['qmp', 'qsd', 'qga'].map((family) => `schemas/${family}/${schema}`);
  return {
    version: suiteVersion(),
    profile: { name: profile.name, digest: sha256(profile.text) },
    recordings: await digestOf(scored.map(({ head, file }) => ({ name: head.id, file }))),
    stages: await digestOf([
      ...(await filesIn('recordings/stages')),
      ...(await filesIn('recordings/guests')),
    ]),
    schemas: await digestOf(families.map((name) => ({ name, file: join(ROOT, name) }))),
    expectations: await digestOf(await filesIn('recordings/known-failures')),
  };
}

interface NamedFile {
  readonly name: string;
  readonly file: string;
}

async function filesIn(folder: string): Promise<readonly NamedFile[]> {
  const entries = await readdir(join(ROOT, folder), { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile() && !entry.name.endsWith('.md'))
    .map((entry) => join(entry.parentPath, entry.name))
    .map((file) => ({ name: relative(ROOT, file), file }));
}

/** What `sha256sum` prints for the files, sorted by name, as one digest; a file that is not there is left out. */
async function digestOf(files: readonly NamedFile[]): Promise<string> {
  const whole = createHash('sha256');
  for (const { name, file } of files.toSorted((a, b) => (a.name < b.name ? -1 : 1))) {
    const bytes = await readFile(file).catch(() => undefined);
    if (bytes !== undefined) whole.update(`${sha256(bytes)}  ${name}\n`);
  }
  return whole.digest('hex');
}
