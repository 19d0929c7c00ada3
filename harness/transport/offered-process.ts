import { mkdtemp, rm } from 'node:fs/promises';
import { basename, join } from 'node:path';
import type { Duplex } from 'node:stream';
import { SetupError } from '../errors.ts';
import { ConnectionClosed } from '../qmp/connection-errors.ts';
import { startError, type RunningProcess } from '../target/server-process.ts';
import type { OfferedMonitor, Transport } from './transport.ts';
import { findLack, TransportLacking, TransportMissing } from './transport-errors.ts';
import type { Connect, Place } from './way.ts';

/**
 * Works with what a transport prepares in a folder of its own. All of it is given back when the work fails, or else
 * when its result says so.
 * @throws {SetupError} where no folder can be made
 */
export async function withPreparation<O extends { readonly close?: () => void }>(
  dir: string,
  version: string | undefined,
  prepare: (place: Place) => Promise<O> | O,
  work: (offer: O, giveBack: () => Promise<void>, place: Place) => Promise<OfferedMonitor>,
): Promise<OfferedMonitor> {
  const path = await mkdtemp(join(dir, 'transport-')).catch((error: unknown) => {
    throw new SetupError(`${dir}: ${messageOf(error)}; expected a folder to write to`, { cause: error });
  });
  let offer: O | undefined;
  const giveBack = async (): Promise<void> => {
    offer?.close?.();
    offer = undefined;
    await rm(path, { recursive: true, force: true });
  };
  try {
    const place = { path, name: basename(path), version: version ?? '' };
    offer = await prepare(place);
    return await work(offer, giveBack, place);
  } catch (error) {
    await giveBack();
    throw error;
  }
}

/**
 * What a process that was started offers; it is gone when this rejects.
 * @param open waits until it can be connected to
 * @param giveBack gives back what was opened for the transport, when the process is gone
 */
export async function offerOf(
  transport: Transport,
  process: RunningProcess,
  open: () => Promise<Connect> | Connect,
  giveBack: () => Promise<void>,
): Promise<OfferedMonitor> {
  const opened: Duplex[] = [];
  let ended: Promise<void> | undefined;
  const close = (): Promise<void> => (ended ??= end(process, opened, giveBack));
  try {
    const connect = await open();
    return { process, connect: guarded(transport, process, connect, opened), close };
  } catch (error) {
    const cause = await explain(transport, process, error);
    await close();
    throw cause;
  }
}

async function end(
  process: RunningProcess,
  opened: readonly Duplex[],
  giveBack: () => Promise<void>,
): Promise<void> {
  const { stdin, stdout } = process.standard;
  for (const stream of [...opened, ...process.streams, stdin, stdout]) stream?.destroy();
  await process.kill();
  await giveBack();
}

function guarded(
  transport: Transport,
  process: RunningProcess,
  connect: Connect,
  opened: Duplex[],
): OfferedMonitor['connect'] {
  return async (deadline) => {
    if (opened.length > 0 && !transport.reconnects)
      throw new SetupError(`${transport.name}: a second client; expected one, for it does not reconnect`);
    try {
      const stream = await connect(deadline);
      opened.push(stream);
      // Whoever reads it gets the event too; nobody's news must not end us.
      stream.on('error', () => undefined);
      return stream;
    } catch (error) {
      if (error instanceof ConnectionClosed) throw await explain(transport, process, error);
      throw new SetupError(`${transport.name}: ${messageOf(error)}`, { cause: error });
    }
  };
}

/** Why nothing is offered; the process is gone when this resolves. */
async function explain({ name }: Transport, process: RunningProcess, error: unknown): Promise<Error> {
  if (error instanceof TransportMissing) return error;
  const failure = await startError(process, error, 'offered its monitor');
  const lack = failure.end.signal === null ? findLack(failure.end.stderr) : undefined;
  return lack === undefined ? failure : new TransportLacking(name, lack, failure.end);
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
