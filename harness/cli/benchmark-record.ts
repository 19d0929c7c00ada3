// Measures what a recorder in the middle costs, on this machine: `npm run benchmark:record`. In turns, so that whatever
// else the machine does hits all alike: a direct connection, `record`, and a plain socat where there is one.
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import type { Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connectTo } from '../transport/wait-for.ts';
import { findOnPath } from '../target/child-process.ts';
import { findQemus } from '../target/find-qemus.ts';
import { baseArguments, startQemu } from '../target/start-qemu.ts';
import { soak, SOAK_CONNECTIONS } from './record-soak.ts';
import { startRecord } from './testing-record.ts';

const WAYS = ['direct', 'record', 'socat'];
const ROUNDS = 9;
const REPLIES = 20;
const SYNTHETIC_REPLIES = 100;
const ROUND_TRIPS = 1000;
const PATIENCE = 10_000;

/** A server, and how long the replies of one measurement are. */
interface Server {
  readonly name: string;
  readonly path: string;
  readonly command: string;
  readonly replies: number;
  readonly end: () => unknown;
}

/** A way to a server. */
interface Way {
  readonly name: string;
  readonly path: string;
  readonly end: () => unknown;
}

function startSynthetic(): Server {
  const path = join(folder, 'synthetic');
  const child = spawn(process.execPath, ['-e', SYNTHETIC, path], { stdio: 'inherit' });
  return {
    name: 'a server that replies at once',
    path,
    command: 'large',
    replies: SYNTHETIC_REPLIES,
    end: () => child.kill(),
  };
}

/** Greets, and answers each line: with 207 kB where it says so, else with little. */
const SYNTHETIC = `
const entry = '{"name": "block-dirty-bitmap-add", "ret-type": "17", "meta-type": "command", "arg-type": "142"}';
const large = '{"return": [' + Array(Math.ceil(207000 / (entry.length + 2))).fill(entry).join(', ') + ']}\\r\\n';
for (const way of ['direct', 'record', 'socat'])
  require('net').createServer((client) => {
    client.write('{"QMP": {"version": {"qemu": {"micro": 0, "minor": 0, "major": 10}, "package": ""}, "capabilities": []}}\\r\\n');
    client.on('error', () => undefined);
    client.on('data', (bytes) => {
      for (const line of bytes.toString().trim().split('\\n'))
        client.write(line.includes('large') ? large : '{"return": {}}\\r\\n');
    });
  }).listen(process.argv[1] + '-' + way);
`;

async function measure(server: Server): Promise<void> {
  const ways = await startWays(server);
  const clients: { readonly name: string; readonly client: Client }[] = [];
  try {
    for (const { name, path } of ways) clients.push({ name, client: await openClient(path) });
    const trips = new Map(ways.map(({ name }) => [name, [] as number[]]));
    const rates = new Map(ways.map(({ name }) => [name, [] as number[]]));
    let bytes = 0;
    for (let round = 0; round < ROUNDS; round++) {
      for (const { name, client } of clients) {
        const rate = await rateOf(client, server);
        bytes = rate.bytes;
        rates.get(name)?.push(rate.perSecond);
        trips.get(name)?.push(await tripsOf(client));
      }
    }
    print(server, bytes, rates, trips);
  } finally {
    for (const { client } of clients) client.end();
    for (const { end } of ways) await end();
    await server.end();
  }
}

async function startWays({ path }: Server): Promise<readonly Way[]> {
  const direct = { name: 'direct', path: `${path}-direct`, end: () => undefined };
  const recorded = join(folder, 'recorded');
  const [listen, connect] = [`unix:${recorded}`, `unix:${path}-record`];
  const file = join(folder, 'recording.qmp');
  await waitForPath(`${path}-record`);
  const recorder = await startRecord(['--force', '--listen', listen, '--connect', connect, '-o', file]);
  const ways: Way[] = [direct, { name: 'record', path: recorded, end: recorder.stop }];
  const socat = findOnPath('socat');
  if (socat === undefined) return ways;
  const plain = join(folder, 'socat');
  const middle = spawn(socat, [`UNIX-LISTEN:${plain}`, `UNIX-CONNECT:${path}-socat`], { stdio: 'inherit' });
  const gone = once(middle, 'close');
  return [...ways, { name: 'socat', path: plain, end: () => stop(middle, gone) }];
}

async function waitForPath(path: string): Promise<void> {
  const socket = await connectTo({ exited: new Promise(() => undefined) }, { path }, PATIENCE);
  socket.destroy();
}

