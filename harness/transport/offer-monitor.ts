import type { Duplex } from 'node:stream';
import { SetupError } from '../errors.ts';
import { GUEST_AGENT } from '../target/known-programs.ts';
import type { QemuBinary, QemuPrograms } from '../target/qemu-binary.ts';
import { startProcess, type RunningProcess } from '../target/server-process.ts';
import { commandOfAgent } from '../target/start-guest-agent.ts';
import { AGENT_WAYS, type AgentOffer } from './agent-ways.ts';
import { checkAgent } from './check-agent.ts';
import { commandFor, type MonitoredProgram } from './monitor-command.ts';
import { MONITOR_WAYS } from './monitor-ways.ts';
import { offerOf, withPreparation } from './offered-process.ts';
import { askSentinel } from './sentinel.ts';
import type { OfferedMonitor, Program, Transport } from './transport.ts';
import type { Connect } from './way.ts';

/** How a monitor is offered. */
export interface OfferOptions {
  /** The process' own folder: working directory, HOME and TMPDIR. The caller makes and removes it. */
  readonly dir: string;
  /** Milliseconds until the program can be connected to. */
  readonly patience: number;
  /** Have the program lay its messages out over several lines. The guest agent cannot. */
  readonly pretty?: boolean;
  /**
   * In place of `-machine none` and what keeps the machine's configuration out (`baseArguments`); for a storage daemon,
   * options before the monitor's. The guest agent takes none.
   */
  readonly args?: readonly string[];
}

/** The programs of a QEMU, whose version is known or is not. */
export type OfferingBinary = QemuPrograms & Partial<Pick<QemuBinary, 'version'>>;

/** The ways in which a program of QEMU may offer its monitor; whether a build and a machine have one shows when it is tried. */
export function transportsOf(program: Program): readonly Transport[] {
  return program === 'guest-agent' ? AGENT_WAYS : MONITOR_WAYS;
}

/**
 * Starts a program that offers its monitor over a transport, and sends it nothing over that. A guest agent is made sure
 * of first, over the connection that the first `connect` gives: it executes harmless commands only.
 * @throws {TransportLacking} when the build does not have the transport
 * @throws {TransportMissing} when this machine does not
 * @throws {QemuStartError} when the program ends for another reason, or cannot be connected to in time
 * @throws {SetupError} when there is no such program, or a guest agent would do harm
 */
export function offerMonitor(
  transport: Transport,
  program: Program,
  binary: OfferingBinary,
  options: OfferOptions,
): Promise<OfferedMonitor> {
  return program === 'guest-agent'
    ? offerAgent(transport, binary, options)
    : offerServer(transport, program, binary, options);
}

async function offerServer(
  transport: Transport,
  program: MonitoredProgram,
  binary: OfferingBinary,
  options: OfferOptions,
): Promise<OfferedMonitor> {
  const way = find(MONITOR_WAYS, transport, program);
  const { dir, patience } = options;
  return withPreparation(dir, binary.version, way.prepare, (offer, giveBack) => {
    const late = offer.afterStart === true;
    const command = commandFor(program, binary, offer, options);
    const stdio = offer.stdio === true ? 'pipe' : 'ignore';
    const process = startProcess(command, binary, dir, late ? 1 : (offer.socketPairs ?? 0), stdio);
    const open = async (): Promise<Connect> =>
      offer.open(process, patience, late ? await askSentinel(process, patience) : '');
    return offerOf(way, process, open, giveBack);
  });
}

async function offerAgent(
  transport: Transport,
  binary: OfferingBinary,
  { dir, patience, pretty, args }: OfferOptions,
): Promise<OfferedMonitor> {
  const way = find(AGENT_WAYS, transport, 'guest-agent');
  const program = binary.findProgram(GUEST_AGENT);
  if (program === undefined) throw new SetupError(`${binary.path}: no guest agent is with it`);
  // What is said to it might let it do more than is harmless.
  if (pretty === true || (args ?? []).length > 0)
    throw new SetupError('options for a guest agent; expected none');
  const agent = { command: program, env: binary.env };
  return withPreparation(dir, binary.version, way.prepare, async (offer, giveBack, { path }) => {
    const { command, env } = await commandOfAgent(agent, path, patience, way.method, offer.path);
    const process = startProcess(command, { env }, dir, 0);
    return offerOf(way, process, () => openChecked(offer, process, patience), giveBack);
  });
}

/** The first connection is made, and used, before anybody gets it. */
async function openChecked(offer: AgentOffer, process: RunningProcess, patience: number): Promise<Connect> {
  const connect = await offer.open(process, patience, '');
  let checked: Duplex | undefined = await connect(patience);
  await checkAgent(checked, process, patience);
  return (deadline) => {
    const stream = checked ?? connect(deadline);
    checked = undefined;
    return stream;
  };
}

function find<W extends Transport>(ways: readonly W[], { name }: Transport, program: Program): W {
  const way = ways.find((known) => known.name === name);
  if (way === undefined)
    throw new SetupError(
      `${program} over ${name}; expected one of ${ways.map((known) => known.name).join(', ')}`,
    );
  return way;
}
