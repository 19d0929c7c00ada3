// Measures the reading of QEMU 10.2's schema against QEMU's own `scripts/qapi`: `node --import tsx harness/cli/benchmark-schema.ts`.
// It judges nothing; the time that is promised is in the README, "Figures".
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { installSources } from '../target/install-sources.ts';

const RELEASE = '10.2';
const RUNS = 11;

/** Builds the same thing as `readQapi`: parsed, checked, with documentation; prints the milliseconds without imports. */
const QEMU_PROGRAM = `
import sys, time
sys.path.insert(0, sys.argv[1])
from qapi.schema import QAPISchema
start, used = time.perf_counter(), time.process_time()
QAPISchema(sys.argv[2])
print((time.perf_counter() - start) * 1000, (time.process_time() - used) * 1000)
`;

const run = promisify(execFile);

const [mode, top] = process.argv.slice(2);
if (mode === '--read' && top !== undefined) await readOnce(top);
else await compare();

/** One reading in a fresh process, as a user has it: nothing was compiled before. */
async function readOnce(file: string): Promise<void> {
  const { readQapi } = await import('../qapi/language/read-qapi.ts');
  const before = process.cpuUsage();
  const began = performance.now();
  readQapi(file, { family: 'qmp', release: RELEASE });
  const took = performance.now() - began;
  const { user, system } = process.cpuUsage(before);
  process.stdout.write(`${took} ${(user + system) / 1000}\n`);
}

interface Times {
  /** Milliseconds of the reading, after imports. */
  readonly reading: number;
  /** Of the processor's time, on all its cores; it depends least on what else the machine does. */
  readonly processor: number;
  /** Milliseconds of the whole process. */
  readonly process: number;
}

async function compare(): Promise<void> {
  const [outcome] = await installSources({ releases: [RELEASE] });
  if (outcome === undefined || outcome.kind === 'absent') {
    process.stdout.write(`QEMU ${RELEASE}: ${outcome?.reason ?? 'no answer'}; nothing measured\n`);
    return;
  }
  const schema = join(outcome.folder, 'qapi', 'qapi-schema.json');
  const ours: Times[] = [];
  const theirs: Times[] = [];
  // In turns, so that whatever else the machine does meets both.
  for (let at = 0; at < RUNS; at++) {
    const self = ['--import', 'tsx', import.meta.filename, '--read', schema];
    ours.push(await time(process.execPath, self));
    theirs.push(await time('python3', ['-c', QEMU_PROGRAM, join(outcome.folder, 'scripts'), schema]));
  }
  print(
    `QEMU ${outcome.version}: schema, parsed, checked, with documentation, the fastest of ${RUNS}, which other work on the machine disturbed least`,
    [
      ['reading, in the process', fastest(ours, 'reading'), fastest(theirs, 'reading')],
      ['the same, time of the processor', fastest(ours, 'processor'), fastest(theirs, 'processor')],
      ['whole process with its start', fastest(ours, 'process'), fastest(theirs, 'process')],
      ['our reading, their whole process', fastest(ours, 'reading'), fastest(theirs, 'process')],
    ],
  );
}

async function time(program: string, args: readonly string[]): Promise<Times> {
  const began = performance.now();
  const { stdout } = await run(program, args);
  const [reading = NaN, processor = NaN] = stdout.split(' ').map(Number);
  return { reading, processor, process: performance.now() - began };
}

function fastest(times: readonly Times[], what: keyof Times): number {
  return Math.min(...times.map((each) => each[what]));
}

function print(title: string, rows: readonly (readonly [string, number, number])[]): void {
  process.stdout.write(`${title}\n`);
  for (const [what, ours, theirs] of rows) {
    const figures = [`ours ${ours.toFixed(0)} ms`, `scripts/qapi ${theirs.toFixed(0)} ms`];
    process.stdout.write(`  ${what.padEnd(36)} ${figures.join(', ')}, ratio ${(ours / theirs).toFixed(2)}\n`);
  }
}
