import { Ajv2020 } from 'ajv/dist/2020.js';
import { expect } from 'chai';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Matrix } from '../harness/compat/matrix.ts';
import { matrixFromRuns } from '../harness/compat/matrix-from-runs.ts';
import { InputError } from '../harness/errors.ts';
import { demoTarget, makeDemo } from './demo-data.test.ts';
import { hostileMatrix } from './hostile.test.ts';
import { renderJunit } from './junit.ts';
import { renderNdjson } from './ndjson.ts';
import { readResultStream } from './ndjson-read.ts';
import { renderTap } from './tap.ts';

const FORMATS = new URL('../schemas/formats/', import.meta.url);

async function readSchema(name: string): Promise<object> {
  return JSON.parse(await readFile(new URL(`${name}.json`, FORMATS), 'utf8')) as object;
}

/** A matrix with a target that is missing, and one whose run was cut off. */
function demoMatrix(rows = 60): Matrix {
  const { runs } = makeDemo(rows);
  const cut = { dir: 'dir', target: demoTarget('9.0.0 x86_64 tcg'), results: [], notWhole: 'cut off' };
  return matrixFromRuns([...runs, cut], [{ name: '11.1.3 x86_64 kvm', reason: 'no KVM' }]);
}

interface Line {
  readonly type: string;
  readonly row?: string;
  readonly target?: string;
  readonly verdict?: string;
  readonly fingerprint?: string;
}

function linesOf(text: string): readonly Line[] {
  return text
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as Line);
}

