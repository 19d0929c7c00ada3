import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { InputError } from '../../errors.ts';
import { cacheFolder, readReleases } from '../../target/release-cache.ts';
import { inTemporaryFolder } from '../../target/temporary-folder.ts';
import { closeReplays } from '../plan-replay.ts';
import { planFor } from '../fixtures/plan-for.ts';
import { TRANSCRIPT } from './fixture-dialogue.ts';
import { isTransparent, type ProxyReport } from './proxy-report.ts';
import { replayThrough } from './replay-through.ts';

const PROXY = fileURLToPath(new URL('fixture-proxy.js', import.meta.url));
/** What a proxy does, the kinds of findings (with direction), and the verdict through it. */
const TABLE: readonly (readonly [misdeed: string, kinds: readonly string[], verdict: string])[] = [
  ['none', [], 'pass'],
  ['drop', ['dropped <-'], 'fail'],
  ['add', ['added <-'], 'pass'],
  ['respell', [], 'pass'],
  ['reorder', ['reordered <-'], 'fail'],
  ['delay', [], 'pass'],
  ['close', ['closed <-'], 'fail'],
  ['close-server', ['closed ->'], 'pass'],
  ['drop-command', ['dropped ->'], 'timeout'],
  ['rewrite-command', ['rewritten ->'], 'fail'],
];

describe('replayThrough', () => {
  const release =
    readReleases(cacheFolder()).findLast(({ version }) => version.startsWith('10.'))?.version ?? '10.0';
  const perform = (proxy: string): Promise<ProxyReport> =>
    inTemporaryFolder(async (dir) => {
      const file = join(dir, 'x.qmp');
      await writeFile(file, TRANSCRIPT);
      // What never comes is waited for; a proxy that is started may take its time where much else runs.
      const patience = /(?:drop|drop-command|rewrite-command|deaf)$/.test(proxy) ? 2000 : 10_000;
      const plan = await planFor(file, { release: [release], patience });
      const [replay] = plan.replays;
      if (replay === undefined) throw new TypeError('no target');
      return replayThrough(replay, proxy).finally(() => closeReplays(plan));
    });
  const command = (misdeed: string): string => `${process.execPath} ${PROXY} {listen} {server} ${misdeed}`;

  for (const [misdeed, kinds, verdict] of TABLE) {
    it(`finds of a proxy with misdeed '${misdeed}': ${kinds.join(', ') || 'nothing'}`, async () => {
      const report = await perform(command(misdeed));
      const told = report.findings.map(({ kind, direction }) => `${kind} ${direction}`);
      expect(report.direct.performance.verdict).to.equal('pass');
      expect(told, JSON.stringify(report.findings)).to.deep.equal(kinds);
      if (misdeed !== 'reorder' && misdeed !== 'rewrite-command')
        expect(report.through.performance.verdict).to.equal(verdict);
      expect(isTransparent(report)).to.equal(
        kinds.length === 0 && report.through.performance.verdict === 'pass',
      );
      expect(report.respelled > 0).to.equal(misdeed === 'respell');
      expect((report.delays.toClient?.worst ?? 0) >= 80).to.equal(misdeed === 'delay');
    });
  }

  it('tells where a message was rewritten', async () => {
    const { findings } = await perform(command('rewrite'));
    const [finding] = findings;
    if (finding?.kind !== 'rewritten') throw new TypeError(JSON.stringify(findings));
    expect(finding.differences.map(({ pointer }) => pointer)).to.deep.equal(['/return/status']);
  });
  for (const [misdeed, reason] of [
    ['end', 'ended before it took a connection'],
    ['deaf', 'takes no connection'],
  ] as const) {
    it(`says of a proxy with misdeed '${misdeed}' that it ${reason}`, async () => {
      const { through } = await perform(command(misdeed));
      expect(through.performance.verdict).to.equal('setup-error');
      expect(through.performance.reason).to.include(reason);
    });
  }
  for (const [proxy, message] of [
    ['socat - UNIX-CONNECT:{server}', 'without {listen}'],
    ['unix:/run/x', 'without --connect'],
  ] as const) {
    it(`refuses '${proxy}'`, async () => {
      const error: unknown = await perform(proxy).catch((reason: unknown) => reason);
      expect(error).to.be.instanceOf(InputError);
      expect(String(error)).to.include(message);
    });
  }
});
