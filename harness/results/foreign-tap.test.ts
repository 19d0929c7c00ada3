import { expect } from 'chai';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { InputError } from '../errors.ts';
import { readForeignTap, type TapLimits } from './foreign-tap.ts';

const TARGET = '10.0.13 x86_64 tcg';

describe('readForeignTap', () => {
  let folder: string;
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'foreign-tap-'));
  });
  after(() => rm(folder, { recursive: true }));

  function fixture(name: string): string {
    return fileURLToPath(new URL(`fixtures-tap/${name}`, import.meta.url));
  }

  async function read(lines: readonly string[], limits?: TapLimits): Promise<Record<string, string>> {
    const file = join(folder, 'x.tap');
    await writeFile(file, lines.map((line) => `${line}\n`).join(''));
    const rows = await readForeignTap(file, 'x', TARGET, limits);
    return Object.fromEntries(rows.map(({ row, verdict }) => [row.slice('tap/x/'.length), verdict]));
  }

  it('reads what a test program of GLib prints', async () => {
    const rows = await readForeignTap(fixture('qmp-test.tap'), 'qmp-test', TARGET);
    expect(rows.map(({ row, verdict, reason = '' }) => [row, verdict, reason.slice(0, 30)])).to.deep.equal([
      ['tap/qmp-test/x86_64/qmp/protocol', 'pass', ''],
      ['tap/qmp-test/x86_64/qmp/oob', 'pass', ''],
      ['tap/qmp-test/x86_64/qmp/missing-any-arg', 'fail', 'ERROR:../tests/qtest/qmp-test.'],
      ['tap/qmp-test/x86_64/qmp/preconfig', 'not-applicable', 'SKIP: machine none has no prec'],
      ['tap/qmp-test/x86_64/qmp/greeting', 'known-failure', 'TODO: the package string is em'],
      ['tap/qmp-test/x86_64/qmp/close', 'pass', ''],
      ['tap/qmp-test/whole', 'pass', ''],
    ]);
    expect(rows.every(({ target, checks }) => target === TARGET && checks === 1)).to.equal(true);
  });

  it('reads what the block tests print, whose test points have no numbers', async () => {
    const rows = await readForeignTap(fixture('check-block.tap'), 'block', TARGET);
    expect(rows.map(({ row, verdict }) => [row, verdict])).to.deep.equal([
      ['tap/block/qcow2-001', 'pass'],
      ['tap/block/qcow2-039', 'fail'],
      ['tap/block/qcow2-040', 'not-applicable'],
      ['tap/block/whole', 'pass'],
    ]);
  });

  for (const [name, lines, expected] of [
    ['a passing TODO', ['1..1', 'ok 1 a # TODO x'], { a: 'pass', whole: 'pass' }],
    ['one name twice', ['1..2', 'ok 1 a', 'not ok 2 a'], { a: 'pass', 'a#2': 'fail', whole: 'pass' }],
    ['no name', ['1..1', 'ok 1'], { 'test-1': 'pass', whole: 'pass' }],
    ['a plan at the end', ['ok 1 a', '1..1'], { a: 'pass', whole: 'pass' }],
    ['no test at all', ['1..0 # SKIP no KVM'], { whole: 'not-applicable' }],
    [
      'subtests',
      [
        'TAP version 14',
        '1..2',
        '# Subtest: x',
        '    ok 1 b',
        '    # Subtest: y',
        '        not ok 1 c',
        '        1..1',
      ].concat(['    not ok 2 y', '    1..2', 'not ok 1 x', 'ok 2 z']),
      { 'x/b': 'pass', 'x/y/c': 'fail', z: 'pass', whole: 'pass' },
    ],
    [
      'a subtest that fails though nothing in it does',
      ['1..1', '# Subtest: x', '    ok 1 b', '    1..1', 'not ok 1 x'],
      { 'x/b': 'pass', x: 'fail', whole: 'pass' },
    ],
    [
      'a subtest that is cut off',
      ['1..1', '# Subtest: x', '    ok 1 b', '    1..3', 'ok 1 x'],
      { 'x/b': 'pass', 'x/whole': 'fail', whole: 'pass' },
    ],
    ['output between test points', ['1..1', 'warning: x', 'ok 1 a'], { a: 'pass', whole: 'pass' }],
    [
      'diagnostics, which are passed over, even functions',
      [
        '1..2',
        'not ok 1 a',
        '  ---',
        '  x: !function "() => { throw 1 }"',
        '  &a [*a, *a',
        '  ...',
        'ok 2 b',
      ],
      { a: 'fail', b: 'pass', whole: 'pass' },
    ],
    ['names that climb', ['1..1', 'ok 1 ../../etc/x\u001b[2J y'], { 'etc/x-[2J-y': 'pass', whole: 'pass' }],
  ] as const) {
    it(`reads ${name}`, async () => expect(await read(lines)).to.deep.equal(expected));
  }

  for (const [name, lines, what] of [
    [
      'bails out',
      ['1..5', 'ok 1 a', 'Bail out! ERROR:x.c: assertion failed'],
      'Bail out!: ERROR:x.c: assertion failed',
    ],
    ['ends too early', ['1..3', 'ok 1 a'], '1 test points'],
    ['has no plan', ['ok 1 a', 'ok 2 b'], 'no plan'],
    ['says a number twice', ['1..2', 'ok 1 a', 'ok 1 b'], 'test point id 1 appears multiple times'],
    ['goes beyond its plan', ['1..1', 'ok 1 a', 'ok 2 b'], '2 test points'],
  ] as const) {
    it(`names a document that ${name}`, async () => {
      const file = join(folder, 'broken.tap');
      await writeFile(file, `${lines.join('\n')}\n`);
      const rows = await readForeignTap(file, 'x', TARGET);
      const whole = rows.find(({ row }) => row === 'tap/x/whole');
      expect(whole?.verdict).to.equal('fail');
      expect(whole?.findings.map((finding) => finding.what)).to.include(what);
      expect(rows.find(({ row }) => row === 'tap/x/a')?.verdict).to.equal('pass');
    });
  }

  for (const [name, lines, message, limits] of [
    ['no TAP', ['hello', 'world'], /no plan, and no test; expected TAP$/],
    ['nothing', [], /no plan, and no test/],
    ['too many tests', ['1..3', 'ok', 'ok', 'ok'], /x\.tap:4:1: more than 2 tests/, { lines: 10, tests: 2 }],
    ['too many lines', ['1..3', 'a', 'b'], /x\.tap:3:1: more than 2 lines/, { lines: 2, tests: 2 }],
    ['too deep subtests', ['1..1', `${' '.repeat(200)}ok`], /x\.tap:2:1: subtests in more than 32 levels/],
  ] as const) {
    it(`refuses ${name}`, async () => {
      const error = await read(lines, limits).catch((caught: unknown) => caught);
      expect(error).to.be.instanceOf(InputError);
      expect((error as Error).message).to.match(message);
    });
  }

  for (const [name, file] of [
    ['a file that is absent', 'absent.tap'],
    ['a folder', '.'],
  ] as const) {
    it(`refuses ${name}`, async () => {
      const error = await readForeignTap(join(folder, file), 'x', TARGET).catch((caught: unknown) => caught);
      expect(error).to.be.instanceOf(InputError);
    });
  }

  it('is done with much output in good time', async () => {
    const file = join(folder, 'much.tap');
    await writeFile(file, `1..1\n${'x'.repeat(20_000_000)}\n${'noise\n'.repeat(200_000)}ok 1 a\n`);
    expect(await readForeignTap(file, 'x', TARGET)).to.have.length(2);
  });
});
