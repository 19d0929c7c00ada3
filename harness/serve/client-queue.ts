import type { Socket } from 'node:net';

/** Sockets that wait for their turn; more are turned away. */
const MOST_WAITING = 256;

/** Clients, some of which are served while others wait for their turn, as at QEMU. */
export class ClientQueue {
  /** How many clients were served, or are. */
  connections = 0;
  private readonly waiting: Socket[] = [];
  private readonly served = new Set<Promise<void>>();
  private readonly idlers = new Set<() => void>();
  private ended = false;

  /**
   * @param serve serves a client until it has left; must not reject
   * @param most clients at a time
   */
  constructor(
    private readonly serve: (socket: Socket) => Promise<void>,
    private readonly most: number,
  ) {}

  /** Takes in a client of which nothing was read. */
  put(socket: Socket): void {
    // Until its turn comes, a client that leaves is noticed by nobody.
    socket.on('error', () => undefined);
    if (this.ended || this.waiting.length >= MOST_WAITING) socket.destroy();
    else this.waiting.push(socket);
    this.next();
  }

  /** Resolves when clients were there, and none is there or waits. */
  idle(): Promise<void> {
    if (this.served.size === 0 && this.connections > 0) return Promise.resolve();
    return new Promise((resolve) => this.idlers.add(resolve));
  }

  /** Turns away whoever waits or comes, and resolves when those that are served have left. */
  async end(): Promise<void> {
    this.ended = true;
    for (const socket of this.waiting.splice(0)) socket.destroy();
    await Promise.all(this.served);
  }

  private next(): void {
    while (this.served.size < this.most) {
      const socket = this.waiting.shift();
      if (socket === undefined) break;
      this.connections++;
      const talk = this.serve(socket).finally(() => {
        this.served.delete(talk);
        this.next();
      });
      this.served.add(talk);
    }
    if (this.served.size > 0 || this.connections === 0) return;
    for (const idler of this.idlers) idler();
    this.idlers.clear();
  }
}
