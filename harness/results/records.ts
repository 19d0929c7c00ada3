import { isJsonArray, type JsonObject, type JsonValue } from '../json/value.ts';
import {
  RUN_FORMAT,
  type ExpectationFile,
  type RunIdentity,
  type RunSummary,
  type ShardFacts,
  type VerdictCounts,
} from './run.ts';
import {
  flagAt,
  listAt,
  memberAt,
  nullableAt,
  numberAt,
  objectFrom,
  optionalAt,
  ShapeError,
  textAt,
  textFrom,
  wordAt,
} from './shape.ts';
import {
  VERDICTS,
  WIRE_PHASES,
  type Blame,
  type Finding,
  type MissingTarget,
  type ProcessEnd,
  type RawVerdict,
  type RowResult,
  type TargetFacts,
  type WireRecord,
} from './verdict.ts';

/** The words of {@link Blame}. */
export const BLAMES = [
  'example',
  'target',
  'behaviour',
  'setup',
  'harness',
] as const satisfies readonly Blame[];

/** One line of `results.ndjson`. @throws {ShapeError} */
export function rowResultFromJson(value: JsonValue): RowResult {
  const object = objectFrom(value);
  const reason = optionalAt(object, 'reason', textAt);
  const process = optionalAt(object, 'process', processEndAt);
  const hardware = optionalAt(object, 'hardware', textAt);
  const shrunk = optionalAt(object, 'shrunk', textAt);
  const program = optionalAt(object, 'program', textAt);
  const was = optionalAt(object, 'was', rawVerdictAt);
  return {
    row: textAt(object, 'row'),
    target: textAt(object, 'target'),
    verdict: wordAt(object, 'verdict', VERDICTS),
    ...(reason === undefined ? {} : { reason }),
    findings: listAt(object, 'findings', findingFromJson),
    checks: numberAt(object, 'checks'),
    documented: flagAt(object, 'documented'),
    duration: numberAt(object, 'duration'),
    ...(process === undefined ? {} : { process }),
    ...(hardware === undefined ? {} : { hardware }),
    ...(shrunk === undefined ? {} : { shrunk }),
    ...(program === undefined ? {} : { program }),
    ...(was === undefined ? {} : { was }),
  };
}

function rawVerdictAt(object: JsonObject, name: string): RawVerdict {
  const raw = objectFrom(memberAt(object, name));
  const reason = optionalAt(raw, 'reason', textAt);
  return {
    verdict: wordAt(raw, 'verdict', ['pass', 'fail', 'crash', 'timeout']),
    ...(reason === undefined ? {} : { reason }),
  };
}

function findingFromJson(value: JsonValue): Finding {
  const object = objectFrom(value);
  return {
    blame: wordAt(object, 'blame', BLAMES),
    rule: textAt(object, 'rule'),
    message: numberAt(object, 'message'),
    pointer: textAt(object, 'pointer'),
    what: textAt(object, 'what'),
    expected: textAt(object, 'expected'),
  };
}

function processEndAt(object: JsonObject, name: string): ProcessEnd {
  const end = objectFrom(memberAt(object, name));
  const core = optionalAt(end, 'core', textAt);
  return {
    command: listAt(end, 'command', textFrom),
    code: nullableAt(end, 'code', numberAt),
    signal: nullableAt(end, 'signal', textAt),
    stderr: textAt(end, 'stderr'),
    ...(core === undefined ? {} : { core }),
  };
}

/** One line of `wire.ndjson`. @throws {ShapeError} */
export function wireRecordFromJson(value: JsonValue): WireRecord {
  const object = objectFrom(value);
  const text = optionalAt(object, 'text', textAt);
  const base64 = optionalAt(object, 'base64', textAt);
  if ((text === undefined) === (base64 === undefined)) {
    throw new ShapeError('a message as text and as base64, or as neither', "one of 'text' and 'base64'");
  }
  const phase = optionalAt(object, 'phase', (at, name) => wordAt(at, name, WIRE_PHASES));
  return {
    row: textAt(object, 'row'),
    connection: textAt(object, 'connection'),
    direction: wordAt(object, 'direction', ['->', '<-']),
    at: numberAt(object, 'at'),
    ...(text === undefined ? {} : { text }),
    ...(base64 === undefined ? {} : { base64 }),
    ...(phase === undefined ? {} : { phase }),
  };
}

