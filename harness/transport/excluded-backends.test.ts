import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { readJson } from '../json/read-json.ts';
import type { QemuStartError } from '../target/server-process.ts';
import { killAllQemus, startError, startProcess } from '../target/server-process.ts';
import type { QemuBinary } from '../target/qemu-binary.ts';
import { EXCLUDED_BACKENDS, type ExcludedBackend } from './excluded-backends.ts';
import { installedReleases, PATIENCE } from './fixture-releases.ts';
import { commandFor } from './monitor-command.ts';
import { MONITOR_WAYS } from './monitor-ways.ts';
import { askSentinel } from './sentinel.ts';
import { MONITOR } from './way.ts';

const SCHEMAS = new URL('../../schemas/qmp/', import.meta.url);

/** How every program says that its build, or its platform, does not have a back end. */
const UNKNOWN = /is not a valid char driver name/;

function backendsOf(release: string): readonly unknown[] {
  const schema: unknown = readJson(readFileSync(new URL(`${release}.json`, SCHEMAS), 'utf8'));
  expect(schema).to.have.nested.property('$defs.ChardevBackendKind.enum').that.is.an('array').not.empty;
  return (schema as { $defs: { ChardevBackendKind: { enum: unknown[] } } }).$defs.ChardevBackendKind.enum;
}

describe('transports and excluded back ends', () => {
  const offered = new Set(MONITOR_WAYS.flatMap(({ backends }) => backends.slice(0, 1)));
  const excluded = EXCLUDED_BACKENDS.map(({ backend }) => backend);

  for (const release of ['5.2', '7.2', '10.0', '11.1']) {
    it(`are all of ChardevBackendKind of ${release}`, () => {
      const known = new Set([...offered, ...excluded]);
      expect(backendsOf(release).filter((backend) => !known.has(String(backend)))).to.deep.equal([]);
    });
  }

  it('name nothing that no release has, and nothing twice', () => {
    const all = new Set(['5.2', '7.2', '10.0', '11.1'].flatMap(backendsOf));
    expect([...offered, ...excluded].filter((backend) => !all.has(backend))).to.deep.equal([]);
    expect(excluded.filter((backend) => offered.has(backend))).to.deep.equal([]);
    expect(new Set(excluded)).to.have.property('size', excluded.length);
  });
});

describe('EXCLUDED_BACKENDS', () => {
  let dir: string;

  beforeEach(() => (dir = mkdtempSync(join(tmpdir(), 'transport-test-'))));
  afterEach(async () => {
    await killAllQemus();
    rmSync(dir, { recursive: true });
  });

  /** What the program calls the device, or why it has ended. */
  const tell = async (
    program: 'system' | 'storage-daemon',
    binary: QemuBinary,
    { backend, options }: ExcludedBackend,
  ): Promise<string | QemuStartError> => {
    const offer = {
      chardevs: [`${backend},id=${MONITOR}${options}`],
      afterStart: true,
      open: () => expect.fail(),
    };
    const process = startProcess(commandFor(program, binary, offer, {}), binary, dir, 1);
    try {
      return await askSentinel(process, PATIENCE);
    } catch (error) {
      return await startError(process, error, 'answered');
    } finally {
      await process.kill();
    }
  };

  for (const excluded of EXCLUDED_BACKENDS) {
    it(`${excluded.backend}: is refused, or gives nobody a place to connect to`, async () => {
      for (const program of ['system', 'storage-daemon'] as const) {
        for (const binary of installedReleases()) {
          const told = await tell(program, binary, excluded);
          const where = `${program} ${binary.version}`;
          if (typeof told === 'string') {
            // A device that can be connected to says where: `pty:/dev/pts/0`, `unix:…`.
            expect(told, where).to.match(/^(?:[a-z-]+|disconnected:fd:,server=on)$/);
          } else {
            expect(told.end.code, told.message).to.equal(1);
            const words = [UNKNOWN, ...(excluded.refusal === undefined ? [] : [excluded.refusal])];
            expect(
              words.some((word) => word.test(told.end.stderr.trim())),
              told.message,
            ).to.equal(true);
          }
        }
      }
    });
  }
});
