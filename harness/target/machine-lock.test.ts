import { spawn } from 'node:child_process';
import { expect } from 'chai';
import { withMachineLock } from './machine-lock.ts';

describe('withMachineLock', () => {
  let name: string;
  let count = 0;
  beforeEach(() => {
    name = `test ${process.pid} ${++count}`;
  });

  it('lets one in at a time', async () => {
    let inside = 0;
    let most = 0;
    const work = async (): Promise<void> => {
      most = Math.max(most, ++inside);
      await new Promise(setImmediate);
      inside--;
    };
    await Promise.all(Array.from({ length: 5 }, () => withMachineLock(name, {}, work)));
    expect(most).to.equal(1);
  });

  it('keeps names apart', async () => {
    const order: string[] = [];
    await withMachineLock(name, {}, async () => {
      await withMachineLock(`${name} other`, {}, () => Promise.resolve(order.push('inner')));
      order.push('outer');
    });
    expect(order).to.deep.equal(['inner', 'outer']);
  });

  it('is released when the work fails', async () => {
    const failing = withMachineLock(name, {}, () => Promise.reject(new Error('no')));
    expect(await failing.catch(String)).to.equal('Error: no');
    expect(await withMachineLock(name, {}, () => Promise.resolve('in'))).to.equal('in');
  });

  it('can be given up while waiting', async () => {
    const giveUp = new AbortController();
    await withMachineLock(name, {}, async () => {
      const options = { signal: giveUp.signal, onWait: () => giveUp.abort() };
      const waiting = withMachineLock(name, options, () => Promise.reject(new Error('must not get in')));
      expect(await waiting.catch((error: unknown) => error)).to.have.property('name', 'AbortError');
    });
  });

  it('comes back from a process that was killed', async () => {
    const url = new URL('./machine-lock.ts', import.meta.url).href;
    const script = `
      import { withMachineLock } from ${JSON.stringify(url)};
      await withMachineLock(${JSON.stringify(name)}, {}, () => new Promise(() => console.log('in')));`;
    const args = ['--import', 'tsx', '--input-type=module', '--eval', script];
    const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
    for await (const text of child.stdout) if (String(text).includes('in')) break;
    const onWait = (): unknown => child.kill('SIGKILL');
    const result = await withMachineLock(name, { onWait }, () => Promise.resolve(child.killed));
    expect(result, 'got in only after the holder was killed').to.equal(true);
  });
});
