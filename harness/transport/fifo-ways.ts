import { execFile } from 'node:child_process';
import { closeSync, constants, openSync } from 'node:fs';
import { Socket } from 'node:net';
import { join } from 'node:path';
import { Duplex } from 'node:stream';
import { promisify } from 'node:util';
import type { RunningProcess } from '../target/server-process.ts';
import { waitForBytes } from './wait-for.ts';
import { MONITOR, type Connect, type Offer, type Way } from './way.ts';

const { O_RDONLY, O_WRONLY, O_RDWR, O_NONBLOCK } = constants;

/** Two FIFOs by one name, `.in` and `.out` as the program sees them. */
export const PIPE: Way = fifoWay('pipe', (name) => `pipe,id=${MONITOR},path=${name}/monitor`);

/** A file that the program writes, and one that it reads, both of them FIFOs: a regular file ends before we could answer. */
export const FILE: Way = fifoWay(
  'file',
  (name) => `file,id=${MONITOR},path=${name}/monitor.out,input-path=${name}/monitor.in`,
);

function fifoWay(backend: string, chardev: (name: string) => string): Way {
  return {
    name: backend,
    backends: [backend],
    // The program never learns that a client has gone, and greets once.
    reconnects: false,
    alters: [],
    prepare: async ({ name, path }) => {
      const [input, output] = [join(path, 'monitor.in'), join(path, 'monitor.out')];
      // Node has no mkfifo(3); the program is part of POSIX.
      await promisify(execFile)('mkfifo', [input, output], { timeout: 10_000 });
      return fifoOffer(chardev(name), input, output);
    },
  };
}

/** An end of a FIFO can be opened only while there is another: until the program has both, we hold them (fifo(7)). */
function fifoOffer(chardev: string, input: string, output: string): Offer {
  const held = [openSync(input, O_RDWR | O_NONBLOCK), openSync(output, O_RDWR | O_NONBLOCK)];
  const from = new Socket({ fd: openSync(output, O_RDONLY | O_NONBLOCK), writable: false });
  from.on('error', () => undefined);
  const release = (): void => held.splice(0).forEach((descriptor) => closeSync(descriptor));
  const open = async (process: RunningProcess, patience: number): Promise<Connect> => {
    void process.exited.then(release);
    // Only that it has greeted tells that it has opened them.
    await waitForBytes(process, from, patience);
    const to = new Socket({ fd: openSync(input, O_WRONLY | O_NONBLOCK), readable: false });
    release();
    return () => Duplex.from({ readable: from, writable: to });
  };
  return {
    chardevs: [chardev],
    open,
    close: () => {
      release();
      from.destroy();
    },
  };
}