/** `target.json`. @throws {ShapeError} */
export function targetFactsFromJson(value: JsonValue): TargetFacts {
  const object = objectOfFormat(value);
  const digest = optionalAt(object, 'digest', textAt);
  const policy = optionalAt(object, 'policy', textAt);
  const commands = optionalAt(object, 'commands', namesAt);
  const events = optionalAt(object, 'events', namesAt);
  return {
    name: textAt(object, 'name'),
    kind: wordAt(object, 'kind', ['qemu', 'endpoint']),
    version: textAt(object, 'version'),
    package: textAt(object, 'package'),
    architecture: textAt(object, 'architecture'),
    accelerator: textAt(object, 'accelerator'),
    where: textAt(object, 'where'),
    ...(digest === undefined ? {} : { digest }),
    schema: textAt(object, 'schema'),
    ...(policy === undefined ? {} : { policy }),
    ...(commands === undefined ? {} : { commands }),
    ...(events === undefined ? {} : { events }),
  };
}

function namesAt(object: JsonObject, name: string): readonly string[] {
  return listAt(object, name, textFrom);
}

/** `run.json`. @throws {ShapeError} */
export function runSummaryFromJson(value: JsonValue): RunSummary {
  const object = objectOfFormat(value);
  return {
    complete: flagAt(object, 'complete'),
    suite: textAt(object, 'suite'),
    started: textAt(object, 'started'),
    finished: textAt(object, 'finished'),
    planned: listAt(object, 'planned', textFrom),
    counts: countsFrom(objectFrom(memberAt(object, 'counts'))),
    ...runNotesFrom(object),
  };
}

function runNotesFrom(
  object: JsonObject,
): Pick<RunSummary, 'shard' | 'identity' | 'expectations' | 'reran' | 'flaky'> {
  const shard = optionalAt(object, 'shard', shardAt);
  const identity = optionalAt(object, 'identity', identityAt);
  const expectations = optionalAt(object, 'expectations', expectationFilesAt);
  const reran = optionalAt(object, 'reran', namesAt);
  const flaky = optionalAt(object, 'flaky', namesAt);
  return {
    ...(shard === undefined ? {} : { shard }),
    ...(identity === undefined ? {} : { identity }),
    ...(expectations === undefined ? {} : { expectations }),
    ...(reran === undefined ? {} : { reran }),
    ...(flaky === undefined ? {} : { flaky }),
  };
}

function shardAt(object: JsonObject, name: string): ShardFacts {
  const shard = objectFrom(memberAt(object, name));
  const index = numberAt(shard, 'index');
  const count = numberAt(shard, 'count');
  if (!Number.isInteger(index) || !Number.isInteger(count) || index < 1 || index > count)
    throw new ShapeError(`member '${name}' is part ${index} of ${count}`, 'a part from 1 to the count');
  return { index, count, plan: textAt(shard, 'plan') };
}

function expectationFilesAt(object: JsonObject, name: string): readonly ExpectationFile[] {
  return listAt(object, name, (element) => {
    const file = objectFrom(element);
    return { name: textAt(file, 'name'), digest: textAt(file, 'digest') };
  });
}

function identityAt(object: JsonObject, name: string): RunIdentity {
  const identity = objectFrom(memberAt(object, name));
  const introspection = optionalAt(identity, 'introspection', textAt);
  return { host: textAt(identity, 'host'), ...(introspection === undefined ? {} : { introspection }) };
}

function countsFrom(object: JsonObject): VerdictCounts {
  const counts: Partial<Record<(typeof VERDICTS)[number], number>> = {};
  for (const verdict of VERDICTS) {
    const count = optionalAt(object, verdict, numberAt);
    if (count !== undefined) counts[verdict] = count;
  }
  return counts;
}

/** `missing.json`. @throws {ShapeError} */
export function missingTargetsFromJson(value: JsonValue): readonly MissingTarget[] {
  return listAt(objectOfFormat(value), 'targets', (element) => {
    const object = objectFrom(element);
    return { name: textAt(object, 'name'), reason: textAt(object, 'reason') };
  });
}

/** A file of another format is refused before its members are read: they may mean something else there. */
function objectOfFormat(value: JsonValue): JsonObject {
  const object = objectFrom(value);
  const format = memberAt(object, 'format');
  if (format === RUN_FORMAT) return object;
  const isNumber = typeof format === 'number' || typeof format === 'bigint';
  throw isNumber
    ? new ShapeError(
        `run archive of format ${format.toString()}`,
        `format ${RUN_FORMAT}, the one this version knows`,
      )
    : new ShapeError(
        format === undefined || isJsonArray(format) ? 'no format number' : `format ${JSON.stringify(format)}`,
        `a run archive of format ${RUN_FORMAT}`,
      );
}
