import { Ajv2020 } from 'ajv/dist/2020.js';
import { expect } from 'chai';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { InputError } from '../errors.ts';
import { failure, result, TARGET } from './archive-fixture.test.ts';
import { fingerprintOf } from './fingerprint.ts';
import { openRun } from './open-run.ts';
import { checkPublishable, publishRuns } from './publish.ts';
import { readPublished, readRunsNamed } from './published.ts';
import { readRun } from './read-run.ts';
import { VERDICTS, type RowResult } from './verdict.ts';

const FINDING = {
  blame: 'target',
  message: 2,
  rule: 'schema/type',
  pointer: '/return/a',
  what: `string "${homedir()}/x/y.sock"`,
  expected: 'an integer',
} as const;

const STDERR = `qemu: warning: x\nqemu: /build/qemu/util/yank.c:105: f: Assertion \`entry' failed.\nmore\n`;

/** One row of each verdict that can be published. */
const RESULTS: readonly RowResult[] = VERDICTS.filter((verdict) => !verdict.endsWith('-error')).map(
  (verdict) =>
    result(`examples/x/${verdict}`, {
      verdict,
      duration: Math.random(),
      ...(verdict === 'pass'
        ? {}
        : { reason: `${verdict}: no ${tmpdir()}/a/b.sock; command: ${homedir()}/bin/qemu -x` }),
      ...(['fail', 'known-failure'].includes(verdict) ? { findings: [FINDING] } : {}),
      ...(verdict === 'known-failure' ? { was: { verdict: 'fail', reason: `in ${process.cwd()}/x` } } : {}),
      ...(verdict === 'untestable' ? { hardware: 'a TPM', documented: false } : {}),
      ...(verdict === 'crash'
        ? {
            process: { command: [`${homedir()}/qemu`], code: null, signal: 'SIGABRT', stderr: STDERR },
            program: 'qemu-ga',
          }
        : {}),
    }),
);

