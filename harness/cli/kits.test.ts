import { spawn, spawnSync } from 'node:child_process';
import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import pLimit from 'p-limit';
import { parseAllDocuments } from 'yaml';
import { mergeShards } from '../results/check-shards.ts';
import { findQemus } from '../target/find-qemus.ts';
import { readRunsIn } from './read-runs.ts';
import { shardFromEnvironment } from './shard-environment.ts';
import { runCommand } from './testing-cli.ts';

/**
 * The kits of docs/kits are run here without their engines: their scripts, as they stand, in the environment that the
 * engine makes, a process to a shard. `git`, `npm` and the choice of rows have stand-ins; QEMU and the suite have not.
 */

const PROJECT = fileURLToPath(new URL('../../', import.meta.url));
const KITS = join(PROJECT, 'docs/kits');

type Json = Readonly<Record<string, unknown>>;

/** What an engine does with a kit. */
interface Kit {
  readonly name: string;
  /** The environment of each shard, as the engine makes it. */
  readonly shards: readonly Json[];
  /** What a shard performs, in a folder of its own. */
  readonly shard: (environment: Json) => string;
  readonly merge: string;
  /** The folder of a shard, from the index that counts from 1. */
  readonly folderOf: (index: number) => string;
  /** Whether a shard that has findings fails; where not, the merging tells alone. */
  readonly shardTells: boolean;
}

function textOf(file: string): string {
  return readFileSync(join(KITS, file), 'utf8');
}

function documentsOf(file: string): readonly Json[] {
  return parseAllDocuments(textOf(file)).map((document) => {
    expect(document.errors, file).to.deep.equal([]);
    return document.toJS() as Json;
  });
}

/** What stands at a path of a YAML document. */
function at(document: unknown, ...path: readonly (string | number)[]): unknown {
  return path.reduce(
    (value: unknown, name) => (value as Readonly<Record<string | number, unknown>>)[name],
    document,
  );
}

function lines(value: unknown): string {
  return (value as readonly string[]).join('\n');
}

function text(value: unknown): string {
  if (typeof value !== 'string' && typeof value !== 'number')
    throw new Error(`no text: ${JSON.stringify(value)}`);
  return String(value);
}

function indices(count: number): readonly number[] {
  return Array.from({ length: count }, (_, index) => index + 1);
}

/** GitLab: job variables are in the environment, and refer to each other; `extends` brings the `before_script`. */
function gitlab(): Kit {
  const [kit] = documentsOf('gitlab-ci.yml');
  const count = Number(at(kit, 'conformance', 'parallel'));
  const before = lines(at(kit, '.conformance', 'before_script'));
  const variables = {
    ...(at(kit, 'variables') as Json),
    CI_SERVER_URL: 'https://git.example.org',
    CI_PROJECT_NAMESPACE: 'qemu',
  };
  return {
    name: 'gitlab-ci.yml',
    shards: indices(count).map((index) => ({ ...variables, CI_NODE_INDEX: index, CI_NODE_TOTAL: count })),
    shard: () => `${before}\n${lines(at(kit, 'conformance', 'script'))}`,
    merge: `${before}\n${lines(at(kit, 'conformance-matrix', 'script'))}`,
    folderOf: (index) => `shard-${index}`,
    shardTells: true,
  };
}

