import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { profileOf } from '../certify/fixture-bundle.ts';
import { RULES } from '../certify/rules.ts';
import { main } from './main.ts';
import { runCommand } from './testing-cli.ts';

const ROWS = ['examples/run-state/STOP', 'examples/control/query-version'];

interface End {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a command line of ours in this process: most of them read no more than their words. */
async function runHere(words: readonly string[]): Promise<End> {
  const texts = { stdout: '', stderr: '' };
  const code = process.exitCode;
  const stdout = process.stdout.write.bind(process.stdout);
  const stderr = process.stderr.write.bind(process.stderr);
  for (const stream of ['stdout', 'stderr'] as const)
    process[stream].write = (chunk: string | Uint8Array): boolean => (texts[stream] += String(chunk)) !== '';
  try {
    process.exitCode = 0;
    await main(['node', 'qmp-conformance', ...words]);
    return { code: process.exitCode, ...texts };
  } finally {
    process.stdout.write = stdout;
    process.stderr.write = stderr;
    process.exitCode = code;
  }
}

describe('qmp-conformance certify and verify', function () {
  this.timeout(60_000);
  let folder = '';
  const inFolder = (name: string): string => join(folder, name);
  const certify = (...words: readonly string[]): Promise<End> =>
    runHere(['certify', inFolder('out'), '--profiles', inFolder('profiles'), ...words]);
  const verify = (...words: readonly string[]): Promise<End> =>
    runHere(['verify', '--profiles', inFolder('profiles'), ...words]);

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'certify-cli-'));
    await mkdir(inFolder('profiles'));
    await writeFile(inFolder('profiles/few.yaml'), profileOf(ROWS));
    const greps = ROWS.flatMap((row) => ['--grep', row]);
    const end = await runCommand([
      'run',
      '--release',
      '10.0',
      '--accel',
      'tcg',
      '--suite',
      'examples',
      '--out',
      inFolder('out'),
      ...greps,
    ]);
    expect(end.code, end.stderr).to.equal(0);
    const made = await runHere(['certify', '--new-key', inFolder('vendor.pem')]);
    expect(made.stdout).to.match(/vendor\.pub\.pem: public key sha256:[0-9a-f]{64}\n$/);
    const { code, stdout, stderr } = await certify(
      '--profile',
      'few',
      '--key',
      inFolder('vendor.pem'),
      '-o',
      inFolder('bundle'),
    );
    expect(code, stderr).to.equal(0);
    expect(stdout).to.include('profile few: passed; 2 of 2 rows pass, 0 not applicable');
  });
  after(() => rm(folder, { recursive: true }));

  it('say whose signature it is, where that is known', async () => {
    const { code, stdout } = await verify(inFolder('bundle'), '--key', inFolder('vendor.pub.pem'));
    expect([code, stdout.trimEnd().split('\n').at(-1)]).to.deep.equal([0, `${inFolder('bundle')}: verified`]);
    expect(stdout).to.match(/^target: {2}10\.0\.\d+ x86_64 tcg, /);
  });

  it('say that nobody knows the key, where it is only in the bundle', async () => {
    const json = JSON.parse((await verify(inFolder('bundle'), '--json')).stdout) as Record<string, unknown>;
    expect(json).to.include({ format: 1, verified: true, trusted: false, result: 'PASSED' });
    expect(Object.keys(json['rows'] as object)).to.deep.equal([...ROWS].sort());
  });

  it('refuse a bundle that was changed, name the rule, and move no cursor', async () => {
    const file = inFolder('bundle/bundle.json');
    const text = await readFile(file, 'utf8');
    await writeFile(file, `${text} `);
    await writeFile(inFolder('bundle/x\u001b[2Jy'), '');
    const extra = await verify(inFolder('bundle'));
    expect([extra.code, extra.stdout.includes('\u001b')]).to.deep.equal([1, false]);
    expect(extra.stdout).to.match(/^bundle\/file: "x\S+ no file of a bundle|^bundle\/file: /);
    await rm(inFolder('bundle/x\u001b[2Jy'));
    const changed = await verify(inFolder('bundle'));
    expect(changed.code).to.equal(1);
    expect(changed.stdout).to.match(
      /\nbundle\/digest: bundle\.json: SHA-256 [0-9a-f]{64}; expected [0-9a-f]{64}\n/,
    );
    await writeFile(file, text);
  });

  it('list the rules', async () => {
    const { code, stdout } = await runHere(['verify', '--rules']);
    expect(code).to.equal(0);
    expect(
      stdout
        .trimEnd()
        .split('\n')
        .map((line) => line.split(' ')[0]),
    ).to.deep.equal(Object.keys(RULES));
  });

  const wrong: readonly (readonly [words: readonly string[], code: number, says: string])[] = [
    [['certify'], 2, "no RUN; expected what 'run --out' left"],
    [['certify', 'out'], 2, 'no --profile; expected one'],
    [['certify', 'out', '--profile', 'core'], 2, 'no --key or no --output; expected both, or --check'],
    [['certify', 'no-such-run', '--profile', 'core', '--check'], 2, 'no-such-run: no run archive'],
    [['verify'], 2, 'no BUNDLE; expected the folder of one'],
    [['verify', 'no-such-bundle'], 3, 'no-such-bundle: cannot be read'],
    [['verify', 'x', '--key', 'no-such-key'], 2, 'no-such-key: cannot be read; expected a key'],
    [['verify', 'x', '--key', 'a', '--keyring', 'b'], 2, 'cannot be used with'],
  ];
  for (const [words, code, says] of wrong) {
    it(`refuse ${words.join(' ')}`, async () => {
      // What is imported late is another module here than what main knows, and so are its errors.
      const end = await (words.some((word) => word.startsWith('no-such'))
        ? runCommand(words)
        : runHere(words));
      expect([end.code, end.stderr]).to.satisfy(
        ([got, stderr]: [number, string]) => got === code && stderr.includes(says),
        end.stderr,
      );
    });
  }
});
