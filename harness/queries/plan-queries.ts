import { loadSchema, shippedReleases } from '../json-schema/load-schema.ts';
import { schemaFromModel } from '../json-schema/schema-from-model.ts';
import { createValidator, type Validator } from '../json-schema/validator.ts';
import { isJsonObject, type JsonObject, type JsonValue } from '../json/value.ts';
import { modelFromIntrospection } from '../qapi/introspection/read-introspection.ts';
import type { QapiModel } from '../qapi/model.ts';
import { seriesOfRelease } from '../release/compare-releases.ts';
import type { Batch, Foreseen } from '../results/batch.ts';
import type { Stage } from '../stage/stage.ts';
import { architectureOfProgram, emulatorOf } from '../target/known-programs.ts';
import { withQemu } from '../target/probe-qemu.ts';
import { baseArguments } from '../target/start-qemu.ts';
import type { QemuBinary } from '../target/qemu-binary.ts';
import { performAlone } from './perform-alone.ts';
import { performShared, type QuerySettings } from './perform-shared.ts';
import { checkerOfProperties } from './qom-value.ts';
import { standStage, type SetUp, type StageSurroundings } from './stand-stage.ts';
import { surfaceOf, type QueryCommand, type QuerySurface } from './surface.ts';

/** What is known of a program of the target's build. */
export interface QueriedProgram {
  /** The schema of the release that judges it; `undefined` where there is none. */
  readonly validator: Validator | undefined;
  /** Release of that schema, or `introspection`. */
  readonly schema: string;
  /** Why no dialogue with it can be performed here. */
  readonly missing?: string;
  /** Its reply to query-qmp-schema, the array that stands in `return`. It is asked where this is absent. */
  readonly introspection?: JsonValue;
}

/** Of what the query surface is planned. */
export interface QueriesRequest extends Omit<StageSurroundings, 'binary'> {
  readonly binary: QemuBinary;
  /** Says what a program of the build is, by file name; `undefined` stands for the target's own binary. */
  readonly describe: (program: string | undefined) => Promise<QueriedProgram>;
}

/** Stages below this folder are those of the query surface: `queries/<architecture>/<stage>`. */
export const QUERY_STAGES = 'queries/';
/** How long QEMU may take for its own schema, in milliseconds. */
const INTROSPECTION_PATIENCE = 20_000;

/**
 * The batches of the query surface: for each stage two of commands that share a QEMU, and one for each command that has
 * a QEMU of its own.
 * @throws {SetupError} when a program that is there does not tell its schema
 */
export async function planQueries(request: QueriesRequest): Promise<readonly Batch[]> {
  const stages = [...request.stages.values()].filter((stage) => isMeant(stage, request.binary));
  const programs = new Map<string | undefined, ReturnType<typeof readProgram>>();
  const batches: Batch[] = [];
  for (const stage of stages) {
    const program = programs.get(stage.program) ?? readProgram(stage.program, request);
    programs.set(stage.program, program);
    const known = await program;
    if (known.kind === 'missing') batches.push(missingBatch(stage, known));
    else batches.push(...batchesOfStage(stage, known, request));
  }
  return batches;
}

/** A stage without a program is for the binary itself, if that is of the folder's architecture. */
function isMeant({ name, program }: Stage, binary: QemuBinary): boolean {
  if (!name.startsWith(QUERY_STAGES)) return false;
  return program !== undefined || name.split('/')[1] === binary.architecture;
}

/** A program, and what can be asked of it. */
interface Program {
  readonly kind: 'present';
  readonly surface: QuerySurface;
  readonly judges: QuerySettings['judges'];
}

/** What comes instead of performing anything. */
interface MissingProgram {
  readonly kind: 'missing';
  readonly verdict: 'not-applicable' | 'untestable';
  readonly reason: string;
}

async function readProgram(
  program: string | undefined,
  request: QueriesRequest,
): Promise<Program | MissingProgram> {
  const { binary, describe, version } = request;
  const facts = await describe(program);
  if (facts.missing !== undefined) return missingProgram(facts.missing, program, binary);
  const model = await introspect(program, facts, request);
  return { kind: 'present', surface: surfaceOf(model), judges: judgesOf(facts, model, version) };
}

/** By what a program is judged: the schema of its release, and what it says itself. */
export function judgesOf(
  { schema, validator }: QueriedProgram,
  model: QapiModel,
  version: string,
): QuerySettings['judges'] {
  return {
    release: schema === 'introspection' ? undefined : validator,
    introspection: createValidator(schemaFromModel(model)),
    checkProperty: checkerOfProperties(bundleOf(version)),
  };
}

