import { Duplex } from 'node:stream';
import type { JsonObject } from '../json/value.ts';
import { ConnectionClosed } from '../qmp/connection-errors.ts';
import { QmpConnection, type Incoming } from '../qmp/connection.ts';
import type { IsMine, WireTape } from './wire-tape.ts';

/** All that can come has come: whoever waits need not wait for it. */
const NOW = AbortSignal.abort();

/**
 * A connection whose server is a log. Everything that came before the next message was sent is there already, so no
 * wait takes time: what is not there will not come. Where the log of the connection is at its end, the connection is
 * closed, unless the row ran out of time there.
 */
export class RecordedConnection extends QmpConnection {
  /**
   * @param ranOut whether the row is said to have ended in a wait that took too long
   */
  constructor(
    private readonly tape: WireTape,
    private readonly isMine: IsMine,
    private readonly ranOut: boolean,
  ) {
    // Nothing is written to it, and what came is told at once, not by way of its buffer.
    const stream = new Duplex({ read: () => undefined });
    super(stream);
    tape.open(isMine, (bytes) => stream.emit('data', bytes));
  }

  override waitForGreeting(): ReturnType<QmpConnection['waitForGreeting']> {
    this.endIfOver();
    return super.waitForGreeting(NOW);
  }

  override next(): Promise<Incoming> {
    this.endIfOver();
    return super.next(NOW);
  }

  override execute(command: string, args?: JsonObject): Promise<Incoming> {
    return super.execute(command, args, NOW);
  }

  override waitForEvent(which: string | ((event: Incoming) => boolean)): Promise<Incoming> {
    this.endIfOver();
    return super.waitForEvent(which, NOW);
  }

  override send(text: string | Buffer): Promise<void> {
    if (this.tape.send(text, this.isMine)) {
      this.endIfOver();
      return Promise.resolve();
    }
    this.close();
    return Promise.reject(new ConnectionClosed('the log ends here'));
  }

  /** No descriptor goes anywhere. */
  override sendWithDescriptor(text: string | Buffer): Promise<void> {
    return this.send(text);
  }

  private endIfOver(): void {
    if (!this.ranOut && this.tape.isOver(this.isMine)) this.close();
  }
}
