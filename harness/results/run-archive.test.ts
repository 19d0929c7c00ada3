import { expect } from 'chai';
import { appendFile, mkdir, mkdtemp, readdir, readFile, rm, symlink, truncate } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { InputError, SetupError } from '../errors.ts';
import { failure, result, ROWS, SUITE, TARGET, wire } from './archive-fixture.test.ts';
import { runFolder, slugOf } from './layout.ts';
import { openRun, writeMissingTargets } from './open-run.ts';
import { readDialogue } from './read-dialogue.ts';
import { finishedRows, findRuns, readMissingTargets, readRun } from './read-run.ts';
import type { WireRecord } from './verdict.ts';

describe('run archive', () => {
  let out: string;
  let dir: string;

  beforeEach(async () => {
    out = await mkdtemp(join(tmpdir(), 'results-'));
    dir = runFolder(out, TARGET.name);
  });

  afterEach(() => rm(out, { recursive: true }));

  async function writeWhole(rows: readonly string[] = ROWS): Promise<void> {
    const writer = await openRun(out, TARGET, rows, SUITE);
    for (const row of rows) {
      await writer.appendWire(wire(row, `{"execute":"${row}"}`));
      await writer.appendResult(result(row));
    }
    await writer.finish();
  }

  it('gives back what was written', async () => {
    const writer = await openRun(out, TARGET, ROWS, SUITE);
    const failed = result('examples/a/two', {
      verdict: 'crash',
      reason: 'died: ünï\ncode',
      findings: [{ blame: 'target', rule: 'r/x', message: 1, pointer: '/return', what: 'w', expected: 'e' }],
      process: { command: ['qemu', '-S'], code: null, signal: 'SIGABRT', stderr: 'oops' },
      hardware: 'SGX',
    });
    const others = [
      result('examples/a/one'),
      result('examples/b/three', { verdict: 'untestable', reason: 'SEV' }),
    ];
    for (const one of [failed, ...others]) await writer.appendResult(one);
    const summary = await writer.finish();
    const run = await readRun(dir);
    expect(run.target).to.deep.equal(TARGET);
    expect(run.results).to.deep.equal([failed, ...others]);
    expect(run.summary).to.deep.equal(summary);
    expect(run.summary).to.include({ complete: true, suite: '0.1.0' });
    expect(run.summary?.counts).to.deep.equal({ crash: 1, pass: 1, untestable: 1 });
    expect(run.notWhole).to.equal(undefined);
    expect(await findRuns(out)).to.deep.equal([dir]);
    expect(await findRuns(dir)).to.deep.equal([dir]);
  });

  it('has every finished row on disk without being closed', async () => {
    const writer = await openRun(out, TARGET, ROWS, SUITE);
    await writer.appendWire(wire('examples/a/one', '{"execute":"a"}'));
    await writer.appendWire(wire('examples/a/two', '{"execute":"in flight"}'));
    await writer.appendResult(result('examples/a/one'));
    const run = await readRun(dir);
    expect(run.results.map(({ row }) => row)).to.deep.equal(['examples/a/one']);
    expect(run.notWhole).to.match(/cut off after 1 rows: no run.json/);
    expect(await readDialogue(run, 'examples/a/one')).to.have.length(1);
    expect(await readDialogue(run, 'examples/a/two')).to.deep.equal([]);
    await writer.close();
  });

  it('keeps rows apart that are performed at the same time', async () => {
    const writer = await openRun(out, TARGET, ROWS, SUITE);
    const long = 'x'.repeat(700_000);
    await Promise.all(
      [0, 1, 2, 3].flatMap((at) =>
        ROWS.map((row) => writer.appendWire(wire(row, `"${row} ${at} ${long}"`, at))),
      ),
    );
    await Promise.all(ROWS.map((row) => writer.appendResult(result(row))));
    await writer.finish();
    const run = await readRun(dir);
    for (const row of ROWS) {
      const dialogue = await readDialogue(run, row);
      expect(dialogue.map(({ at }) => at)).to.deep.equal([0, 1, 2, 3]);
      expect(dialogue.every((record) => record.row === row && record.text?.startsWith(`"${row}`))).to.equal(
        true,
      );
    }
  });

  it('keeps every digit and every byte of a message', async () => {
    const [row = ''] = ROWS;
    const records: WireRecord[] = [
      {
        row,
        connection: 'main',
        direction: '<-',
        at: 0.25,
        text: '{"return": 18446744073709551615}\u2028"\\u0000"',
      },
      { row, connection: 'peer', direction: '->', at: 1, base64: 'Df8=', phase: 'prepare' },
    ];
    const writer = await openRun(out, TARGET, [row], SUITE);
    for (const record of records) await writer.appendWire(record);
    await writer.appendResult(result(row));
    await writer.finish();
    expect(await readDialogue(await readRun(dir), row)).to.deep.equal(records);
  });

  it('says that planned rows are missing', async () => {
    const writer = await openRun(out, TARGET, ROWS, SUITE);
    await writer.appendResult(result('examples/a/one'));
    expect(await writer.finish()).to.include({ complete: false });
    const run = await readRun(dir);
    expect(run.notWhole).to.equal("2 of 3 planned rows have no result, the first is 'examples/a/two'");
  });

  it('reads an archive that was cut off in the middle of a line', async () => {
    await writeWhole();
    const file = join(dir, 'results.ndjson');
    const { length } = await readFile(file);
    await truncate(file, length - 5);
    const run = await readRun(dir);
    expect(run.results.map(({ row }) => row)).to.deep.equal(ROWS.slice(0, 2));
    expect(run.notWhole).to.equal('results.ndjson ends in the middle of a line');
  });

  it('resumes: keeps what is finished, drops what is half written', async () => {
    const writer = await openRun(out, TARGET, ROWS, SUITE);
    await writer.appendWire(wire('examples/a/one', '"kept"'));
    await writer.appendResult(result('examples/a/one'));
    await writer.close();
    await appendFile(
      join(dir, 'wire.ndjson'),
      `${JSON.stringify(wire('examples/a/two', '"lost"'))}\n{"row":"exa`,
    );
    await appendFile(join(dir, 'results.ndjson'), '{"row":"examples/a/t');

    expect(await finishedRows(dir, TARGET)).to.deep.equal(new Set(['examples/a/one']));
    const second = await openRun(out, TARGET, ROWS, { ...SUITE, resume: true });
    expect(ROWS.filter((row) => second.has(row))).to.deep.equal(['examples/a/one']);
    for (const row of ROWS.slice(1)) {
      await second.appendWire(wire(row, '"again"'));
      await second.appendResult(result(row));
    }
    await second.finish();
    const run = await readRun(dir);
    expect(run.notWhole).to.equal(undefined);
    expect(run.results.map(({ row }) => row)).to.deep.equal(ROWS);
    expect((await readDialogue(run, 'examples/a/one')).map(({ text }) => text)).to.deep.equal(['"kept"']);
    expect((await readDialogue(run, 'examples/a/two')).map(({ text }) => text)).to.deep.equal(['"again"']);
    expect(await readdir(dir)).to.have.members(['target.json', 'results.ndjson', 'wire.ndjson', 'run.json']);
  });

  it('resumes where there is nothing yet', async () => {
    const writer = await openRun(out, TARGET, [], { ...SUITE, resume: true });
    await writer.finish();
    expect((await readRun(dir)).notWhole).to.equal(undefined);
    expect(await finishedRows(join(out, 'nowhere'), TARGET)).to.deep.equal(new Set());
  });

  it('does not go on with a run of something else', async () => {
    await writeWhole();
    const other = { ...TARGET, digest: 'cd'.repeat(32) };
    const wrongBinary = await failure(openRun(out, other, ROWS, { ...SUITE, resume: true }));
    expect(wrongBinary).to.be.instanceOf(InputError);
    expect(wrongBinary.message).to.match(
      /target\.json: a run of another binary \(digest abab.*\); expected digest cdcd/,
    );
    const wrongName = await failure(finishedRows(dir, { ...TARGET, name: '7.2.23 x86_64 tcg' }));
    expect(wrongName.message).to.match(/a run of '7.2.22 x86_64 tcg'; expected '7.2.23 x86_64 tcg'/);
    expect((await readRun(dir)).notWhole, 'the archive is untouched').to.equal(undefined);
  });

  it('does not write over a run', async () => {
    await writeWhole();
    const error = await failure(openRun(out, TARGET, ROWS, SUITE));
    expect(error).to.be.instanceOf(InputError);
    expect(error.message).to.match(/holds a run already; expected an empty folder, or --resume/);
  });

  it('refuses results that cannot be right', async () => {
    const writer = await openRun(out, TARGET, ROWS, SUITE);
    await writer.appendResult(result('examples/a/one'));
    for (const [wrong, what] of [
      [result('examples/a/one'), /second result/],
      [result('examples/z/none'), /not planned/],
      [result('examples/a/two', { target: 'other' }), /result of 'other'/],
    ] as const) {
      expect((await failure(writer.appendResult(wrong))).message).to.match(what);
    }
    await writer.close();
  });

  for (const file of ['results.ndjson', 'wire.ndjson']) {
    it(`names ${file} when the disk is full, and again at every further call`, async function () {
      await mkdir(dir, { recursive: true });
      await symlink('/dev/full', join(dir, file));
      const writer = await openRun(out, TARGET, ROWS, SUITE);
      for (const row of ROWS.slice(0, 2)) {
        await writer.appendWire(wire(row, '"x"'));
        const error = await failure(writer.appendResult(result(row)));
        expect(error).to.be.instanceOf(SetupError);
        expect(error.message).to.equal(
          `${join(dir, file)}: no room left on the disk (ENOSPC); expected room for the run archive`,
        );
      }
      await writer.close();
    });
  }

  it('keeps the targets that could not be run', async () => {
    const missing = [{ name: '11.1.3 x86_64 kvm', reason: 'no /dev/kvm' }];
    await writeMissingTargets(out, missing);
    expect(await readMissingTargets(out)).to.deep.equal(missing);
    expect(await findRuns(out)).to.deep.equal([]);
  });

  it('gives targets folders that stay apart and inside', () => {
    expect(slugOf('7.2.22 x86_64 tcg')).to.equal('7.2.22-x86_64-tcg');
    const odd = ['../../etc', '.', '..', '', 'a/b', 'a\\b', 'a\0b', 'ä', 'x'.repeat(5000), '.hidden'];
    const slugs = odd.map(slugOf);
    expect(new Set(slugs)).to.have.property('size', odd.length);
    for (const slug of slugs) expect(slug).to.match(/^[A-Za-z0-9_+-][A-Za-z0-9._+-]{0,99}$/);
  });
});
