import type { Socket } from 'node:net';
import type { Direction } from '../transcript/transcript.ts';
import type { DataPlane, PlaneEvents, SocketPairing } from './data-plane.ts';
import { Recorder } from './recorder.ts';
import { createRedaction, type RedactionWords } from './redaction.ts';
import { TranscriptFile } from './transcript-file.ts';

/**
 * Carries by Node's own streams, for machines without the calls that a pump needs. Descriptors do not come through.
 */
export function startStreamPlane(
  transcript: number,
  headBytes: number,
  redaction: RedactionWords | undefined,
  { ends }: Pick<PlaneEvents, 'ends'>,
): DataPlane {
  const file = new TranscriptFile(transcript, headBytes);
  const recorder = new Recorder(file, redaction && createRedaction(redaction), ends);
  const open = new Set<SocketPairing>();
  const close = ({ client, server }: SocketPairing): void => {
    client.destroy();
    server.destroy();
  };
  return {
    add: (pairing) => {
      open.add(pairing);
      recorder.opened(pairing.connection);
      void carryBoth(pairing, recorder).then((by) => {
        if (!open.delete(pairing)) return;
        close(pairing);
        recorder.closed(pairing.connection, by);
      });
    },
    refuse: (connection) => {
      recorder.opened(connection);
      recorder.closed(connection, 'server');
    },
    stop: () => {
      for (const pairing of open) close(pairing);
      open.clear();
      return Promise.resolve(recorder.finish());
    },
  };
}

type Side = 'client' | 'server';

/** Resolves when the dialogue is over, with who ended it first. */
async function carryBoth({ connection, client, server }: SocketPairing, recorder: Recorder): Promise<Side> {
  let endedBy: Side | undefined;
  const end = (by: Side) => (): void => void (endedBy ??= by);
  const carry = (direction: Direction, from: Socket, to: Socket, by: Side): Promise<void> =>
    carryOne(from, to, (chunk) => void recorder.receive(connection, direction, chunk), end(by));
  await Promise.all([carry('->', client, server, 'client'), carry('<-', server, client, 'server')]);
  return endedBy ?? 'server';
}

/** Resolves when nothing more can go this way. While the sink has no room, the source is not read. */
function carryOne(from: Socket, to: Socket, see: (chunk: Buffer) => void, end: () => void): Promise<void> {
  return new Promise((resolve) => {
    const resume = (): void => void from.resume();
    const finish = (): void => {
      to.off('drain', resume);
      resolve();
    };
    from.on('data', (chunk: Buffer) => {
      see(chunk);
      if (!to.write(chunk)) from.pause();
    });
    from.once('end', () => {
      end();
      to.end(finish);
    });
    // An error is followed by the end of both.
    from.on('error', () => undefined);
    from.once('close', () => {
      end();
      to.destroy();
      finish();
    });
    to.on('drain', resume);
    to.once('close', finish);
    from.resume();
  });
}
