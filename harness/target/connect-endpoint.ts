import { connect, type Socket } from 'node:net';
import { InputError, SetupError } from '../errors.ts';
import { FrameLimitError } from '../json/frame-reader.ts';
import { ConnectionClosed, DeadlineExceeded, UnexpectedMessage } from '../qmp/connection-errors.ts';
import { QmpConnection, type WireObserver } from '../qmp/connection.ts';
import { watchDeadline, type Deadline } from '../qmp/deadline.ts';
import type { Greeting } from '../qmp/message.ts';

/** A server that somebody else started, and that has greeted. */
export interface Endpoint {
  /** As the user gave it. */
  readonly address: string;
  readonly connection: QmpConnection;
  readonly greeting: Greeting;
}

/** Where a server listens. */
export type Address =
  | { readonly kind: 'unix'; readonly path: string }
  | { readonly kind: 'tcp'; readonly host: string; readonly port: number };

/**
 * Connects to `unix:PATH` or `tcp:HOST:PORT` and waits for the greeting.
 * @throws {InputError} for an address of another form
 * @throws {SetupError} in one line: nothing listens, it closes at once, says nothing, or greets otherwise
 */
export async function connectEndpoint(
  address: string,
  deadline: Deadline,
  observer?: WireObserver,
): Promise<Endpoint> {
  const socket = await openEndpoint(address, deadline);
  const guard = new GreetingGuard(socket, observer);
  const connection = new QmpConnection(socket, { observer: guard.observe });
  try {
    return { address, connection, greeting: await guard.until(connection.waitForGreeting(deadline)) };
  } catch (error) {
    connection.close();
    throw new SetupError(`${address}: ${describeFailure(error)}`, { cause: error });
  }
}

/**
 * Connects to `unix:PATH` or `tcp:HOST:PORT`, and waits for nothing.
 * @throws {InputError} for an address of another form
 * @throws {SetupError} in one line where nothing listens
 */
export function openEndpoint(address: string, deadline: Deadline): Promise<Socket> {
  return openSocket(readAddress(address), address, deadline);
}

/**
 * Reads `unix:PATH` or `tcp:HOST:PORT`; an IPv6 address stands in brackets.
 * @throws {InputError} for anything else
 */
export function readAddress(text: string): Address {
  const path = /^unix:(.+)$/s.exec(text)?.[1];
  if (path !== undefined) return { kind: 'unix', path };
  const [, bracketed, plain, digits] = /^tcp:(?:\[([^\]]+)\]|([^:]*)):([0-9]{1,5})$/.exec(text) ?? [];
  const port = Number(digits);
  if (digits === undefined || port < 1 || port > 65_535) {
    throw new InputError(`address '${text}'; expected unix:PATH or tcp:HOST:PORT`);
  }
  // QEMU reads an empty host so, too.
  return {
    kind: 'tcp',
    host: bracketed ?? (plain === undefined || plain === '' ? 'localhost' : plain),
    port,
  };
}

function openSocket(to: Address, address: string, deadline: Deadline): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = to.kind === 'unix' ? connect(to.path) : connect(to.port, to.host);
    const fail = (error: Error): void => {
      socket.destroy();
      cancel();
      reject(new SetupError(`${address}: nothing answers there (${error.message})`, { cause: error }));
    };
    const cancel = watchDeadline(deadline, 'connection', fail);
    socket.once('error', fail);
    socket.once('connect', () => {
      cancel();
      socket.off('error', fail);
      socket.setNoDelay();
      resolve(socket);
    });
  });
}

/** Far more than any greeting; what sends as much without one is no QMP server, and could go on for ever. */
const MAX_BEFORE_GREETING = 256 * 1024;

/** Cuts off a server that sends and sends, and never greets. */
class GreetingGuard {
  private left: number | undefined = MAX_BEFORE_GREETING;

  constructor(
    private readonly socket: Socket,
    private readonly observer: WireObserver | undefined,
  ) {}

  readonly observe: WireObserver = (direction, bytes, at) => {
    this.observer?.(direction, bytes, at);
    if (this.left === undefined || direction === '->') return;
    this.left -= bytes.length;
    if (this.left < 0)
      this.socket.destroy(new FrameLimitError(`over ${MAX_BEFORE_GREETING / 1024} kB without a greeting`));
  };

  /** Watches until the greeting is there. */
  async until<T>(greeting: Promise<T>): Promise<T> {
    const value = await greeting;
    this.left = undefined;
    return value;
  }
}

function describeFailure(error: unknown): string {
  if (error instanceof ConnectionClosed && error.cause instanceof FrameLimitError)
    return `it does not greet as a QMP server does: it sends ${error.cause.message}`;
  if (error instanceof ConnectionClosed)
    return 'it closed the connection before it greeted; another client may hold it';
  if (error instanceof DeadlineExceeded) {
    return `it says nothing (${error.message}); another client may hold it, or it is no QMP server`;
  }
  if (error instanceof UnexpectedMessage) return `it does not greet as a QMP server does: ${error.message}`;
  return error instanceof Error ? error.message : String(error);
}
