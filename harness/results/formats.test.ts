import { Ajv2020 } from 'ajv/dist/2020.js';
import { expect } from 'chai';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openRun, writeMissingTargets } from './open-run.ts';
import { VERDICTS, type TargetFacts } from './verdict.ts';

const TARGET: TargetFacts = {
  name: '10.0.2 x86_64 kvm',
  kind: 'endpoint',
  version: '10.0.2',
  package: '',
  architecture: 'x86_64',
  accelerator: 'kvm',
  where: 'unix:/tmp/x',
  schema: 'introspection',
};

/** Every line of a file, as a value of JSON. */
async function linesOf(file: string): Promise<readonly unknown[]> {
  const text = await readFile(file, 'utf8');
  return text
    .trimEnd()
    .split('\n')
    .map((line): unknown => JSON.parse(line));
}

describe('schemas/formats', () => {
  it('describe what a run leaves', async () => {
    const out = await mkdtemp(join(tmpdir(), 'formats-'));
    try {
      const rows = VERDICTS.map((verdict) => `examples/x/${verdict}`);
      const notes = {
        shard: { index: 2, count: 3, plan: '0' },
        identity: { host: 'x64', introspection: '0' },
        reran: ['out/runs/x'],
      };
      const writer = await openRun(out, TARGET, rows, { suite: '0.1.0', notes });
      const finding = {
        blame: 'setup',
        rule: 'r',
        message: -1,
        pointer: '',
        what: 'w',
        expected: 'e',
      } as const;
      const process = { command: ['q'], code: 1, signal: null, stderr: '' };
      for (const verdict of VERDICTS) {
        const row = `examples/x/${verdict}`;
        const base = { row, connection: 'main', direction: '<-', at: 0.5 } as const;
        await writer.appendWire({ ...base, text: '{}' });
        await writer.appendWire({ ...base, base64: '/w==', phase: 'prepare' });
        const facts = {
          checks: 0,
          documented: false,
          duration: 0.5,
          findings: [finding],
          reason: 'r',
          process,
          hardware: 'h',
          was: { verdict: 'fail', reason: 'r' },
        } as const;
        await writer.appendResult({ row, target: TARGET.name, verdict, ...facts });
      }
      await writer.finish({ flaky: [] });
      await writeMissingTargets(out, [{ name: 'x', reason: 'y' }]);
      await expectValid('row-result', await linesOf(join(writer.dir, 'results.ndjson')));
      await expectValid('wire-record', await linesOf(join(writer.dir, 'wire.ndjson')));
      await expectValid('target', [JSON.parse(await readFile(join(writer.dir, 'target.json'), 'utf8'))]);
      await expectValid('run', [JSON.parse(await readFile(join(writer.dir, 'run.json'), 'utf8'))]);
      await expectValid('missing', [JSON.parse(await readFile(join(out, 'missing.json'), 'utf8'))]);
    } finally {
      await rm(out, { recursive: true });
    }
  });
});

/** Each value fits the schema, and no longer does when any required member is taken away. */
async function expectValid(format: string, values: readonly unknown[]): Promise<void> {
  const file = new URL(`../../schemas/formats/${format}.json`, import.meta.url);
  const schema = JSON.parse(await readFile(file, 'utf8')) as { required: readonly string[] };
  const validate = new Ajv2020({ allowUnionTypes: true, formats: { 'date-time': true } }).compile(schema);
  expect(values).to.not.be.empty;
  for (const value of values)
    expect(validate(value), `${format}: ${JSON.stringify(validate.errors)}`).to.equal(true);
  for (const name of schema.required) {
    const without = Object.fromEntries(Object.entries(values[0] as object).filter(([key]) => key !== name));
    expect(validate(without), `${format} without ${name}`).to.equal(false);
  }
}
