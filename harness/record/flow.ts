import { closeSync } from 'node:fs';
import { SystemCallError } from '../qmp/native-sockets.ts';
import { endSending } from '../qmp/native-stream.ts';
import type { Direction } from '../transcript/transcript.ts';

/** One of the two that talk. */
export type Side = 'client' | 'server';

/** What goes from one side to the other. */
export interface Flow {
  readonly direction: Direction;
  readonly from: Side;
  readonly source: number;
  readonly sink: number;
  readonly rights: boolean;
  /** What the sink had no room for. Nothing is read until it is gone. */
  waiting: Waiting | undefined;
  /** What has to go behind that, by itself. */
  rest: Waiting | undefined;
  /** The source has ended. */
  ended: boolean;
  /** The sink takes nothing any more. */
  deaf: boolean;
}

/** What goes on when there is room. */
interface Waiting {
  readonly bytes: Buffer;
  /** Go with the first byte. */
  readonly descriptors: readonly number[];
}

/** A flow that has carried nothing yet. */
export function newFlow(
  direction: Direction,
  from: Side,
  source: number,
  sink: number,
  rights: boolean,
): Flow {
  const flow = { direction, from, source, sink, rights, ended: false, deaf: false };
  return { ...flow, waiting: undefined, rest: undefined };
}

/** Both sides have ended, or one is gone and has got no more than it took. */
export function isOver([up, down]: readonly [Flow, Flow]): boolean {
  const done = (flow: Flow): boolean => (flow.ended && flow.waiting === undefined) || flow.deaf;
  return done(up) && done(down);
}

/** Tells the sink that nothing further comes. */
export function endSink(flow: Flow): void {
  if (flow.deaf) return;
  try {
    endSending(flow.sink);
  } catch (error) {
    if (!(error instanceof SystemCallError)) throw error;
    // It is gone already.
    flow.deaf = true;
  }
}

/** Closes descriptors that go nowhere any more. */
export function closeAll(descriptors: readonly number[]): void {
  for (const descriptor of descriptors) closeSync(descriptor);
}
