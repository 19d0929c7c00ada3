import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { Command } from 'commander';
import { addCheckCommand } from './check.ts';

const recording = (body: string): string => `---\nid: wire/x\n---\n${body}`;
const GOOD = recording('-> {"execute":"stop"}\n<- {"return":{}}\n');
const REMOVED = recording('-> {"execute":"query-cpus"}\n<- {"return":[]}\n');

/** What an InputError says: mocha and the dynamic imports of the actions load its class twice. */
function inputErrorIn(thrown: unknown): string {
  return thrown instanceof Error && thrown.name === 'InputError'
    ? thrown.message
    : `no InputError: ${String(thrown)}`;
}

describe('check', function () {
  this.timeout(30_000);
  let folder = '';
  const file = (name: string, text: string): string => {
    const path = join(folder, name);
    writeFileSync(path, text);
    return path;
  };
  beforeEach(() => void (folder = mkdtempSync(join(tmpdir(), 'check-'))));
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  /** What a command line prints, with the folder of the test as `~`. */
  const run = async (
    ...words: readonly string[]
  ): Promise<{ readonly out: string; readonly err: string; readonly code: number }> => {
    const program = new Command().exitOverride().configureOutput({ writeErr: () => undefined });
    addCheckCommand(program);
    const texts = { out: '', err: '' };
    const [out, err] = [process.stdout.write.bind(process.stdout), process.stderr.write.bind(process.stderr)];
    process.stdout.write = (part: string | Uint8Array): boolean => ((texts.out += String(part)), true);
    process.stderr.write = (part: string | Uint8Array): boolean => ((texts.err += String(part)), true);
    try {
      await program.parseAsync(['check', ...words], { from: 'user' });
    } finally {
      process.stdout.write = out;
      process.stderr.write = err;
    }
    const code = Number(process.exitCode ?? 0);
    process.exitCode = 0;
    return { out: texts.out.replaceAll(folder, '~'), err: texts.err.replaceAll(folder, '~'), code };
  };

  it('finds nothing in what the newest release takes', async () =>
    expect(await run(file('a.qmp', GOOD))).to.deep.equal({
      out: 'nothing in 2 messages of 1 recording, against 11.1\n',
      err: '',
      code: 0,
    }));

  it('tells what was removed, and since when', async () =>
    expect(await run(file('a.qmp', REMOVED))).to.deep.equal({
      out:
        '~/a.qmp:4:5: error: query-cpus: no such command; removed in 6.0, deprecated since 2.12\n' +
        '1 error in 2 messages of 1 recording, against 11.1\n',
      err: '',
      code: 1,
    }));

  it('fails on what is asked for', async () => {
    const path = file('a.qmp', REMOVED);
    expect((await run(path, '--fail-on', 'never')).code).to.equal(0);
    expect((await run(path, '--release', '5.2')).code).to.equal(0);
    expect((await run(path, '--release', '5.2.0', '--fail-on', 'warning')).code).to.equal(1);
  });

  it('says which of several releases a finding is of', async () =>
    expect((await run(file('a.qmp', REMOVED), '--release', '5.2', '--release', '10.0')).out).to.equal(
      '~/a.qmp:4:5: warning: query-cpus: deprecated; since 2.12 (5.2)\n' +
        '~/a.qmp:4:5: error: query-cpus: no such command; removed in 6.0, deprecated since 2.12 (10.0)\n' +
        '1 error, 1 warning in 2 messages of 1 recording, against 5.2 and 10.0\n',
    ));

  it('prints a table of all releases', async () =>
    expect(await run(file('a.qmp', REMOVED), '--release', 'all')).to.deep.equal({
      out:
        'command     messages  accepted by  deprecated in  refused by\n' +
        'query-cpus  1         0.14-2.11    2.12-5.2       6.0-11.1\n',
      err: '',
      code: 0,
    }));

  it('fails on all releases where that is asked for', async () =>
    expect((await run(file('a.qmp', REMOVED), '--release', 'all', '--fail-on', 'error')).code).to.equal(1));

  it('prints JSON, and SARIF', async () => {
    const path = file('a.qmp', REMOVED);
    const { out } = await run(path, '--json');
    expect(JSON.parse(out)).to.deep.include({ format: 1, releases: ['11.1'], files: 1, messages: 2 });
    expect((await run(path, '--format', 'json')).out).to.equal(out);
    await run(path, '--format', 'sarif', '-o', join(folder, 'x.sarif'));
    const sarif = readFileSync(join(folder, 'x.sarif'), 'utf8');
    expect(sarif).to.contain('"ruleId": "sent/removed"').and.to.contain('"version": "2.1.0"');
  });

  it('reads all recordings of a folder', async () => {
    mkdirSync(join(folder, 'b'));
    file('a.qmp', GOOD);
    file('b/c.qmp', REMOVED);
    file('b/other.txt', 'no recording');
    expect((await run(folder)).out).to.match(
      /^~\/b\/c\.qmp:4:5: .*\n1 error in 4 messages of 2 recordings, against 11\.1\n$/,
    );
  });

  const foreign: readonly (readonly [title: string, text: string, error: RegExp])[] = [
    ['a file that is no recording', '{"execute":"stop"}\n', /^~\/x\.qmp:1:1: no front matter; expected /],
    ['a recording that is cut off', `${GOOD}-> {"execute":`, /^~\/x\.qmp:6:\d+: .*; expected /],
    ['an empty file', '', /^~\/x\.qmp:1:1: no front matter; expected /],
    ['bytes', '---\0', /^~\/x\.qmp:1:4: a NUL byte; expected /],
    ['a recording without messages', recording(''), /^~\/x\.qmp:4:1: no message; expected /],
  ];
  for (const [title, text, error] of foreign)
    it(`says in one line what is wrong with ${title}, and checks the others`, async () => {
      const { out, err, code } = await run(file('x.qmp', text), file('y.qmp', REMOVED));
      expect(err.replace('qmp-conformance: ', '')).to.match(error);
      expect(err.trimEnd().split('\n')).to.have.length(1);
      expect(out).to.contain('~/y.qmp:4:5: error: query-cpus');
      expect(code).to.equal(2);
    });

  it('says that a file is not there', async () => {
    const { err, code } = await run(join(folder, 'x.qmp'));
    expect(err).to.equal('qmp-conformance: ~/x.qmp: not there; expected a recording (.qmp)\n');
    expect(code).to.equal(2);
  });

  const refused: readonly (readonly [words: readonly string[], error: RegExp])[] = [
    [['--release', '3.7'], /^no qmp schema of release '3.7'; there are: /],
    [['--release', 'new'], /^--release new; expected X.Y or 'all'$/],
    [['--release', 'all', '--release', '10.0'], /^--release all with another release; expected 'all' alone$/],
  ];
  for (const [words, error] of refused)
    it(`refuses ${words.join(' ')}`, async () => {
      const path = file('a.qmp', GOOD);
      const end = await run(path, ...words).catch((thrown: unknown) => thrown);
      expect(inputErrorIn(end)).to.match(error);
    });

  it('refuses a folder without recordings', async () => {
    const end = await run(folder).catch((thrown: unknown) => thrown);
    expect(inputErrorIn(end)).to.contain('no recording in it');
  });
});
