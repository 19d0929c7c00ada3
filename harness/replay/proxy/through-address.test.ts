import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { inTemporaryFolder } from '../../target/temporary-folder.ts';
import { startFakeServer } from '../capture/fixture-server.ts';
import { planFor } from '../fixtures/plan-for.ts';
import { RESUME, STOP, TRANSCRIPT } from './fixture-dialogue.ts';
import { isTransparent, type ProxyReport } from './proxy-report.ts';
import { replayThrough } from './replay-through.ts';

const PROXY = fileURLToPath(new URL('fixture-proxy.js', import.meta.url));
const DONE = '{"return": {}, "id": ID}';
const GREETING =
  '{"QMP": {"version": {"qemu": {"micro": 0, "minor": 0, "major": 10}, "package": ""}, "capabilities": []}}';
const ANSWERS = {
  cont: [RESUME, DONE],
  stop: [STOP, DONE],
  'query-name': [DONE],
  'query-kvm': ['{"return": {"enabled": false, "present": true}, "id": ID}'],
  system_reset: [DONE],
  'query-status': ['{"return": {"status": "prelaunch", "running": false}, "id": ID}'],
};

/**
 * What a proxy does, and the kinds of findings at its client's end. What it does to commands is seen by what comes of
 * them; how it spells, and when it ends its own connection, is not.
 */
const TABLE: readonly (readonly [misdeed: string, kinds: readonly string[]])[] = [
  ['none', []],
  ['drop', ['dropped <-']],
  ['add', ['added <-']],
  ['rewrite', ['rewritten <-']],
  ['respell', []],
  ['reorder', ['reordered <-']],
  ['delay', []],
  ['close', ['closed <-']],
  ['close-server', []],
  ['drop-command', ['dropped <-']],
  ['rewrite-command', ['dropped <-', 'added <-']],
];

describe('replayThrough with the address of a proxy', () => {
  for (const [misdeed, kinds] of TABLE) {
    it(`finds of a proxy with misdeed '${misdeed}': ${kinds.join(', ') || 'nothing'}`, async () => {
      const report = await perform(misdeed);
      const told = report.findings.map(({ kind, direction }) => `${kind} ${direction}`);
      expect(report.direct.performance.verdict, report.direct.performance.reason).to.equal('pass');
      expect(told, JSON.stringify(report.findings)).to.deep.equal(kinds);
      expect(isTransparent(report)).to.equal(kinds.length === 0);
      if (misdeed === 'delay') expect(report.delays.toClient?.worst).to.be.at.least(75);
    });
  }
  it('tells where a message was rewritten', async () => {
    const [finding] = (await perform('rewrite')).findings;
    if (finding?.kind !== 'rewritten') throw new TypeError(JSON.stringify(finding));
    expect(finding.differences).to.deep.equal([
      { pointer: '/return/status', before: '"prelaunch"', after: '"running"' },
    ]);
  });
  it('says nothing of what differs without a proxy, too', async () => {
    // The second direct dialogue lacks an event and has another value.
    const other = '{"return": {"enabled": true, "present": true}, "id": ID}';
    const { findings } = await perform('none', [{}, {}, { cont: [DONE], 'query-kvm': [other] }, {}]);
    expect(findings).to.deep.equal([]);
  });
});

/** Performs the dialogue twice directly, and once through the proxy; connections of the server may differ. */
async function perform(
  misdeed: string,
  connections: readonly Readonly<Record<string, readonly string[]>>[] = [],
): Promise<ProxyReport> {
  return inTemporaryFolder(async (dir) => {
    const file = join(dir, 'x.qmp');
    await writeFile(file, TRANSCRIPT);
    const served = Array.from({ length: 4 }, (_, at) => ({
      greeting: GREETING,
      answers: { ...ANSWERS, ...connections[at] },
    }));
    const server = await startFakeServer(dir, served);
    const listen = join(dir, 'proxy.sock');
    const proxy = spawn(process.execPath, [PROXY, listen, server.address.slice('unix:'.length), misdeed], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    try {
      await once(proxy.stdout, 'data');
      const { replays } = await planFor(file, { connect: [server.address], patience: 300 });
      const [replay] = replays;
      if (replay === undefined) throw new TypeError('no target');
      return await replayThrough(replay, `unix:${listen}`);
    } finally {
      proxy.kill();
      server.close();
    }
  });
}
