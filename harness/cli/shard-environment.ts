import { InputError } from '../errors.ts';
import type { Shard } from '../replay/select-shard.ts';

/** What the environment says of shards. */
export interface FoundShard {
  /** Undefined: the run is not shared out. */
  readonly shard: Shard | undefined;
  /** Who said so, for people. */
  readonly says: string;
}

type Environment = Readonly<Record<string, string | undefined>>;

/** An engine that starts a job several times, and tells each which it is. */
interface Engine {
  readonly name: string;
  /** The variable that says which part this is. */
  readonly index: string;
  /** What the first part is called. */
  readonly from: 0 | 1;
  /** The variable that says how many there are; absent where the engine tells nobody. */
  readonly count?: string;
}

/** How many parts there are, where the engine does not say so. A name of ours. */
const SHARDS = 'QMP_CONFORMANCE_SHARDS';

/**
 * The engines whose variables are one index and one count. GitHub Actions has none: the matrix of the job is handed
 * over as `--shard I/N`.
 */
const ENGINES: readonly Engine[] = [
  { name: 'GitLab CI', index: 'CI_NODE_INDEX', from: 1, count: 'CI_NODE_TOTAL' },
  { name: 'Kubernetes', index: 'JOB_COMPLETION_INDEX', from: 0 },
  { name: 'Buildkite', index: 'BUILDKITE_PARALLEL_JOB', from: 0, count: 'BUILDKITE_PARALLEL_JOB_COUNT' },
  { name: 'CircleCI', index: 'CIRCLE_NODE_INDEX', from: 0, count: 'CIRCLE_NODE_TOTAL' },
];

const TASK = 'SLURM_ARRAY_TASK_ID';
const WAY_OUT = 'expected both, or --shard I/N';

/**
 * Which part of a run this process is to do, by the variables of the engine that started it.
 * @throws {InputError} where they are half there, no numbers, or contradict each other
 */
export function shardFromEnvironment(env: Environment): FoundShard {
  const found = [...ENGINES.map((engine) => shardFromEngine(engine, env)), shardFromSlurm(env)].filter(
    (each) => each !== undefined,
  );
  const [first, ...others] = found;
  if (first === undefined) return { shard: undefined, says: 'no engine says otherwise: the whole run' };
  for (const other of others) {
    if (other.shard.index === first.shard.index && other.shard.count === first.shard.count) continue;
    throw new InputError(
      `--shard env: ${first.says}, but ${other.says}; expected one of them, or --shard I/N`,
    );
  }
  return first;
}

interface Said {
  readonly shard: Shard;
  readonly says: string;
}

function shardFromEngine({ name, index, from, count }: Engine, env: Environment): Said | undefined {
  const own = numberIn(env, SHARDS);
  const told = count === undefined ? undefined : numberIn(env, count);
  const at = numberIn(env, index);
  if (at === undefined) {
    // GitLab says a total of 1 where a job is not shared out, and no index.
    if (count === undefined || told === undefined || told === 1) return undefined;
    throw new InputError(`--shard env: ${count}=${told}, and no ${index}; ${WAY_OUT}`);
  }
  const total = told ?? own;
  if (total === undefined) {
    const missing = count ?? SHARDS;
    throw new InputError(`--shard env: ${index}=${at}, and no ${missing}; ${WAY_OUT}`);
  }
  if (own !== undefined && own !== total)
    throw new InputError(`--shard env: ${count ?? index}=${total}, but ${SHARDS}=${own}; expected the same`);
  return said(name, `${index}=${at}`, { index: at - from + 1, count: total });
}

/**
 * A part of an array can be submitted again by itself, and is then an array of one: who names the number of parts has
 * his ids counted from 1.
 */
function shardFromSlurm(env: Environment): Said | undefined {
  const task = numberIn(env, TASK);
  if (task === undefined) return undefined;
  const own = numberIn(env, SHARDS);
  const what = `${TASK}=${task}`;
  if (own !== undefined) return said('Slurm', what, { index: task, count: own });
  const needed = (name: string): number => {
    const value = numberIn(env, name);
    if (value === undefined) throw new InputError(`--shard env: ${what}, and no ${name}; ${WAY_OUT}`);
    return value;
  };
  const count = needed('SLURM_ARRAY_TASK_COUNT');
  const min = needed('SLURM_ARRAY_TASK_MIN');
  const max = numberIn(env, 'SLURM_ARRAY_TASK_MAX');
  const step = numberIn(env, 'SLURM_ARRAY_TASK_STEP') ?? 1;
  const index = (task - min) / step + 1;
  if (!Number.isInteger(index) || (max !== undefined && (max - min) / step + 1 !== count))
    throw new InputError(
      `--shard env: a Slurm array of ${count} tasks from ${min} to ${max ?? '?'}; expected --array=1-N, or ${SHARDS} beside it`,
    );
  return said('Slurm', what, { index, count });
}

function said(engine: string, what: string, { index, count }: Shard): Said {
  if (index < 1 || index > count)
    throw new InputError(`--shard env: ${what} of ${count} (${engine}); expected a part of the whole`);
  return { shard: { index, count }, says: `${engine} says ${index}/${count} (${what})` };
}

function numberIn(env: Environment, name: string): number | undefined {
  const text = env[name];
  if (text === undefined || text === '') return undefined;
  if (!/^[0-9]{1,5}$/.test(text)) throw new InputError(`--shard env: ${name}='${text}'; expected a number`);
  return Number(text);
}