async function stop(child: ChildProcess, ended: Promise<unknown>): Promise<void> {
  child.kill('SIGTERM');
  await ended;
}

/** Sends a command and waits for the line that answers it; looks at no more of it than its length. */
interface Client {
  readonly ask: (command: string) => Promise<number>;
  readonly end: () => void;
}

async function openClient(path: string): Promise<Client> {
  const socket = await connectTo({ exited: new Promise(() => undefined) }, { path }, PATIENCE);
  const next = lineReader(socket);
  await next();
  const ask = (command: string): Promise<number> => {
    const answer = next();
    socket.write(`{"execute":"${command}"}\n`);
    return answer;
  };
  await ask('qmp_capabilities');
  return { ask, end: () => socket.destroy() };
}

function lineReader(socket: Socket): () => Promise<number> {
  let length = 0;
  let tell: (length: number) => void = () => undefined;
  socket.on('data', (chunk: Buffer) => {
    length += chunk.length;
    if (chunk.at(-1) !== 0x0a) return;
    tell(length);
    length = 0;
  });
  return () => new Promise((resolve) => (tell = resolve));
}

async function rateOf(client: Client, { command, replies }: Server) {
  let total = 0;
  const began = performance.now();
  for (let at = 0; at < replies; at++) total += await client.ask(command);
  return { bytes: Math.round(total / replies), perSecond: (total / (performance.now() - began)) * 1000 };
}

async function tripsOf(client: Client): Promise<number> {
  const times: number[] = [];
  for (let at = 0; at < ROUND_TRIPS; at++) {
    const sent = performance.now();
    await client.ask('query-status');
    times.push(performance.now() - sent);
  }
  return median(times);
}

type Figures = ReadonlyMap<string, readonly number[]>;

function print({ name }: Server, bytes: number, rates: Figures, trips: Figures): void {
  process.stdout.write(`${name}: replies of ${bytes} bytes; median of ${ROUNDS} rounds\n`);
  const direct = { rate: median(rates.get('direct') ?? []), trip: median(trips.get('direct') ?? []) };
  for (const [way, values] of rates) {
    const [rate, trip] = [median(values), median(trips.get(way) ?? [])];
    const more = Math.round((trip - direct.trip) * 1000);
    const cells = [
      `${(rate / 1e6).toFixed(1)} MB/s`.padStart(12),
      `${(rate / direct.rate).toFixed(2)} of direct`.padStart(16),
      `round trip ${Math.round(trip * 1000)} µs`.padStart(20),
      `${more >= 0 ? '+' : ''}${more} µs`.padStart(10),
    ];
    process.stdout.write(`  ${way.padEnd(8)}${cells.join('')}\n`);
  }
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[values.length >> 1] ?? NaN;
}

const folder = await mkdtemp(join(tmpdir(), 'qmpc-record-'));
try {
  const [, , option, count] = process.argv;
  if (option === '--soak') await printSoak(Number(count ?? 1_000_000));
  else await measureAll();
} finally {
  await rm(folder, { recursive: true, force: true });
}

async function measureAll(): Promise<void> {
  for (const binary of (await findQemus()).binaries) {
    const dir = await mkdtemp(join(folder, 'qemu-'));
    const path = join(dir, 'qmp');
    // A socket of its own for each way: QEMU talks to one client at a time.
    const monitors = WAYS.flatMap((way) => ['-qmp', `unix:${path}-${way},server=on,wait=off`]);
    const args = [...baseArguments('tcg'), '-machine', 'pc', '-S', ...monitors];
    const qemu = await startQemu(binary, args, { dir });
    await qemu.negotiate();
    const end = (): Promise<unknown> => qemu.kill();
    await measure({
      name: `QEMU ${binary.version}`,
      path,
      command: 'query-qmp-schema',
      replies: REPLIES,
      end,
    });
  }
  await measure(startSynthetic());
}

async function printSoak(messages: number): Promise<void> {
  const { seconds, memory, ...seen } = await soak(messages, folder);
  const same = seen.sent === seen.arrived && seen.sent === seen.recorded;
  process.stdout.write(
    `${seen.messages} messages over ${SOAK_CONNECTIONS} connections in ${seconds.toFixed(1)} s: ` +
      `${same ? 'none lost, reordered or altered' : 'NOT THE SAME on both sides and in the transcript'}\n` +
      `memory of the recorder, in MB: ${memory.join(' ')}\n${seen.sent}\n`,
  );
  if (!same) process.exitCode = 1;
}
