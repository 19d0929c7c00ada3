import { once } from 'node:events';
import { createServer, type Server, type Socket } from 'node:net';
import { join } from 'node:path';

/** What a fake server does on one of its connections, in the order in which they come. */
export interface FakeConnection {
  /** What is sent at once; the greeting where it is absent. */
  readonly greeting?: string;
  /** By name of the command: what is sent for it, `ID` being its id; `close` ends the connection. */
  readonly answers?: Readonly<Record<string, readonly string[]>>;
}

const GREETING =
  '{"QMP": {"version": {"qemu": {"micro": 0, "minor": 0, "major": 10}, "package": ""}, "capabilities": ["oob"]}}';
const HONEST: NonNullable<FakeConnection['answers']> = {
  qmp_capabilities: ['{"return": {}, "id": ID}'],
  'query-name': ['{"return": {"name": "vm"}, "id": ID}'],
  'query-status': ['{"return": {"running": true, "status": "running"}, "id": ID}'],
  stop: ['{"return": {}, "id": ID}'],
};

const NOT_FOUND = ['{"error": {"class": "CommandNotFound", "desc": "no such command"}, "id": ID}'];

/** A server that misbehaves where a real one would not. */
export interface FakeServer {
  readonly address: string;
  /** The messages that came, in their order, each with the number of its connection. */
  readonly log: readonly string[];
  readonly close: () => void;
}

/** Listens in `dir`; the n-th connection does what the n-th of `connections` says, further ones behave. */
export async function startFakeServer(
  dir: string,
  connections: readonly FakeConnection[],
): Promise<FakeServer> {
  const log: string[] = [];
  const sockets: Socket[] = [];
  let count = 0;
  const server: Server = createServer((socket) => {
    const number = count++;
    sockets.push(socket);
    serve(socket, connections[number] ?? {}, (line) => log.push(`${number}: ${line}`));
  });
  const path = join(dir, 'fake.sock');
  server.listen(path);
  await once(server, 'listening');
  return {
    address: `unix:${path}`,
    log,
    close: () => {
      for (const socket of sockets) socket.destroy();
      server.close();
    },
  };
}

function serve(
  socket: Socket,
  { greeting = GREETING, answers = {} }: FakeConnection,
  see: (line: string) => void,
): void {
  let text = '';
  socket.on('error', () => undefined);
  if (greeting !== '') socket.write(`${greeting}\r\n`);
  socket.on('data', (chunk: Buffer) => {
    text += chunk.toString('latin1');
    const lines = text.split('\n');
    text = lines.pop() ?? '';
    for (const line of lines) answer(socket, line.trim(), answers, see);
  });
}

function answer(
  socket: Socket,
  line: string,
  answers: NonNullable<FakeConnection['answers']>,
  see: (line: string) => void,
): void {
  const name = /"(?:execute|exec-oob)": ?"([^"]+)"/.exec(line)?.[1] ?? '';
  const id = /"id": ?("[^"]*"|[0-9]+)/.exec(line)?.[1];
  see(name === '' ? line : `${name}${id === undefined ? '' : ` ${id}`}`);
  for (const text of answers[name] ?? HONEST[name] ?? (name === '' ? [] : NOT_FOUND)) {
    if (text === 'close') socket.destroy();
    else socket.write(`${id === undefined ? text.replace(/, "id": ID/, '') : text.replace('ID', id)}\r\n`);
  }
}
