import { SetupError } from '../errors.ts';
import type { JsonValue } from '../json/value.ts';
import { modelFromIntrospection } from '../qapi/introspection/read-introspection.ts';
import type { Batch } from '../results/batch.ts';
import type { ProcessEnd } from '../results/verdict.ts';
import { WireRecorder } from '../results/wire-recorder.ts';
import { connectEndpoint } from '../target/connect-endpoint.ts';
import { performShared } from './perform-shared.ts';
import { describeCommand, judgesOf, type QueriedProgram } from './plan-queries.ts';
import type { SetUp } from './stand-stage.ts';
import { surfaceOf, type QueryCommand } from './surface.ts';

/** A server that somebody else has started, and what it has told about itself. */
export interface EndpointRequest extends Pick<QueriedProgram, 'validator' | 'schema'> {
  /** `unix:PATH` or `tcp:HOST:PORT` */
  readonly address: string;
  /** `x.y.z` */
  readonly version: string;
  readonly architecture: string;
  /** Its reply to query-qmp-schema, the array that stands in `return`. */
  readonly introspection: JsonValue;
  /** Milliseconds for each response. */
  readonly patience: number;
}

/**
 * The query surface of a server that is not ours: one batch, of what changes nothing and makes no objects, on one
 * connection, one request at a time. Nothing that ends it is asked twice.
 */
export function planEndpointQueries(request: EndpointRequest): Batch {
  const { address, architecture, introspection, patience, version } = request;
  const model = modelFromIntrospection(introspection, { release: version });
  const commands = surfaceOf(model).commands.filter(isHarmless);
  const rowOf = ({ name }: QueryCommand): string => `queries/${architecture}/endpoint/${name}`;
  const settings = {
    judges: judgesOf(request, model, version),
    patience,
    isOurs: false,
  };
  return {
    rows: commands.map(rowOf),
    describe: (row) => {
      const command = commands.find((one) => rowOf(one) === row);
      return command === undefined ? address : describeCommand(command, address);
    },
    perform: (rows, report, signal) => {
      const asked = commands.map((command) => ({ row: rowOf(command), command }));
      const meant = asked.filter(({ row }) => rows.includes(row));
      const setUp = connecting(address, patience, signal);
      return performShared(meant, { ...settings, setUp }, report, signal);
    },
  };
}

/** Its name says that it only tells something, and it does not make an object to tell it. */
function isHarmless({ name, alone, mandatory }: QueryCommand): boolean {
  const makesObjects = mandatory.some(
    (source) => source.kind === 'rule' && source.rule.makesObjects === true,
  );
  return !alone && !makesObjects && /^(?:x-)?(?:query|qom-list|qom-get)(?:-|$)/.test(name);
}

/** A connection in place of a QEMU of our own: it is closed where that would be ended. */
function connecting(address: string, patience: number, signal: AbortSignal): SetUp {
  return async (record) => {
    const recorder = new WireRecorder('main', record);
    const { connection } = await connectEndpoint(address, patience, recorder.observe);
    const end: ProcessEnd = { command: [address], code: null, signal: null, stderr: '' };
    const leave = (): void => connection.close();
    signal.addEventListener('abort', leave);
    if (signal.aborted) leave();
    const close = (): Promise<void> => {
      signal.removeEventListener('abort', leave);
      leave();
      recorder.end();
      return Promise.resolve();
    };
    const kill = (): Promise<ProcessEnd> => close().then(() => end);
    try {
      await connection.negotiate([], patience);
    } catch (error) {
      await close();
      throw new SetupError(`${address}: it does not leave capabilities negotiation`, { cause: error });
    }
    recorder.phase = undefined;
    const { greeting } = connection;
    return {
      main: { connection, exited: Promise.resolve(end), kill },
      earlier: greeting === undefined ? [] : [greeting],
      endDialogue: () => undefined,
      withCore: (known) => Promise.resolve(known),
      close,
    };
  };
}