/** GitHub Actions: expressions are replaced in the text before a shell sees it; `env` of a step is in its environment. */
function github(): Kit {
  const [kit] = documentsOf('github-actions.yml');
  const steps = (job: string): readonly Json[] => at(kit, 'jobs', job, 'steps') as readonly Json[];
  // A step is a shell of its own, and is left out after one that failed, unless it has an `if`.
  const scriptOf = (job: string, known: Json): string => {
    const parts = steps(job)
      .filter(({ run }) => run !== undefined)
      .map(({ run, env = {}, 'working-directory': dir = '.', if: condition }) => {
        const settings = Object.entries(env as Json).map(
          ([name, value]) => `export ${name}='${expand(text(value), known)}'`,
        );
        const step = [...settings, `cd ${text(dir)}`, expand(text(run), known)].join('\n');
        const isMeant = condition === undefined ? '[ $code -ne 0 ] || ' : '';
        return `${isMeant}bash -e <<'STEP' || [ $code -ne 0 ] || code=1\n${step}\nSTEP`;
      });
    return ['code=0', ...parts, 'exit $code'].join('\n');
  };
  const matrix = at(kit, 'jobs', 'shard', 'strategy', 'matrix', 'shard') as readonly number[];
  const inputs = { 'inputs.qemu': text(at(kit, 'on', 'workflow_call', 'inputs', 'qemu', 'default')) };
  const place = 'ln -sfn "$PROJECT" qmp-conformance\n';
  return {
    name: 'github-actions.yml',
    shards: matrix.map((index) => ({
      ...inputs,
      'matrix.shard': index,
      'strategy.job-total': matrix.length,
    })),
    shard: (known) => place + scriptOf('shard', known),
    merge: place + scriptOf('matrix', inputs),
    folderOf: (index) => `shard-${index}`,
    shardTells: true,
  };
}

function expand(script: string, known: Json): string {
  return script.replaceAll(/\$\{\{ ([\w.-]+) \}\}/g, (_, name: string) => text(known[name]));
}

