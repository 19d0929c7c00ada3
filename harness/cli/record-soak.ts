import { createHash, type Hash } from 'node:crypto';
import { createReadStream, readFileSync } from 'node:fs';
import { connect, createServer, type Socket } from 'node:net';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Direction } from '../transcript/transcript.ts';
import { startRecord } from './testing-record.ts';

/** How many clients talk at a time. */
export const SOAK_CONNECTIONS = 8;
/** How many commands of a client are on their way at a time. */
const IN_FLIGHT = 32;
/** Now and then a reply is longer than what is read at a time. */
const LONG_EVERY = 1000;
const LONG_BYTES = 1_200_000;
/** Samples of the memory. */
const SAMPLES = 20;

/** What a soak has seen. */
export interface SoakResult {
  readonly seconds: number;
  /** Of all connections and directions, in order, as SHA-256: what was sent, what arrived, what was written down. */
  readonly sent: string;
  readonly arrived: string;
  readonly recorded: string;
  /** Messages in the transcript. */
  readonly messages: number;
  /** Resident memory of the recorder in MB, while it worked. */
  readonly memory: readonly number[];
}

/** SHA-256 of messages, each with a line end. */
class Lanes {
  private readonly hashes = new Map<string, Hash>();

  add(connection: number, direction: Direction, text: string): void {
    const key = `${connection} ${direction}`;
    const hash = this.hashes.get(key) ?? createHash('sha256');
    this.hashes.set(key, hash);
    hash.update(text).update('\n');
  }

  /** One line for each lane. */
  toString(): string {
    return [...this.hashes]
      .map(([key, hash]) => `${key} ${hash.digest('hex')}`)
      .sort()
      .join('\n');
  }
}

/**
 * Has clients and a server of our own exchange messages through `record`, each a command or its reply.
 * @param messages how many, of both kinds together
 * @param folder where sockets and the transcript are made
 */
export async function soak(messages: number, folder: string): Promise<SoakResult> {
  const [sent, arrived] = [new Lanes(), new Lanes()];
  const file = join(folder, 'soak.qmp');
  const place = join(folder, 'server');
  const server = createServer((socket) => answer(socket, sent, arrived)).listen(place);
  const recorder = await startRecord([
    '--listen',
    `unix:${join(folder, 'client')}`,
    '--connect',
    `unix:${place}`,
    '-o',
    file,
  ]);
  const memory: number[] = [];
  const total = Math.ceil(messages / 2 / SOAK_CONNECTIONS);
  const began = performance.now();
  const sample = (): void => void memory.push(residentMegabytes(recorder.child.pid ?? 0));
  await Promise.all(
    Array.from({ length: SOAK_CONNECTIONS }, (_unused, connection) =>
      ask(join(folder, 'client'), connection, { total, sent, arrived, sample }),
    ),
  );
  const seconds = (performance.now() - began) / 1000;
  await recorder.stop();
  server.close();
  const { recorded, count } = await readBack(file);
  return {
    seconds,
    sent: sent.toString(),
    arrived: arrived.toString(),
    recorded: recorded.toString(),
    messages: count,
    memory,
  };
}

function residentMegabytes(pid: number): number {
  const kilobytes = /^VmRSS:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
  return Math.round(Number(kilobytes) / 1024);
}

interface Asking {
  readonly total: number;
  readonly sent: Lanes;
  readonly arrived: Lanes;
  readonly sample: () => void;
}

/** Sends commands, and resolves when all are answered. The server knows the connection by what the command says. */
function ask(path: string, connection: number, { total, sent, arrived, sample }: Asking): Promise<void> {
  return new Promise((resolve, reject) => {
    const socket = connect(path);
    let [asked, answered] = [0, 0];
    const send = (): void => {
      const texts: string[] = [];
      for (; asked < total && asked - answered < IN_FLIGHT; asked++) {
        const text = `{"execute": "qom-list", "arguments": {"path": "/${connection}"}, "id": ${asked}}`;
        sent.add(connection, '->', text);
        texts.push(`${text}\n`);
      }
      if (texts.length > 0) socket.write(texts.join(''));
    };
    readLines(socket, (text) => {
      arrived.add(connection, '<-', text);
      answered++;
      if (connection === 0 && answered % Math.ceil(total / SAMPLES) === 0) sample();
      if (answered === total) socket.end(resolve);
      else if (asked - answered < IN_FLIGHT / 2) send();
    });
    socket.once('connect', send);
    socket.once('error', reject);
  });
}

function answer(socket: Socket, sent: Lanes, arrived: Lanes): void {
  readLines(socket, (command) => {
    const connection = Number(/"\/(\d+)"/.exec(command)?.[1]);
    const id = Number(/(\d+)\}$/.exec(command)?.[1]);
    const length = (id + 1) % LONG_EVERY === 0 ? LONG_BYTES : (id * 37) % 300;
    const text = `{"return": [{"name": "${'x'.repeat(length)}", "type": "string"}], "id": ${id}}`;
    arrived.add(connection, '->', command);
    sent.add(connection, '<-', text);
    socket.write(`${text}\r\n`);
  });
  socket.on('error', () => undefined);
}

function readLines(socket: Socket, take: (line: string) => void): void {
  createInterface({ input: socket, crlfDelay: Infinity }).on('line', take);
}

async function readBack(file: string) {
  const recorded = new Lanes();
  let count = 0;
  for await (const line of createInterface({ input: createReadStream(file) })) {
    const [, connection, direction, text] = /^@[0-9.]+ ([0-9]*)(->|<-) (.*)$/.exec(line) ?? [];
    if (text === undefined || (direction !== '->' && direction !== '<-')) continue;
    // Connections are numbered as they come; the clients are known by what they say.
    recorded.add(Number(connection), direction, text);
    count++;
  }
  return { recorded, count };
}
