import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { findRuns, readRun } from '../results/read-run.ts';
import { processesBelow, runCommand } from './testing-cli.ts';

const CONTRIBUTING = fileURLToPath(new URL('../../CONTRIBUTING.md', import.meta.url));

/** The files that a text shows: a path in backquotes before a colon, then a block. */
function filesIn(text: string): ReadonlyMap<string, string> {
  const shown = text.matchAll(/`(recordings\/[^`]+)`:\n\n```[a-z]*\n([^]*?)^```$/gm);
  return new Map([...shown].map(([, path = '', content = '']) => [path, content]));
}

describe('what CONTRIBUTING shows to a newcomer', function () {
  this.timeout(60_000);
  let folder = '';
  let files: ReadonlyMap<string, string> = new Map();

  before(async () => {
    const { code, stderr } = await runCommand(['qemu', 'install']);
    expect(code, stderr).to.equal(0);
    files = filesIn(await readFile(CONTRIBUTING, 'utf8'));
  });
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'qmpc-test-'));
  });
  afterEach(async () => {
    expect(await processesBelow(folder), 'QEMUs left running').to.deep.equal([]);
    await rm(folder, { recursive: true });
  });

  /** Verdicts of the recording on all releases, after `change` to the stage. */
  const replay = async (change: (stage: string) => string): Promise<readonly string[]> => {
    for (const [path, content] of files) {
      const file = join(folder, path);
      await mkdir(dirname(file), { recursive: true });
      await writeFile(file, path.endsWith('.yaml') ? change(content) : content);
    }
    const recordings = [...files.keys()].filter((path) => path.endsWith('.qmp'));
    const rows = recordings.map((path) => join(folder, path));
    const stages = join(folder, 'recordings/stages');
    const out = join(folder, 'out');
    await runCommand(['run', ...rows, '--stages', stages, '--accel', 'tcg', '--out', out]);
    const runs = await Promise.all((await findRuns(out)).map((dir) => readRun(dir)));
    return runs.flatMap(({ results }) => results.map(({ verdict }) => verdict));
  };

  it('is two files, and no code', () => {
    expect([...files.keys()]).to.deep.equal([
      'recordings/stages/devices/rng.yaml',
      'recordings/devices/rng.qmp',
    ]);
  });

  it('passes on every release', async () => {
    const verdicts = await replay((stage) => stage);
    expect(verdicts.length).to.be.at.least(4);
    expect(new Set(verdicts)).to.deep.equal(new Set(['pass']));
  });

  it('fails on every release where the stage does not bring the state about', async () => {
    const verdicts = await replay((stage) => stage.replace('id=rng0', 'id=other'));
    expect(new Set(verdicts)).to.deep.equal(new Set(['fail']));
  });
});
