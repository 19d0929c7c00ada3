import type { Batch } from '../results/batch.ts';
import { openEndpoint } from '../target/connect-endpoint.ts';
import { transportsOf, type OfferingBinary } from '../transport/offer-monitor.ts';
import type { Program } from '../transport/transport.ts';
import type { Check, Level } from './check.ts';
import { DEMANDS } from './demands.ts';
import { hostsOfProgram, type StartHost } from './host.ts';
import { performRows, type PlannedRow, type RowsOfServer } from './perform-rows.ts';
import { checksOn } from './suite.ts';
import { NO_FIFOS } from './survey.ts';

/** What is held against the specification, and how far. */
export interface ProtocolOptions {
  readonly target:
    | {
        readonly kind: 'binary';
        readonly binary: OfferingBinary;
        readonly programs: readonly Program[];
        /** Names of transports; by default all that a program has. */
        readonly transports?: readonly string[];
      }
    | { readonly kind: 'endpoint'; readonly address: string };
  /** Milliseconds that each answer may take, and each start. */
  readonly patience?: number;
  /** The highest level that is held against the server: by default all for QEMU's own programs, `must` for others. */
  readonly level?: Level;
  /** Whether messages of megabytes are sent, which take a server many seconds. */
  readonly large?: boolean;
}

/** Whatever a check asks is answered at once; a server that is silent for so long will stay so. */
const PATIENCE = 3_000;

/**
 * Plans the specification suite: a batch for each program and transport, or one for an endpoint. Starts nothing.
 * Row ids are `protocol/<demand>/<check>/<program>/<transport>`, or `protocol/<demand>/<check>/endpoint`.
 */
export function planProtocol({
  target,
  patience = PATIENCE,
  level,
  large = false,
}: ProtocolOptions): readonly Batch[] {
  if (target.kind === 'endpoint') {
    const way = { reconnects: true, alters: [], foreign: true };
    const start = hostOfEndpoint(target.address, patience);
    const checks = checksOn('endpoint').filter(({ needs }) => needs?.includes('large') !== true);
    return [
      batchOf(checks, 'endpoint', { server: 'endpoint', way, start, patience, level: level ?? 'must' }),
    ];
  }
  const { binary, programs, transports } = target;
  return programs.flatMap((program) =>
    transportsOf(program)
      .filter(({ name }) => transports?.includes(name) ?? true)
      .map((transport, index) => {
        const all = checksOn(program).filter((check) => isPlanned(check, index === 0, large));
        const checks = transport.reconnects && transport.slow !== true ? all : representativesOf(all);
        const start = hostsOfProgram(program, transport, binary, patience);
        const way = { ...transport, foreign: false };
        return batchOf(checks, `${program}/${transport.name}`, {
          server: program,
          way,
          start,
          patience,
          level: level ?? 'may',
        });
      }),
  );
}

function isPlanned({ needs = [] }: Check, isFirst: boolean, large: boolean): boolean {
  if (needs.includes('large') && !large) return false;
  return isFirst || !(needs.includes('once') || needs.includes('large'));
}

/** Checks of each demand on a transport where each needs a process: the transport is in question there, not the reader. */
const REPRESENTATIVES = 2;

function representativesOf(checks: readonly Check[]): readonly Check[] {
  const seen = new Map<string, number>();
  return checks.filter(({ demand, needs }) => {
    const count = seen.get(demand) ?? 0;
    seen.set(demand, count + 1);
    return count < REPRESENTATIVES || needs?.includes('pretty') === true;
  });
}

/** A batch of checks on a server; `place` is the end of its rows' ids. */
export function batchOf(checks: readonly Check[], place: string, of: RowsOfServer): Batch {
  const planned = new Map<string, PlannedRow>();
  for (const check of checks) {
    const row = `protocol/${check.demand}/${check.id}/${place}`;
    planned.set(row, { row, check });
  }
  return {
    rows: [...planned.keys()],
    describe: (row) => {
      const check = planned.get(row)?.check;
      return check === undefined ? row : describeCheck(check);
    },
    perform: (rows, report, signal) =>
      performRows(
        rows.flatMap((row) => planned.get(row) ?? []),
        of,
        report,
        signal,
      ),
  };
}

/** Demand, section, and what is demanded. */
export function describeCheck({ demand, level, title }: Check): string {
  const { section } = DEMANDS[demand];
  return `${demand}, ${section} (${level}): ${title}`;
}

function hostOfEndpoint(address: string, patience: number): StartHost {
  return () =>
    Promise.resolve({
      connect: () => openEndpoint(address, patience),
      process: undefined,
      fifos: NO_FIFOS,
      close: () => Promise.resolve(),
    });
}
