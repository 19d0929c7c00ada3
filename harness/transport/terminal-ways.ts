import { once } from 'node:events';
import { closeSync, constants, openSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Duplex } from 'node:stream';
import { setTimeout as delay } from 'node:timers/promises';
import { ReadStream } from 'node:tty';
import { SetupError } from '../errors.ts';
import type { RunningProcess } from '../target/server-process.ts';
import { FilteredStream, UNFILTERED } from './filtered-stream.ts';
import type { Terminal } from './native-terminals.ts';
import { TransportMissing } from './transport-errors.ts';
import { connectTo, waitFor, waitForBytes, waitForWords } from './wait-for.ts';
import { MONITOR, type Way } from './way.ts';

/**
 * A pseudoterminal of the program's. It looks once in a second whether somebody has opened it, but first when its
 * monitor is made: so it is made to wait for us before that, at a gate.
 */
export const PTY: Way = {
  name: 'pty',
  backends: ['pty', 'socket'],
  reconnects: true,
  slow: true,
  alters: [],
  prepare: ({ name }) => ({
    chardevs: [`pty,id=${MONITOR}`, `socket,id=qmp-gate,path=${name}/gate.sock,server=on,wait=on`],
    open: async (process, patience) => {
      const pid = process.pid ?? 0;
      await waitForWords(process, /waiting for connection on: /, patience);
      const path = terminalOf(pid);
      let first: Duplex | undefined = openTerminal(path);
      const gate = await connectTo(process, { path: `/proc/${pid}/cwd/${name}/gate.sock` }, patience);
      gate.destroy();
      return (deadline) => {
        const stream = first === undefined ? openAgain(process, path, deadline) : takeRepetition(first);
        first = undefined;
        return stream;
      };
    },
  }),
};

const LINE_END = '\r\n';

/**
 * A client that is there before the monitor is made is greeted twice: when it is made, and when the program sees who is
 * there. Takes the first greeting off, if there is a second.
 */
async function takeRepetition(stream: Duplex): Promise<Duplex> {
  const chunks: Buffer[] = [];
  const take = (): void => {
    for (let chunk: unknown = stream.read(); chunk instanceof Buffer; chunk = stream.read())
      chunks.push(chunk);
  };
  const text = (): string => Buffer.concat(chunks).toString('latin1');
  stream.on('readable', take);
  const until = performance.now() + LOOK_TIME;
  while (text().split(LINE_END).length <= 2 && performance.now() < until && !stream.destroyed)
    await delay(OPEN_DISTANCE);
  stream.off('readable', take);
  const [first, second] = text().split(LINE_END);
  const rest = first === second ? text().slice((first?.length ?? 0) + LINE_END.length) : text();
  if (rest !== '') stream.unshift(Buffer.from(rest, 'latin1'));
  return stream;
}

/** Milliseconds between two looks at what has come. */
const OPEN_DISTANCE = 2;

/** Nothing tells that the program has seen the last client go. One that comes too soon is taken for that one. */
const HANG_UP_TIME = 20;

/** The program looks once in a second who is there, and greets them. */
const LOOK_TIME = 1500;

/** Opens a pseudoterminal that was opened before, and is sure to be a client of its own when the program has greeted. */
function openAgain(process: RunningProcess, path: string, deadline: number): Promise<Duplex> {
  return waitFor(process, deadline, 'greeting', async (signal) => {
    for (;;) {
      await delay(HANG_UP_TIME, undefined, { signal });
      const stream = openTerminal(path);
      const greeted = once(stream, 'readable', { signal });
      try {
        if ((await Promise.race([greeted, delay(LOOK_TIME, undefined, { signal })])) !== undefined)
          return stream;
      } catch (error) {
        stream.destroy();
        throw error;
      }
      greeted.catch(() => undefined);
      stream.destroy();
    }
  });
}

/** A pseudoterminal of ours, which the program takes for a serial port. */
export const SERIAL: Way = {
  name: 'serial',
  backends: ['serial'],
  reconnects: false,
  alters: [],
  prepare: async () => {
    const { master, path } = await offerTerminal('serial');
    const stream = terminalStream(master);
    return {
      chardevs: [`serial,id=${MONITOR},path=${path}`],
      open: async (process, patience) => {
        // It greets whoever opened it, which is itself.
        await waitForBytes(process, stream, patience);
        return () => stream;
      },
      close: () => stream.destroy(),
    };
  },
};

/** @throws {TransportMissing} when this machine has no pseudoterminals */
export async function offerTerminal(transport: string): Promise<Terminal> {
  // Other transports need no library.
  const { makeTerminal } = await import('./native-terminals.ts');
  try {
    return makeTerminal();
  } catch (error) {
    throw new TransportMissing(transport, String(error), error);
  }
}

/** The device of the only pseudoterminal that a process has the master of (proc(5), fdinfo). */
function terminalOf(pid: number): string {
  const folder = `/proc/${pid}/fdinfo`;
  for (const descriptor of readdirSync(folder)) {
    const index = /^tty-index:\s*(\d+)$/m.exec(readFileSync(join(folder, descriptor), 'utf8'))?.[1];
    if (index !== undefined) return `/dev/pts/${index}`;
  }
  throw new SetupError('the program has no pseudoterminal');
}

function openTerminal(path: string): Duplex {
  return terminalStream(openSync(path, constants.O_RDWR | constants.O_NOCTTY | constants.O_NONBLOCK));
}

/** A stream of a terminal's either side, which closes it. Node's own writes too, whatever it is called. */
export function terminalStream(descriptor: number): Duplex {
  const terminal = new ReadStream(descriptor);
  // Node opens the slave's side of a terminal anew, and forgets the descriptor that it was given.
  if (descriptorOf(terminal) !== descriptor) closeSync(descriptor);
  const stream = new FilteredStream(terminal, UNFILTERED);
  stream.on('error', () => undefined);
  return stream;
}

function descriptorOf(terminal: ReadStream): unknown {
  const handle: unknown = Reflect.get(terminal, '_handle');
  return typeof handle === 'object' && handle !== null ? Reflect.get(handle, 'fd') : undefined;
}
