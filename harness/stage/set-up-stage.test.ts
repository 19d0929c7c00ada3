import { X509Certificate } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { isJsonObject, stringAt, type JsonObject } from '../json/value.ts';
import { valueAt } from '../json/pointer.ts';
import { ImageStore } from './image-store.ts';
import { readStage } from './read-stage.ts';
import { setUpStage, StageError, type StagedVm } from './set-up-stage.ts';
import { completeStages, stageNamed } from './stage-book.ts';
import type { WirePiece } from '../results/wire-recorder.ts';

const FAKE = fileURLToPath(new URL('./fixtures/obedient-qemu.js', import.meta.url));

describe('setUpStage', () => {
  let dir: string;
  let wire: WirePiece[];
  let vm: StagedVm | undefined;

  beforeEach(async () => {
    dir = await mkdtemp(join(tmpdir(), 'qmpc-stage-'));
    wire = [];
    vm = undefined;
  });

  afterEach(async () => {
    await vm?.tearDown();
    await rm(dir, { recursive: true, maxRetries: 5, retryDelay: 20 });
  });

  async function setUp(files: Readonly<Record<string, string>>, patience = 10_000): Promise<StagedVm> {
    const book = completeStages(
      Object.entries(files).map(([name, text]) => readStage(text, `${name}.yaml`, name)),
    );
    vm = await setUpStage(stageNamed(book, 'main', 'test'), {
      book,
      binary: {
        command: [process.execPath, FAKE],
        env: {},
        dataArgs: [],
        qemuImg: undefined,
        storageDaemon: undefined,
        findProgram: () => undefined,
        path: FAKE,
      },
      version: '10.0.0',
      accelerator: 'tcg',
      images: new ImageStore(undefined),
      patience,
      dir,
      steps: [],
      record: (piece) => wire.push(piece),
    });
    return vm;
  }

  async function look({ main }: StagedVm): Promise<JsonObject> {
    const { value = null } = await main.connection.execute('look');
    const files = valueAt(value, '/return/files');
    return isJsonObject(files) ? files : expect.fail('no files');
  }

  /** Names of the commands that went over a connection. */
  function commandsOn(connection: string): readonly string[] {
    return wire
      .filter((piece) => piece.connection === connection && piece.direction === '->')
      .map(({ text }) => /"execute": *"([^"]+)"/.exec(text ?? '')?.[1] ?? '');
  }

  async function failureOf(files: Readonly<Record<string, string>>, patience?: number): Promise<unknown> {
    return setUp(files, patience).catch((error: unknown) => error);
  }

  it('performs the steps of this release alone', async () => {
    await setUp({
      main: 'about: x\nprepare: [{ execute: old, releases: "-9.2" }, { execute: new, releases: "10.0-" }, { execute: any }]',
    });
    expect(commandsOn('main')).to.deep.equal(['qmp_capabilities', 'new', 'any']);
  });

  it('puts files, folders and FIFOs where QEMU runs, before it starts', async () => {
    const files = await look(
      await setUp({
        main: 'about: x\nfiles: [{ name: d, folder: true }, { name: d/a.txt, text: "a b\\n" }, { name: pipe, fifo: true }]',
      }),
    );
    expect(files).to.deep.equal({ d: 'folder', 'd/a.txt': 'a b\n', pipe: 'FIFO' });
  });

  it('says which file cannot be made', async () => {
    const error = await failureOf({ main: 'about: x\nfiles: [{ name: d/a.txt, text: a }]' });
    expect(error).instanceOf(StageError);
    expect(String(error)).to.contain('stage main: file d/a.txt cannot be made: ').and.to.contain('ENOENT');
  });

  it('makes certificates that one authority has issued', async () => {
    const files = await look(await setUp({ main: 'about: x\nfiles: [{ name: tls, certificates: true }]' }));
    const certificate = (name: string): X509Certificate =>
      new X509Certificate(stringAt(files, `tls/${name}`));
    const [authority, server, client] = ['ca-cert.pem', 'server-cert.pem', 'client-cert.pem'].map(
      certificate,
    );
    if (authority === undefined) throw new Error('no authority');
    expect(authority.ca).to.equal(true);
    expect(server?.verify(authority.publicKey)).to.equal(true);
    expect(client?.verify(authority.publicKey)).to.equal(true);
    expect(server?.checkHost('localhost')).to.equal('localhost');
    expect(server?.checkIP('127.0.0.1')).to.equal('127.0.0.1');
    expect(Object.keys(files)).to.include.members(['tls/server-key.pem', 'tls/client-key.pem']);
  });

  it('repeats a query until its reply has one value and not the other', async () => {
    const until = (not: string): Readonly<Record<string, string>> => ({
      main: `about: x\nprepare: [{ until: { execute: add-fd }, returns: { fd: 7 }, not: ${not} }]`,
    });
    await setUp(until('{ fd: 8 }'));
    await vm?.tearDown();
    const error = await failureOf(until('{ fd: 7 }'), 200);
    expect(String(error)).to.contain('add-fd on main returned {"fd":7} to the end');
  });

  it('captures values of replies', async () => {
    const { captures } = await setUp({
      main: 'about: x\nprepare: [{ execute: add-fd, capture: { number: /fd } }]',
    });
    expect([...captures]).to.deep.equal([['number', 7]]);
  });

  it('says what a reply lacks that is to be captured', async () => {
    const error = await failureOf({ main: 'about: x\nprepare: [{ execute: add-fd, capture: { a: /set } }]' });
    expect(String(error)).to.contain('add-fd on main: no /set in the reply; expected a value to capture');
  });

  it('says which file cannot be handed over', async () => {
    const error = await failureOf({
      main: 'about: x\nprepare: [{ execute: getfd, descriptor: { file: none/a } }]',
    });
    expect(String(error)).to.contain('stage main: descriptor of none/a: ').and.to.contain('ENOENT');
  });

  describe('an earlier QEMU', () => {
    const main =
      'about: x\nearlier: first\nfiles: [{ name: log, text: new }]\nprepare: [{ execute: second }]';
    const first = (steps: string): string =>
      `about: y\nfiles: [{ name: log, text: old }]\nprepare: [${steps}]`;

    it('ends before the main one starts, which finds what it has left', async () => {
      const write = '{ execute: write, arguments: { name: log, text: written } }';
      const files = await look(await setUp({ main, first: first(`${write}, { execute: quit }`) }));
      expect(files).to.deep.equal({ log: 'written' });
      expect(commandsOn('earlier')).to.deep.equal(['qmp_capabilities', 'write', 'quit']);
      expect(commandsOn('main')).to.deep.equal(['qmp_capabilities', 'second', 'look']);
    });

    const wrong: readonly (readonly [title: string, steps: string, message: string])[] = [
      ['that nothing ends', '{ execute: stay }', 'has not ended within 0.4 s; expected its end by a step'],
      [
        'that fails',
        '{ execute: quit, arguments: { status: 3 } }',
        'the earlier QEMU, of stage first, ended with exit status 3',
      ],
    ];
    for (const [title, steps, message] of wrong) {
      it(`spoils the stage: one ${title}`, async () => {
        const error = await failureOf({ main, first: first(steps) }, 400);
        expect(error).instanceOf(StageError);
        expect(String(error)).to.contain(message);
        expect(commandsOn('main')).to.deep.equal([]);
      });
    }
  });
});
