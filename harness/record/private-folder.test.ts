import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { inTemporaryFolder } from '../target/temporary-folder.ts';
import { makePrivateFolder } from './private-folder.ts';

describe('makePrivateFolder', () => {
  /** A folder of a process that is gone. */
  const makeOrphan = async (dir: string): Promise<string> => {
    const code = `import('${new URL('private-folder.ts', import.meta.url).href}').then(({ makePrivateFolder }) => { process.stdout.write(makePrivateFolder(process.argv[1])); setInterval(() => 0, 1000); })`;
    const child = spawn(process.execPath, ['--import', 'tsx', '-e', code, dir], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const [folder] = (await once(child.stdout, 'data')) as [Buffer];
    // While it lives its folder stays.
    makePrivateFolder(dir);
    expect(existsSync(folder.toString())).to.equal(true);
    child.kill('SIGKILL');
    await once(child, 'close');
    return folder.toString();
  };

  it('removes the folder of a recorder that was killed', () =>
    inTemporaryFolder(async (dir) => {
      const orphan = await makeOrphan(dir);
      writeFileSync(join(orphan, 'monitor'), '');
      const folder = makePrivateFolder(dir);
      expect(existsSync(orphan)).to.equal(false);
      expect(existsSync(folder)).to.equal(true);
    }));

  it('removes none but those', () =>
    inTemporaryFolder((dir) => {
      const own = makePrivateFolder(dir);
      const owner = readFileSync(join(own, 'owner'), 'utf8');
      const [pid = '', start = '', namespace = ''] = owner.split(' ');
      const others = {
        'qmp-record-without': undefined,
        'qmp-record-odd': 'me',
        'qmp-record-elsewhere': `999999999 1 pid:[1]`,
        'another-folder': `999999999 1 ${namespace}`,
      };
      for (const [name, text] of Object.entries(others)) {
        mkdirSync(join(dir, name));
        if (text !== undefined) writeFileSync(join(dir, name, 'owner'), text);
      }
      // The number is ours, the process another.
      cpSync(own, join(dir, 'qmp-record-reused'), { recursive: true });
      writeFileSync(join(dir, 'qmp-record-reused', 'owner'), `${pid} ${Number(start) - 1} ${namespace}`);
      makePrivateFolder(dir);
      for (const name of Object.keys(others)) expect(existsSync(join(dir, name)), name).to.equal(true);
      expect(existsSync(own)).to.equal(true);
      expect(existsSync(join(dir, 'qmp-record-reused'))).to.equal(false);
      return Promise.resolve();
    }));
});
