import { generateKeyPairSync, type KeyObject } from 'node:crypto';
import { cp, mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { readJson } from '../json/read-json.ts';
import { describeMaterials, readText } from './bundle-files.ts';
import { envelopeFrom, signEnvelope } from './envelope.ts';
import { publicKeyOf, writePublicKey } from './keys.ts';
import { ATTESTATION_FILE, KEY_FILE } from './layout.ts';
import { statementFromJson, writeStatement, type Statement } from './statement.ts';

/** For tests: the rows of a small profile, of the release 10.0. Each stands for something that is judged in its own way. */
export const FEW_ROWS = {
  event: 'examples/run-state/STOP',
  end: 'examples/run-state/SHUTDOWN/from-7.2',
  publicWord: 'examples/char/ringbuf-read',
  secret: 'examples/ui/set_password',
  capture: 'wire/ids',
  captures: 'wire/two-clients',
  peer: 'migration/events/first-pass',
  job: 'examples/migration/snapshot-save',
  absent: 'commands/qom/qom-list-get',
  crash: 'examples/migration/xen-load-devices-state',
  erratum: 'examples/misc/query-iothreads',
  untestable: 'examples/machine/HV_BALLOON_STATUS_REPORT',
} as const;

/** For tests: a profile of these rows. */
export function profileOf(rows: readonly string[], minimum = 50): string {
  const list = rows.toSorted().map((row) => `  - ${row}\n`);
  return `about: a few\nsuite: 0.1.0\nminimum: ${minimum}\nglobs: ['**']\nrows:\n${list.join('')}`;
}

/** For tests: waives {@link FEW_ROWS}' crash. */
export const WAIVERS = `- rows: ${FEW_ROWS.crash}
  scope: { target: '10.0.* x86_64 *', releases: 10.0 }
  reason: it aborts
  link: https://example.org/7
  until: 2099-12-31
`;

/** For tests: a private key. */
export function newKey(): KeyObject {
  return generateKeyPairSync('ed25519').privateKey;
}

/** For tests: a copy of a bundle in which something is changed. */
export class TamperedBundle {
  private constructor(readonly folder: string) {}

  static async copyOf(bundle: string, to: string): Promise<TamperedBundle> {
    await mkdir(to);
    await cp(bundle, to, { recursive: true });
    return new TamperedBundle(to);
  }

  /** Changes the text of a file; that nothing changes is a mistake of the test. */
  async edit(name: string, change: (text: string) => string): Promise<void> {
    const text = await readFile(join(this.folder, name), 'latin1');
    const changed = change(text);
    if (changed === text) throw new Error(`${name}: nothing changed`);
    await writeFile(join(this.folder, name), changed, 'latin1');
  }

  /** Changes the lines of a file. */
  editLines(name: string, change: (lines: readonly string[]) => readonly string[]): Promise<void> {
    return this.edit(name, (text) => change(text.trimEnd().split('\n')).join('\n') + '\n');
  }

  /** Makes digests and signature fit again, as whoever has a key can. */
  async sign(key: KeyObject, change: (statement: Statement) => Statement = (same) => same): Promise<void> {
    const envelope = envelopeFrom(readJson(await readText(this.folder, ATTESTATION_FILE)), ATTESTATION_FILE);
    const statement = statementFromJson(readJson(envelope.payload.toString()));
    const configuration = await describeMaterials(this.folder, new Set(await readdir(this.folder)));
    const changed = change({ ...statement, predicate: { ...statement.predicate, configuration } });
    await this.signPayload(writeStatement(changed), key);
  }

  /** Signs any payload. */
  async signPayload(payload: string, key: KeyObject): Promise<void> {
    await writeFile(join(this.folder, ATTESTATION_FILE), signEnvelope(Buffer.from(payload), key));
    await writeFile(join(this.folder, KEY_FILE), writePublicKey(publicKeyOf(key)));
  }
}
