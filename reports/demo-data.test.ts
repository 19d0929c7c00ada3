import type { Matrix } from '../harness/compat/matrix.ts';
import { matrixFromRuns } from '../harness/compat/matrix-from-runs.ts';
import { countVerdicts, type Run } from '../harness/results/run.ts';
import type { Finding, RowResult, TargetFacts, VerdictWord, WireRecord } from '../harness/results/verdict.ts';
import type { DialogueSource } from './html-dialogues.ts';

/** Invented results for the tests of the renderers; nothing here was ever measured. */
export interface Demo {
  readonly runs: readonly Run[];
  readonly matrix: Matrix;
  readonly source: DialogueSource;
}

const MODULES: Readonly<Record<string, readonly string[]>> = {
  acpi: ['query-acpi-ospm-status', 'ACPI_DEVICE_OST'],
  'block-core': [
    'query-block',
    'blockdev-add',
    'block-commit',
    'drive-mirror',
    'BLOCK_JOB_COMPLETED',
    'query-named-block-nodes',
  ],
  char: ['query-chardev', 'chardev-add', 'ringbuf-write'],
  control: ['qmp_capabilities', 'query-version', 'query-commands'],
  machine: ['query-machines', 'query-cpus-fast', 'query-memory-devices', 'set-numa-node'],
  migration: ['query-migrate', 'migrate', 'migrate-set-capabilities', 'MIGRATION', 'query-dirty-rate'],
  misc: ['query-iothreads', 'getfd', 'human-monitor-command'],
  net: ['set_link', 'netdev_add', 'query-rx-filter'],
  qom: ['qom-list', 'qom-get', 'object-add'],
  'run-state': ['query-status', 'SHUTDOWN', 'RESET', 'system_wakeup'],
  ui: ['query-vnc', 'send-key', 'screendump'],
};

export const DEMO_TARGETS = ['5.2.0', '7.2.22', '10.0.13', '11.1.3'].map(
  (version) => `${version} x86_64 tcg`,
);

/** A matrix of `rows` rows on `targets`, with every verdict somewhere in it, and one target that is missing. */
export function makeDemo(rows = 120, targets: readonly string[] = DEMO_TARGETS): Demo {
  const names = demoRows(rows);
  const runs = targets.map((target, index) => demoRun(target, index, names));
  const matrix = matrixFromRuns(runs, [
    {
      name: '11.1.3 x86_64 kvm',
      reason: 'KVM is not usable here: a VM with -accel kvm did not start (exit status 1)',
    },
  ]);
  return { runs, matrix, source: { dialogueOf, expectationOf } };
}

function demoRows(count: number): readonly string[] {
  const all = Object.entries(MODULES).flatMap(([module, names]) =>
    names.map((name) => `examples/${module}/${name}`),
  );
  return Array.from({ length: count }, (_, index) => {
    const base = all[index % all.length] ?? '';
    const round = Math.floor(index / all.length);
    return round === 0 ? base : `${base}/example-${round}`;
  }).sort();
}

export function demoTarget(name: string): TargetFacts {
  const [version = '', architecture = '', accelerator = ''] = name.split(' ');
  return {
    name,
    kind: 'qemu',
    version,
    package: `Debian 1:${version}+dfsg-1`,
    architecture,
    accelerator,
    where: `qemu-system-${architecture}`,
    digest: '0123456789abcdef'.repeat(4),
    schema: version.split('.').slice(0, 2).join('.'),
  };
}

function demoRun(name: string, column: number, rows: readonly string[]): Run {
  const results = rows.map((row, index) => demoResult(row, name, column, index));
  const started = new Date(Date.UTC(2026, 0, 15, 9, column));
  const summary = {
    complete: true,
    suite: '0.1.0',
    started: started.toISOString(),
    finished: new Date(started.getTime() + 41_200).toISOString(),
    planned: rows,
    counts: countVerdicts(results),
  };
  return { dir: `out/runs/${name.replaceAll(' ', '-')}`, target: demoTarget(name), results, summary };
}

const UNKNOWN_MEMBER: Finding = {
  blame: 'target',
  rule: 'schema/unknown-member',
  message: 1,
  pointer: '/return/ram/downtime-bytes',
  what: "member 'downtime-bytes' is not in MigrationStats of 7.2",
  expected: 'a member of MigrationStats',
};

const MISSING_MEMBER: Finding = {
  blame: 'example',
  rule: 'schema/missing-member',
  message: 1,
  pointer: '/return/0',
  what: "the example has no member 'cpu-index'",
  expected: 'CpuInfoFast with cpu-index, qom-path, thread-id, target',
};

