import { expect } from 'chai';
import { appendFile, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { InputError } from '../errors.ts';
import { failure, result, ROWS, SUITE, TARGET, wire } from './archive-fixture.test.ts';
import { runFolder } from './layout.ts';
import { openRun } from './open-run.ts';
import { readDialogue } from './read-dialogue.ts';
import { findRuns, readRun } from './read-run.ts';

describe('run archive of others', () => {
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

  const wrongTargets: readonly (readonly [string, string, RegExp])[] = [
    [
      'a newer format',
      '{"format": 2, "name": 7}',
      /target\.json:1:1: run archive of format 2; expected format 1/,
    ],
    ['no format', '{"name": "x"}', /no format number; expected a run archive of format 1/],
    ['a format that is no number', '{"format": "1"}', /format "1"; expected a run archive/],
    ['a huge format', '{"format": 18446744073709551615}', /format 18446744073709551615/],
    ['no JSON', '{"format": 1,', /target\.json:1:14: end of text; expected a string/],
    ['no object', '[]', /of type array; expected an object/],
    ['a missing member', '{"format": 1}', /member 'name' is absent; expected a string/],
    [
      'a wrong word',
      '{"format": 1, "name": "x", "kind": "vmm"}',
      /member 'kind' is 'vmm'; expected qemu, endpoint/,
    ],
  ];
  for (const [what, text, message] of wrongTargets) {
    it(`refuses target.json with ${what}`, async () => {
      await writeFile(join(out, 'target.json'), text);
      const error = await failure(readRun(out));
      expect(error).to.be.instanceOf(InputError);
      expect(error.message).to.match(message);
    });
  }

  const shard = { index: 1, count: 2, plan: 'p' };
  const wrongNotes: readonly (readonly [string, object, RegExp])[] = [
    [
      'a shard before the first',
      { shard: { ...shard, index: 0 } },
      /'shard' is part 0 of 2; expected a part/,
    ],
    ['a shard after the last', { shard: { ...shard, index: 3 } }, /'shard' is part 3 of 2/],
    ['half a shard', { shard: { ...shard, count: 1.5 } }, /'shard' is part 1 of 1\.5/],
    ['a shard without a plan', { shard: { index: 1, count: 2 } }, /member 'plan' is absent/],
    ['a shard in words', { shard: '1/2' }, /of type string; expected an object/],
    ['an identity without a host', { identity: {} }, /member 'host' is absent; expected a string/],
    ['a rerun of a number', { reran: [1] }, /of type number; expected a string/],
    ['a flaky row that is no list', { flaky: 'a' }, /member 'flaky' is of type string; expected an array/],
  ];
  for (const [what, notes, message] of wrongNotes) {
    it(`refuses run.json with ${what}`, async () => {
      await writeWhole();
      const file = join(dir, 'run.json');
      const summary = JSON.parse(await readFile(file, 'utf8')) as object;
      await writeFile(file, JSON.stringify({ ...summary, ...notes }));
      const error = await failure(readRun(dir));
      expect(error).to.be.instanceOf(InputError);
      expect(error.message).to.match(message);
    });
  }

  const whole = result('examples/a/one');
  const wrongResults: readonly (readonly [string, unknown, RegExp])[] = [
    ['another target', { ...whole, target: 'x' }, /results\.ndjson:2:1: a result of 'x'; expected '7\.2\.22/],
    [
      'a word of its own',
      { ...whole, verdict: 'passed' },
      /:2:1: member 'verdict' is 'passed'; expected pass, fail/,
    ],
    [
      'a text for a number',
      { ...whole, checks: '3' },
      /member 'checks' is of type string; expected a number/,
    ],
    ['a number that is none', { ...whole, duration: Infinity }, /member 'duration' is of type null/],
    ['a finding without rule', { ...whole, findings: [{ blame: 'target' }] }, /member 'rule' is absent/],
    [
      'an unknown blame',
      { ...whole, findings: [{ blame: 'you' }] },
      /member 'blame' is 'you'; expected example/,
    ],
    [
      'findings that are none',
      { ...whole, findings: null },
      /member 'findings' is of type null; expected an array/,
    ],
    ['a row that it has already', { ...whole, row: ROWS[1] }, /:2:1: a second result of 'examples\/a\/two'/],
    ['an array', [], /of type array; expected an object/],
  ];
  for (const [what, line, message] of wrongResults) {
    it(`refuses results with ${what}`, async () => {
      await writeWhole([ROWS[1] ?? '']);
      await appendFile(join(dir, 'results.ndjson'), `${JSON.stringify(line)}\n`);
      const error = await failure(readRun(dir));
      expect(error).to.be.instanceOf(InputError);
      expect(error.message).to.match(message);
    });
  }

  it('refuses a wire log with a broken line in the middle', async () => {
    await writeWhole();
    await appendFile(join(dir, 'wire.ndjson'), 'garbage\n');
    const run = await readRun(dir);
    expect((await failure(readDialogue(run, ROWS[0] ?? ''))).message).to.match(/wire\.ndjson:4:1: 'garbage'/);
  });

  it('finds the row of a line whose members stand in another order', async () => {
    await writeWhole();
    const line = { at: 9, text: '"late"', direction: '<-', connection: 'main', row: ROWS[0] };
    await appendFile(join(dir, 'wire.ndjson'), `${JSON.stringify(line)}\n`);
    const dialogue = await readDialogue(await readRun(dir), ROWS[0] ?? '');
    expect(dialogue.map(({ at }) => at)).to.deep.equal([0, 9]);
  });

  it('refuses a folder that holds no run', async () => {
    for (const path of [out, join(out, 'nowhere')]) {
      expect((await failure(findRuns(path))).message).to.match(
        /no run archive; expected target\.json or runs\/ in it/,
      );
      expect(await failure(readRun(path))).to.be.instanceOf(InputError);
    }
  });
});
