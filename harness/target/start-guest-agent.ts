import { writeFile } from 'node:fs/promises';
import { connect, type Socket } from 'node:net';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { SetupError } from '../errors.ts';
import { readJson } from '../json/read-json.ts';
import { isJsonArray, isJsonObject, stringAt, type JsonValue } from '../json/value.ts';
import { ConnectionClosed } from '../qmp/connection-errors.ts';
import { QmpConnection, type WireObserver } from '../qmp/connection.ts';
import { runProgram } from './run-program.ts';
import type { QemuPrograms } from './qemu-binary.ts';
import { startError, startProcess, type RunningProcess } from './server-process.ts';
import type { RunningServer } from './start-qemu.ts';

/**
 * Commands of the guest agent that only tell something. The agent runs on the machine that the harness runs on:
 * nothing that changes it, and none of its users' keys, is ever asked for. A command that a later release adds is not
 * harmless until somebody has looked at it.
 */
const HARMLESS: ReadonlySet<string> = new Set([
  'guest-fsfreeze-status',
  'guest-get-cpustats',
  'guest-get-disks',
  'guest-get-diskstats',
  'guest-get-fsinfo',
  'guest-get-host-name',
  'guest-get-load',
  'guest-get-memory-block-info',
  'guest-get-memory-blocks',
  'guest-get-osinfo',
  'guest-get-time',
  'guest-get-timezone',
  'guest-get-users',
  'guest-get-vcpus',
  'guest-info',
  'guest-network-get-interfaces',
  'guest-network-get-route',
  'guest-ping',
  'guest-sync',
  'guest-sync-delimited',
]);

/** Tells whether a command of the guest agent only tells something. */
export function isHarmless(command: string): boolean {
  return HARMLESS.has(command);
}

/** What is said of a command that is never sent to a guest agent. */
export function refusalOf(command: string): string {
  return `${command} acts on the machine that the agent runs on, which is ours`;
}

/** A command was to be sent to a guest agent that is not harmless. It was not sent. */
export class RefusedCommand extends SetupError {}

/** What a guest agent says of itself: its answer to `guest-info`. */
interface AgentFacts {
  readonly version: string;
  readonly commands: readonly { readonly name: string; readonly enabled: boolean }[];
}

/** How a guest agent is started. */
export interface AgentOptions {
  /** The process' own folder, for its socket, its state, and its pid file. The caller makes and removes it. */
  readonly dir: string;
  /** Milliseconds until it answers. */
  readonly patience: number;
  readonly observer?: WireObserver | undefined;
}

const SOCKET = 'agent.sock';
const CONFIGURATION = 'agent.conf';
/** There is no event that tells of a socket; the agent needs some milliseconds to make it. */
const CONNECT_DISTANCE = 2;

/**
 * Starts a guest agent that executes harmless commands only, and makes sure of that. The agent does not greet.
 * @throws {QemuStartError} when it ends, or does not answer in time
 * @throws {SetupError} when it would execute anything else
 */
export async function startGuestAgent(
  binary: Pick<QemuPrograms, 'command' | 'env'>,
  { dir, patience, observer }: AgentOptions,
): Promise<RunningServer> {
  const { command, env } = await commandOfAgent(binary, dir, patience, 'unix-listen', SOCKET);
  const process = startProcess(command, { env }, dir, 0);
  try {
    const socket = await connectWithin(process, patience);
    const connection = new QmpConnection(socket, { observer, guard: refuseHarm });
    refuseHarmfulAgent(await askAgent(connection, patience));
    const { pid = 0, exited, stderr, kill } = process;
    return { pid, command, connection, exited, stderr, kill };
  } catch (error) {
    throw await startError(process, error, 'answered guest-info');
  }
}

/**
 * The words that start a guest agent which executes harmless commands only, and what its environment must hold.
 * @param method how it is reached, `path` where, as its options of these names take it
 */
export async function commandOfAgent(
  binary: Pick<QemuPrograms, 'command' | 'env'>,
  dir: string,
  patience: number,
  method: string,
  path: string,
): Promise<Pick<QemuPrograms, 'command' | 'env'>> {
  const limits = await findLimits(binary, dir, patience);
  // An empty file of ours, in place of the machine's own configuration.
  await writeFile(join(dir, CONFIGURATION), '');
  const files = ['--path', path, '--statedir', dir, '--pidfile', join(dir, 'agent.pid')];
  const command = [...binary.command, '--method', method, ...files, ...limits];
  return { command, env: { ...binary.env, QGA_CONF: join(dir, CONFIGURATION) } };
}

