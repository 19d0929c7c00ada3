import { InputError, inputErrorAt } from '../harness/errors.ts';
import type { JsonObject, JsonValue } from '../harness/json/value.ts';
import { readRecord } from '../harness/results/read-file.ts';
import { readLines, type Line } from '../harness/results/read-lines.ts';
import { rowResultFromJson, runSummaryFromJson, targetFactsFromJson } from '../harness/results/records.ts';
import { countVerdicts, RUN_FORMAT, type Run, type RunSummary } from '../harness/results/run.ts';
import {
  flagAt,
  listAt,
  memberAt,
  numberAt,
  objectFrom,
  ShapeError,
  textAt,
  wordAt,
} from '../harness/results/shape.ts';
import type { MissingTarget, RowResult, TargetFacts } from '../harness/results/verdict.ts';
import { STREAM_FORMAT, STREAM_TYPES } from './ndjson.ts';

/** What a result stream holds: as if it had been read from archives, but for the messages. */
export interface StreamedRuns {
  readonly runs: readonly Run[];
  readonly missing: readonly MissingTarget[];
}

/**
 * Reads a result stream. A last line that was cut off is left out; a stream without its `end` holds no whole run.
 * @throws {InputError} `file:line:column: …` for what is no stream, is one of another format, or contradicts itself.
 */
export async function readResultStream(file: string): Promise<StreamedRuns> {
  const stream = newStream(file);
  for await (const line of readLines(file)) {
    if (!line.ended) break;
    const text = line.bytes.toString('utf8');
    readRecord(text, file, line.number, (value) => addLine(stream, objectFrom(value), line));
  }
  if (!stream.begun) throw new InputError(`${file}:1:1: no line; expected a result stream of ours`);
  const runs = [...stream.targets.values()].flatMap((target) => runsOf(stream, target));
  return { runs: [...runs, ...stream.notWhole.map((facts) => cutOff(file, facts))], missing: stream.missing };
}

interface StreamedTarget {
  readonly facts: TargetFacts;
  readonly sessions: readonly JsonObject[];
  readonly planned: number;
  readonly results: Map<string, RowResult>;
}

interface Stream {
  readonly file: string;
  begun: boolean;
  ended: boolean;
  /** By name. */
  readonly targets: Map<string, StreamedTarget>;
  readonly missing: MissingTarget[];
  readonly notWhole: MissingTarget[];
}

function newStream(file: string): Stream {
  return { file, begun: false, ended: false, targets: new Map(), missing: [], notWhole: [] };
}

function addLine(stream: Stream, object: JsonObject, line: Line): void {
  if (!stream.begun) {
    beginStream(stream, object);
    return;
  }
  if (stream.ended) throw new ShapeError("a line after that of type 'end'", 'the end of the stream');
  const type = wordAt(object, 'type', STREAM_TYPES);
  switch (type) {
    case 'run':
      throw new ShapeError("a second line of type 'run'", "'result', 'missing' or 'end'");
    case 'missing':
      addMissing(stream, object);
      return;
    case 'result':
      addResult(stream, rowResultFromJson(object), line);
      return;
    case 'end':
      endStream(stream, object);
  }
}

function beginStream(stream: Stream, object: JsonObject): void {
  const type = memberAt(object, 'type');
  if (type !== 'run') throw new ShapeError("no line of type 'run'", 'a result stream, which begins with it');
  const format = numberAt(object, 'format');
  if (format !== STREAM_FORMAT) {
    throw new ShapeError(
      `result stream of format ${format}`,
      `format ${STREAM_FORMAT}, the one this version knows`,
    );
  }
  stream.begun = true;
  for (const target of listAt(object, 'targets', targetFromJson)) {
    const { name } = target.facts;
    if (stream.targets.has(name)) throw new ShapeError(`a second target '${name}'`, 'each target once');
    stream.targets.set(name, target);
  }
}

function targetFromJson(value: JsonValue): StreamedTarget {
  const object = objectFrom(value);
  return {
    facts: targetFactsFromJson({ ...object, format: RUN_FORMAT }),
    sessions: listAt(object, 'runs', objectFrom),
    planned: numberAt(object, 'planned'),
    results: new Map(),
  };
}

function addMissing(stream: Stream, object: JsonObject): void {
  const target = { name: textAt(object, 'target'), reason: textAt(object, 'reason') };
  const state = wordAt(object, 'state', ['missing', 'not-whole']);
  (state === 'missing' ? stream.missing : stream.notWhole).push(target);
}

function addResult(stream: Stream, result: RowResult, { number }: Line): void {
  const place = { file: stream.file, line: number, column: 1 };
  const target = stream.targets.get(result.target);
  if (target === undefined) {
    throw inputErrorAt(place, `a result of '${result.target}'`, "a target of the line of type 'run'");
  }
  if (target.results.has(result.row)) {
    throw inputErrorAt(place, `a second result of '${result.row} @ ${result.target}'`, 'it once');
  }
  target.results.set(result.row, result);
}

/** What the stream says of itself at its end holds: nothing was taken out of it or put in. */
function endStream(stream: Stream, object: JsonObject): void {
  stream.ended = true;
  const targets = [...stream.targets.values()];
  for (const { facts, planned, results } of targets) {
    if (results.size === planned) continue;
    throw new ShapeError(`${results.size} results of '${facts.name}'`, `${planned}, as were planned`);
  }
  const counts = countVerdicts(targets.flatMap(({ results }) => [...results.values()]));
  const said = objectFrom(memberAt(object, 'counts'));
  for (const verdict of new Set([...Object.keys(counts), ...Object.keys(said)])) {
    const found = new Map(Object.entries(counts)).get(verdict) ?? 0;
    if (found === (memberAt(said, verdict) ?? 0)) continue;
    throw new ShapeError(`${found} results with verdict '${verdict}'`, "as many as 'counts' says");
  }
  if (flagAt(object, 'whole') !== (stream.notWhole.length === 0)) {
    throw new ShapeError("member 'whole' is wrong", 'true where no target is not whole, else false');
  }
}

/**
 * Rows of a target that were shared out stand in the first of its runs, for which was in which is not told; so the
 * parts are none any more.
 */
function runsOf(stream: Stream, { facts, sessions, results }: StreamedTarget): readonly Run[] {
  return sessions.map((session, index) => {
    const own = index === 0 ? [...results.values()] : [];
    return {
      dir: stream.file,
      target: facts,
      results: own,
      summary: summaryOf(session, own),
      ...(!stream.ended && { notWhole: "ends without a line of type 'end'" }),
    };
  });
}

function summaryOf({ shard: _shard, ...session }: JsonObject, results: readonly RowResult[]): RunSummary {
  const planned = results.map(({ row }) => row);
  const counts = countVerdicts(results);
  return runSummaryFromJson({
    ...session,
    format: RUN_FORMAT,
    complete: true,
    planned,
    counts: { ...counts },
  });
}

/** A run that was cut off when the stream was written; of its target no more is known than the name. */
function cutOff(file: string, { name, reason }: MissingTarget): Run {
  const unknown = { version: '', package: '', architecture: '', accelerator: '', where: '', schema: '' };
  return { dir: file, target: { name, kind: 'qemu', ...unknown }, results: [], notWhole: reason };
}
