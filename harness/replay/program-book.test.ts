import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { parseReleaseRange, rangeHolds } from '../release/release-range.ts';
import { findRuns, readRun } from '../results/read-run.ts';
import type { RowResult } from '../results/verdict.ts';
import { readStage } from '../stage/read-stage.ts';
import { completeStages } from '../stage/stage-book.ts';
import { findQemus } from '../target/find-qemus.ts';
import type { QemuBinary } from '../target/qemu-binary.ts';
import { readTranscript } from '../transcript/read-transcript.ts';
import { batchOfTranscript, createJudge } from './batch-of-transcript.ts';
import { describeTargets } from './describe-target.ts';
import { startRun } from './start-run.ts';

/** A row on a stage; the verdict is that on each release. */
interface Case {
  readonly title: string;
  /** What the stage says beside what it is about. */
  readonly stage: string;
  readonly head?: string;
  readonly body: string;
  readonly verdict: RowResult['verdict'];
  readonly reason?: RegExp;
  /** Range of releases on which it is so; by default all. */
  readonly releases?: string;
}

const NODES = `-> { "execute": "query-named-block-nodes", "arguments": { "flat": true } }
<- { "return": [ { "node-name": "disk", "drv": "raw", ... }, ... ] }
`;
const PING = '-> { "execute": "guest-ping" }\n<- { "return": {} }\n';
const DAEMON = `program: qemu-storage-daemon
images: [{ name: d.raw, format: raw, size: 1M }]
arguments:
  - --blockdev driver=file,node-name=file,filename=d.raw --blockdev driver=raw,node-name=disk,file=file`;

const CASES: readonly Case[] = [
  { title: 'a storage daemon', stage: DAEMON, body: NODES, verdict: 'pass' },
  {
    title: 'a storage daemon that is prepared',
    stage: `${DAEMON}\nprepare: [{ execute: blockdev-del, arguments: { node-name: disk } }]`,
    body: '-> { "execute": "blockdev-del", "arguments": { "node-name": "disk" } }\n<- { "error": { "class": "GenericError", "desc": "" } }\n',
    verdict: 'pass',
  },
  {
    title: 'a command that a storage daemon does not have',
    stage: DAEMON,
    body: '-> { "execute": "query-status" }\n<- { "return": { "running": true, "status": "running" } }\n',
    verdict: 'fail',
    reason: /command 'query-status'; expected a command of this release/,
  },
  {
    title: 'a storage daemon that cannot have its options',
    stage: 'program: qemu-storage-daemon\narguments: [--blockdev driver=file,node-name=a,filename=absent]',
    body: NODES,
    verdict: 'setup-error',
    reason: /ended before it greeted, exit status 1: .*absent/,
  },
  {
    title: 'an emulator of another architecture',
    stage: 'program: qemu-system-s390x',
    body: '-> { "execute": "query-target" }\n<- { "return": { "arch": "s390x" } }\n',
    head: 'requires: { architecture: [s390x] }\nmatch: [{ at: /1/return/arch, as: exact }]',
    verdict: 'pass',
  },
  {
    title: 'what only the target is',
    stage: 'program: qemu-system-s390x',
    body: '-> { "execute": "query-target" }\n<- { "return": { "arch": "x86_64" } }\n',
    head: 'requires: { architecture: [x86_64] }',
    verdict: 'not-applicable',
    reason: /requires architecture x86_64; this is s390x/,
  },
  {
    title: 'a command that the other emulator was built without',
    stage: 'program: qemu-system-s390x',
    body: '-> { "execute": "query-sev" }\n',
    verdict: 'not-applicable',
    reason: /query-sev is absent from query-qmp-schema of qemu-system-s390x \d/,
    // Later ones have all commands, whatever they are built for.
    releases: '-10.0',
  },
  {
    title: 'an emulator that is not installed',
    stage: 'program: qemu-system-tricore',
    body: '-> { "execute": "stop" }\n<- { "return": {} }\n',
    verdict: 'untestable',
    reason: /^qemu-system-tricore is not installed with .*qemu install --architecture tricore$/,
  },
  {
    title: 'an example that is wrong, of an emulator that is not installed',
    stage: 'program: qemu-system-tricore',
    body: '-> { "execute": "stop" }\n<- { "return": 1 }\n',
    verdict: 'fail',
    reason: /the example is wrong/,
  },
  { title: 'a guest agent', stage: 'program: qemu-ga', body: PING, verdict: 'pass' },
  {
    title: 'a harmful command',
    stage: 'program: qemu-ga',
    body: `${PING}-> { "execute": "guest-suspend-ram" }\n`,
    verdict: 'untestable',
    reason: /^guest-suspend-ram acts on the machine that the agent runs on/,
  },
  {
    title: 'a harmful command in the preparation',
    stage: 'program: qemu-ga',
    head: 'prepare: [{ execute: guest-fstrim }]',
    body: PING,
    verdict: 'untestable',
    reason: /^guest-fstrim acts on/,
  },
  {
    title: 'a harmful command in the preparation of the stage',
    stage: 'program: qemu-ga\nprepare: [{ execute: guest-fstrim }]',
    body: PING,
    verdict: 'untestable',
    reason: /^guest-fstrim acts on/,
  },
  {
    title: 'a harmful command that is put in place of the documented one',
    stage: 'program: qemu-ga',
    head: 'substitute: [{ at: /0/execute, value: guest-exec }]',
    body: PING,
    verdict: 'untestable',
    reason: /^guest-exec acts on/,
  },
  {
    title: 'a harmful command in an example that is wrong',
    stage: 'program: qemu-ga',
    body: '-> { "execute": "guest-fsfreeze-freeze" }\n<- { "return": "frozen" }\n',
    verdict: 'fail',
    reason: /the example is wrong/,
  },
];