describe('the result stream', () => {
  let dir: string;
  let file: string;

  before(async () => {
    dir = await mkdtemp(join(tmpdir(), 'stream-'));
    file = join(dir, 'results.ndjson');
  });

  after(() => rm(dir, { recursive: true }));

  it('is as its schema says, line by line', async () => {
    const ajv = new Ajv2020({ strict: false }).addSchema(await readSchema('row-result'));
    const validate = ajv.compile(await readSchema('result-stream'));
    for (const matrix of [demoMatrix(), hostileMatrix(), matrixFromRuns([])]) {
      for (const line of linesOf(renderNdjson(matrix, 1))) {
        expect(validate(line), `${JSON.stringify(line)}: ${JSON.stringify(validate.errors)}`).to.equal(true);
      }
    }
    for (const wrong of [
      { type: 'start' },
      { type: 'run', format: 2, targets: [] },
      { type: 'missing', target: 'x', state: 'late', reason: '' },
      { type: 'result', row: 'x', target: 'y', verdict: 'pass' },
      { type: 'end', counts: {}, whole: true, exitCode: 2 },
    ]) {
      expect(validate(wrong), JSON.stringify(wrong)).to.equal(false);
    }
  });

  it('stands in a fixed order: what was run, what not, results by row and target, the end', () => {
    const matrix = demoMatrix();
    const lines = linesOf(renderNdjson(matrix, 3));
    const types = lines.map(({ type }) => type).join(' ');
    expect(types).to.match(/^run missing missing( result)+ end$/);
    const cases = lines
      .filter(({ type }) => type === 'result')
      .map(({ row, target }) => `${row ?? ''} @ ${target ?? ''}`);
    expect(cases).to.deep.equal(
      matrix.rows.flatMap(({ row, cells }) =>
        cells.flatMap((cell) => (cell === undefined ? [] : [`${row} @ ${cell.target}`])),
      ),
    );
    expect(lines.at(-1)).to.deep.equal({ type: 'end', counts: matrix.counts, whole: false, exitCode: 3 });
    for (const { type, verdict, fingerprint } of lines) {
      if (type === 'result') expect(fingerprint === undefined, verdict).to.equal(verdict === 'pass');
    }
  });

  it('does not depend on the order in which archives were read', () => {
    const { runs } = makeDemo(60);
    const shuffled = runs.map((run) => ({ ...run, results: run.results.toReversed() })).reverse();
    expect(renderNdjson(matrixFromRuns(shuffled), 1)).to.equal(renderNdjson(matrixFromRuns(runs), 1));
  });

  it('gives each report that the archives give', async () => {
    const whole = makeDemo(60).matrix;
    const text = renderNdjson(whole, 1);
    await writeFile(file, text);
    const { runs, missing } = await readResultStream(file);
    const again = matrixFromRuns(runs, missing);
    expect(renderNdjson(again, 1)).to.equal(text);
    expect(renderJunit(again)).to.equal(renderJunit(whole));
    expect(renderTap(again)).to.equal(renderTap(whole));
  });

  it('keeps hostile texts and a run that is not whole', async () => {
    for (const matrix of [hostileMatrix(), demoMatrix()]) {
      await writeFile(file, renderNdjson(matrix, 3));
      const { runs, missing } = await readResultStream(file);
      const again = matrixFromRuns(runs, missing);
      expect(again.rows).to.deep.equal(matrix.rows);
      expect(again.targets.map(({ name, state }) => [name, state])).to.deep.equal(
        matrix.targets.map(({ name, state }) => [name, state]),
      );
    }
  });

  it('holds no whole run where its end is missing, or half of its last line', async () => {
    const text = renderNdjson(makeDemo(30).matrix, 1);
    const lines = text.split('\n').slice(0, -2);
    for (const cut of [lines.map((line) => `${line}\n`).join(''), text.slice(0, -1), text.slice(0, -300)]) {
      await writeFile(file, cut);
      const { runs } = await readResultStream(file);
      expect(runs).to.have.length(4);
      for (const { notWhole } of runs) expect(notWhole).to.equal("ends without a line of type 'end'");
    }
  });

  const [begin = '', ...others] = renderNdjson(makeDemo(30).matrix, 1).trimEnd().split('\n');
  const results = others.slice(1, -1);
  const [missingLine = '', end = ''] = [others[0], others.at(-1)];
  const [first = '', ...rest] = results;
  const whole = (...lines: readonly string[]) => lines.map((line) => `${line}\n`).join('');

  for (const [what, text, message] of [
    ['nothing', '', ':1:1: no line; expected a result stream of ours'],
    ['no JSON', 'TAP version 14\n', ':1:1: '],
    ['an array', '[]\n', ':1:1: of type array; expected an object'],
    [
      'a line of results.ndjson of an archive',
      `${first.replace('"type":"result",', '')}\n`,
      ":1:1: no line of type 'run'",
    ],
    [
      'a newer format',
      begin.replace('"format":1', '"format":2') + '\n',
      ':1:1: result stream of format 2; expected format 1',
    ],
    [
      'a format that is no number',
      begin.replace('"format":1', '"format":"1"') + '\n',
      ":1:1: member 'format'",
    ],
    [
      'an unknown type',
      whole(begin, '{"type":"later"}'),
      ":2:1: member 'type' is 'later'; expected run, missing",
    ],
    ['a second beginning', whole(begin, begin), ":2:1: a second line of type 'run'"],
    [
      'a line after the end',
      whole(begin, missingLine, ...results, end, first),
      ":124:1: a line after that of type 'end'",
    ],
    ['a result twice', whole(begin, first, first), ":3:1: a second result of 'examples/"],
    [
      'a result of another target',
      whole(begin, first.replace('5.2.0', '5.2.1')),
      ":2:1: a result of '5.2.1 x86_64 tcg'",
    ],
    [
      'a result less',
      whole(begin, ...rest, end),
      ":121:1: 29 results of '5.2.0 x86_64 tcg'; expected 30, as were planned",
    ],
    ['another verdict', whole(begin, first.replace('"pass"', '"fail"'), ...rest, end), ':122:1: '],
    [
      'an unknown verdict',
      whole(begin, first.replace('"pass"', '"good"')),
      ":2:1: member 'verdict' is 'good'",
    ],
    [
      'a target twice',
      begin.replace(/"targets":\[(.*)\]\}$/, '"targets":[$1,$1]}') + '\n',
      ':1:1: a second target',
    ],
    [
      'a wrong whole',
      whole(begin, ...results, end.replace('"whole":true', '"whole":false')),
      ":122:1: member 'whole' is wrong",
    ],
  ] as const) {
    it(`refuses ${what}`, async () => {
      await writeFile(file, text);
      const error = await readResultStream(file).then(
        () => undefined,
        (reason: unknown) => reason,
      );
      expect(error).to.be.instanceOf(InputError);
      expect(error).to.have.property('message').that.includes(`${file}${message}`);
    });
  }
});
