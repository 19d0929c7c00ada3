import { createLogUpdate } from 'log-update';
import type { RowResult, VerdictWord } from '../results/verdict.ts';

/** Shows how far a run is. */
export interface Progress {
  /** Says something that is not about one target, e.g. that a release is being installed. */
  say(line: string): void;
  /** A row of a target has its result. */
  count(result: RowResult): void;
  /** Takes away what will not stay. */
  end(): void;
}

interface TargetCount {
  readonly name: string;
  readonly total: number;
  readonly began: number;
  done: number;
  readonly verdicts: Map<VerdictWord, number>;
}

const BAR_WIDTH = 24;
/** Milliseconds between two pictures: more are not seen, and each costs. */
const PICTURE_DISTANCE = 100;

/**
 * Progress for a terminal: a bar per target, redrawn in place. For a pipe: one line per target, when it is done.
 * @param targets their names, and how many rows each has
 */
export function createProgress(
  stream: NodeJS.WriteStream,
  targets: readonly { readonly name: string; readonly rows: number }[],
): Progress {
  const counts = new Map(targets.map(({ name, rows }) => [name, newCount(name, rows)]));
  return stream.isTTY ? progressOnTerminal(stream, counts) : progressInPipe(stream, counts);
}

function newCount(name: string, total: number): TargetCount {
  return { name, total, began: performance.now(), done: 0, verdicts: new Map() };
}

function progressOnTerminal(stream: NodeJS.WriteStream, counts: ReadonlyMap<string, TargetCount>): Progress {
  const update = createLogUpdate(stream);
  let drawn = 0;
  const draw = (): void => {
    drawn = performance.now();
    update([...counts.values()].map(barOf).join('\n'));
  };
  return {
    say: (line) => {
      update.clear();
      stream.write(`${line}\n`);
    },
    count: (result) => {
      add(counts, result);
      if (performance.now() - drawn > PICTURE_DISTANCE) draw();
    },
    end: () => {
      update.clear();
      update.done();
    },
  };
}

function progressInPipe(stream: NodeJS.WriteStream, counts: ReadonlyMap<string, TargetCount>): Progress {
  return {
    say: (line) => stream.write(`${line}\n`),
    count: (result) => {
      const count = add(counts, result);
      if (count?.done !== count?.total || count === undefined) return;
      const seconds = ((performance.now() - count.began) / 1000).toFixed(1);
      stream.write(`${count.name}: ${count.total} rows in ${seconds} s: ${describeVerdicts(count)}\n`);
    },
    end: () => undefined,
  };
}

function add(
  counts: ReadonlyMap<string, TargetCount>,
  { target, verdict }: RowResult,
): TargetCount | undefined {
  const count = counts.get(target);
  if (count === undefined) return undefined;
  count.done++;
  count.verdicts.set(verdict, (count.verdicts.get(verdict) ?? 0) + 1);
  return count;
}

function barOf(count: TargetCount): string {
  const filled = count.total === 0 ? BAR_WIDTH : Math.floor((count.done / count.total) * BAR_WIDTH);
  const bar = '█'.repeat(filled) + '░'.repeat(BAR_WIDTH - filled);
  return `${count.name.padEnd(22)} ${bar} ${String(count.done).padStart(4)}/${count.total}  ${describeVerdicts(count)}`;
}

function describeVerdicts({ verdicts }: TargetCount): string {
  return [...verdicts].map(([word, count]) => `${count} ${word}`).join(', ');
}
