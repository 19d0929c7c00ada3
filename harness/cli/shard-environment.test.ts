import { expect } from 'chai';
import { InputError } from '../errors.ts';
import { shardFromEnvironment } from './shard-environment.ts';

type Environment = Readonly<Record<string, string>>;

/** What a Slurm array `--array=1-3` sets in its second task. */
const SLURM = {
  SLURM_ARRAY_JOB_ID: '77',
  SLURM_ARRAY_TASK_ID: '2',
  SLURM_ARRAY_TASK_COUNT: '3',
  SLURM_ARRAY_TASK_MIN: '1',
  SLURM_ARRAY_TASK_MAX: '3',
  SLURM_ARRAY_TASK_STEP: '1',
};
const GITLAB = { CI_NODE_INDEX: '2', CI_NODE_TOTAL: '3' };

const found: readonly (readonly [
  title: string,
  env: Environment,
  shard: string | undefined,
  says: RegExp,
])[] = [
  ['nothing', {}, undefined, /^no engine says otherwise: the whole run$/],
  ['GitLab CI, which counts from 1', GITLAB, '2/3', /^GitLab CI says 2\/3 \(CI_NODE_INDEX=2\)$/],
  ['a job of GitLab CI that is not parallel', { CI_NODE_TOTAL: '1' }, undefined, /whole run/],
  ['the last of GitLab CI', { CI_NODE_INDEX: '3', CI_NODE_TOTAL: '3' }, '3/3', /3\/3/],
  [
    'Kubernetes, which counts from 0',
    { JOB_COMPLETION_INDEX: '0', QMP_CONFORMANCE_SHARDS: '3' },
    '1/3',
    /^Kubernetes says 1\/3/,
  ],
  ['Buildkite', { BUILDKITE_PARALLEL_JOB: '1', BUILDKITE_PARALLEL_JOB_COUNT: '2' }, '2/2', /^Buildkite/],
  ['CircleCI', { CIRCLE_NODE_INDEX: '0', CIRCLE_NODE_TOTAL: '4' }, '1/4', /^CircleCI/],
  ['a Slurm array from 1', SLURM, '2/3', /^Slurm says 2\/3/],
  [
    'a Slurm array from 0',
    { ...SLURM, SLURM_ARRAY_TASK_ID: '0', SLURM_ARRAY_TASK_MIN: '0', SLURM_ARRAY_TASK_MAX: '2' },
    '1/3',
    /1\/3/,
  ],
  [
    'a Slurm array with a step',
    {
      ...SLURM,
      SLURM_ARRAY_TASK_ID: '8',
      SLURM_ARRAY_TASK_MIN: '0',
      SLURM_ARRAY_TASK_MAX: '8',
      SLURM_ARRAY_TASK_STEP: '4',
    },
    '3/3',
    /3\/3/,
  ],
  [
    'one task of a Slurm array that was submitted again by itself',
    {
      ...SLURM,
      SLURM_ARRAY_TASK_COUNT: '1',
      SLURM_ARRAY_TASK_MIN: '2',
      SLURM_ARRAY_TASK_MAX: '2',
      QMP_CONFORMANCE_SHARDS: '3',
    },
    '2/3',
    /2\/3/,
  ],
  ['two engines that agree', { ...GITLAB, ...SLURM }, '2/3', /GitLab/],
  [
    'an engine that shares nothing out, around one that does',
    { CI_NODE_TOTAL: '1', ...SLURM },
    '2/3',
    /Slurm/,
  ],
  ['a variable that is empty', { CI_NODE_INDEX: '', CI_NODE_TOTAL: '1' }, undefined, /whole run/],
  ['a count that both name', { ...GITLAB, QMP_CONFORMANCE_SHARDS: '3' }, '2/3', /2\/3/],
  ['a count alone', { QMP_CONFORMANCE_SHARDS: '3' }, undefined, /whole run/],
];

const refused: readonly (readonly [title: string, env: Environment, message: RegExp])[] = [
  [
    'a total without an index',
    { CI_NODE_TOTAL: '3' },
    /CI_NODE_TOTAL=3, and no CI_NODE_INDEX; expected both, or --shard/,
  ],
  ['an index without a total', { CI_NODE_INDEX: '3' }, /CI_NODE_INDEX=3, and no CI_NODE_TOTAL/],
  ['Kubernetes without a count', { JOB_COMPLETION_INDEX: '0' }, /no QMP_CONFORMANCE_SHARDS; expected both/],
  [
    'a Kubernetes index beyond the count',
    { JOB_COMPLETION_INDEX: '3', QMP_CONFORMANCE_SHARDS: '3' },
    /JOB_COMPLETION_INDEX=3 of 3 \(Kubernetes\); expected a part/,
  ],
  ['an index of 0 where they count from 1', { CI_NODE_INDEX: '0', CI_NODE_TOTAL: '3' }, /expected a part/],
  ['a total of 0', { CI_NODE_INDEX: '1', CI_NODE_TOTAL: '0' }, /expected a part/],
  [
    'what is no number',
    { CI_NODE_INDEX: '1/3', CI_NODE_TOTAL: '3' },
    /CI_NODE_INDEX='1\/3'; expected a number/,
  ],
  ['what is below 0', { JOB_COMPLETION_INDEX: '-1', QMP_CONFORMANCE_SHARDS: '3' }, /expected a number/],
  [
    'engines that contradict each other',
    { ...SLURM, CI_NODE_INDEX: '1', CI_NODE_TOTAL: '3' },
    /GitLab CI says 1\/3.*but Slurm says 2\/3/,
  ],
  [
    'a count of ours that contradicts',
    { ...GITLAB, QMP_CONFORMANCE_SHARDS: '4' },
    /CI_NODE_TOTAL=3, but QMP_CONFORMANCE_SHARDS=4/,
  ],
  ['a Slurm task without an array', { SLURM_ARRAY_TASK_ID: '2' }, /no SLURM_ARRAY_TASK_COUNT/],
  [
    'a Slurm array without its minimum',
    { SLURM_ARRAY_TASK_ID: '2', SLURM_ARRAY_TASK_COUNT: '3' },
    /no SLURM_ARRAY_TASK_MIN/,
  ],
  [
    'a Slurm array with gaps',
    { ...SLURM, SLURM_ARRAY_TASK_ID: '9', SLURM_ARRAY_TASK_MAX: '9' },
    /a Slurm array of 3 tasks from 1 to 9; expected --array=1-N/,
  ],
  [
    'a Slurm array from 0, though the count is named',
    { ...SLURM, SLURM_ARRAY_TASK_ID: '0', QMP_CONFORMANCE_SHARDS: '3' },
    /expected a part/,
  ],
];

describe('shardFromEnvironment', () => {
  for (const [title, env, shard, says] of found) {
    it(`reads ${title}`, () => {
      const read = shardFromEnvironment(env);
      expect(read.shard && `${read.shard.index}/${read.shard.count}`).to.equal(shard);
      expect(read.says).to.match(says);
    });
  }
  for (const [title, env, message] of refused) {
    it(`refuses ${title}`, () => {
      expect(() => shardFromEnvironment(env)).to.throw(InputError, message);
    });
  }
});
