import type { Socket } from 'node:net';
import type { RecordCount } from './recorder.ts';

/** What is told while connections are carried. */
export interface PlaneEvents {
  /** The transcript ends here, as it cannot be written; the dialogue goes on. */
  readonly ends: (reason: string) => void;
  /** A descriptor came that the other side cannot get, as it is no unix socket. */
  readonly lost: (connection: number) => void;
  /** What carries has failed; nothing is carried any more. */
  readonly failed: (error: Error) => void;
}

/** A client and the server that it wants, both connected, and nothing read from them yet. */
export interface SocketPairing {
  readonly connection: number;
  readonly client: Socket;
  readonly server: Socket;
  /** Which of them are unix sockets: descriptors can be handed over to these. */
  readonly rights: { readonly client: boolean; readonly server: boolean };
}

/** What carries bytes between clients and servers, and has them written down before they go on. */
export interface DataPlane {
  readonly add: (pairing: SocketPairing) => void;
  /** Notes a client that came, and for whom no server was there. */
  readonly refuse: (connection: number) => void;
  /** Closes all connections, and ends the transcript. */
  readonly stop: () => Promise<RecordCount>;
}