function demoResult(row: string, target: string, column: number, index: number): RowResult {
  const verdict = demoVerdict(row, column, index);
  const base = {
    row,
    target,
    verdict,
    findings: [],
    checks: 12,
    documented: column <= 1 ? index % 5 !== 0 : index % 7 !== 0,
    duration: 38.25 + ((index * 7 + column * 13) % 90),
  };
  switch (verdict) {
    case 'fail':
      return {
        ...base,
        findings: [row.includes('migrat') ? UNKNOWN_MEMBER : MISSING_MEMBER],
        reason: 'message 1 does not hold',
      };
    case 'known-failure':
      return {
        ...base,
        findings: [MISSING_MEMBER],
        reason: 'the example was never valid (documentation erratum 12)',
      };
    case 'crash':
    case 'timeout':
    case 'setup-error':
      return {
        ...base,
        reason: verdict === 'crash' ? 'the target died on signal SIGABRT' : 'no response within 10000 ms',
        process: {
          command: ['qemu-system-x86_64', '-S', '-qmp', 'stdio'],
          code: null,
          signal: 'SIGABRT',
          stderr: 'qemu-system-x86_64: ../block/io.c:2012: bdrv_co_write_req_prepare: Assertion failed.\n',
        },
        shrunk: '-> {"execute": "stop"}\n',
      };
    case 'not-applicable':
      return { ...base, checks: 0, reason: `absent from query-qmp-schema; introduced in 9.${index % 3}` };
    case 'untestable':
      return { ...base, checks: 0, reason: 'needs an SEV guest: query-sev answers GenericError' };
    case 'pass':
      return base;
    case 'unexpected-pass':
    case 'harness-error':
      return { ...base, reason: verdict };
  }
}

function demoVerdict(row: string, column: number, index: number): VerdictWord {
  if (row.includes('dirty-rate') && column === 0) return 'not-applicable';
  if (row.includes('query-cpus-fast')) return 'known-failure';
  if (row.includes('wakeup')) return 'untestable';
  if (row.endsWith('query-migrate') && column >= 2) return 'fail';
  if (index % 37 === 5 && column === 3) return 'fail';
  if (index === 17 && column === 3) return 'crash';
  if (index === 23 && column === 1) return 'timeout';
  if (index === 29 && column === 2) return 'unexpected-pass';
  if (index === 31 && column === 0) return 'setup-error';
  if (index === 33 && column === 0) return 'harness-error';
  return index % 11 === 3 && column === 0 ? 'not-applicable' : 'pass';
}

function dialogueOf(row: string, target: string): Promise<readonly WireRecord[]> {
  const command = row.split('/')[2] ?? '';
  const at = target.length + row.length / 10;
  const record = (direction: '->' | '<-', offset: number, text: string, connection = 'main'): WireRecord => {
    return { row, connection, direction, at: at + offset, text };
  };
  return Promise.resolve([
    record(
      '<-',
      0,
      `{"QMP": {"version": {"qemu": {"micro": 22, "minor": 2, "major": 7}, "package": "${target}"}, "capabilities": ["oob"]}}`,
    ),
    record('->', 0.2, '{"execute": "qmp_capabilities"}'),
    { row, connection: 'main', direction: '->', at: 0.3, text: '{"execute": "migrate"}', phase: 'prepare' },
    record('<-', 0.5, '{"return": {}}'),
    record('->', 1, `{"execute": "${command}", "id": "${row}"}`),
    record(
      '<-',
      1.2,
      '{"timestamp": {"seconds": 1700000000, "microseconds": 18446744073709551615}, "event": "MIGRATION", "data": {"status": "active"}}',
      'peer',
    ),
    command === 'query-block'
      ? record('<-', 4, bigReply())
      : record(
          '<-',
          1.9,
          '{"return": {"status": "active", "total-time": 12345, "ram": {"total": 18446744073709551615, "remaining": 1053304, "transferred": 3720, "duplicate": 123, "normal": 123, "normal-bytes": 123456}}, "id": "1"}',
        ),
    record('<-', 3, '{"error": {"class": "GenericError", "desc": "Device \'x\' not found"}}'),
    { row, connection: 'main', direction: '->', at: at + 9, base64: 'Df8=' },
  ]);
}

function bigReply(): string {
  const device =
    '{"device": "ide1-cd0", "locked": false, "removable": true, "io-status": "ok", "type": "unknown", "inserted": null}';
  return `{"return": [${Array<string>(400).fill(device).join(', ')}]}`;
}

function expectationOf(row: string): Promise<string | undefined> {
  const command = row.split('/')[2] ?? '';
  return Promise.resolve(
    `---\nid: ${row}\nsource:\n  - { document: qapi/x.json, definition: ${command}, releases: 2.9-10.2 }\n---\n` +
      `-> { "execute": "${command}" }\n<- { "return": {\n       "status": "active",\n       "total-time": 12345,\n       ...\n   } }\n`,
  );
}
