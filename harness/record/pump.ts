import { closeSync, readSync } from 'node:fs';
import { EAGAIN, sendWithRights, SystemCallError } from '../qmp/native-sockets.ts';
import {
  POLLHUP,
  POLLIN,
  PollList,
  POLLOUT,
  Receiver,
  sendBytes,
  waitForBytes,
  type Received,
} from '../qmp/native-stream.ts';
import { descriptorKind } from './descriptor-kind.ts';
import { closeAll, endSink, isOver, newFlow, type Flow, type Side } from './flow.ts';
import type { Recorder } from './recorder.ts';

/** A client and the server that it wants, each a socket that is ours to close. */
export interface Pair {
  readonly connection: number;
  readonly client: number;
  readonly server: number;
  /** Whether descriptors can be handed over to each. */
  readonly rights: { readonly client: boolean; readonly server: boolean };
}

/** As much as is read at a time. */
const CHUNK_BYTES = 1024 * 1024;
/** A message that is cut behind as many bytes was cut because the sockets between were full. */
const FULL_BYTES = 32 * 1024;
/** What a sender that had no room may take to go on, in milliseconds. */
const FULL_PATIENCE = 1;
/** How often a socket is read before it is closed: a peer that sends and sends must not hold us. */
const MAX_DRAINS = 16;

/** Lengths of what was received that are none: nothing has come; and the peer did not end, but is gone. */
const NOTHING = -1;
const GONE = -2;

/** With these a message ends: `}`, and the line end behind it. */
const ENDINGS = new Set([0x7d, 0x0a]);

interface Dialogue extends Pair {
  readonly flows: readonly [Flow, Flow];
  endedBy: Side | undefined;
  /** Places in the poll list of the client's and the server's socket. */
  places: { client: number; server: number };
}

/**
 * Carries bytes and descriptors between pairs of sockets, and has each chunk written down before it goes on. One thread
 * does it for all pairs, and waits in poll(2): Node's own streams would drop the descriptors. Of each direction at most
 * one chunk is held; while a side takes nothing, the other is not read.
 */
export class Pump {
  private readonly list = new PollList();
  private readonly receiver = new Receiver();
  private readonly buffer = Buffer.allocUnsafeSlow(CHUNK_BYTES);
  private readonly wakeBytes = Buffer.alloc(64);
  private readonly dialogues = new Set<Dialogue>();

  constructor(
    private readonly recorder: Recorder,
    /** Told of a descriptor that the other side cannot get, as it is no unix socket. */
    private readonly lost: (connection: number) => void,
  ) {}

  /** Takes a pair; its sockets are closed when the dialogue is over. */
  add(pair: Pair): void {
    const { client, server, rights } = pair;
    this.recorder.opened(pair.connection);
    this.dialogues.add({
      ...pair,
      flows: [
        newFlow('->', 'client', client, server, rights.server),
        newFlow('<-', 'server', server, client, rights.client),
      ],
      endedBy: undefined,
      places: { client: 0, server: 0 },
    });
  }

  /**
   * Carries until `stop` says so, which is asked whenever a byte has come over `wake`.
   * @param wake a socket that others write to when there is something to ask for
   */
  run(wake: number, stop: () => boolean): void {
    for (;;) {
      this.list.clear();
      this.list.add(wake, POLLIN);
      for (const dialogue of this.dialogues) this.await(dialogue);
      this.list.wait();
      const woken = this.list.came(0) !== 0;
      for (const dialogue of this.dialogues) this.carry(dialogue);
      if (!woken) continue;
      readSync(wake, this.wakeBytes);
      if (stop()) return;
    }
  }

  /** Closes all that is open. */
  close(): void {
    for (const dialogue of this.dialogues) this.closeSockets(dialogue);
  }

  private await(dialogue: Dialogue): void {
    const [up, down] = dialogue.flows;
    dialogue.places = {
      client: this.awaitSide(dialogue.client, up, down),
      server: this.awaitSide(dialogue.server, down, up),
    };
  }

  /** A negative descriptor is passed over; a socket that is gone would be told of again and again (poll(2)). */
  private awaitSide(socket: number, from: Flow, to: Flow): number {
    const events =
      (from.ended || from.waiting !== undefined || from.deaf ? 0 : POLLIN) |
      (to.waiting === undefined ? 0 : POLLOUT);
    return this.list.add(events === 0 ? -1 : socket, events);
  }

  private carry(dialogue: Dialogue): void {
    const { places, flows } = dialogue;
    const came = { client: this.list.came(places.client), server: this.list.came(places.server) };
    for (const flow of flows) {
      const sink = flow.from === 'client' ? came.server : came.client;
      if (flow.waiting !== undefined && sink !== 0) this.flush(flow);
      if (came[flow.from] !== 0 && !flow.ended && !flow.deaf && flow.waiting === undefined)
        this.take(dialogue, flow, (came[flow.from] & POLLHUP) !== 0);
    }
    if (isOver(flows)) this.end(dialogue);
  }

