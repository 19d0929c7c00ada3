import { SetupError } from '../errors.ts';
import { isJsonArray, isJsonObject, stringAt } from '../json/value.ts';
import { QmpConnection } from '../qmp/connection.ts';
import type { RunningProcess } from '../target/server-process.ts';
import { MONITOR } from './way.ts';

/** The id of a monitor of our own on a socket pair, beside the one that is offered. */
export const SENTINEL = 'qmp-sentinel';

/**
 * Waits until a program has started, and asks what it calls the offered monitor's character device, e.g.
 * `disconnected:tcp:127.0.0.1:40123,server=on`. It answers from its main loop, so everything stands then: nobody has to
 * try when a socket is there, nor which port the system chose, and no client comes in the middle of the start, which
 * 5.2 may answer with an event before the greeting.
 */
export async function askSentinel({ streams }: RunningProcess, patience: number): Promise<string> {
  const [stream] = streams;
  if (stream === undefined) throw new SetupError('the program could not be started');
  const connection = new QmpConnection(stream);
  try {
    const signal = AbortSignal.timeout(patience);
    await connection.waitForGreeting(signal);
    await connection.negotiate([], signal);
    const { value } = await connection.execute('query-chardev', undefined, signal);
    const devices = isJsonObject(value) ? value['return'] : undefined;
    const offered = isJsonArray(devices)
      ? devices.find((device) => labelFits(stringAt(device, 'label')))
      : undefined;
    return stringAt(offered, 'filename');
  } finally {
    connection.close();
  }
}

/** What stands below a multiplexer is called by the multiplexer's name with an ending. */
function labelFits(label: string): boolean {
  return label === MONITOR || label === `${MONITOR}-base`;
}
