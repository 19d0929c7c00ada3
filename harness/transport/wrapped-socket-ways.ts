import { once, type EventEmitter } from 'node:events';
import { writeFile } from 'node:fs/promises';
import type { Socket } from 'node:net';
import { join } from 'node:path';
import type { Duplex } from 'node:stream';
import { connect as connectTls } from 'node:tls';
import type { RunningProcess } from '../target/server-process.ts';
import { makeCertificates } from '../target/certificates.ts';
import { FilteredStream } from './filtered-stream.ts';
import { IPV4, tcpOffer } from './socket-ways.ts';
import { telnetFilter } from './telnet-filter.ts';
import { waitFor } from './wait-for.ts';
import { plainWay, type Way } from './way.ts';

/** TCP with the commands of telnet between. */
export const TELNET: Way = {
  ...plainWay('telnet', 'socket', () =>
    tcpOffer(IPV4, ',telnet=on', (socket) => new FilteredStream(socket, telnetFilter())),
  ),
  alters: ['escapes-ff'],
};

/** Binary messages of WebSocket (RFC 6455) over TCP; QEMU knows the subprotocol `binary` alone. */
export const WEBSOCKET = plainWay('websocket', 'socket', () =>
  tcpOffer(IPV4, ',websocket=on', openWebSocket),
);

/** TLS over TCP, with certificates of ours for the server. */
export const TLS = plainWay('tls', 'socket', async ({ name, path }) => {
  const certificates = await makeCertificates();
  for (const file of ['ca-cert.pem', 'server-cert.pem', 'server-key.pem'] as const)
    await writeFile(join(path, file), certificates[file], { mode: 0o600 });
  const offer = tcpOffer(IPV4, ',tls-creds=qmp-tls', (socket, process, deadline) =>
    openTls(socket, process, deadline, certificates['ca-cert.pem']),
  );
  return {
    ...offer,
    objects: [`tls-creds-x509,id=qmp-tls,dir=${name},endpoint=server,verify-peer=off`],
  };
});

async function openWebSocket(socket: Socket, process: RunningProcess, deadline: number): Promise<Duplex> {
  const { WebSocket, createWebSocketStream } = await import('ws');
  const client = new WebSocket(`ws://${IPV4}/`, 'binary', {
    createConnection: () => socket,
    perMessageDeflate: false,
  });
  return shakeHands(createWebSocketStream(client), client, 'open', process, deadline);
}

function openTls(socket: Socket, process: RunningProcess, deadline: number, ca: string): Promise<Duplex> {
  const stream = connectTls({ socket, ca, servername: 'localhost' });
  return shakeHands(stream, stream, 'secureConnect', process, deadline);
}

/** Waits for the event that tells the end of a handshake; the stream is gone where it does not come. */
async function shakeHands(
  stream: Duplex,
  teller: EventEmitter,
  event: string,
  process: RunningProcess,
  deadline: number,
): Promise<Duplex> {
  stream.on('error', () => undefined);
  try {
    await waitFor(process, deadline, 'end of the handshake', (signal) => once(teller, event, { signal }));
    return stream;
  } catch (error) {
    stream.destroy();
    throw error;
  }
}