  private take(dialogue: Dialogue, flow: Flow, hangsUp: boolean): void {
    const got = this.gather(flow);
    if (got.length === NOTHING) return;
    if (got.length <= 0) return this.endFlow(dialogue, flow, hangsUp || got.length === GONE);
    const { connection } = dialogue;
    const kinds = got.descriptors.map(descriptorKind);
    const chunk = this.buffer.subarray(0, got.length);
    const begins = this.recorder.receive(connection, flow.direction, chunk, kinds);
    if (got.descriptors.length === 0) return this.send(flow, chunk);
    if (!flow.rights) {
      closeAll(got.descriptors);
      this.lost(connection);
      return this.send(flow, chunk);
    }
    // They go with the message that they came with, not with one before it that was read in one go.
    if (begins > 0) this.send(flow, chunk.subarray(0, begins));
    this.send(flow, chunk.subarray(begins), got.descriptors);
  }

  /**
   * Reads on where a message seems to be cut: what is whole is written once, and need not be written as a part before.
   * Where sockets were full, reading has made room, and the rest is on its way.
   */
  private gather(flow: Flow): Received {
    let { length, descriptors } = this.receive(flow, this.buffer);
    while (length > 0 && length < CHUNK_BYTES && descriptors.length === 0) {
      if (ENDINGS.has(this.buffer[length - 1] ?? 0)) break;
      if (length >= FULL_BYTES) waitForBytes(flow.source, FULL_PATIENCE);
      const next = this.receive(flow, this.buffer.subarray(length));
      // An end will be seen again.
      if (next.length <= 0) break;
      length += next.length;
      descriptors = next.descriptors;
    }
    return { length, descriptors };
  }

  private receive(flow: Flow, into: Buffer): Received {
    try {
      return this.receiver.receive(flow.source, into);
    } catch (error) {
      if (!(error instanceof SystemCallError)) throw error;
      return { length: GONE, descriptors: [] };
    }
  }

  /**
   * Sends what there is room for, and keeps the rest: a copy, for the buffer is used again. Descriptors go with the
   * first byte, so what waits before them goes first.
   */
  private send(flow: Flow, bytes: Buffer, descriptors: readonly number[] = []): void {
    if (flow.waiting !== undefined) {
      flow.rest = bytes.length === 0 ? undefined : { bytes: Buffer.from(bytes), descriptors };
      return;
    }
    const sent = this.trySend(flow, bytes, descriptors);
    if (flow.deaf || sent === bytes.length) return;
    flow.waiting = { bytes: Buffer.from(bytes.subarray(sent)), descriptors: sent === 0 ? descriptors : [] };
  }

  private flush(flow: Flow): void {
    const { waiting } = flow;
    if (waiting === undefined) return;
    const sent = this.trySend(flow, waiting.bytes, waiting.descriptors);
    if (sent === waiting.bytes.length || flow.deaf) {
      flow.waiting = flow.rest;
      flow.rest = undefined;
    } else if (sent > 0) {
      flow.waiting = { bytes: waiting.bytes.subarray(sent), descriptors: [] };
    }
    if (flow.waiting === undefined && flow.ended) endSink(flow);
  }

  /** @returns how many bytes went; where the sink is gone, none ever will */
  private trySend(flow: Flow, bytes: Buffer, descriptors: readonly number[]): number {
    try {
      if (descriptors.length === 0) return sendBytes(flow.sink, bytes);
      const sent = sendWithRights(flow.sink, bytes, ...descriptors);
      closeAll(descriptors);
      return sent;
    } catch (error) {
      if (!(error instanceof SystemCallError)) throw error;
      if (error.errno === EAGAIN) return 0;
      closeAll([...descriptors, ...(flow.rest?.descriptors ?? [])]);
      flow.deaf = true;
      flow.waiting = flow.rest = undefined;
      return 0;
    }
  }

  /**
   * The source has ended. One that only stopped sending may still be told something; from one that is gone the other
   * side is to see just that, and not half of it.
   */
  private endFlow(dialogue: Dialogue, flow: Flow, gone: boolean): void {
    flow.ended = true;
    dialogue.endedBy ??= flow.from;
    if (gone) dialogue.flows[flow.from === 'client' ? 1 : 0].deaf = true;
    if (flow.waiting === undefined) endSink(flow);
  }

  private end(dialogue: Dialogue): void {
    this.closeSockets(dialogue);
    this.recorder.closed(dialogue.connection, dialogue.endedBy ?? 'server');
  }

  private closeSockets(dialogue: Dialogue): void {
    this.dialogues.delete(dialogue);
    for (const flow of dialogue.flows) {
      closeAll([...(flow.waiting?.descriptors ?? []), ...(flow.rest?.descriptors ?? [])]);
      this.drain(flow);
    }
    closeSync(dialogue.client);
    closeSync(dialogue.server);
  }

  /** A socket that is closed while something lies in it tells its peer of an error instead of an end (unix(7), tcp(7)). */
  private drain(flow: Flow): void {
    for (let left = MAX_DRAINS; left > 0 && !flow.ended; left--) {
      const { length, descriptors } = this.receive(flow, this.buffer);
      closeAll(descriptors);
      if (length <= 0) return;
    }
  }
}
