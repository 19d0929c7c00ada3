import { spawn } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync } from 'node:fs';
import { rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import pLimit from 'p-limit';
import { readStage } from '../stage/read-stage.ts';
import { makeFakeMachine, writeScript, type FakeMachine } from '../target/fake-machine.ts';
import { findQemus } from '../target/find-qemus.ts';
import { defaultSuites, sourceSuites } from '../target/package-source.ts';
import type { QemuBinary } from '../target/qemu-binary.ts';
import { cacheFolder } from '../target/release-cache.ts';
import { baseArguments, startQemu, type RunningQemu } from '../target/start-qemu.ts';
import { readTranscript } from '../transcript/read-transcript.ts';
import { main } from './main.ts';
import { certifySmall, copyForCertify } from './testing-certificates.ts';
import { runCommand, type CommandEnd } from './testing-cli.ts';
import {
  ASKING,
  CAPTURE,
  CLIENT,
  DOCUMENTED,
  ELSEWHERE,
  LEDGER,
  PAGE,
  PUMP,
  QUITTER,
  REPLAYED,
  REPLY,
  STREAM,
  writePrograms,
} from './testing-documents.ts';

/**
 * Every command line that the Markdown files and `--help` show is run here, in a folder of its own in which the files
 * that it names have stand-ins. A line that no rule knows fails.
 */

const PROJECT = fileURLToPath(new URL('../../', import.meta.url));

/**
 * A documented `run` or `list` that means many rows is made small by words put behind it, which RULES name: few rows,
 * or a part of those that it means; and where it names no target, one release.
 */
const FEW_ROWS = " --grep 'examples/control/**'";
const FEW_OF_THESE = ' --shard 1/40';

/** Lines that are not run here, and the file that shows who runs them. */
const RUN_ELSEWHERE: Readonly<Record<string, readonly [file: string, text: string]>> = {
  'npm ci && npm start': ['package.json', '"start": "node harness/cli/bin.js run"'],
  'npm ci && npm test': ['.ci/run', 'npm test'],
  'npm ci': ['.ci/run', 'npm ci'],
  'npm test': ['.ci/run', 'npm test'],
  'npm run check': ['.ci/run', 'npm run check'],
};

/** How a documented line is run. */
interface Rule {
  readonly line: RegExp;
  /** What is put behind it. */
  readonly append?: string;
  /** Where it acts on more than its own folder: a machine whose apt is a stand-in, or a copy of the project. */
  readonly on?: 'fake machine' | 'copy';
  /** Every row must pass, on every release: the recordings are the document's own. */
  readonly passes?: true;
  /** The exit code, where what stands in for its files has findings. */
  readonly code?: 1;
  /** Targets are not chosen for it: it is run on all that it means. */
  readonly everywhere?: true;
}

const TCG = ' --accel tcg';

/** The first that fits is taken. */
const RULES: readonly Rule[] = [
  { line: /^qmp-conformance( \w+)* --help$/ },
  {
    line: /^qmp-conformance run recordings\/devices/,
    append: ' --stages recordings/stages',
    passes: true,
    everywhere: true,
  },
  { line: /^qmp-conformance run my\//, append: TCG, passes: true, everywhere: true },
  { line: /^qmp-conformance run$/, append: TCG + FEW_ROWS, everywhere: true },
  // What it runs again passes, which is a finding.
  { line: /^qmp-conformance run .*--rerun-failed/, everywhere: true, code: 1 },
  { line: /^qmp-conformance run recordings\/.* --accel/ },
  { line: /^qmp-conformance run recordings\//, append: TCG },
  { line: /^qmp-conformance run --suite protocol --connect/, append: " --grep 'protocol/R8/**'" },
  { line: /^qmp-conformance run --suite queries --connect/, append: " --grep 'queries/**/query-v*'" },
  {
    line: /^qmp-conformance run .*--suite protocol/,
    append: `${TCG} --grep 'protocol/R8/**/{system,guest-agent}/unix'`,
  },
  { line: /^qmp-conformance run .*--suite refusals/, append: `${TCG} --grep 'refusals/control/**'` },
  { line: /^qmp-conformance run .*--suite queries/, append: `${TCG} --grep 'queries/x86_64/none/query-v*'` },
  { line: /^qmp-conformance run .*--connect/, append: FEW_ROWS },
  { line: /^qmp-conformance run .*--grep.*--accel/, append: FEW_OF_THESE },
  { line: /^qmp-conformance run .*--grep/, append: TCG + FEW_OF_THESE },
  { line: /^qmp-conformance run .*--accel/, append: FEW_ROWS },
  { line: /^qmp-conformance run\b/, append: TCG + FEW_ROWS },
  { line: /^qmp-conformance list .*--grep/, append: TCG },
  { line: /^qmp-conformance list\b/, append: TCG + FEW_ROWS },
  {
    line: /^qmp-conformance record --listen/,
    append: ` 2> said & until grep -q Ctrl-C said; do sleep 0.1; done; ${QUITTER} client.sock; kill -INT $!; wait $!`,
  },
  {
    line: /^qmp-conformance record -o .* -qmp unix:vm\.sock/,
    append: ` & until [ -S vm.sock ]; do sleep 0.1; done; ${QUITTER} vm.sock; wait $!`,
  },
  { line: /^qmp-conformance record --connect / },
  { line: /^qmp-conformance (replay|learn) / },
  { line: /^qmp-conformance (matrix|report|compare|publish|flaky) / },
  {
    line: /^qmp-conformance (certify out|verify bundle|profiles freeze)/,
    append: ' --profiles our-profiles',
  },
  { line: /^qmp-conformance (certify|verify|profiles) / },
  { line: /^qmp-conformance coverage .*--at-least/, code: 1 },
  { line: /^qmp-conformance coverage\b/ },
  { line: /^qmp-conformance schema diff .*--fail-on/, code: 1 },
  { line: /^qmp-conformance schema (list|show|build|introspect|diff|history)\b/ },
  { line: /^qmp-conformance schema explain .*--qapi/, code: 1 },
  { line: /^qmp-conformance schema explain\b/ },
  { line: /^qmp-conformance check .*my-client\.qmp(?!.* --release all)/, code: 1 },
  { line: /^qmp-conformance check recordings\/wire\/libvirt/, code: 1 },
  { line: /^qmp-conformance check\b/ },
  { line: /^qmp-conformance redact\b/ },
  // The line says where to listen, and waits for whoever comes; nobody does.
  { line: /^qmp-conformance serve .*--listen (?!.* -- )/, append: ' -- true' },
  { line: /^qmp-conformance serve\b/ },
  { line: /^qmp-conformance (import|export)\b/ },
  { line: /^qmp-conformance examples import /, append: ' --into corpus' },
  { line: /^qmp-conformance examples list / },
  { line: /^qmp-conformance examples lint --release/, code: 1 },
  { line: /^qmp-conformance examples lint\b/ },
  { line: /^qmp-conformance qemu (install|sources|remove)\b/, on: 'fake machine' },
  { line: /^qmp-conformance qemu list$/ },
  { line: /^qmp-conformance qemu launcher\b/ },
  { line: /^qmp-conformance guests build\b/, on: 'copy' },
  { line: /^(UPDATE_GOLDENS=1 )?npx mocha /, on: 'copy' },
  { line: /^node check-reply\.mjs / },
];

/** What makes a stand-in below `folder`. */
type StandIn = (folder: string) => void;

/** Files that a line reads, by the word that names them. `~` is the line's folder. */
const STAND_INS: readonly (readonly [word: RegExp, make: StandIn])[] = [
  [/build\/qemu-system-x86_64/, (folder) => wrapQemu(join(folder, 'build'))],
  [/~\/src\/qemu\b(?!-)/, (folder) => writeTree(join(folder, 'src/qemu'), '10.2.0')],
  [/qemu-releases/, (folder) => writeTree(join(folder, 'src/qemu-releases/10.2'), '10.2.0')],
  [/\bqemu-7\.2\b/, (folder) => writeTree(join(folder, 'qemu-7.2'), '7.2.0')],
  [/\bqemu-10\.0\b/, (folder) => writeTree(join(folder, 'qemu-10.0'), '10.0.0')],
  [/\bqemu-10\.2\b/, (folder) => writeTree(join(folder, 'qemu-10.2'), '10.2.0')],
  [/ qga\/qapi-schema\.json/, (folder) => writeTree(folder, '10.2.0')],
  [/qemu-qmp-ref\.7\.gz/, (folder) => writeIn(folder, 'qemu-qmp-ref.7.gz', PAGE)],
  [/=migration\.json/, (folder) => writeIn(folder, 'migration.json', DOCUMENTED)],
  [/\b(check|redact) my-client\.qmp/, (folder) => writeIn(folder, 'my-client.qmp', CLIENT)],
  [/\bexport \S+ my-client\.qmp/, (folder) => writeIn(folder, 'my-client.qmp', CLIENT)],
  [/\bserve .*capture\.qmp/, (folder) => writeIn(folder, 'capture.qmp', CAPTURE)],
  [/ \.\/client /, (folder) => writeScript(join(folder, 'client'), ASKING)],
  [
    /\.replies/,
    (folder) => writeIn(folder, 'caps_10.0.0_x86_64.replies', '{"execute": "stop"}\n{"return": {}}\n'),
  ],
  [
    /qemu\.log/,
    (folder) => writeIn(folder, 'qemu.log', 'handle_qmp_command mon 0x1 req: {"execute": "stop"}\n'),
  ],
  [/our-rules\.yaml/, (folder) => writeIn(folder, 'our-rules.yaml', '- at: /arguments/ticket\n')],
  [/reply\.json/, (folder) => writeIn(folder, 'reply.json', REPLY)],
  [/-o schemas\/qmp\/$/, (folder) => mkdirSync(join(folder, 'schemas/qmp'), { recursive: true })],
  [/ schemas\/qmp\/\d/, (folder) => symlinkSync(join(PROJECT, 'schemas'), join(folder, 'schemas'))],
  [/recordings\/examples/, linkRecordings('examples')],
  [/recordings\/wire/, linkRecordings('wire')],
  [/^qmp-conformance (replay|learn) client\.qmp/, (folder) => writeIn(folder, 'client.qmp', REPLAYED)],
  [/pump\.mjs/, (folder) => writeIn(folder, 'pump.mjs', PUMP)],
  [/\.mjs/, (folder) => symlinkSync(join(PROJECT, 'node_modules'), join(folder, 'node_modules'))],
  [
    /matrix.* out\b(?!\/)|^qmp-conformance (report|flaky|publish|certify|compare \S+) out|--resume|--durations out|^qmp-conformance coverage\b/,
    (folder) => copyRun('out', join(folder, 'out')),
  ],
  [/\.\/client\.py/, (folder) => writeScript(join(folder, 'client.py'), `#!/bin/sh\n${QUITTER} "$1"\n`)],
  [/--against before\.json/, (folder) => writeIn(folder, 'before.json', '{ "format": 1, "columns": [] }')],
  [/(matrix|report|publish) shard-1 shard-2/, copyShards],
  [
    /compare before after/,
    (folder) => ['before', 'after'].forEach((name) => copyRun('out', join(folder, name))),
  ],
  [/compare published/, (folder) => copyRun('out', join(folder, 'published'))],
  [/^qmp-conformance flaky .*again/, (folder) => copyRun('out', join(folder, 'again'))],
  [/--ledger flaky\.ndjson/, (folder) => writeIn(folder, 'flaky.ndjson', LEDGER)],
  [/--rerun-failed out/, copyFailedRun],
  [/qmp-test\.tap/, (folder) => writeIn(folder, 'qmp-test.tap', '1..1\nok 1 /x86_64/qmp/protocol\n')],
  [/check-block\.tap/, (folder) => writeIn(folder, 'check-block.tap', '1..1\nok qcow2 001\n')],
  [/certify out|our-profiles$/, (folder) => copyForCertify(join(around().root, 'certified'), folder)],
  [/verify bundle/, (folder) => cpSync(join(around().root, 'certified'), folder, { recursive: true })],
  [/report results\.ndjson/, (folder) => writeIn(folder, 'results.ndjson', STREAM)],
  [
    / out\/runs\//,
    (folder) => copyRun('out/runs', join(folder, 'archives'), join(folder, 'out/runs/7.2.22-x86_64-tcg')),
  ],
];

/** A command line, and the document that shows it. */
interface Shown {
  readonly where: string;
  readonly line: string;
  /** Files whose content the same document shows, by path. */
  readonly files: ReadonlyMap<string, string>;
}

/** What all lines share; made once. */
interface Surroundings {
  readonly root: string;
  readonly machine: FakeMachine;
  readonly newest: QemuBinary;
  readonly releases: readonly QemuBinary[];
}
let surroundings: Surroundings | undefined;

function around(): Surroundings {
  if (surroundings === undefined) throw new Error('not set up');
  return surroundings;
}

/** Options of all commands. Filled while their help is read. */
const options = new Set<string>(['--help']);

const shown = await shownLines();

describe('documented command lines', function () {
  this.timeout(600_000);
  const ends = new Map<string, Promise<void>>();

  before(async () => {
    surroundings = await setUp();
    const limit = pLimit(availableParallelism() + 1);
    for (const one of shown) {
      const end = limit(() => checkLine(one));
      // Whoever awaits it sees the error; until then it must not count as unhandled.
      end.catch(() => undefined);
      ends.set(one.line, end);
    }
  });
  after(async () => {
    await Promise.allSettled(ends.values());
    surroundings?.machine.remove();
    if (surroundings !== undefined) rmSync(surroundings.root, { recursive: true, force: true });
  });

  it('are found in every kind of place', () => {
    const places = shown.map(({ where }) => where);
    expect(places).to.include.members(['README.md', 'CONTRIBUTING.md', 'docs/running.md', 'run --help']);
    expect(shown.length).to.be.above(40);
  });
  for (const { where, line } of shown) it(`${where}: ${line}`, () => ends.get(line));
});

describe('documentation', () => {
  const pages = markdownFiles().map((file) => ({ file, text: readFileSync(join(PROJECT, file), 'utf8') }));
  for (const { file, text } of pages) {
    it(`${file} shows command lines in fences of sh, and right stages and transcripts`, () => {
      for (const { language, content, path } of fencesIn(text)) {
        if (language !== 'sh') expect(content).not.to.match(/^(npx |qmp-conformance |npm |\$ )/m);
        const name = path ?? file;
        if (language === 'yaml' && content.startsWith('about:')) readStage(content, name, 'shown');
        if (content.startsWith('---\n')) readTranscript(content, name);
      }
    });
    it(`${file} names no option that there is not`, () => {
      const named = [...text.matchAll(/`(--[a-z][a-z-]*)[^`]*`/g)].map(([, option]) => option);
      expect(named.filter((option) => option !== '--pdeathsig' && !options.has(option ?? ''))).to.deep.equal(
        [],
      );
    });
    it(`${file} links to what is there`, () => {
      const links = [...text.matchAll(/\]\((?!\w+:|#)([^)#]+)/g)].map(([, link]) => link ?? '');
      expect(links.filter((link) => !existsSync(join(PROJECT, dirname(file), link)))).to.deep.equal([]);
    });
  }
});

async function shownLines(): Promise<readonly Shown[]> {
  const inPages = markdownFiles().flatMap(linesOfPage);
  const all = [...inPages, ...(await linesOfHelp([]))];
  return [...new Map(all.toReversed().map((one) => [one.line, one])).values()].reverse();
}

function markdownFiles(): readonly string[] {
  const folders = ['docs', 'harness', 'recordings', 'reports', 'schemas', 'suites'];
  const below = folders.flatMap((folder) =>
    readdirSync(join(PROJECT, folder), { recursive: true, encoding: 'utf8' }).map((name) =>
      join(folder, name),
    ),
  );
  return [...readdirSync(PROJECT), ...below].filter((name) => name.endsWith('.md')).sort();
}

function linesOfPage(where: string): readonly Shown[] {
  const text = readFileSync(join(PROJECT, where), 'utf8');
  const fences = fencesIn(text);
  const files = new Map(
    fences.flatMap(({ path, content }) => (path === undefined ? [] : [[path, content] as const])),
  );
  const inFences = fences.flatMap(({ language, content }) => (language === 'sh' ? content.split('\n') : []));
  const indented = [...text.matchAll(/^ {4}((?:npx )?qmp-conformance .*)$/gm)].map(([, line]) => line ?? '');
  return [...inFences, ...indented]
    .map((line) => normalLine(line.replace(/(^|\s+)#\s.*$/, '')))
    .filter((line) => line !== '')
    .map((line) => ({ where, line, files }));
}

function normalLine(line: string): string {
  return line.trim().replace(/^npx qmp-conformance/, 'qmp-conformance');
}

interface Fence {
  readonly language: string;
  readonly content: string;
  /** The file that it shows: the line before the fence ends with its path in backquotes, and a colon. */
  readonly path: string | undefined;
}

function fencesIn(text: string): readonly Fence[] {
  const fences = text.matchAll(/(?:`([^`\n]+)`:\n\n)?^```(\w*)\n(.*?)^```$/gms);
  return [...fences].map(([, path, language = '', content = '']) => ({ language, content, path }));
}

/** The examples in the help of a command and of the commands below it. */
async function linesOfHelp(command: readonly string[]): Promise<readonly Shown[]> {
  const help = await printed([...command, '--help']);
  for (const [, option = ''] of help.matchAll(/^ {2}(?:-\w, )?(--[a-z-]+)/gm)) {
    options.add(option);
    if (option.startsWith('--no-')) options.add(option.replace('--no-', '--'));
  }
  const where = [...command, '--help'].join(' ');
  const examples = help.slice(help.search(/^Examples:/m)).matchAll(/^ +(?:\$ )?(qmp-conformance .*)$/gm);
  const own = [...examples].map(([, line = '']) => ({
    where,
    line: line.replace(/ {2,}.*$/, ''),
    files: new Map<string, string>(),
  }));
  const commands = help.slice(help.search(/^Commands:/m)).matchAll(/^ {2}(\w+) /gm);
  const names = /^Commands:/m.test(help) ? [...commands].map(([, name = '']) => name) : [];
  const below = [];
  for (const name of names) if (name !== 'help') below.push(...(await linesOfHelp([...command, name])));
  return [...own, ...below];
}

/** What a command line of ours prints, in this process: a help text needs no other. */
async function printed(words: readonly string[]): Promise<string> {
  const write = process.stdout.write.bind(process.stdout);
  const code = process.exitCode;
  let text = '';
  process.stdout.write = (chunk: string | Uint8Array): boolean => (text += String(chunk)) !== '';
  try {
    await main(['node', 'qmp-conformance', ...words]);
  } finally {
    process.stdout.write = write;
    process.exitCode = code;
  }
  return text;
}

async function setUp(): Promise<Surroundings> {
  const { code, stderr } = await runCommand(['qemu', 'install']);
  expect(code, stderr).to.equal(0);
  const { binaries } = await findQemus();
  const newest = binaries.at(-1);
  if (newest === undefined) throw new Error('no QEMU');
  const path = process.env['PATH'];
  const machine = makeFakeMachine();
  // Only some of the lines are to see it.
  process.env['PATH'] = path;
  const versions = ['5.2.0', '7.2.22', '10.0.13', '11.1.2', '11.1.3'];
  const [oldest = '', newer = oldest] = sourceSuites();
  machine.offerSource(oldest, '1:7.2-1', { files: { VERSION: '7.2.0' } });
  machine.offerSource(newer, '1:10.0.2-1', { files: { VERSION: '10.0.2' } });
  [...defaultSuites(), 'stable', 'unstable'].forEach((suite, at) =>
    machine.offer(suite, versions[at % versions.length] ?? ''),
  );
  const root = mkdtempSync(join(tmpdir(), 'qmpc-doc-'));
  writePrograms(join(root, 'bin'));
  const copy = join(root, 'copy');
  for (const part of [
    'harness',
    'reports/text.ts',
    'schemas/formats',
    'package.json',
    'recordings/guests/README.md',
  ])
    cpSync(join(PROJECT, part), join(copy, part), { recursive: true });
  for (const guest of ['boot-sector.inc', 'idle.s', 'idle.hex', 'dirtying.s', 'dirtying.hex'])
    cpSync(join(PROJECT, 'recordings/guests', guest), join(copy, 'recordings/guests', guest));
  symlinkSync(join(PROJECT, 'node_modules'), join(copy, 'node_modules'));
  await Promise.all(
    [[], ['--shard', '1/2'], ['--shard', '2/2']].map((shard, at) =>
      runSmall(join(root, ['out', 'shard-1', 'shard-2'][at] ?? ''), newest, shard),
    ),
  );
  await certifySmall(join(root, 'out'), join(root, 'certified'));
  return { root, machine, newest, releases: binaries.filter(({ origin }) => origin === 'release') };
}

async function runSmall(out: string, { path, origin, version }: QemuBinary, more: string[]): Promise<void> {
  const target = origin === 'release' ? ['--release', version] : ['--qemu', path];
  const rows = ['--accel', 'tcg', '--grep', 'examples/control/**', '--out', out];
  const { code, stderr } = await runCommand(['run', ...target, ...rows, ...more]);
  expect(code, stderr).to.equal(0);
}

async function checkLine(one: Shown): Promise<void> {
  const elsewhere = RUN_ELSEWHERE[one.line];
  if (elsewhere !== undefined) {
    const [file, text] = elsewhere;
    expect(readFileSync(join(PROJECT, file), 'utf8')).to.include(text);
    return;
  }
  const rule = RULES.find(({ line }) => line.test(one.line));
  if (rule === undefined) throw new Error(`no rule for '${one.line}'; expected one in RULES`);
  const folder = mkdtempSync(join(around().root, 'line-'));
  const line = lineToRun(one.line, rule);
  if (one.line.includes(' recordings/devices/')) expect([...one.files.keys()]).to.have.length(2);
  for (const [path, content] of one.files) writeIn(folder, path, content);
  for (const [word, make] of STAND_INS) if (word.test(line)) make(folder);
  if (/^qmp-conformance qemu (remove \S+|sources)$/.test(line)) await installFake(folder);
  const server = line.includes('unix:qmp.sock') ? await startServer(folder) : undefined;
  const { code, stdout, stderr } = await runLine(line, rule, folder).finally(() => server?.kill());
  const said = `${line}\n${stdout}${stderr}`;
  expect(code, said).to.equal(rule.code ?? 0);
  expect(stderr, said).not.to.match(/^ {4}at /m);
  checkOutput(line, rule, folder);
}

/** What the line says, with stand-ins for what it names, and made small. */
function lineToRun(line: string, { append = '', everywhere }: Rule): string {
  const newest = around().releases.at(-1)?.version ?? '';
  const isThere = (wanted: string): boolean =>
    around().releases.some(({ version }) => version === wanted || version.startsWith(`${wanted}.`));
  const mapped = ELSEWHERE.reduce((text, [word, inFolder]) => text.replace(word, () => inFolder), line);
  const [command = '', ...rest] = mapped.split(' | ');
  if (!/^qmp-conformance (run|list|replay|learn)\b/.test(line))
    return [command + append, ...rest].join(' | ');
  const hasTarget = everywhere === true || / --(qemu|release|connect) /.test(command);
  // On another day other releases are to be had.
  const there = command.replaceAll(/--release ([0-9.]+)/g, (word, wanted: string) =>
    isThere(wanted) ? word : `--release ${newest}`,
  );
  const onThis = there.replaceAll(/ @ [0-9.]+\*/g, ` @ ${newest}`);
  return [onThis + append + (hasTarget ? '' : ` --release ${newest}`), ...rest].join(' | ');
}

function runLine(line: string, { on }: Rule, folder: string): Promise<CommandEnd> {
  const { root, machine } = around();
  const project = on === 'copy' ? join(root, 'copy') : PROJECT;
  const fake = on === 'fake machine';
  const env = {
    ...process.env,
    // Coverage of so many processes costs more than the lines themselves.
    NODE_V8_COVERAGE: undefined,
    HOME: folder,
    DOCUMENTED: project,
    PATH: [join(root, 'bin'), ...(fake ? [join(machine.dir, 'bin')] : []), process.env['PATH']].join(':'),
    QMP_CONFORMANCE_CACHE: fake ? join(folder, 'cache') : cacheFolder(),
  };
  const cwd = on === 'copy' ? project : folder;
  const child = spawn('bash', ['-o', 'pipefail', '-c', line], {
    cwd,
    env,
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: 300_000,
  });
  const texts = { stdout: '', stderr: '' };
  child.stdout.setEncoding('utf8').on('data', (text: string) => (texts.stdout += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (texts.stderr += text));
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code, signal) => resolve({ code, signal, ...texts }));
  });
}

/** What the line is to write is there, and a run has judged something. */
function checkOutput(line: string, { passes }: Rule, folder: string): void {
  const named = /(?:-o|--out) (\S+)/.exec(line)?.[1];
  const out = named ?? (line.startsWith('qmp-conformance run') ? 'out' : undefined);
  if (out === undefined) return;
  expect(existsSync(join(folder, out)), out).to.equal(true);
  if (out.endsWith('/')) {
    const written = readdirSync(join(folder, out));
    expect(written).to.have.lengthOf(line.includes('--trees') ? 2 : 1);
  }
  if (!/^qmp-conformance (run|matrix)\b/.test(line)) return;
  expect(readdirSync(join(folder, out))).to.include.members(['index.html', 'matrix.md']);
  if (line.includes('--reporter tap')) expect(readdirSync(join(folder, out))).to.include('results.tap');
  if (!line.startsWith('qmp-conformance run')) return;
  const runs = join(folder, out, 'runs');
  const results = readdirSync(runs).flatMap((run) =>
    readFileSync(join(runs, run, 'results.ndjson'), 'utf8')
      .trimEnd()
      .split('\n'),
  );
  const verdicts = results.map((text) => (JSON.parse(text) as { readonly verdict: string }).verdict);
  expect(verdicts).not.to.deep.equal([]);
  if (!line.includes(FEW_OF_THESE)) expect(verdicts).to.include('pass');
  if (passes) expect(new Set(verdicts)).to.deep.equal(new Set(['pass']));
}

function startServer(folder: string): Promise<RunningQemu> {
  const args = [...baseArguments('tcg'), '-machine', 'pc', '-qmp', 'unix:qmp.sock,server=on,wait=off'];
  return startQemu(around().newest, args, { dir: folder });
}

/** A release that can be removed again. */
async function installFake(folder: string): Promise<void> {
  const rule = { line: /^/, on: 'fake machine' } as const;
  around().machine.offer('seven', '7.2.22');
  const end = await runLine('qmp-conformance qemu install --only --suite seven', rule, folder);
  expect(end.code, end.stderr).to.equal(0);
}

/** Programs that start those of an installed release, as a build tree has them. */
function wrapQemu(folder: string): void {
  const { command, env, dataArgs, qemuImg = [] } = around().newest;
  const quoted = (words: readonly string[]): string => words.map((word) => `'${word}'`).join(' ');
  const settings = Object.entries(env).map(([name, value]) => `export ${name}='${value}'\n`);
  const script = (words: readonly string[]): string =>
    `#!/bin/sh\n${settings.join('')}exec ${quoted(words)} "$@"\n`;
  mkdirSync(folder);
  writeScript(join(folder, 'qemu-system-x86_64'), script([...command, ...dataArgs]));
  writeScript(join(folder, 'qemu-img'), script(qemuImg));
}

function writeTree(folder: string, version: string): void {
  writeIn(folder, 'VERSION', `${version}\n`);
  writeIn(folder, 'qapi/qapi-schema.json', DOCUMENTED);
  writeIn(folder, 'qga/qapi-schema.json', `{ 'command': 'guest-frob' }\n`);
}

function writeIn(folder: string, path: string, content: string): void {
  const file = join(folder, path);
  expect(relative(folder, file)).not.to.match(/^\.\./);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, content);
}

function linkRecordings(part: string): StandIn {
  return (folder) => {
    mkdirSync(join(folder, 'recordings'), { recursive: true });
    symlinkSync(join(PROJECT, 'recordings', part), join(folder, 'recordings', part));
  };
}

function copyShards(folder: string): void {
  for (const shard of ['shard-1', 'shard-2']) copyRun(shard, join(folder, shard));
}

/** A run in which one row was red. */
function copyFailedRun(folder: string): void {
  copyRun('out', join(folder, 'out'));
  for (const run of readdirSync(join(folder, 'out/runs'))) {
    const file = join(folder, 'out/runs', run, 'results.ndjson');
    writeFileSync(file, readFileSync(file, 'utf8').replace('"verdict":"pass"', '"verdict":"fail"'));
  }
}

/** Copies what an earlier small run left; with `alone`, only its one archive, to that place. */
function copyRun(earlier: string, to: string, alone?: string): void {
  const from = join(around().root, earlier);
  const [only = ''] = alone === undefined ? [''] : readdirSync(from);
  cpSync(join(from, only), alone ?? to, { recursive: true });
}
