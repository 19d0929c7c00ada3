import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Duplex } from 'node:stream';
import { setTimeout as delay } from 'node:timers/promises';
import { expect } from 'chai';
import { QmpConnection } from '../qmp/connection.ts';
import { compareReleases } from '../release/compare-releases.ts';
import type { QemuBinary } from '../target/qemu-binary.ts';
import { killAllQemus } from '../target/server-process.ts';
import { baseArguments } from '../target/start-qemu.ts';
import { installedReleases, PATIENCE } from './fixture-releases.ts';
import { offerMonitor, transportsOf } from './offer-monitor.ts';
import { TransportLacking, TransportMissing } from './transport-errors.ts';
import type { OfferedMonitor, Transport } from './transport.ts';

type Server = 'system' | 'storage-daemon';

/** Since which release a program has the option for a transport, and what one says that has not. */
const SINCE: Readonly<Record<string, readonly [release: string, words: RegExp]>> = {
  file: ['8.0.0', /Invalid parameter 'input-path'/],
  hub: ['10.0.0', /Invalid parameter 'chardevs.0'/],
  object: ['11.1.0', /invalid object type: monitor-qmp|does not accept value 'monitor-qmp'/],
};

/**
 * Since which release a monitor answers on a transport by which it has greeted. Before, it does not see that a TLS
 * record holds more than the byte that it has taken, and over UDP it never takes a client for connected.
 */
const ANSWERS_SINCE: Readonly<Record<string, string>> = { tls: '8.0.0', udp: '11.0.0' };

function before(version: string, since: string | undefined): boolean {
  return since !== undefined && compareReleases(version, since) < 0;
}

