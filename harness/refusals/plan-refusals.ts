import { SetupError } from '../errors.ts';
import type { Validator } from '../json-schema/validator.ts';
import type { CommandDefinition, QapiModel } from '../qapi/model.ts';
import type { Batch } from '../results/batch.ts';
import { performanceOfMistake, type Performance } from '../results/performance.ts';
import type { Accelerator, QemuBinary } from '../target/qemu-binary.ts';
import { QemuStartError } from '../target/server-process.ts';
import { envelopeRefusals } from './envelope-refusals.ts';
import { moduleFinder } from './module-of-command.ts';
import { performRefusals } from './perform-refusals.ts';
import { refusalsOfCommand, type Refusal } from './refusals-of-command.ts';
import { Session } from './session.ts';
import { queriesOf } from './snapshot.ts';
import { openTypeBook, type TypeBook } from './type-book.ts';
import { venueOfQemu, venueOfStorageDaemon, type Venue } from './venue.ts';

/** Of what refusals are planned. */
export interface RefusalPlan {
  /**
   * What a client may send. Of the release's schema alone, what stands under a condition is left out; combined with
   * what the target says of itself (`combineModels`, `keep: 'present'`), what the target has of it is not.
   */
  readonly model: QapiModel;
  /** Made of the same schema. */
  readonly validator: Validator;
  /** The commands that the target says it has; others are left out. */
  readonly commands: ReadonlySet<string>;
  /** Milliseconds for an answer. */
  readonly patience: number;
  readonly seed: number;
  /** Also send what QEMU takes on purpose although the schema forbids it: see `wrongNumbers`. */
  readonly strict?: boolean;
}

/** The refusals of a QEMU. */
export interface QemuRefusalPlan extends RefusalPlan {
  readonly binary: QemuBinary;
  readonly accelerator: Accelerator;
}

/** The batches of a QEMU's refusals: `refusals/<module>/<command>`, some commands each, to run side by side. */
export function planRefusals(plan: QemuRefusalPlan): readonly Batch[] {
  return batchesAt(venueOfQemu(plan.binary, plan.accelerator, plan.patience), plan, 'refusals');
}

/**
 * The batches of a storage daemon's refusals: `refusals/storage-daemon/<module>/<command>`; none where the build has no
 * such program. Model, validator and commands are those of the family `qsd`.
 */
export function planDaemonRefusals(plan: QemuRefusalPlan): readonly Batch[] {
  const { storageDaemon, env } = plan.binary;
  if (storageDaemon === undefined) return [];
  const venue = venueOfStorageDaemon({ command: storageDaemon, env }, plan.patience);
  return batchesAt(venue, plan, 'refusals/storage-daemon');
}

/** How many commands share a server: enough that its start costs little, few enough that all processors have some. */
const COMMANDS_OF_BATCH = 16;

interface Row {
  readonly id: string;
  readonly what: string;
  readonly refusals: (book: TypeBook) => readonly Refusal[];
}

/** The batches at a venue. Requests are made when they are sent. */
export function batchesAt(venue: Venue, plan: RefusalPlan, prefix: string): readonly Batch[] {
  const rows = rowsOf(plan, prefix);
  let book: TypeBook | undefined;
  const open = (): TypeBook => (book ??= openTypeBook(plan.model));
  const batches: Batch[] = [];
  for (let start = 0; start < rows.length; start += COMMANDS_OF_BATCH)
    batches.push(batchOf(rows.slice(start, start + COMMANDS_OF_BATCH), venue, plan, open));
  return batches;
}

function rowsOf(plan: RefusalPlan, prefix: string): readonly Row[] {
  const { model, commands } = plan;
  const moduleOf = moduleFinder(model.family);
  const isMeant = (definition: { readonly kind: string }): definition is CommandDefinition =>
    definition.kind === 'command';
  const envelope: Row = {
    id: `${prefix}/envelope/execute`,
    what: 'Requests without a command, or with what no request has',
    refusals: () => envelopeRefusals(model, plan),
  };
  const others = [...model.definitions.values()]
    .filter(isMeant)
    .filter(({ name }) => commands.has(name))
    .map((command): Row => ({
      id: `${prefix}/${moduleOf(command)}/${command.name}`,
      what: `Requests of ${command.name} that the schema forbids`,
      refusals: (book) => refusalsOfCommand(book, command, plan),
    }));
  return [envelope, ...others.sort((a, b) => (a.id < b.id ? -1 : 1))];
}

const EXPECTED = 'an error response with its id, and no change of what can be queried';

function batchOf(rows: readonly Row[], venue: Venue, plan: RefusalPlan, open: () => TypeBook): Batch {
  const { validator, patience, seed, commands } = plan;
  const known = new Map(rows.map((row) => [row.id, row]));
  return {
    rows: rows.map(({ id }) => id),
    describe: (id) => `${known.get(id)?.what ?? id}: ${EXPECTED}`,
    perform: async (ids, report, signal) => {
      const session = new Session(venue, queriesOf(open(), commands), patience, signal);
      try {
        for (const id of ids) {
          const row = known.get(id);
          if (row === undefined || signal.aborted) continue;
          const began = performance.now();
          const settings = { session, validator, command: venue.command, seed };
          const performed = await performRefusals(row.refusals(open()), id, settings).catch(
            performanceOfError,
          );
          // What was interrupted is not to be told.
          if (!aborted(signal)) await report(id, performed, performance.now() - began);
        }
      } finally {
        await session.close();
      }
    },
  };
}

/** It may abort while something is awaited. */
function aborted({ aborted: now }: AbortSignal): boolean {
  return now;
}

function performanceOfError(error: unknown): Performance {
  if (!(error instanceof SetupError)) return { ...performanceOfMistake(error), wire: [] };
  const process = error instanceof QemuStartError ? { process: error.end } : {};
  return { verdict: 'setup-error', reason: error.message, findings: [], checks: 0, wire: [], ...process };
}
