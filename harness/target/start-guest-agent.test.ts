import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { writeScript } from './fake-machine.ts';
import { findQemus } from './find-qemus.ts';
import { GUEST_AGENT } from './known-programs.ts';
import { killAllQemus } from './server-process.ts';
import { askAgent, isHarmless, RefusedCommand, startGuestAgent } from './start-guest-agent.ts';
import type { RunningServer } from './start-qemu.ts';

const PATIENCE = 10_000;

/** What acts on a machine. Each has been a command of the agent. */
const HARMFUL = [
  'guest-exec',
  'guest-exec-status',
  'guest-file-close',
  'guest-file-flush',
  'guest-file-open',
  'guest-file-read',
  'guest-file-seek',
  'guest-file-write',
  'guest-fsfreeze-freeze',
  'guest-fsfreeze-freeze-list',
  'guest-fsfreeze-thaw',
  'guest-fstrim',
  'guest-set-memory-blocks',
  'guest-set-time',
  'guest-set-user-password',
  'guest-set-vcpus',
  'guest-shutdown',
  'guest-ssh-add-authorized-keys',
  'guest-ssh-get-authorized-keys',
  'guest-ssh-remove-authorized-keys',
  'guest-suspend-disk',
  'guest-suspend-hybrid',
  'guest-suspend-ram',
];

/** An agent that takes no orders about what it may do. */
const DISOBEDIENT = `#!${process.execPath}
const [option, word] = process.argv.slice(2);
if (word === 'help') console.log('guest-info\\nguest-shutdown'), process.exit();
const commands = ['guest-info', 'guest-shutdown'].map((name) => ({ name, enabled: true, 'success-response': true }));
require('net').createServer((socket) => socket.on('data', (data) => {
  const { id } = JSON.parse(data);
  socket.write(JSON.stringify({ return: { version: '1', supported_commands: commands }, id }) + '\\n');
})).listen('agent.sock');
`;

describe('startGuestAgent', () => {
  let dir: string;

  beforeEach(() => (dir = mkdtempSync(join(tmpdir(), 'agent-'))));
  afterEach(async () => {
    await killAllQemus();
    rmSync(dir, { recursive: true });
  });

  const eachAgent = async (work: (agent: RunningServer, version: string) => Promise<void>): Promise<void> => {
    const { binaries } = await findQemus();
    let agents = 0;
    for (const binary of binaries) {
      const command = binary.findProgram(GUEST_AGENT);
      if (command === undefined) continue;
      agents++;
      const agent = await startGuestAgent({ ...binary, command }, { dir, patience: PATIENCE });
      await work(agent, binary.version).finally(() => agent.kill());
      expect(existsSync(`/proc/${agent.pid}`), 'left running').to.equal(false);
    }
    expect(agents, 'no guest agent is here; run qmp-conformance qemu install').to.be.greaterThan(0);
  };

  it('starts each that is here, with harmless commands alone', async () => {
    await eachAgent(async ({ connection }, version) => {
      const facts = await askAgent(connection, PATIENCE);
      expect(facts.version).to.equal(version);
      const enabled = facts.commands.filter((command) => command.enabled).map(({ name }) => name);
      expect(enabled).to.include.members(['guest-ping', 'guest-sync', 'guest-get-osinfo']);
      expect(enabled.filter((name) => !isHarmless(name) || HARMFUL.includes(name))).to.deep.equal([]);
      expect(facts.commands.map(({ name }) => name)).to.include('guest-shutdown');
    });
  });

  it('keeps all of its files in its folder', async () => {
    await eachAgent(() => {
      expect(readdirSync(dir)).to.include.members(['agent.conf', 'agent.sock']);
      return Promise.resolve();
    });
  });

  it('sends nothing that is not harmless, however it is written', async () => {
    await eachAgent(async ({ connection }) => {
      for (const text of [
        ...HARMFUL.map((execute) => JSON.stringify({ execute })),
        '{"exec-oob": "guest-shutdown"}',
        '{"execute": "guest-ping", "exec-oob": "guest-shutdown"}',
        '{"execute": "guest-ping"} {"execute": "guest-shutdown"}',
        "{'execute': 'guest-shutdown'}",
        '{"execute": "guest-ping"',
        '{"execute": ["guest-shutdown"]}',
        '["guest-shutdown"]',
        Buffer.from('{"execute": "guest-shutdown"}'),
        '',
      ]) {
        const error: unknown = await connection.send(text).catch((reason: unknown) => reason);
        expect(error, String(text)).to.be.instanceOf(RefusedCommand);
      }
      const error: unknown = await connection.execute('guest-shutdown').catch((reason: unknown) => reason);
      expect(String(error)).to.contain('guest-shutdown acts on the machine that the agent runs on');
      expect((await connection.execute('guest-ping', undefined, PATIENCE)).kind).to.equal('success');
    });
  });

  const fails: { what: string; script: string; says: RegExp }[] = [
    { what: 'would do harm', script: DISOBEDIENT, says: /would execute guest-shutdown/ },
    {
      what: 'lists nothing',
      script: '#!/bin/sh\necho no >&2\nexit 1\n',
      says: /does not list its commands: no/,
    },
    {
      what: 'ends at once',
      script: '#!/bin/sh\n[ "$2" = help ] && exit 0\necho no >&2\nexit 3\n',
      says: /ended before it answered guest-info, exit status 3: no/,
    },
  ];
  for (const { what, script, says } of fails) {
    it(`fails for one that ${what}`, async () => {
      const file = join(dir, 'agent.cjs');
      writeScript(file, script);
      const command = [file];
      const error: unknown = await startGuestAgent({ command, env: {} }, { dir, patience: PATIENCE }).catch(
        (reason: unknown) => reason,
      );
      expect(error).to.have.property('name', 'SetupError');
      expect(String(error)).to.match(says);
    });
  }
});