describe('published results', () => {
  let folder: string;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'published-'));
  });

  afterEach(() => rm(folder, { recursive: true }));

  async function archiveOf(
    results: readonly RowResult[],
    out = join(folder, 'out'),
    finish = true,
  ): Promise<string> {
    const rows = results.map(({ row }) => row);
    const facts = { ...TARGET, commands: ['stop'], events: ['STOP'] };
    const writer = await openRun(out, facts, finish ? rows : [...rows, 'examples/x/left'], {
      suite: '0.1.0',
      notes: { expectations: [{ name: 'mine.yaml', digest: 'ab' }] },
    });
    for (const one of results) await writer.appendResult(one);
    await (finish ? writer.finish() : writer.close());
    return writer.dir;
  }

  async function publish(dir: string, out = join(folder, 'published'), force = false): Promise<string> {
    const runs = [await readRun(dir)];
    await checkPublishable(runs, out, force);
    return (await publishRuns(runs, out)).file;
  }

  it('are read as what the archive tells', async () => {
    const dir = await archiveOf(RESULTS);
    const archive = await readRun(dir);
    const published = await readPublished(await publish(dir));
    expect(published.results.map(({ row }) => row)).to.deep.equal(RESULTS.map(({ row }) => row).sort());
    for (const one of published.results) {
      const before = archive.results.find(({ row }) => row === one.row);
      expect(before && fingerprintOf(before), one.row).to.equal(fingerprintOf(one));
      expect(one).to.include({
        verdict: before?.verdict,
        checks: before?.checks,
        documented: before?.documented,
      });
      expect(one.hardware).to.equal(before?.hardware);
      expect(one.program).to.equal(before?.program);
      expect(one.was?.verdict).to.equal(before?.was?.verdict);
    }
    expect(published.target).to.include({
      name: TARGET.name,
      package: TARGET.package,
      digest: TARGET.digest,
    });
    expect(published.summary).to.deep.include({
      complete: true,
      suite: '0.1.0',
      counts: archive.summary?.counts,
    });
    expect(published.notWhole).to.equal(undefined);
  });

  it('say nothing of the machine', async () => {
    const text = await readFile(await publish(await archiveOf(RESULTS)), 'utf8');
    for (const word of [homedir(), tmpdir(), process.cwd(), '/build', 'command:', 'qemu-system', 'duration'])
      expect(text).not.to.contain(word);
    expect(text).to.contain('no <path>').and.contain("yank.c:105: f: Assertion `entry' failed.");
  });

  it('are the same bytes whatever the order of the rows, and how long they took', async () => {
    const first = await readFile(await publish(await archiveOf(RESULTS)), 'utf8');
    const again = RESULTS.toReversed().map((one) => ({ ...one, duration: 7 }));
    const dir = await archiveOf(again, join(folder, 'again'));
    const second = await readFile(await publish(dir, join(folder, 'other')), 'utf8');
    expect(second.replace(/"date":"[^"]*"/, '')).to.equal(first.replace(/"date":"[^"]*"/, ''));
  });

  it('are described by their schema', async () => {
    const file = new URL('../../schemas/formats/published.json', import.meta.url);
    const schema = JSON.parse(await readFile(file, 'utf8')) as object;
    const validate = new Ajv2020({ allowUnionTypes: true, formats: { date: /^\d{4}-\d\d-\d\d$/ } }).compile(
      schema,
    );
    const lines = (await readFile(await publish(await archiveOf(RESULTS)), 'utf8')).trimEnd().split('\n');
    expect(lines).to.have.lengthOf(RESULTS.length + 1);
    for (const line of lines)
      expect(validate(JSON.parse(line)), `${line}: ${JSON.stringify(validate.errors)}`).to.equal(true);
    expect(validate({ row: 'a', verdict: 'setup-error', checks: 0 })).to.equal(false);
    expect(validate({ row: 'a', verdict: 'pass', checks: 0, duration: 1 })).to.equal(false);
    expect(validate({ published: 2 })).to.equal(false);
  });

  it('are found by folder, file, and archive', async () => {
    const dir = await archiveOf(RESULTS);
    const file = await publish(dir);
    for (const word of [file, join(folder, 'published'), dir, join(folder, 'out')]) {
      const runs = await readRunsNamed(word);
      expect(runs.map(({ target }) => target.name)).to.deep.equal([TARGET.name]);
    }
  });

  const refused: readonly (readonly [string, string, RegExp])[] = [
    ['an empty file', '', /: empty; expected published results$/],
    [
      'a result stream of an archive',
      `${JSON.stringify(RESULTS[0])}\n`,
      /:1:1: no file of published results/,
    ],
    ['another format', '{"published":2}\n', /:1:1: published results of format 2; expected format 1/],
    ['no number of a format', '{"published":"x"}\n', /published results of no format number/],
    ['no object', '[]\n', /expected an object/],
    ['no JSON', '{"published":1\n', /:1:15: /],
    ['no target', '{"published":1,"suite":"a","date":"b","rows":0}\n', /expected an object/],
    ['a line that was cut off', 'HEAD1{"row":"a","ver', /:2:1: a line that was cut off/],
    ['fewer results than said', 'HEAD2{"row":"a","verdict":"pass","checks":1}\n', /: 1 results; expected 2/],
    [
      'a row twice',
      'HEAD2{"row":"a","verdict":"pass","checks":1}\n{"row":"a","verdict":"pass","checks":1}\n',
      /:3:1: a second result of 'a'/,
    ],
    [
      'a word that is no verdict',
      'HEAD1{"row":"a","verdict":"good","checks":1}\n',
      /:2:1: member 'verdict' is 'good'/,
    ],
    [
      'a process that is none',
      'HEAD1{"row":"a","verdict":"crash","checks":1,"process":3}\n',
      /expected an object/,
    ],
  ];
  for (const [what, text, message] of refused) {
    it(`are refused with ${what}`, async () => {
      const { where: _where, ...target } = TARGET;
      const head = (rows: string) =>
        `${JSON.stringify({ published: 1, target, suite: '1', date: '2026-11-21' }).slice(0, -1)},"rows":${rows}}\n`;
      const file = join(folder, '7.2.22-x.ndjson');
      await writeFile(
        file,
        text.replace(/^HEAD(\d)/, (_, rows: string) => head(rows)),
      );
      const error = await failure(readPublished(file));
      expect(error).to.be.instanceOf(InputError);
      expect(error.message).to.match(message);
    });
  }

  it('are not made of a run that was cut off', async () => {
    const dir = await archiveOf(RESULTS, join(folder, 'cut'), false);
    const error = await failure(publish(dir));
    expect(error).to.be.instanceOf(InputError);
    expect(error.message).to.match(/: not whole: cut off after 8 rows.*; expected a whole run/);
  });

  for (const verdict of ['setup-error', 'harness-error'] as const) {
    it(`are not made of a run with a ${verdict}`, async () => {
      const error = await failure(publish(await archiveOf([result('examples/x/y', { verdict })])));
      expect(error).to.be.instanceOf(InputError);
      expect(error.message).to.match(
        new RegExp(`'examples/x/y' is ${verdict}; expected a run without errors`),
      );
    });
  }

  it('do not make room for fewer, unless they must', async () => {
    await publish(await archiveOf(RESULTS));
    const dir = await archiveOf(RESULTS.slice(2), join(folder, 'fewer'));
    const error = await failure(publish(dir));
    expect(error.message).to.match(
      /holds 8 results, more than the 6 of this run; expected a run of all, or --force$/,
    );
    expect((await readPublished(await publish(dir, undefined, true))).results).to.have.lengthOf(6);
    expect(await readdir(join(folder, 'published'))).to.deep.equal(['7.2.22-x86_64-tcg.ndjson']);
  });

  it('do not make room where what is there cannot be read', async () => {
    await mkdir(join(folder, 'published'));
    await writeFile(join(folder, 'published', '7.2.22-x86_64-tcg.ndjson'), 'precious\n');
    expect(await failure(publish(await archiveOf(RESULTS)))).to.be.instanceOf(InputError);
  });
});

