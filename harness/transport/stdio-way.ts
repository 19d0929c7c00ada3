import { Duplex } from 'node:stream';
import { SetupError } from '../errors.ts';
import { MONITOR, type Way } from './way.ts';

/** The program's own stdin and stdout. */
export const STDIO: Way = {
  name: 'stdio',
  backends: ['stdio'],
  reconnects: false,
  alters: [],
  prepare: () => ({
    chardevs: [`stdio,id=${MONITOR}`],
    stdio: true,
    open:
      ({ standard: { stdin, stdout } }) =>
      () => {
        if (stdin === null || stdout === null) throw new SetupError('the program could not be started');
        return Duplex.from({ readable: stdout, writable: stdin });
      },
  }),
};
