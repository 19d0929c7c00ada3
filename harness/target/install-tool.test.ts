import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { SetupError } from '../errors.ts';
import { makeFakeMachine, type FakeMachine } from './fake-machine.ts';
import { installTool } from './install-tool.ts';
import { systemRelease } from './package-source.ts';
import { runnable } from './unpacked-tree.ts';

describe('installTool, with a fake apt', () => {
  let machine: FakeMachine;
  const suite = systemRelease().codename;

  beforeEach(() => {
    machine = makeFakeMachine();
  });
  afterEach(() => machine.remove());

  it("unpacks a package of the machine's own suite, once", async () => {
    machine.offer(suite, '7.2.22');
    const tree = await installTool('tool', { cache: machine.cache });
    expect(runnable(tree, 'usr/bin/qemu-system-x86_64')).to.deep.equal([
      join(machine.cache, 'tools/tool/root/usr/bin/qemu-system-x86_64'),
    ]);
    expect(await installTool('tool', { cache: machine.cache })).to.deep.equal(tree);
    expect(machine.commands()).to.deep.equal([`update ${suite}`, `install ${suite}`]);
    expect(readdirSync(join(machine.cache, 'partial'))).to.deep.equal([]);
  });

  it('is unpacked once by two at a time', async () => {
    machine.offer(suite, '7.2.22');
    await Promise.all([1, 2].map(() => installTool('tool', { cache: machine.cache })));
    expect(machine.commands()).to.deep.equal([`update ${suite}`, `install ${suite}`]);
  });

  it('leaves nothing where there is no such package', async () => {
    const error: unknown = await installTool('tool', { cache: machine.cache }).catch(
      (reason: unknown) => reason,
    );
    expect(error).to.be.instanceOf(SetupError).with.property('message').that.contains('not offered there');
    expect(existsSync(join(machine.cache, 'tools'))).to.equal(false);
    expect(readdirSync(join(machine.cache, 'partial'))).to.deep.equal([]);
  });
});
