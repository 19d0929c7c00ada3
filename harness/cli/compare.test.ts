import { expect } from 'chai';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { targetNamed, runOf, unknownMember, type MadeUpRow } from '../compat/runs/fixture-runs.ts';
import { openRun } from '../results/open-run.ts';
import { runHere, type CommandEnd } from './testing-here.ts';

const OLD = '7.2.22 x86_64 tcg';
const NEW = '10.0.13 x86_64 tcg';
const FAIL = [unknownMember('singlestep')];

describe('compare, publish and expectations', () => {
  let folder: string;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'compare-'));
  });

  afterEach(() => rm(folder, { recursive: true }));

  /** Writes the archive of a run that was never run, and gives its folder. */
  async function archive(
    name: string,
    target: string,
    rows: Readonly<Record<string, MadeUpRow>>,
    isWhole = true,
  ): Promise<string> {
    const out = join(folder, name);
    const { results } = runOf(target, rows);
    const writer = await openRun(out, targetNamed(target), Object.keys(rows), { suite: '0.1.0' });
    for (const result of results) await writer.appendResult(result);
    await (isWhole ? writer.finish() : writer.close());
    return out;
  }

  async function file(name: string, text: string): Promise<string> {
    const path = join(folder, name);
    await writeFile(path, text);
    return path;
  }

  const compare = (...words: readonly string[]): Promise<CommandEnd> => runHere(['compare', ...words]);

  it('says what regressed, and what the schema says of it', async () => {
    const row = 'examples/run-state/query-status';
    const before = await archive('before', OLD, { [row]: 'pass', 'examples/a': FAIL });
    const after = await archive('after', NEW, { [row]: FAIL, 'examples/a': 'pass' });
    const end = await compare(before, after);
    expect(end).to.include({ code: 1, stderr: '' });
    expect(end.stdout).to.contain(`${OLD} -> ${NEW}\n1 row regressed, 1 fixed; 0 cases as before`);
    expect(end.stdout).to.contain(
      "1 row: 'singlestep' left StatusInfo, announced since 8.1, 2 releases before 9.0",
    );
    const back = await compare(after, before, '--json');
    expect(back.code).to.equal(1);
    expect((JSON.parse(back.stdout) as { counts: object }).counts).to.include({ regressed: 1, fixed: 1 });
  });

  it('is silent where nothing regressed or changed, also against what was published of it', async () => {
    const out = await archive('out', OLD, {
      'examples/a': 'pass',
      'examples/b': FAIL,
      'examples/c': 'crash',
    });
    const published = join(folder, 'published');
    const made = await runHere(['publish', out, '-o', published]);
    expect(made).to.include({ code: 0, stderr: '' });
    expect(made.stdout).to.match(/7\.2\.22-x86_64-tcg\.ndjson: 3 rows, 1 kB\n$/);
    for (const old of [published, join(published, '7.2.22-x86_64-tcg.ndjson'), out])
      expect(await compare(old, out)).to.include({ code: 0, stdout: '', stderr: '' });
    expect((await compare(published, out, '--verbose')).stdout).to.contain(
      'nothing changed; 3 cases as before',
    );
    expect((await compare(published, out, '--format', 'mail')).stdout).to.equal('');
  });

  it('leaves out what is not whole, and says so', async () => {
    const before = await archive('before', OLD, { 'examples/a': 'pass' });
    await archive('before', NEW, { 'examples/a': 'pass' });
    const after = await archive('after', OLD, { 'examples/a': 'pass' });
    await archive('after', NEW, { 'examples/a': FAIL }, false);
    const end = await compare(before, after);
    expect(end).to.include({ code: 3, stdout: '' });
    expect(end.stderr).to.match(/10\.0\.13-x86_64-tcg: not whole, not compared: cut off after 1 rows/);
    expect(end.stderr).to.contain(`${NEW}: not compared: nothing to compare it with in NEW\n`);
    const cut = await archive('cut', NEW, { 'examples/a': FAIL }, false);
    const none = await compare(before, cut);
    expect(none).to.include({ code: 2, stdout: '' });
    expect(none.stderr).to.contain('cut: no whole run; expected one');
  });

  it('follows renames', async () => {
    const before = await archive('before', OLD, { 'examples/old': FAIL });
    const after = await archive('after', OLD, { 'examples/new': FAIL });
    const renames = await file('renames.yaml', 'examples/old: examples/new\n');
    expect(await compare(before, after, '--renames', renames)).to.include({
      code: 0,
      stdout: '',
      stderr: '',
    });
    expect((await compare(before, after)).stdout).to.contain('1 row gone, 1 new');
  });

  it('takes a known failure for no regression', async () => {
    const before = await archive('before', OLD, { 'examples/a': 'pass' });
    const after = await archive('after', OLD, { 'examples/a': FAIL });
    const mine = await file('mine.yaml', '- { rows: examples/a, reason: r, review-by: 2020-01-01 }\n');
    const end = await compare(before, after, '--expectations', mine);
    expect(end.code).to.equal(0);
    expect(end.stdout).to.contain('1 row became a known failure');
    expect(end.stderr).to.contain("known failure of 'examples/a' was to be reviewed by 2020-01-01");
  });

  it('refuses what it cannot compare', async () => {
    const out = await archive('out', OLD, { 'examples/a': 'pass' });
    const other = await archive('other', '7.2.22 aarch64 tcg', { 'examples/a': 'pass' });
    const renames = await file('renames.json', '{ "examples/z": "examples/a" }');
    const refused: readonly (readonly [readonly string[], RegExp])[] = [
      [[out], /missing required argument 'new'/],
      [
        [out, join(folder, 'none')],
        /none: no run archive; expected a folder of 'run --out', or a release with/,
      ],
      [[out, folder], /no run archive/],
      [[out, other], /no target to compare: OLD has 7\.2\.22 x86_64 tcg, NEW has 7\.2\.22 aarch64 tcg/],
      [['1.7', out], /1\.7: no published results/],
      [[out, out, '--pair', 'x'], /--pair 'x'; expected OLD=NEW/],
      [[out, out, '--renames', renames], /renames\.json:1:17: 'examples\/z' is no row of the older run/],
      [
        [out, out, '--renames', join(folder, 'no.yaml')],
        /no\.yaml: cannot be read; expected a map of renames/,
      ],
      [[out, out, '--format', 'xml'], /Allowed choices are text, markdown, json, mail/],
      [
        [out, out, '--expectations', join(folder, 'no.yaml')],
        /no\.yaml: cannot be read; expected a file or a folder/,
      ],
    ];
    for (const [words, message] of refused) {
      const end = await compare(...words);
      expect(end, end.stderr).to.include({ code: 2, stdout: '' });
      expect(end.stderr).to.match(message);
    }
  });

  it('proposes expectations that make the same archive green once they are said, and no other', async () => {
    const red = { 'examples/a': FAIL, 'examples/b': 'crash', 'examples/c': 'pass' } as const;
    const out = await archive('out', OLD, red);
    const proposals = join(folder, 'proposals.yaml');
    const report = (...words: readonly string[]) => runHere(['report', ...words]);
    const first = await report(out, '--write-expectations', proposals);
    expect(first.code).to.equal(1);
    expect(first.stderr).to.contain(`${proposals}: say why each fails, in place of TODO`);

    const unsaid = await report(out, '--expectations', proposals);
    expect(unsaid.code).to.equal(2);
    expect(unsaid.stderr).to.match(/proposals\.yaml:7:11: reason 'TODO'; expected why it fails/);

    await writeFile(proposals, (await readFile(proposals, 'utf8')).replaceAll('TODO', 'because'));
    const green = await report(out, '--expectations', proposals);
    expect(green.code, green.stderr).to.equal(0);
    expect((await runHere(['matrix', out, '--expectations', proposals])).code).to.equal(0);
    const other = await archive('other', OLD, { ...red, 'examples/a': [unknownMember('other')] });
    const judged = await report(other, '--expectations', proposals, '--json');
    expect(judged.code).to.equal(1);
    expect(judged.stdout).to.match(
      /known failure \(because\) of another difference: got [0-9a-f]{16}, expected/,
    );

    const again = await report(out, '--write-expectations', proposals);
    expect(again.code).to.equal(2);
    expect(again.stderr).to.contain('proposals.yaml: is there already; expected a new file');
    expect((await readdir(folder)).sort()).to.deep.equal(['other', 'out', 'proposals.yaml']);
  });

  it('writes no proposals where nothing is red', async () => {
    const out = await archive('out', OLD, { 'examples/a': 'pass' });
    const end = await runHere(['report', out, '--write-expectations', join(folder, 'none.yaml')]);
    expect(end.code).to.equal(0);
    expect(end.stderr).to.match(/nothing is red: .*none\.yaml is not written/);
    expect(await readdir(folder)).to.deep.equal(['out']);
  });

  it('refuses expectations that mean nothing', async () => {
    const out = await archive('out', OLD, { 'examples/a': 'pass' });
    const entry = (rows: string, more = '') =>
      `- { rows: ${rows}, reason: r, review-by: 2030-01-01${more} }\n`;
    const refused: readonly (readonly [string, RegExp])[] = [
      [entry('examples/z'), /0\.yaml:1:3: 'examples\/z' means no row; expected a glob of rows that exist/],
      [
        entry('examples/a', ', when: 12.0-13.1'),
        /1\.yaml:1:3: releases '12\.0-13\.1' can never hold; expected some of 0\.14 to/,
      ],
    ];
    for (const [at, [text, message]] of refused.entries()) {
      const end = await runHere(['report', out, '--expectations', await file(`${at}.yaml`, text)]);
      expect(end, end.stderr).to.include({ code: 2, stdout: '' });
      expect(end.stderr).to.match(message);
    }
    // Rows of a suite that was not run are not known, and those of the project need not have been run.
    const others = await file(
      'others.yaml',
      entry('protocol/R99/**') + entry('examples/run-state/query-status'),
    );
    expect((await runHere(['report', out, '--expectations', others])).code).to.equal(0);
  });

  it('publishes all of what is named, or nothing', async () => {
    const good = await archive('out', OLD, { 'examples/a': 'pass' });
    await archive('out', NEW, { 'examples/a': 'setup-error' });
    const published = join(folder, 'published');
    const end = await runHere(['publish', good, '-o', published]);
    expect(end).to.include({ code: 2, stdout: '' });
    expect(end.stderr).to.contain("'examples/a' is setup-error; expected a run without errors of ours");
    expect(await readdir(folder)).to.deep.equal(['out']);
  });
});