/** What the package archive of a release does not have at all is no state that could be brought about. */
function missingProgram(
  reason: string,
  program: string | undefined,
  { absent = {} }: QemuBinary,
): MissingProgram {
  const isAbsent = program !== undefined && Object.hasOwn(absent, program);
  return { kind: 'missing', verdict: isAbsent ? 'not-applicable' : 'untestable', reason };
}

function bundleOf(version: string): JsonObject | undefined {
  const series = seriesOfRelease(version);
  return shippedReleases('qmp').includes(series) ? loadSchema(series) : undefined;
}

async function introspect(
  program: string | undefined,
  { introspection }: QueriedProgram,
  { binary, version }: QueriesRequest,
): Promise<QapiModel> {
  const reply = introspection ?? (await askForSchema(program, binary));
  return modelFromIntrospection(reply, { release: version });
}

function askForSchema(program: string | undefined, binary: QemuBinary): Promise<JsonValue> {
  const command = program === undefined ? binary.command : (binary.findProgram(program) ?? binary.command);
  const words = [...baseArguments('tcg'), '-machine', 'none'];
  return withQemu({ ...binary, command }, words, async ({ connection, negotiate }) => {
    await negotiate([], INTROSPECTION_PATIENCE);
    const { value } = await connection.execute('query-qmp-schema', undefined, INTROSPECTION_PATIENCE);
    return (isJsonObject(value) ? value['return'] : undefined) ?? [];
  });
}

function batchesOfStage(stage: Stage, program: Program, request: QueriesRequest): readonly Batch[] {
  const { commands } = program.surface;
  const shared = commands.filter(({ alone }) => !alone);
  const alone = commands.filter((command) => command.alone);
  const rowOf = ({ name }: QueryCommand): string => `${stage.name}/${name}`;
  const describe = (row: string): string => describeRow(row, stage, program);
  const setUpOn = (signal: AbortSignal): SetUp => {
    return (record) => standStage(stage, request, record, signal);
  };
  const { judges } = program;
  const { patience } = request;
  // Two QEMUs for two processors: one is asked about types and objects, the other everything else.
  const groups = [shared.filter(isOfObjectModel), shared.filter((command) => !isOfObjectModel(command))];
  return [
    ...groups
      .filter(({ length }) => length > 0)
      .map((group): Batch => {
        const perform: Batch['perform'] = (rows, report, signal) => {
          const meant = group.map((command) => ({ row: rowOf(command), command }));
          const asked = meant.filter(({ row }) => rows.includes(row));
          return performShared(
            asked,
            { setUp: setUpOn(signal), judges, patience, isOurs: true },
            report,
            signal,
          );
        };
        return { rows: group.map(rowOf), describe, perform };
      }),
    ...alone.map((command): Batch => {
      const row = rowOf(command);
      const perform: Batch['perform'] = async (_rows, report, signal) => {
        const began = performance.now();
        const judgesAlone = { ...judges, typeOfProperty: () => undefined };
        const performed = await performAlone(row, command.name, setUpOn(signal), judgesAlone, patience);
        if (!signal.aborted) await report(row, performed, performance.now() - began);
      };
      return { rows: [row], describe, perform };
    }),
  ];
}

/** Half of all time goes into these. */
function isOfObjectModel({ name }: QueryCommand): boolean {
  return /^(qom|device)-/.test(name);
}

/** Which commands a program has that is not there nobody can say; the question for them stands for all. */
function missingBatch(stage: Stage, { verdict, reason }: MissingProgram): Batch {
  const perform: Batch['perform'] = async (asked, report) => {
    for (const row of asked) await report(row, { verdict, reason, findings: [], checks: 0, wire: [] }, 0);
  };
  const foresee = (): Promise<Foreseen> => Promise.resolve({ would: verdict, why: reason, documented: true });
  return { rows: [`${stage.name}/query-qmp-schema`], describe: () => whereOf(stage), foresee, perform };
}

function describeRow(row: string, stage: Stage, { surface }: Program): string {
  const command = surface.commands.find(({ name }) => row === `${stage.name}/${name}`);
  const where = whereOf(stage);
  return command === undefined ? where : describeCommand(command, where);
}

/** What a row asks, and of whom. */
export function describeCommand(command: QueryCommand, where: string): string {
  const sources = [...command.mandatory, ...command.optional].map((source) =>
    source.kind === 'values'
      ? `${source.argument}: ${source.values.map(String).join(', ')}`
      : `${Object.keys(source.rule.arguments).join(', ')}: ${source.rule.from}`,
  );
  const own = command.alone ? ['in a process of its own'] : [];
  return [command.name, ...own, ...sources, where].join('\n');
}

function whereOf({ about, name, program }: Stage): string {
  const architecture = architectureOfProgram(program ?? '') ?? name.split('/')[1] ?? '';
  return `${about} (${emulatorOf(architecture)}, ${name})`;
}
