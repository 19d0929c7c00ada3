import { compareReleases, seriesOfRelease } from '../release/compare-releases.ts';
import type { SchemaFamily } from '../qapi/model.ts';
import type { Run } from '../results/run.ts';
import type { RowResult, TargetFacts } from '../results/verdict.ts';
import type { Transcript } from '../transcript/transcript.ts';
import { unite, type Names } from './build-names.ts';
import { countRecordings, rowsOfCommands } from './count-recordings.ts';
import { countWire } from './count-wire.ts';
import type { Coverage, CoverageColumn, LeftOut } from './coverage.ts';
import { judgeItems } from './judge-items.ts';
import { shippedSchemas, type OpenSchema, type SchemaSource } from './open-schema.ts';
import { familyOfProgram, programOfRow, programOfTarget } from './program-of-row.ts';
import { startTally, type Tally } from './tally.ts';

/** A column while it is counted. */
interface OpenColumn {
  readonly release: string;
  readonly family: SchemaFamily;
  readonly program: string;
  readonly own: boolean;
  readonly schema: OpenSchema;
  readonly tally: Tally;
  readonly targets: Set<string>;
  /** What its builds say they have, from `target.json`. */
  names: Names | undefined;
  readonly results: RowResult[];
}

/**
 * Reads the wire logs of runs and says what of QAPI they show.
 * @param transcripts the recordings: what is in no log may be in them
 * @param schemas those that come with the project, unless others are given
 * @throws {InputError} for a log that is none of ours
 */
export async function measureCoverage(
  runs: readonly Run[],
  transcripts: readonly Transcript[],
  schemas: SchemaSource = shippedSchemas(),
): Promise<Coverage> {
  const columns = new Map<string, OpenColumn>();
  const leftOut = new Map<string, LeftOut>();
  for (const run of runs) {
    const { target, results } = run;
    const tallies = new Map<string, Tally>();
    for (const result of results) {
      const column = columnOf(columns, schemas, target, result);
      if (column === undefined) noteLeftOut(leftOut, target, programOfRow(result, target));
      else {
        column.results.push(result);
        tallies.set(result.row, column.tally);
      }
    }
    await countWire(run.dir, (row) => tallies.get(row));
  }
  const ordered = [...columns.values()].sort(compareColumns);
  const shown = new Map<OpenSchema, Uint8Array>();
  const rows = rowsOfCommands(transcripts);
  return {
    columns: ordered.map((column) => closeColumn(column, shownIn(shown, column.schema, transcripts), rows)),
    leftOut: [...leftOut.values()],
  };
}

function columnOf(
  columns: Map<string, OpenColumn>,
  schemas: SchemaSource,
  target: TargetFacts,
  result: RowResult,
): OpenColumn | undefined {
  const program = programOfRow(result, target);
  const own = program === programOfTarget(target);
  const family = own ? familyOfTarget(target) : familyOfProgram(program);
  const release = seriesOfRelease(target.version);
  const key = `${release} ${family} ${program}`;
  let column = columns.get(key);
  if (column === undefined) {
    const schema = schemas(release, family);
    if (schema === undefined) return undefined;
    const tally = startTally(schema.inventory, schema.validator);
    const opened = { release, family, program, own, schema, tally };
    column = { ...opened, targets: new Set<string>(), names: undefined, results: [] };
    columns.set(key, column);
  }
  if (!column.targets.has(target.name)) {
    column.targets.add(target.name);
    if (own) column.names = unite(column.names, namesOfTarget(target));
  }
  return column;
}

/** Facts name the schema of another family before its release: `qsd 10.0`. */
function familyOfTarget({ schema }: TargetFacts): SchemaFamily {
  return schema.startsWith('qsd ') ? 'qsd' : schema.startsWith('qga ') ? 'qga' : 'qmp';
}

function namesOfTarget({ commands, events }: TargetFacts): Names | undefined {
  if (commands === undefined) return undefined;
  return { commands: new Set(commands), events: events === undefined ? undefined : new Set(events) };
}

function noteLeftOut(leftOut: Map<string, LeftOut>, target: TargetFacts, program: string): void {
  const own = program === programOfTarget(target);
  const reason = `no schema of ${own ? 'QEMU' : program} ${target.version} comes with the project`;
  leftOut.set(`${target.name} ${program}`, { target: target.name, ...(!own && { program }), reason });
}

/** Programs that runs are of come first, then others; each by release. */
function compareColumns(a: OpenColumn, b: OpenColumn): number {
  if (a.own !== b.own) return a.own ? -1 : 1;
  if (a.program !== b.program) return a.program < b.program ? -1 : 1;
  return compareReleases(a.release, b.release);
}

/** Columns of one schema share what recordings show of it. */
function shownIn(
  known: Map<OpenSchema, Uint8Array>,
  schema: OpenSchema,
  transcripts: readonly Transcript[],
): Uint8Array {
  const found = known.get(schema);
  if (found !== undefined) return found;
  const tally = startTally(schema.inventory, schema.validator);
  countRecordings(tally, transcripts);
  known.set(schema, tally.seen);
  return tally.seen;
}

function closeColumn(
  column: OpenColumn,
  shown: Uint8Array,
  rowsOf: ReadonlyMap<string, readonly string[]>,
): CoverageColumn {
  const { release, family, program, own, tally, targets, results } = column;
  const names = column.names ?? tally.named;
  const { messages, refused } = tally;
  const items = judgeItems(tally, shown, { program, names, rowsOf, results });
  const introspected = names !== undefined;
  return { release, family, program, own, targets: [...targets], introspected, messages, refused, items };
}
