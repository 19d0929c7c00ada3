// Measures what the project promises, on this machine: `npm run benchmark`. It judges nothing; see README, "Figures".
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findQemus } from '../target/find-qemus.ts';
import type { QemuBinary } from '../target/qemu-binary.ts';
import { baseArguments, startQemu } from '../target/start-qemu.ts';
import { runCommand } from './testing-cli.ts';

const STARTS = 15;
const ROUND_TRIPS = 500;

/** One line of the table. */
interface Figure {
  readonly what: string;
  readonly value: string;
}

const folder = await mkdtemp(join(tmpdir(), 'qmpc-benchmark-'));
try {
  const figures = [...(await measureInstall()), ...(await measureRun())];
  for (const binary of (await findQemus()).binaries) figures.push(...(await measureQemu(binary)));
  for (const { what, value } of figures) process.stdout.write(`${what.padEnd(56)} ${value}\n`);
} finally {
  await rm(folder, { recursive: true, force: true });
}

async function measureInstall(): Promise<readonly Figure[]> {
  const began = performance.now();
  const { stdout } = await runCommand(['qemu', 'install'], { QMP_CONFORMANCE_CACHE: join(folder, 'cache') });
  const releases = stdout.trim().split('\n').length;
  return [
    { what: `install ${releases} releases into an empty cache`, value: seconds(performance.now() - began) },
  ];
}

async function measureRun(): Promise<readonly Figure[]> {
  const out = join(folder, 'out');
  await runCommand(['qemu', 'install']);
  const began = performance.now();
  const { stdout, code } = await runCommand(['run', '--out', out]);
  const took = performance.now() - began;
  const passes = [...stdout.matchAll(/^(\S+ \S+ \S+): .*; documented (.+)$/gm)];
  return [
    { what: 'run: all releases × accelerators', value: `${seconds(took)}, exit code ${code ?? '?'}` },
    { what: 'run: memory of the harness', value: `${/harness: (\d+) MB/.exec(stdout)?.[1] ?? '?'} MB` },
    ...passes.map(([, target = '', count = '']) => ({
      what: `run: valid documented examples that pass on ${target}`,
      value: count,
    })),
  ];
}

async function measureQemu(binary: QemuBinary): Promise<readonly Figure[]> {
  const starts: number[] = [];
  const trips: number[] = [];
  for (let at = 0; at < STARTS; at++) {
    const dir = await mkdtemp(join(folder, 'qemu-'));
    const began = performance.now();
    const qemu = await startQemu(binary, [...baseArguments('tcg'), '-machine', 'pc', '-S'], { dir });
    starts.push(performance.now() - began);
    await qemu.negotiate();
    for (let trip = 0; at === 0 && trip < ROUND_TRIPS; trip++) {
      const sent = performance.now();
      await qemu.connection.execute('query-status');
      trips.push(performance.now() - sent);
    }
    await qemu.kill();
  }
  return [
    {
      what: `QEMU ${binary.version}: start to greeting, median of ${STARTS}`,
      value: `${median(starts).toFixed(1)} ms`,
    },
    {
      what: `QEMU ${binary.version}: round trip, median of ${ROUND_TRIPS}`,
      value: `${(median(trips) * 1000).toFixed(0)} µs`,
    },
  ];
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[values.length >> 1] ?? NaN;
}

function seconds(milliseconds: number): string {
  return `${(milliseconds / 1000).toFixed(1)} s`;
}
