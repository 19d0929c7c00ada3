import type { RunningProcess } from '../target/server-process.ts';
import { offerTerminal, terminalStream } from './terminal-ways.ts';
import type { Transport } from './transport.ts';
import { TransportMissing } from './transport-errors.ts';
import { connectTo, waitFor } from './wait-for.ts';
import type { Connect, Offer, Place } from './way.ts';

/** A way in which a guest agent is reached, by the method that its option `--method` names. */
export interface AgentWay extends Transport {
  readonly method: string;
  /** @throws {TransportMissing} */
  readonly prepare: (place: Place) => Promise<AgentOffer> | AgentOffer;
}

/** As {@link Offer}, with what the option `--path` takes. */
export interface AgentOffer extends Pick<Offer, 'open' | 'close'> {
  readonly path: string;
}

/** The ways in which a guest agent is reached. */
export const AGENT_WAYS: readonly AgentWay[] = [
  { name: 'unix', method: 'unix-listen', reconnects: true, alters: [], prepare: listenOnUnix },
  terminalWay('isa-serial'),
  terminalWay('virtio-serial'),
  { name: 'vsock', method: 'vsock-listen', reconnects: true, alters: [], prepare: listenOnVsock },
];

function listenOnUnix({ name }: Place): AgentOffer {
  const path = `${name}/agent.sock`;
  return {
    path,
    open: (process) => (deadline) =>
      connectTo(process, { path: `/proc/${process.pid ?? 0}/cwd/${path}` }, deadline),
  };
}

/** A pseudoterminal of ours, which the agent takes for a port of a guest. */
function terminalWay(method: string): AgentWay {
  return {
    name: method,
    method,
    reconnects: false,
    alters: [],
    prepare: async () => {
      const { master, path } = await offerTerminal(method);
      const stream = terminalStream(master);
      return { path, open: () => () => stream, close: () => stream.destroy() };
    },
  };
}

/** The machine's address for itself (VMADDR_CID_LOCAL of vsock(7)), and a port that nobody is known to use. */
const LOCAL_ADDRESS = '1:49637';

function listenOnVsock(): AgentOffer {
  return { path: LOCAL_ADDRESS, open: tellOfVsock };
}

/** Node has no sockets of that family, so the most that can be said is why the agent itself has none. */
async function tellOfVsock(process: RunningProcess, patience: number): Promise<Connect> {
  const nothing = 'it listens, and Node has no sockets of that family to connect with';
  const ended = process.exited.then(({ stderr }) => stderr.trim());
  const words = await waitFor({ exited: NEVER }, patience, 'word', () => ended).catch(() => nothing);
  throw new TransportMissing('vsock', words);
}

const NEVER: RunningProcess['exited'] = new Promise(() => undefined);
