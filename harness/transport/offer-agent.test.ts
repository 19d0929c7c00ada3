import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { QmpConnection } from '../qmp/connection.ts';
import { writeScript } from '../target/fake-machine.ts';
import type { QemuBinary } from '../target/qemu-binary.ts';
import { killAllQemus } from '../target/server-process.ts';
import { askAgent, isHarmless } from '../target/start-guest-agent.ts';
import { installedReleases, PATIENCE } from './fixture-releases.ts';
import { offerMonitor, transportsOf } from './offer-monitor.ts';
import { TransportMissing } from './transport-errors.ts';
import type { OfferedMonitor } from './transport.ts';

/** An agent that takes no orders about what it may do, and is reached by a unix socket. */
const DISOBEDIENT = `#!${process.execPath}
const [option, word] = process.argv.slice(2);
if (word === 'help') console.log('guest-info\\nguest-shutdown'), process.exit();
const path = process.argv[process.argv.indexOf('--path') + 1];
const commands = ['guest-info', 'guest-shutdown'].map((name) => ({ name, enabled: true, 'success-response': true }));
require('net').createServer((socket) => socket.on('data', (data) => {
  for (const line of String(data).trim().split('\\n')) {
    const { execute, arguments: args } = JSON.parse(line);
    const value = execute === 'guest-sync' ? args.id : { version: '1', supported_commands: commands };
    socket.write(JSON.stringify({ return: value }) + '\\n');
  }
})).listen(path);
`;

describe('offerMonitor of a guest agent', () => {
  let dir: string;

  beforeEach(() => (dir = mkdtempSync(join(tmpdir(), 'transport-test-'))));
  afterEach(async () => {
    await killAllQemus();
    rmSync(dir, { recursive: true });
  });

  const close = async (monitor: OfferedMonitor): Promise<void> => {
    await monitor.close();
    expect(existsSync(`/proc/${monitor.process.pid ?? 0}`), 'left running').to.equal(false);
    expect(readdirSync(dir), 'files left').to.deep.equal([]);
  };

  const ask = async (monitor: OfferedMonitor): Promise<void> => {
    const connection = new QmpConnection(await monitor.connect(PATIENCE));
    await connection.send('\xff{"execute":"guest-sync-delimited","arguments":{"id":7}}', PATIENCE);
    let answer = await connection.next(PATIENCE);
    while (answer.kind === 'garbage' || answer.kind === 'error') answer = await connection.next(PATIENCE);
    expect(answer.value).to.deep.equal({ return: 7 });
    expect((await connection.execute('guest-ping', undefined, PATIENCE)).kind).to.equal('success');
    const { commands } = await askAgent(connection, PATIENCE);
    expect(commands.filter(({ name, enabled }) => enabled && !isHarmless(name))).to.deep.equal([]);
    // By name, so that nothing can come of it were it allowed.
    const refused = await connection.execute('guest-file-close', { handle: 1 }, PATIENCE);
    expect(refused.kind).to.equal('error');
    connection.close();
  };

  for (const transport of transportsOf('guest-agent')) {
    for (const binary of installedReleases()) {
      it(`${transport.name} ${binary.version}`, async () => {
        const options = { dir, patience: PATIENCE };
        const monitor = await offerMonitor(transport, 'guest-agent', binary, options).catch(
          (error: unknown) => {
            if (!(error instanceof TransportMissing)) throw error;
            expect(transport.name).to.equal('vsock');
            expect(error.reason).to.match(/Failed to bind socket|no sockets of that family/);
            expect(readdirSync(dir)).to.deep.equal([]);
          },
        );
        if (monitor === undefined) return;
        await ask(monitor);
        if (transport.reconnects) await ask(monitor);
        await close(monitor);
      });
    }
  }

  const agentOf = (command: string): QemuBinary => {
    const [binary] = installedReleases();
    if (binary === undefined) throw new Error('no release');
    return { ...binary, findProgram: () => [command] };
  };

  it('gives no lane to an agent that would do harm', async () => {
    const script = join(dir, 'agent');
    writeScript(script, DISOBEDIENT);
    const [unix] = transportsOf('guest-agent');
    const error: unknown =
      unix &&
      (await offerMonitor(unix, 'guest-agent', agentOf(script), { dir, patience: PATIENCE }).catch(
        (e: unknown) => e,
      ));
    expect(String(error)).to.contain('the guest agent would execute guest-shutdown');
    expect(readdirSync(dir)).to.deep.equal(['agent']);
  });

  const wrong = [
    ['options that might undo its limits', { args: ['-b', ''] }, 'options for a guest agent; expected none'],
    ['another layout', { pretty: true }, 'options for a guest agent; expected none'],
  ] as const;
  for (const [title, options, message] of wrong) {
    it(`refuses ${title}`, async () => {
      const [unix] = transportsOf('guest-agent');
      const [binary] = installedReleases();
      if (unix === undefined || binary === undefined) throw new Error('nothing to try');
      const error: unknown = await offerMonitor(unix, 'guest-agent', binary, {
        dir,
        patience: PATIENCE,
        ...options,
      }).catch((e: unknown) => e);
      expect(String(error)).to.contain(message);
    });
  }
});
