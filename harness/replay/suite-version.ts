import { readFileSync } from 'node:fs';

/** Version of this suite, as `package.json` says it; run archives carry it. */
export function suiteVersion(): string {
  const text = readFileSync(new URL('../../package.json', import.meta.url), 'utf8');
  return (JSON.parse(text) as { version: string }).version;
}