/** Kubernetes: `env` of the container and the index; mounts and what the image holds are folders of the test. */
function kubernetes(): Kit {
  const [, job, merge] = documentsOf('kubernetes-job.yaml');
  const container = at(job, 'spec', 'template', 'spec', 'containers', 0);
  const scriptOf = (of: unknown): string => {
    expect(at(of, 'command')).to.deep.equal(['/bin/sh', '-c']);
    return lines(at(of, 'args')).replaceAll(/(?<=[ "])\/(qmp-conformance|build|results)\b/g, '$PWD/$1');
  };
  const env = (at(container, 'env') as readonly Json[]).map(
    ({ name, value }) => [text(name), value] as const,
  );
  const count = Number(at(job, 'spec', 'completions'));
  return {
    name: 'kubernetes-job.yaml',
    shards: indices(count).map((index) => ({ ...Object.fromEntries(env), JOB_COMPLETION_INDEX: index - 1 })),
    shard: () => scriptOf(container),
    merge: scriptOf(at(merge, 'spec', 'template', 'spec', 'containers', 0)),
    folderOf: (index) => `results/shard-${index - 1}`,
    shardTells: false,
  };
}

/** Slurm: an array from 1 to N sets these; the script is the job. */
function slurm(): Kit {
  const [, min = '', max = ''] = /^#SBATCH --array=(\d+)-(\d+)$/m.exec(textOf('slurm-array.sh')) ?? [];
  const count = Number(max) - Number(min) + 1;
  const common = { SLURM_ARRAY_JOB_ID: 77, SLURM_ARRAY_TASK_COUNT: count, SLURM_ARRAY_TASK_STEP: 1 };
  return {
    name: 'slurm-array.sh',
    shards: indices(count).map((index) => ({
      ...common,
      SLURM_ARRAY_TASK_MIN: min,
      SLURM_ARRAY_TASK_MAX: max,
      SLURM_ARRAY_TASK_ID: index,
    })),
    shard: () => `bash ${join(KITS, 'slurm-array.sh')} build/qemu-system-x86_64`,
    merge: `bash ${join(KITS, 'slurm-matrix.sh')}`,
    folderOf: (index) => `shard-${index}`,
    shardTells: true,
  };
}

describe('the gating kits', function () {
  this.timeout(300_000);
  const limit = pLimit(2);
  let root = '';
  let whole: Promise<readonly string[]> | undefined;

  before(async () => {
    const { code, stderr } = await runCommand(['qemu', 'install']);
    expect(code, stderr).to.equal(0);
    root = mkdtempSync(join(tmpdir(), 'qmpc-kits-'));
    await makePrograms(root);
    mkdirSync(join(root, 'red'));
    const asked =
      '-> { "execute": "query-status" }\n<- { "error": { "class": "GenericError", "desc": "refused" } }\n';
    writeFileSync(join(root, 'red/red.qmp'), `---\nid: own/red\n---\n${asked}`);
  });
  after(() => rmSync(root, { recursive: true }));

  /** What the stand-in of `node` puts behind `run`: few rows, and perhaps one that fails. */
  const rowsOf = (isRed: boolean): string =>
    [
      `${PROJECT}recordings/examples/control`,
      `${PROJECT}recordings/examples/qom`,
      ...(isRed ? [join(root, 'red')] : []),
    ].join(' ');

  const runScript = (script: string, cwd: string, environment: Json, isRed: boolean): Promise<Ended> =>
    limit(() => runIn(script, cwd, root, { ...environment, ROWS: rowsOf(isRed) }));

  /** All cases of the run that was not shared out, which is done once: where all is well the red row is not in it. */
  const wholeRun = async (isRed: boolean): Promise<readonly string[]> => {
    whole ??= (async () => {
      const folder = mkdtempSync(join(root, 'whole-'));
      prepare(folder);
      const line =
        'node qmp-conformance/harness/cli/bin.js run --qemu build/qemu-system-x86_64 --accel tcg --out out';
      const { code, said } = await runScript(line, folder, {}, true);
      expect(code, said).to.equal(1);
      return casesOf([join(folder, 'out')]);
    })();
    return (await whole).filter((each) => isRed || !each.startsWith('["own/red"'));
  };

  const prepare = (folder: string): void => {
    symlinkSync(PROJECT, join(folder, 'qmp-conformance'));
    symlinkSync(join(root, 'build'), join(folder, 'build'));
  };

  /** A kit's folder, once it was run. */
  const folderOfKit = (name: string): string =>
    join(root, readdirSync(root).find((each) => each.startsWith(`kit-${name}`)) ?? '');

  // Of the same shards as the second, the others get what that one's have left: what is in question is the script.
  const kits: readonly (readonly [kit: Kit, isRed: boolean, sameAs?: Kit])[] = [
    [gitlab(), false],
    [github(), true],
    [kubernetes(), true, github()],
    [slurm(), true, github()],
  ];
  for (const [kit, isRed, sameAs] of kits) {
    it(`${kit.name}: shards and merging give what one run gives, where ${isRed ? 'a row fails' : 'all is well'}`, async () => {
      const folder = mkdtempSync(join(root, `kit-${kit.name}-`));
      prepare(folder);
      const ended = await Promise.all(
        kit.shards.map((environment, index) => {
          const left = sameAs && { COPY: join(folderOfKit(sameAs.name), sameAs.folderOf(index + 1)) };
          return runScript(kit.shard(environment), folder, { ...environment, ...left }, isRed);
        }),
      );
      const codes = ended.map(({ code }) => code).toSorted();
      const said = ended.map((each) => each.said).join('\n');
      expect(codes, said).to.deep.equal(isRed && kit.shardTells ? [0, 0, 1] : [0, 0, 0]);
      const merged = await runScript(kit.merge, folder, kit.shards[0] ?? {}, isRed);
      expect(merged.code, merged.said).to.equal(isRed ? 1 : 0);
      expect(
        readdirSync(folder).concat(readdirSync(join(folder, kit.folderOf(1).split('/')[0] ?? ''))),
      ).to.include('site');
      const folders = kit.shards.map((_, index) => join(folder, kit.folderOf(index + 1)));
      expect(await casesOf(folders)).to.deep.equal(await wholeRun(isRed));
    });
  }

  it('name the shard that is missing', async () => {
    const kit = gitlab();
    const done = folderOfKit(kit.name);
    rmSync(join(done, kit.folderOf(2)), { recursive: true });
    const { code, said } = await runScript(kit.merge, done, kit.shards[0] ?? {}, false);
    expect(said).to.match(
      /shard 2 of 3 of '.*' is missing, beside shard-1\/\S+, shard-3\/\S+; expected all 3/,
    );
    expect(code).to.equal(2);
  });

  it('github-actions.yml makes what its later steps upload', () => {
    const [kit] = documentsOf('github-actions.yml');
    const uses = (at(kit, 'jobs', 'matrix', 'steps') as readonly Json[]).map(
      (step) => at(step, 'with') as Json | undefined,
    );
    expect(uses.map((words) => words?.['sarif_file']).filter(Boolean)).to.deep.equal(['site/results.sarif']);
    const made = readdirSync(root)
      .filter((name) => name.startsWith('kit-'))
      .flatMap((name) =>
        readdirSync(join(root, name)).flatMap((each) => (each === 'site' ? [join(root, name, each)] : [])),
      )
      .filter((site) => readdirSync(site).includes('results.sarif'));
    expect(made).to.have.lengthOf(1);
  });

  describe('tell each shard which it is', () => {
    for (const [{ name, shards, shard }] of kits) {
      it(name, () => {
        const found = shards.map((environment) => {
          const isSlurm = name === 'slurm-array.sh';
          const script = isSlurm ? textOf(name) : shard(environment);
          const named = /--shard "?(\S+?)"?\s/.exec(script)?.[1];
          if (named !== 'env') return /export SHARD='(\d\/\d)'/.exec(script)?.[1];
          const own = isSlurm ? { QMP_CONFORMANCE_SHARDS: exported(name) } : {};
          const told = shardFromEnvironment(asTexts({ ...environment, ...own })).shard;
          return `${told?.index ?? '?'}/${told?.count ?? '?'}`;
        });
        expect(found).to.deep.equal(['1/3', '2/3', '3/3']);
      });
    }
  });
});

describe('the form of the kits', () => {
  const gitlabKeys = [
    'stage',
    'image',
    'extends',
    'needs',
    'parallel',
    'when',
    'before_script',
    'script',
    'artifacts',
  ];
  const stepKeys = ['name', 'if', 'uses', 'with', 'run', 'env', 'working-directory'];
  const table: readonly (readonly [
    what: string,
    file: string,
    found: (documents: readonly Json[]) => unknown,
    known: readonly string[],
  ])[] = [
    [
      'keys of jobs',
      'gitlab-ci.yml',
      ([kit = {}]) =>
        Object.entries(kit).flatMap(([name, job]) => (name === 'variables' ? [] : Object.keys(job as Json))),
      gitlabKeys,
    ],
    [
      'keys of artifacts',
      'gitlab-ci.yml',
      ([kit = {}]) =>
        Object.values(kit).flatMap((job) => Object.keys((at(job, 'artifacts') as Json | undefined) ?? {})),
      ['when', 'expire_in', 'paths', 'reports'],
    ],
    [
      'keys of jobs',
      'github-actions.yml',
      ([kit]) => Object.values(at(kit, 'jobs') as Json).flatMap((job) => Object.keys(job as Json)),
      ['runs-on', 'strategy', 'steps', 'needs', 'if'],
    ],
    [
      'keys of steps',
      'github-actions.yml',
      ([kit]) =>
        Object.values(at(kit, 'jobs') as Json).flatMap((job) =>
          (at(job, 'steps') as readonly Json[]).flatMap(Object.keys),
        ),
      stepKeys,
    ],
    [
      'kinds',
      'kubernetes-job.yaml',
      (documents) => documents.map(({ apiVersion, kind }) => `${text(apiVersion)} ${text(kind)}`),
      ['v1 PersistentVolumeClaim', 'batch/v1 Job'],
    ],
    [
      'keys of jobs',
      'kubernetes-job.yaml',
      (documents) => documents.slice(1).flatMap(({ spec }) => Object.keys(spec as Json)),
      ['completionMode', 'completions', 'parallelism', 'backoffLimit', 'suspend', 'template'],
    ],
    [
      'keys of containers',
      'kubernetes-job.yaml',
      (documents) =>
        documents
          .slice(1)
          .flatMap((job) => Object.keys(at(job, 'spec', 'template', 'spec', 'containers', 0) as Json)),
      ['name', 'image', 'env', 'command', 'args', 'resources', 'volumeMounts'],
    ],
  ];
  for (const [what, file, found, known] of table) {
    it(`${file}: ${what} are those that the engine knows`, () => {
      expect(known).to.include.members(found(documentsOf(file)) as readonly string[]);
    });
  }

  it('gitlab-ci.yml: reports stand where the shards put them, and jobs need jobs', () => {
    const [kit] = documentsOf('gitlab-ci.yml');
    expect(at(kit, 'conformance', 'artifacts', 'reports', 'junit')).to.equal('shard-*/results.junit.xml');
    expect(at(kit, 'conformance-matrix', 'needs', 0, 'job')).to.equal('conformance');
    expect(at(kit, 'conformance-matrix', 'when')).to.equal('always');
  });

  it('kubernetes-job.yaml: as many shards as completions, on a volume that is claimed', () => {
    const [claim, job, merge] = documentsOf('kubernetes-job.yaml');
    expect(at(job, 'spec', 'completionMode')).to.equal('Indexed');
    expect(at(job, 'spec', 'template', 'spec', 'containers', 0, 'env', 0)).to.deep.equal({
      name: 'QMP_CONFORMANCE_SHARDS',
      value: String(at(job, 'spec', 'completions')),
    });
    for (const each of [job, merge]) {
      const pod = at(each, 'spec', 'template', 'spec');
      expect(at(pod, 'restartPolicy')).to.equal('Never');
      expect(at(pod, 'volumes', 0, 'persistentVolumeClaim', 'claimName')).to.equal(
        at(claim, 'metadata', 'name'),
      );
      expect(at(pod, 'containers', 0, 'volumeMounts', 0, 'name')).to.equal(at(pod, 'volumes', 0, 'name'));
    }
    expect(at(merge, 'spec', 'suspend')).to.equal(true);
  });

  it('slurm-array.sh: as many shards as tasks, and words that sbatch knows', () => {
    const script = textOf('slurm-array.sh');
    expect(/--array=1-(\d+)/.exec(script)?.[1]).to.equal(exported('slurm-array.sh'));
    const words = `${script}${textOf('slurm-matrix.sh')}`.matchAll(/^#SBATCH (--[a-z-]+)(?:=\S+)?$/gm);
    const known = ['--job-name', '--array', '--cpus-per-task', '--mem', '--time', '--requeue', '--output'];
    expect(known).to.include.members([...words].map(([, word = '']) => word));
  });

  for (const file of readdirSync(KITS).filter((name) => name.endsWith('.sh'))) {
    it(`${file}: is a script that bash reads`, () => {
      const { status, stderr } = spawnSync('bash', ['-n', join(KITS, file)], { encoding: 'utf8' });
      expect(stderr).to.equal('');
      expect(status).to.equal(0);
    });
  }

  it('install the suite as the README does', () => {
    const readme = readFileSync(join(PROJECT, 'README.md'), 'utf8');
    expect(readme).to.include('npm ci');
    expect(textOf('gitlab-ci.yml')).to.match(/\bnpm ci\b/);
    expect(textOf('github-actions.yml')).to.match(/run: npm ci$/m);
    const [, needed = ''] = /Node\.js \((20\.19) or later\)/.exec(readme) ?? [];
    expect(textOf('gitlab-ci.yml')).to.include(`Node.js ${needed} or later`);
  });
});

interface Ended {
  readonly code: number | null;
  readonly said: string;
}

function exported(file: string): string {
  return /^export QMP_CONFORMANCE_SHARDS=(\d+)$/m.exec(textOf(file))?.[1] ?? '';
}

function asTexts(environment: Json): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(environment).map(([name, value]) => [name, text(value)]));
}

/** Runs a script as engines do: with `-e`, in an environment where nothing else says what a shard is. */
function runIn(script: string, cwd: string, root: string, environment: Json): Promise<Ended> {
  const shell = script.startsWith('bash ') ? script : `set -eo pipefail\n${script}`;
  const engines = /^(CI_|JOB_COMPLETION|SLURM_|BUILDKITE|CIRCLE|QMP_CONFORMANCE_SHARDS)/;
  const clean = Object.entries(process.env).filter(
    ([name]) => !engines.test(name) && name !== 'NODE_V8_COVERAGE',
  );
  const named = Object.entries(asTexts(environment)).filter(([name]) => /^\w+$/.test(name));
  const child = spawn('bash', ['-c', shell], {
    cwd,
    env: {
      ...Object.fromEntries([...clean, ...named]),
      PATH: `${join(root, 'bin')}:${process.env['PATH'] ?? ''}`,
      PROJECT,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let said = '';
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (some: string) => (said += some));
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => resolve({ code, said }));
  });
}

/** Row, target, verdict and findings of each case, from the archives. */
async function casesOf(folders: readonly string[]): Promise<readonly string[]> {
  return mergeShards(await readRunsIn(folders))
    .flatMap(({ results }) => results)
    .map(({ row, target, verdict, findings }) => JSON.stringify([row, target, verdict, findings]))
    .toSorted();
}

/** Stands in for a shard that was performed already: its words are read, and what it had left is left again. */
const COPYING = `if [ "$2" = run ] && [ -n "$COPY" ]; then
  while [ $# -gt 0 ]; do
    case $1 in --out) out=$2 ;; --qemu) qemu=$2 ;; --shard) shard=$2 ;; esac
    shift
  done
  [ "$shard" = env ] && [ -x "$qemu" ] && mkdir -p "$(dirname "$out")" && cp -r "$COPY" "$out" || exit 2
  ! grep -q '"verdict":"fail"' "$out"/runs/*/results.ndjson
  exit
fi`;

/** `git`, `npm`, `node` and a build, for the scripts. */
async function makePrograms(root: string): Promise<void> {
  const { binaries } = await findQemus();
  const newest = binaries.at(-1);
  if (newest === undefined) throw new Error('no QEMU');
  const write = (folder: string, name: string, content: string): void => {
    mkdirSync(join(root, folder), { recursive: true });
    writeFileSync(join(root, folder, name), `#!/bin/bash\n${content}\n`);
    chmodSync(join(root, folder, name), 0o755);
  };
  write('bin', 'git', '[ "$1" = clone ] && ln -sfn "$PROJECT" "${@: -1}"');
  write('bin', 'npm', '[ "$*" = ci ] && [ -f package-lock.json ]');
  const run = `[ "$2" = run ] && exec '${process.execPath}' "$@" $ROWS`;
  write('bin', 'node', `${COPYING}\n${run}\nexec '${process.execPath}' "$@"`);
  const quoted = (words: readonly string[]): string => words.map((word) => `'${word}'`).join(' ');
  const settings = Object.entries(newest.env).map(([name, value]) => `export ${name}='${value}'`);
  const program = (words: readonly string[]): string =>
    [...settings, `exec ${quoted(words)} "$@"`].join('\n');
  write('build', 'qemu-system-x86_64', program([...newest.command, ...newest.dataArgs]));
  if (newest.qemuImg !== undefined) write('build', 'qemu-img', program(newest.qemuImg));
}