describe('rows on other programs', () => {
  let binaries: readonly QemuBinary[];

  before(async () => {
    const { binaries: found } = await findQemus();
    binaries = found.filter(({ origin }) => origin === 'release');
    expect(binaries, 'no release is here; run qmp-conformance qemu install').not.to.deep.equal([]);
  });

  for (const one of CASES) {
    it(`${one.title}: ${one.verdict}`, async () => {
      const range = parseReleaseRange(one.releases ?? '0.14-');
      const meant = binaries.filter(({ version }) => rangeHolds(range, version));
      for (const result of await replay(one, meant)) {
        const shown = `${result.target}: ${result.reason ?? ''} ${JSON.stringify(result.findings)}`;
        expect(result.verdict, shown).to.equal(one.verdict);
        if (one.reason !== undefined) expect(result.reason).to.match(one.reason);
      }
    });
  }

  const replaced: { what: string; command: readonly string[] | undefined; reason: RegExp }[] = [
    {
      what: 'is not there',
      command: undefined,
      reason: /not there beside \/x\/qemu; expected it in the same/,
    },
    {
      what: 'does not start',
      command: ['false'],
      reason: /does not start: QEMU ended before it greeted, exit/,
    },
    { what: 'does not exist', command: ['/nonexistent'], reason: /does not start: / },
  ];
  for (const { what, command, reason } of replaced) {
    it(`on a binary of the user's, a program that ${what}: untestable`, async () => {
      const [binary] = binaries;
      if (binary === undefined) throw new Error('no release');
      const own: QemuBinary = { ...binary, origin: 'named', path: '/x/qemu', findProgram: () => command };
      const [result] = await replay({ ...pingOf(DAEMON), body: NODES }, [own]);
      expect(result?.verdict).to.equal('untestable');
      expect(result?.reason).to.match(reason);
    });
  }

  it('a program of another release than the binary beside it: untestable', async () => {
    const [one, other] = binaries;
    if (one === undefined || other === undefined) throw new Error('fewer than two releases');
    const mixed: QemuBinary = { ...one, findProgram: (name) => other.findProgram(name), env: other.env };
    const [result] = await replay(
      { ...pingOf('program: qemu-system-s390x'), body: '-> { "execute": "stop" }\n' },
      [mixed],
    );
    expect(result?.reason).to.equal(`qemu-system-s390x beside ${one.path} is of QEMU ${other.version}`);
  });
});

function pingOf(stage: string): Case {
  return { title: '', stage, body: PING, verdict: 'pass' };
}

/** Replays a row under TCG on each of the binaries. */
async function replay(one: Case, binaries: readonly QemuBinary[]): Promise<readonly RowResult[]> {
  const out = await mkdtemp(join(tmpdir(), 'qmpc-test-'));
  try {
    const source = 'source: [{ document: d, definition: x, releases: "0.14-" }]';
    const text = `---\nid: a/b\nstage: s\n${source}\n${one.head ?? ''}\n---\n${one.body}`;
    const row = readTranscript(text.replaceAll(/\n+---/g, '\n---'), 'test.qmp');
    const stages = completeStages([readStage(`about: x\n${one.stage}`, 's.yaml', 's')]);
    const targets = await Promise.all(binaries.map((binary) => describeTargets(binary, ['tcg'], 10_000)));
    const columns = targets.flat().map((target) => ({
      target,
      batches: [
        batchOfTranscript(
          row,
          target,
          { stages, patience: 10_000, cores: join(out, 'cores'), isKnown: () => false },
          createJudge(),
        ),
      ],
    }));
    const run = await startRun({ columns, missing: [], knownFailures: [], jobs: 4, out, resume: false }, '0');
    await run.finish();
    const archives = await Promise.all((await findRuns(out)).map((folder) => readRun(folder)));
    return archives.flatMap(({ results }) => results);
  } finally {
    await rm(out, { recursive: true });
  }
}