/** @throws {SetupError} when an agent would execute what is not harmless */
export function refuseHarmfulAgent({ commands }: AgentFacts): void {
  for (const { name, enabled } of commands) {
    if (enabled && !isHarmless(name)) throw new SetupError(`the guest agent would execute ${name}`);
  }
}

/** Asks a guest agent for its version and its commands. */
export async function askAgent(connection: QmpConnection, patience: number): Promise<AgentFacts> {
  const { value } = await connection.execute('guest-info', undefined, patience);
  return readAgentFacts(value);
}

/** Reads a response to `guest-info`. */
export function readAgentFacts(value: JsonValue | undefined): AgentFacts {
  const info = isJsonObject(value) ? value['return'] : undefined;
  const listed = isJsonObject(info) ? info['supported_commands'] : undefined;
  if (!isJsonArray(listed)) throw new SetupError('guest-info names no commands');
  const commands = listed.map((command) => ({
    name: stringAt(command, 'name'),
    enabled: !isJsonObject(command) || command['enabled'] !== false,
  }));
  return { version: stringAt(info, 'version'), commands };
}

/**
 * The options that leave it the harmless commands alone. Since 8.1 there is a list of what is allowed; before, of what
 * is not, which is made of the binary's own list. Neither option has had one name for ever, the short ones have.
 */
async function findLimits(
  { command, env }: Pick<QemuPrograms, 'command' | 'env'>,
  dir: string,
  patience: number,
): Promise<readonly string[]> {
  const signal = AbortSignal.timeout(patience);
  const ask = (option: string) =>
    runProgram([...command, option, 'help'], { cwd: dir, env: { ...process.env, ...env }, signal });
  const allowing = await ask('-a');
  if (allowing.code === 0) return ['-a', namesIn(allowing.stdout).filter(isHarmless).join(',')];
  const { code, stdout, stderr } = await ask('-b');
  if (code !== 0) throw new SetupError(`the guest agent does not list its commands: ${stderr.trim()}`);
  return [
    '-b',
    namesIn(stdout)
      .filter((name) => !isHarmless(name))
      .join(','),
  ];
}

function namesIn(listing: string): string[] {
  return listing.split('\n').filter((line) => /^guest-[-a-z]+$/.test(line));
}

const MEMBERS = ['execute', 'arguments', 'id'];

/** The last gate: whatever a transcript, its substitutions or its steps make, nothing else leaves us. */
function refuseHarm(text: string | Buffer): void {
  const message = readMessage(text.toString());
  const execute = isJsonObject(message) ? message['execute'] : undefined;
  const others = Object.keys(isJsonObject(message) ? message : {}).filter((name) => !MEMBERS.includes(name));
  if (typeof execute !== 'string' || others.length > 0)
    throw new RefusedCommand('what is no plain command is not sent to a guest agent');
  if (!isHarmless(execute)) throw new RefusedCommand(refusalOf(execute));
}

function readMessage(text: string): JsonValue {
  try {
    return readJson(text);
  } catch {
    return null;
  }
}

async function connectWithin({ pid, exited }: RunningProcess, patience: number): Promise<Socket> {
  const until = performance.now() + patience;
  // Through its working folder: a path of ours may be longer than the 107 bytes that an address holds.
  const path = `/proc/${pid ?? 0}/cwd/${SOCKET}`;
  while (performance.now() < until) {
    const socket = await tryConnect(path);
    if (socket !== undefined) return socket;
    const end = await Promise.race([exited, delay(CONNECT_DISTANCE, undefined)]);
    if (end !== undefined) throw new ConnectionClosed('it ended');
  }
  throw new SetupError(`nothing listens at ${SOCKET}`);
}

function tryConnect(path: string): Promise<Socket | undefined> {
  return new Promise((resolve) => {
    const socket = connect(path);
    socket.once('error', () => resolve(undefined));
    socket.once('connect', () => {
      socket.removeAllListeners('error');
      resolve(socket);
    });
  });
}