describe('published results of this package', () => {
  for (const release of ['5.2', '7.2', '10.0', '11.1']) {
    it(`are small, whole, and of ${release}, and say nothing of a machine`, async () => {
      const runs = await readRunsNamed(release);
      expect(runs).to.not.be.empty;
      for (const { dir, target, results, notWhole } of runs) {
        const text = await readFile(dir, 'utf8');
        expect(Buffer.byteLength(text), dir).to.be.below(300_000);
        expect(text).not.to.match(/\/(?:root|home|tmp|Users)\//);
        expect(target.version.startsWith(`${release}.`), target.version).to.equal(true);
        expect(target.digest).to.match(/^[0-9a-f]{64}$/);
        expect(results.length).to.be.above(500);
        expect(notWhole).to.equal(undefined);
        expect(await readRunsNamed(target.version)).to.deep.equal(runs);
      }
    });
  }
});

describe('readRunsNamed', () => {
  const bad: readonly (readonly [string, RegExp])[] = [
    [
      'no-such-folder',
      /no-such-folder: no run archive; expected a folder of 'run --out', or a release with published/,
    ],
    ['1.2', /1\.2: no published results; expected a run archive, or one of/],
    ['10', /10: no run archive/],
    ['../10.0', /no run archive/],
    ['', /no run archive/],
  ];
  for (const [word, message] of bad) {
    it(`refuses '${word}'`, async () => {
      const error = await failure(readRunsNamed(word));
      expect(error).to.be.instanceOf(InputError);
      expect(error.message).to.match(message);
    });
  }
});