describe('offerMonitor', () => {
  let dir: string;

  beforeEach(() => (dir = mkdtempSync(join(tmpdir(), 'transport-test-'))));
  afterEach(async () => {
    await killAllQemus();
    rmSync(dir, { recursive: true });
  });

  const offer = (transport: Transport, program: Server, binary: QemuBinary, extra = {}) =>
    offerMonitor(transport, program, binary, { dir, patience: PATIENCE, ...extra });

  const close = async (monitor: OfferedMonitor): Promise<void> => {
    await monitor.close();
    expect(existsSync(`/proc/${monitor.process.pid ?? 0}`), 'left running').to.equal(false);
    expect(readdirSync(dir), 'files left').to.deep.equal([]);
  };

  /** A second client, where the program takes seconds to let one in, on one program only. */
  const isSlow = (transport: Transport, program: Server): boolean =>
    program === 'storage-daemon' && ['pty', 'unix-client', 'tcp-client'].includes(transport.name);

  for (const program of ['system', 'storage-daemon'] as const) {
    for (const transport of transportsOf(program)) {
      for (const binary of installedReleases()) {
        const { name } = transport;
        const title = `${program} over ${name} ${binary.version}`;
        const [since, words = /./] = SINCE[name] ?? [];
        if (before(binary.version, since)) {
          it(`${title}: is lacking, in its own words`, async () => {
            const error: unknown = await offer(transport, program, binary).catch((e: unknown) => e);
            expect(error).instanceOf(TransportLacking);
            if (!(error instanceof TransportLacking)) return;
            expect(error.reason).to.match(words);
            expect(error.end.code).to.equal(1);
            expect(readdirSync(dir)).to.deep.equal([]);
          });
        } else if (name === 'udp' && before(binary.version, ANSWERS_SINCE['udp'])) {
          it(`${title}: does not greet, and dies of a command`, async () => {
            const monitor = await offer(transport, program, binary);
            const stream = await monitor.connect(PATIENCE);
            stream.resume();
            const timer = setInterval(() => stream.write('{"execute":"qmp_capabilities"}'), 10);
            const end = await monitor.process.exited.finally(() => clearInterval(timer));
            expect(end.signal).to.equal('SIGSEGV');
            await close(monitor);
          });
        } else if (name !== 'websocket') {
          it(title, async () => {
            const monitor = await offer(transport, program, binary);
            const first = await greeted(monitor, binary);
            if (!before(binary.version, ANSWERS_SINCE[name])) await askVersion(first, binary);
            first.close();
            if (transport.reconnects && !isSlow(transport, program)) (await greeted(monitor, binary)).close();
            await close(monitor);
          });
        } else {
          it(`${title}: answers when something else wakes it`, async () => {
            const monitor = await offer(transport, program, binary, { args: withOther(program) });
            const wake = await openOther(monitor);
            try {
              const first = await greeted(monitor, binary);
              await wakeUntil(wake, askVersion(first, binary));
              first.close();
              await wakeUntil(
                wake,
                greeted(monitor, binary).then((second) => second.close()),
              );
            } finally {
              wake.destroy();
            }
            rmSync(join(dir, 'other.sock'));
            await close(monitor);
          });
        }
      }
    }
  }

  it('has messages laid out over several lines', async () => {
    for (const transport of transportsOf('system').filter(({ name }) => ['unix', 'object'].includes(name))) {
      for (const binary of installedReleases()) {
        if (before(binary.version, SINCE[transport.name]?.[0])) continue;
        const monitor = await offer(transport, 'system', binary, { pretty: true });
        const stream = await monitor.connect(PATIENCE);
        let text = '';
        for await (const chunk of stream) {
          text += String(chunk);
          if (text.includes('"version"')) break;
        }
        expect(text).to.match(/^\{\r?\n +"QMP"/);
        await close(monitor);
      }
    }
  });

  it('tells the reason of TransportMissing apart', () => {
    const error = new TransportMissing('tcp6', 'no network interface has the address ::1');
    expect(error.message).to.equal(
      'tcp6: no network interface has the address ::1; expected a machine that has it',
    );
  });

  it('gives back every descriptor', async () => {
    const binary = installedReleases().at(-1);
    if (binary === undefined) return;
    const descriptors = (): number => readdirSync('/proc/self/fd').length;
    const round = async (): Promise<void> => {
      for (const transport of transportsOf('storage-daemon')) {
        if (['websocket', 'tls'].includes(transport.name)) continue;
        const monitor = await offer(transport, 'storage-daemon', binary);
        (await monitor.connect(PATIENCE)).destroy();
        await monitor.close();
      }
    };
    // The first round may load libraries, which stay.
    await round();
    const first = descriptors();
    await round();
    expect(descriptors()).to.be.at.most(first);
  });
});

async function greeted(monitor: OfferedMonitor, { version }: QemuBinary): Promise<QmpConnection> {
  const connection = new QmpConnection(await monitor.connect(PATIENCE));
  const greeting = await connection.waitForGreeting(PATIENCE);
  expect(greeting.version).to.equal(version);
  return connection;
}

async function askVersion(connection: QmpConnection, { version }: QemuBinary): Promise<void> {
  await connection.negotiate([], PATIENCE);
  const { value } = await connection.execute('query-version', undefined, PATIENCE);
  const [major, minor, micro] = version.split('.').map(Number);
  expect(value).to.have.nested.property('return.qemu').that.deep.equals({ major, minor, micro });
}

const OTHER = 'socket,id=other,path=other.sock,server=on,wait=off';

/** Options with a second monitor; all of them share a thread. */
function withOther(program: Server): readonly string[] {
  return program === 'system'
    ? [...baseArguments('tcg'), '-machine', 'none', '-chardev', OTHER, '-mon', 'chardev=other,mode=control']
    : ['--chardev', OTHER, '--monitor', 'chardev=other'];
}

async function openOther({ process }: OfferedMonitor): Promise<Duplex> {
  const stream = connect(`/proc/${process.pid ?? 0}/cwd/other.sock`);
  await new Promise((resolve, reject) => stream.once('connect', resolve).once('error', reject));
  return stream.resume();
}

/**
 * The thread that monitors share sleeps over what a websocket has decoded in another; a byte for another monitor wakes
 * it, which shows that ours came.
 */
async function wakeUntil(other: Duplex, done: Promise<void>): Promise<void> {
  const over = done.then(() => true);
  while (!(await Promise.race([over, delay(5, false)]))) other.write(' ');
}
