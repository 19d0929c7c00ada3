import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { InputError } from '../errors.ts';
import { readAddress, type Address } from '../target/connect-endpoint.ts';
import type { DataPlane, PlaneEvents } from './data-plane.ts';
import { leadMonitors } from './find-monitors.ts';
import { writeAddress } from './listen-place.ts';
import { openTranscript, type OpenTranscript } from './open-transcript.ts';
import { makePrivateFolder } from './private-folder.ts';
import { startProxy, type Route } from './proxy.ts';
import { checkServer } from './reach-server.ts';
import type { RecordCount } from './recorder.ts';
import type { RedactionWords } from './redaction.ts';
import type { BeginningFacts } from './transcript-head.ts';
import { checkCommand, runProgram } from './run-client.ts';

/** What is to be recorded. */
export interface RecordPlan {
  /** Of the transcript. */
  readonly file: string;
  /** Take the place of a file that is there. */
  readonly force: boolean;
  /** Addresses as the user gave them. */
  readonly listen?: string | undefined;
  readonly connect?: string | undefined;
  /** A client, or a program of QEMU; may be empty. */
  readonly command: readonly string[];
  readonly redaction: RedactionWords | undefined;
  readonly facts: BeginningFacts;
}

/** How a recording went. */
export interface RecordResult extends RecordCount {
  /** Of the command, where there is one. */
  readonly exitCode: number | undefined;
}

/**
 * Records until the command has ended; where there is none, until `signal`.
 * @param say told in one line what the user should know at once
 * @throws {InputError}
 * @throws {SetupError}
 */
export async function record(
  plan: RecordPlan,
  say: (line: string) => void,
  signal: AbortSignal,
): Promise<RecordResult> {
  const folder = makePrivateFolder();
  try {
    const { routes, command } = planRoutes(plan, folder);
    if (command.length > 0) checkCommand(command);
    if (plan.connect !== undefined) await checkServer(readAddress(plan.connect));
    return await recordRoutes(routes, command, { plan, say, signal });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

interface Surroundings {
  readonly plan: RecordPlan;
  readonly say: (line: string) => void;
  readonly signal: AbortSignal;
}

async function recordRoutes(
  routes: readonly Route[],
  command: readonly string[],
  around: Surroundings,
): Promise<RecordResult> {
  const { plan, say, signal } = around;
  const { promise: plane, resolve, reject } = deferred<DataPlane>();
  const proxy = await startProxy(routes, plane, say);
  try {
    // Only now: what is there under --force is not lost for nothing.
    const transcript = openTranscript(plan.file, plan.force, plan.facts);
    try {
      const failure = deferred<never>();
      resolve(await startPlane(transcript, around, failure.reject));
      if (command.length === 0) say(`recording ${describeRoutes(routes)}; Ctrl-C ends it`);
      const work = command.length === 0 ? untilAborted(signal) : runUnlessAborted(command, signal);
      const exitCode = await Promise.race([work, failure.promise]);
      const closed = proxy.close();
      const count = await (await plane).stop();
      await closed;
      if (count.connections === 0) transcript.remove();
      else transcript.finish();
      return { ...count, exitCode };
    } finally {
      transcript.close();
    }
  } catch (error) {
    reject(error);
    void proxy.close();
    throw error;
  }
}

function describeRoutes(routes: readonly Route[]): string {
  return routes
    .map(({ listen, connect }) => `${writeAddress(listen)} to ${writeAddress(connect)}`)
    .join(', ');
}

interface Deferred<T> {
  readonly promise: Promise<T>;
  readonly resolve: (value: T) => void;
  readonly reject: (error: unknown) => void;
}

function deferred<T>(): Deferred<T> {
  let settle: Omit<Deferred<T>, 'promise'> | undefined;
  const promise = new Promise<T>((resolve, reject) => (settle = { resolve, reject }));
  // Whoever awaits it sees the error; nobody may have to.
  promise.catch(() => undefined);
  return { promise, resolve: (value) => settle?.resolve(value), reject: (error) => settle?.reject(error) };
}

/** Exit code of a command that was interrupted before it was started. */
const EXIT_INTERRUPTED = 130;

/** From its start on the command gets the signals itself. */
function runUnlessAborted(command: readonly string[], signal: AbortSignal): Promise<number> {
  return signal.aborted ? Promise.resolve(EXIT_INTERRUPTED) : runProgram(command);
}

function untilAborted(signal: AbortSignal): Promise<undefined> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve(undefined);
    signal.addEventListener('abort', () => resolve(undefined), { once: true });
  });
}

interface Routes {
  readonly routes: readonly Route[];
  readonly command: readonly string[];
}

/** The private folder has a name of our own making: its paths are short, and nobody else's. */
function planRoutes({ listen, connect, command }: RecordPlan, folder: string): Routes {
  if (connect === undefined) return planProgram(listen, command, folder);
  const own: Address = { kind: 'unix', path: join(folder, 'monitor') };
  if (listen === undefined && command.length === 0)
    throw new InputError('--connect without --listen; expected the address where clients are to come');
  if (listen === undefined && !command.some((word) => word.includes('{}')))
    throw new InputError(
      "the command does not say where it takes the socket: expected '{}' in it, or --listen with the address that it has",
    );
  const place = listen === undefined ? own : readAddress(listen);
  const server = readAddress(connect);
  if (writeAddress(place) === writeAddress(server))
    throw new InputError(`--listen and --connect are the same, ${connect}; expected two addresses`);
  const path = place.kind === 'unix' ? place.path : `${place.host}:${place.port}`;
  return {
    routes: [{ listen: place, connect: server }],
    command: command.map((word) => word.replaceAll('{}', path)),
  };
}

function planProgram(listen: string | undefined, command: readonly string[], folder: string): Routes {
  if (command.length === 0)
    throw new InputError('nothing to record: expected --listen and --connect, or -- and a command');
  if (listen !== undefined)
    throw new InputError('--listen without --connect; expected the address of the server');
  const { command: led, monitors } = leadMonitors(command, folder);
  if (monitors.length === 0)
    throw new InputError(
      "the command has no QMP monitor: expected '-qmp unix:PATH,server=on,wait=off' in it; or, for a client, --connect",
    );
  const routes = monitors.map(({ listen: place, path }) => ({
    listen: place,
    connect: { kind: 'unix', path } as const,
    early: true,
  }));
  return { routes, command: led };
}

async function startPlane(
  { descriptor, headBytes }: OpenTranscript,
  { plan: { file, redaction }, say }: Surroundings,
  failed: (error: Error) => void,
): Promise<DataPlane> {
  const events: PlaneEvents = {
    ends: (reason) => say(`${file}: the recording ends here (${reason}); the dialogue goes on`),
    lost: (connection) =>
      say(`connection ${connection}: a file descriptor was dropped: TCP cannot hand it over`),
    failed,
  };
  if (await hasDescriptors()) {
    const { startThreadPlane } = await import('./thread-plane.ts');
    return startThreadPlane({ transcript: descriptor, headBytes, redaction }, events);
  }
  say('file descriptors do not come through: this machine has not the calls that hand them over');
  const { startStreamPlane } = await import('./stream-plane.ts');
  return startStreamPlane(descriptor, headBytes, redaction, events);
}

async function hasDescriptors(): Promise<boolean> {
  try {
    return (await import('../qmp/native-stream.ts')).hasNativeStreams();
  } catch {
    // The package with the calls has none for this machine.
    return false;
  }
}
