import { existsSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { InputError } from '../errors.ts';
import { startFakeServer, type FakeConnection } from '../replay/capture/fixture-server.ts';
import { openEndpoint } from '../target/connect-endpoint.ts';
import { baseArguments, startQemu } from '../target/start-qemu.ts';
import { cacheFolder, readReleases } from '../target/release-cache.ts';
import { binaryOfRelease } from '../target/release-programs.ts';
import { inTemporaryFolder } from '../target/temporary-folder.ts';
import { createStepper, EndedByUser, readLinesOf } from './step-mode.ts';
import { processesBelow, runCommand, startCommand, type CommandEnd } from './testing-cli.ts';

const WIRE = fileURLToPath(new URL('../../recordings/wire/', import.meta.url));
const TWO = join(WIRE, 'two-clients.qmp');
const HEAD = '---\nid: wire/x\n---\n';
const NAME = '-> {"execute": "query-name"}\n<- {"return": {}}\n';
/** The guest runs and answers nothing: the event never comes. */
const NO_EVENT = '<- {"event": "STOP", "timestamp": {"seconds": 1, "microseconds": 2}}\n';
const newest = readReleases(cacheFolder()).at(-1)?.version ?? '';

interface Row {
  readonly title: string;
  readonly text: string;
  readonly words?: readonly string[];
  readonly code: number;
  /** What stands on stdout or stderr. */
  readonly says: string;
}

const ON = ['--release', newest];
const ROWS: readonly Row[] = [
  { title: 'as recorded', text: HEAD + NAME, code: 0, says: ': pass' },
  {
    title: 'another value',
    text: `${HEAD}-> {"execute": "query-kvm"}\n<- {"return": {"enabled": "no", "present": true}}\n`,
    code: 1,
    says: '/return/enabled: boolean false; expected a string (shape/type)',
  },
  {
    title: 'what the schema says of both sides',
    text: `${HEAD}-> {"execute": "query-kvm"}\n<- {"return": {"enabled": "no", "present": true}}\n`,
    code: 1,
    says: 'what came is valid; what was recorded is not: /return/enabled',
  },
  {
    title: 'behaviour, where both are valid',
    text: `---\nid: wire/x\nmatch:\n  - { at: /1/return/present, as: exact }\n---\n-> {"execute": "query-kvm"}\n<- {"return": {"enabled": false, "present": false}}\n`,
    code: 1,
    says: 'behaviour: ',
  },
  {
    title: 'an event that does not come',
    text: HEAD + NAME + NO_EVENT,
    words: ['--timeout', '1'],
    code: 1,
    says: 'no event STOP within 1 s',
  },
  {
    title: 'twenty times',
    text: HEAD + NAME,
    words: ['--repeat', '20'],
    code: 0,
    says: '20 times the same: 20 pass',
  },
  { title: 'quietly', text: HEAD + NAME, words: ['--quiet'], code: 0, says: 'wire/x @ ' },
  { title: 'as JSON', text: HEAD + NAME, words: ['--json'], code: 0, says: '"type":"verdict"' },
  {
    title: 'a machine of its own',
    text: `${HEAD}-> {"execute": "query-name"}\n<- {"return": {"name": "mine"}}\n`,
    words: ['--', '-name', 'mine'],
    code: 0,
    says: ': pass',
  },
  {
    title: 'the same without it',
    text: `${HEAD}-> {"execute": "query-name"}\n<- {"return": {"name": "mine"}}\n`,
    code: 1,
    says: "no 'name'",
  },
  {
    title: 'another architecture',
    text: `${HEAD}-> {"execute": "query-target"}\n<- {"return": {"arch": "aarch64"}}\n`,
    words: ['--architecture', 'aarch64'],
    code: 0,
    says: ': pass',
  },
  {
    title: 'a QEMU that does not start so',
    text: HEAD + NAME,
    words: ['--', '-no-such-option'],
    code: 3,
    says: 'setup-error',
  },
  {
    title: 'what it requires and the target is not',
    text: `---\nid: wire/x\nrequires: { accelerator: kvm }\n---\n${NAME}`,
    code: 0,
    says: 'not-applicable: requires accelerator kvm',
  },
  { title: 'no transcript', text: 'once upon a time', code: 2, says: 'no front matter' },
  { title: 'a truncated one', text: `${HEAD}-> {"execute": "query-na`, code: 2, says: 'x.qmp:4:' },
  {
    title: 'no message of a client',
    text: `${HEAD}<- {"return": {}}\n`,
    code: 2,
    says: 'no message of a client',
  },
  {
    title: 'what is refused',
    text: `${HEAD}-> {"execute": "migrate", "arguments": {"uri": "exec:id"}}\n`,
    code: 2,
    says: '--allow exec',
  },
  {
    title: 'words to allow that are none',
    text: HEAD + NAME,
    words: ['--allow', 'all'],
    code: 2,
    says: "--allow 'all'",
  },
  {
    title: 'an architecture that is none',
    text: HEAD + NAME,
    words: ['--architecture', 'aarch46'],
    code: 2,
    says: 'expected one of aarch64, alpha',
  },
  { title: 'a stage that is none', text: HEAD + NAME, words: ['--stage', 'bear'], code: 2, says: "'bare'" },
  {
    title: 'steps without a terminal',
    text: HEAD + NAME,
    words: ['--step'],
    code: 2,
    says: '--step without a terminal',
  },
  {
    title: 'a debugger without a terminal',
    text: HEAD + NAME,
    words: ['--attach'],
    code: 2,
    says: '--attach without a terminal',
  },
  {
    title: 'a proxy without a place to listen',
    text: HEAD + NAME,
    words: ['--through', 'cat {server}'],
    code: 2,
    says: 'without {listen}',
  },
];

describe('qmp-conformance replay', () => {
  for (const { title, text, words = [], code, says } of ROWS) {
    it(`${code === 0 ? 'replays' : `ends with ${code}:`} ${title}`, async () => {
      const end = await replay(text, [...ON, ...words]);
      expect(`${end.stdout}${end.stderr}`).to.include(says);
      expect(end.code).to.equal(code);
      expect(end.stderr).not.to.match(/^ {4}at /m);
    });
  }
  for (const { version } of readReleases(cacheFolder())) {
    it(`replays the project's recordings of clients on ${version}`, async () => {
      const files = ['two-clients', 'captured-node-name'].map((name) => join(WIRE, `${name}.qmp`));
      const { code, stdout, stderr } = await runCommand([
        'replay',
        ...files,
        '--release',
        version,
        '--quiet',
      ]);
      expect(stdout.match(/: pass/g), stdout + stderr).to.have.lengthOf(2);
      expect(code).to.equal(0);
    });
  }
  it('shows each message with its time and connection', async () => {
    const { stdout } = await runCommand(['replay', TWO, ...ON], { FORCE_COLOR: '1', CI: '1' });
    expect(stdout).to.match(/^ +0\.000000 {2}0-- opened$/m);
    expect(stdout).to.match(/^ +[0-9]\.[0-9]{6} {2}1-> \{"exec-oob": "migrate-pause", "id": "short"\}$/m);
    expect(stdout).to.match(/^ +[0-9]\.[0-9]{6} {2}2-- closed by the server$/m);
    expect(stdout).not.to.include('\u001b');
  });
  it('prints only JSON where that is asked for', async () => {
    const { stdout } = await runCommand(['replay', TWO, ...ON, '--json']);
    const types = stdout
      .trimEnd()
      .split('\n')
      .map((line) => (JSON.parse(line) as { readonly type: string }).type);
    expect(new Set(types)).to.deep.equal(
      new Set(['replay', 'opened', 'sent', 'came', 'compared', 'closed', 'verdict']),
    );
  });
  it('needs a target', async () => {
    const { code, stderr } = await runCommand(['replay', TWO]);
    expect(code).to.equal(2);
    expect(stderr).to.include('no target; expected --release X.Y, --qemu PATH or --connect ADDRESS');
  });
  it('ends with 3 where nothing listens', async () => {
    const { code, stderr } = await runCommand(['replay', TWO, '--connect', 'unix:/nowhere/x.sock']);
    expect(code).to.equal(3);
    expect(stderr).to.include('nothing answers there');
  });
  it('performs all on a server that runs, and leaves it running', () =>
    inTemporaryFolder(async (dir) => {
      const release = readReleases(cacheFolder()).at(-1);
      if (release === undefined) throw new TypeError('no release');
      const args = [...baseArguments('tcg'), '-machine', 'none', '-qmp', 'unix:qmp.sock,server=on,wait=off'];
      const qemu = await startQemu(binaryOfRelease(release), args, { dir });
      const text = HEAD + NAME + '-> {"execute": "stop"}\n<- {"return": {}}\n';
      const words = ['--connect', `unix:${join(dir, 'qmp.sock')}`, '--attach'];
      const { code, stdout, stderr } = await replay(text, words).finally(() => qemu.negotiate());
      expect(stdout + stderr).to.include(': pass');
      expect(code).to.equal(0);
      expect((await qemu.connection.execute('query-status')).kind).to.equal('success');
      await qemu.kill();
    }));
  it('is interrupted by Ctrl-C: 130, and no QEMU is left', () =>
    inTemporaryFolder(async (dir) => {
      await writeFile(join(dir, 'x.qmp'), HEAD + NAME + NO_EVENT);
      const words = ['replay', join(dir, 'x.qmp'), ...ON, '--timeout', '600'];
      const { child, ended } = startCommand(words, { TMPDIR: dir });
      await new Promise<void>((resolve) => {
        child.stdout?.on('data', (text: string) => text.includes('query-name') && resolve());
      });
      child.kill('SIGINT');
      expect((await ended).code).to.equal(130);
      expect(await processesBelow(dir)).to.deep.equal([]);
    }));
});

describe('qmp-conformance replay, on a server that runs', () => {
  const GIVEN = `---
id: wire/x
match:
  - { at: /1/return/name, as: capture, name: n }
substitute:
  - { at: /2/arguments/uri, value: "\${n}" }
---
-> {"execute": "query-name"}
<- {"return": {"name": "x"}}
-> {"execute": "migrate", "arguments": {"uri": "fd:x"}}
<- {"return": {}}
`;
  const giving = (name: string): FakeConnection => ({
    answers: {
      'query-name': [`{"return": {"name": "${name}"}, "id": ID}`],
      migrate: ['{"return": {}, "id": ID}'],
    },
  });
  /** What the server gives, what is allowed, and how the replay ends. */
  const TABLE: readonly (readonly [name: string, words: readonly string[], code: number, says: string])[] = [
    ['fd:other', [], 0, ': pass'],
    [
      'exec:reboot',
      [],
      2,
      "x.qmp:10:48: the program 'reboot', with what the server has answered; expected no program",
    ],
    ['exec:true', ['--allow', 'exec'], 0, ': pass'],
    ['exec:a\\u001b[2J\\nb', ['--json', '--quiet'], 2, "the program 'a\\u001b[2J⏎b'"],
  ];
  for (const [name, words, code, says] of TABLE) {
    it(`ends with ${code} where it gives '${name}'${words.length === 0 ? '' : ` (${words.join(' ')})`}`, () =>
      inTemporaryFolder(async (dir) => {
        const fake = await startFakeServer(dir, [{}, giving(name)]);
        const end = await replay(GIVEN, ['--connect', fake.address, ...words]).finally(() => fake.close());
        expect(end.stdout + end.stderr).to.include(says);
        expect(end.code).to.equal(code);
        expect(end.stderr.split('\n').length, end.stderr).to.be.at.most(2);
        expect(fake.log.includes('1: migrate')).to.equal(code === 0);
      }));
  }
  it('is interrupted by Ctrl-C: 130, and the server is left', () =>
    inTemporaryFolder(async (dir) => {
      await writeFile(join(dir, 'x.qmp'), HEAD + NAME + NO_EVENT);
      const fake = await startFakeServer(dir, []);
      const words = ['replay', join(dir, 'x.qmp'), '--connect', fake.address, '--timeout', '600'];
      const { child, ended } = startCommand(words);
      await new Promise<void>((resolve) => {
        child.stdout?.on('data', (text: string) => text.includes('query-name') && resolve());
      });
      child.kill('SIGINT');
      expect((await ended).code).to.equal(130);
      const next = await openEndpoint(fake.address, 1000);
      next.destroy();
      fake.close();
    }));
});

describe('qmp-conformance learn', () => {
  it('learns what changes, twice the same, and what it has learned is replayed twenty times', () =>
    inTemporaryFolder(async (dir) => {
      const raw = (await readFile(join(WIRE, 'captured-node-name.qmp'), 'utf8')).replace(
        /^(?:match|substitute):\n(?: {2}- .*\n)+/gm,
        '',
      );
      await writeFile(join(dir, 'raw.qmp'), raw);
      const learn = (from: string, to: string): Promise<CommandEnd> =>
        runCommand(['learn', join(dir, from), ...ON, '--times', '2', '-o', join(dir, to)]);
      const first = await learn('raw.qmp', 'learned.qmp');
      expect(first.code, first.stderr).to.equal(0);
      const learned = await readFile(join(dir, 'learned.qmp'), 'utf8');
      expect(learned).to.include('- { at: /4/return/0/inserted/node-name, as: capture, name: node-name }');
      expect(learned).to.include('- { at: /11/arguments/filename, value: "shot.ppm" }');
      expect(learned.match(/value: "\$\{node-name\}"/g)).to.have.lengthOf(2);
      await learn('learned.qmp', 'again.qmp');
      expect(await readFile(join(dir, 'again.qmp'), 'utf8')).to.equal(learned);
      const repeated = await runCommand(['replay', join(dir, 'learned.qmp'), ...ON, '--repeat', '20']);
      expect(repeated.stdout).to.include('20 times the same: 20 pass');
    }));
  for (const [title, body, words, code, says] of [
    [
      'a dialogue that does not come again',
      '-> {"execute": "query-name"}\n<- {"error": {"class": "GenericError", "desc": ""}}\n',
      [],
      1,
      'does not come again',
    ],
    [
      'what is refused',
      '-> {"execute": "migrate", "arguments": {"uri": "exec:id"}}\n',
      [],
      2,
      '--allow exec',
    ],
    ['two binaries', NAME, ['--qemu', 'qemu-system-x86_64'], 2, 'no binary, or two'],
  ] as const) {
    it(`ends with ${code}: ${title}`, () =>
      inTemporaryFolder(async (dir) => {
        await writeFile(join(dir, 'x.qmp'), HEAD + body);
        const end = await runCommand([
          'learn',
          join(dir, 'x.qmp'),
          ...ON,
          ...words,
          '-o',
          join(dir, 'out.qmp'),
        ]);
        expect(end.stderr).to.include(says);
        expect(end.code).to.equal(code);
        expect(existsSync(join(dir, 'out.qmp'))).to.equal(false);
      }));
  }
});

describe('createStepper', () => {
  const MESSAGE = { index: 0, connection: 0, text: '{"execute": "stop"}', value: { execute: 'stop' } };
  /** What the user writes, how many messages go out, and what is written. */
  const TABLE: readonly (readonly [typed: readonly string[], sent: number, written: string])[] = [
    [['', ''], 2, 'next  0-> {"execute": "stop"}'],
    [['c'], 3, '[Enter, c, s, q]'],
    [['s', ''], 1, 'schema of stop'],
    [['x', ''], 1, "'x'; expected Enter"],
    [['q'], 0, ''],
    [['', 'q'], 1, ''],
    [[], 0, ''],
  ];
  for (const [typed, sent, written] of TABLE) {
    it(`lets ${sent} messages out on ${JSON.stringify(typed)}`, async () => {
      const lines = [...typed];
      let text = '';
      const stepper = createStepper(
        { next: () => Promise.resolve(lines.shift()), close: () => undefined },
        (some) => (text += some),
        ({ text: of }) => `schema of ${of.replace(/.*: "(.*)".*/, '$1')}\n`,
      );
      let count = 0;
      for (; count < 3; count++) {
        const error: unknown = await stepper.before?.(MESSAGE).catch((reason: unknown) => reason);
        if (error === undefined) continue;
        expect(error).to.be.instanceOf(EndedByUser);
        break;
      }
      expect(count).to.equal(sent);
      expect(text).to.include(written);
    });
  }
  it('reads lines of a terminal, and of nothing else', async () => {
    const [input, output] = [new PassThrough(), new PassThrough()];
    expect(() => readLinesOf({ input, output }, '--step')).to.throw(InputError, '--step without a terminal');
    const lines = readLinesOf(
      { input: Object.assign(input, { isTTY: true }), output: Object.assign(output, { isTTY: true }) },
      '--step',
    );
    input.end('\nc\n');
    expect([await lines.next(), await lines.next(), await lines.next()]).to.deep.equal(['', 'c', undefined]);
    lines.close();
  });
});

/** Replays a transcript that stands in a folder of its own. */
function replay(text: string, words: readonly string[]): Promise<CommandEnd> {
  return inTemporaryFolder(async (dir) => {
    const file = join(dir, 'x.qmp');
    await writeFile(file, text);
    return runCommand(['replay', file, ...words]);
  });
}
