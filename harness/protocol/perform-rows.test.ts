import { createServer, type Server, type Socket } from 'node:net';
import { once } from 'node:events';
import { rmSync, mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { SetupError } from '../errors.ts';
import { DeadlineExceeded } from '../qmp/connection-errors.ts';
import type { Performance } from '../results/performance.ts';
import type { Check } from './check.ts';
import { check } from './checks/rows.ts';
import { FakeServer } from './fixtures/fake-server.ts';
import type { Breakage } from './fixtures/breakages.ts';
import { batchOf, planProtocol } from './plan-protocol.ts';
import type { Host } from './host.ts';
import { error, errors, send, success } from './steps.ts';
import type { RowsOfServer } from './perform-rows.ts';

const END = { command: ['fake'], code: null, signal: 'SIGSEGV', stderr: 'boom' };
const WAY = { reconnects: true, alters: [], foreign: false };

const ping = check({
  id: 'ping',
  demand: 'R12',
  title: 'a',
  steps: [send('{"execute": "<query>", "id": 1}'), success('1')],
});
const strange = check({
  id: 'strange',
  demand: 'R19',
  title: 'b',
  steps: [send('{"execute": "<query>"}'), error('any')],
});
const wish: Check = { ...strange, id: 'wish', level: 'may' };
const killer = check({
  id: 'killer',
  demand: 'R1',
  title: 'c',
  steps: [send(['{"execute": "', Uint8Array.of(0xef, 0xbf, 0xbf), '"}']), errors],
});

/** Hosts that are fakes; a process of theirs has ended when the fake broke off. */
function hosts(breakages: readonly (Breakage | undefined)[], isDead = false) {
  const started: FakeServer[] = [];
  const start = (): Promise<Host> => {
    const fake = new FakeServer({
      isAgent: false,
      pretty: false,
      offersOob: true,
      broken: breakages[started.length],
    });
    started.push(fake);
    const exited = isDead ? Promise.resolve(END) : new Promise<never>(() => undefined);
    return Promise.resolve({
      connect: () => Promise.resolve(fake.connect()),
      process: { pid: undefined, exited },
      fifos: { fifo: '', otherfifo: '' },
      close: () => {
        fake.close();
        return Promise.resolve();
      },
    });
  };
  return { started, start };
}

async function perform(checks: readonly Check[], of: Partial<RowsOfServer> & Pick<RowsOfServer, 'start'>) {
  const batch = batchOf(checks, 'system/fake', {
    server: 'system',
    way: WAY,
    patience: 500,
    level: 'may',
    ...of,
  });
  const outcomes = new Map<string, Performance>();
  const report = (row: string, performance: Performance): Promise<void> => {
    outcomes.set(row, performance);
    return Promise.resolve();
  };
  await batch.perform(batch.rows, report, new AbortController().signal);
  return { batch, outcomes };
}

describe('performRows', () => {
  it('performs rows in order, on one process where that is allowed', async () => {
    const { started, start } = hosts([]);
    const { batch, outcomes } = await perform([ping, { ...ping, id: 'pong' }], { start });
    expect([...outcomes.keys()]).to.deep.equal(batch.rows);
    expect(batch.rows).to.deep.equal(['protocol/R12/ping/system/fake', 'protocol/R12/pong/system/fake']);
    expect([...outcomes.values()].map(({ verdict }) => verdict)).to.deep.equal(['pass', 'pass']);
    expect(started.length).to.equal(1);
    expect(batch.describe(batch.rows[0] ?? '')).to.equal('R12, Issuing Commands (must): a');
  });

  it('starts a process for each row where a transport has one client', async () => {
    const { started, start } = hosts([]);
    await perform([ping, { ...ping, id: 'pong' }], { start, way: { ...WAY, reconnects: false } });
    expect(started.length).to.equal(2);
  });

  it('keeps what went over the wire, to the byte', async () => {
    const { outcomes } = await perform([ping], hosts([]));
    const wire = [...outcomes.values()][0]?.wire ?? [];
    expect(wire.filter(({ direction }) => direction === '->').map(({ text }) => text)).to.deep.equal([
      '{"execute": "qmp_capabilities"}\n',
      '{"execute": "query-version", "id": 1}',
      '{"execute": "query-version", "id": "qmp-conformance-probe-1"}\n',
    ]);
    expect(
      wire.filter(({ direction }) => direction === '<-').every(({ text }) => text?.endsWith('\r\n')),
    ).to.equal(true);
    expect(
      wire.every(({ row, connection, phase }) => row.includes('/ping/') && connection === 'main' && !phase),
    ).to.equal(true);
  });

  it('lets count only what a fresh process does again', async () => {
    const { started, start } = hosts(['id-always', undefined]);
    const { outcomes } = await perform(
      [check({ ...ping, steps: [send('{"execute": "<query>"}'), success()] })],
      { start },
    );
    expect([...outcomes.values()].map(({ verdict }) => verdict)).to.deep.equal(['pass']);
    expect(started.length).to.equal(2);
  });

  it('says what failed, of which demand, and whose fault it is', async () => {
    const { outcomes } = await perform([strange], hosts([]));
    const [outcome] = [...outcomes.values()];
    expect(outcome?.verdict).to.equal('fail');
    expect(outcome?.findings.map(({ blame, rule, message }) => ({ blame, rule, message }))).to.deep.equal([
      { blame: 'target', rule: 'protocol/R19', message: 2 },
    ]);
  });

  it('judges bytes in each row', async () => {
    const { outcomes } = await perform([ping], hosts(['lf', 'lf']));
    const findings = [...outcomes.values()].flatMap((outcome) => outcome.findings);
    expect(findings.map(({ rule, what }) => [rule, what])).to.deep.equal([['protocol/R6', '"\\n"']]);
  });

  it('does not hold a server to more than the level', async () => {
    const { outcomes } = await perform([wish, strange], { ...hosts([]), level: 'must' });
    const [first, second] = [...outcomes.values()];
    expect(first?.verdict).to.equal('not-applicable');
    expect(first?.reason).to.match(/^may: b \(server answered .*query|^may: b \(server answered \{"return"/);
    expect(second?.verdict).to.equal('fail');
  });

  it('calls a process that ended a crash, with how it ended', async () => {
    const broken = ['noncharacters-collapse', 'noncharacters-collapse'] as const;
    const { outcomes } = await perform([killer], hosts(broken, true));
    const [outcome] = [...outcomes.values()];
    expect(outcome?.verdict).to.equal('crash');
    expect(outcome?.process).to.deep.equal(END);
  });

  it('calls no answer a timeout', async () => {
    const { outcomes } = await perform([ping], {
      ...hosts(['needs-line-end', 'needs-line-end']),
      patience: 50,
    });
    expect([...outcomes.values()].map(({ verdict }) => verdict)).to.deep.equal(['timeout']);
  });

  const untaken: [string, Error, string][] = [
    ['a program that takes no client in time', new DeadlineExceeded(), 'timeout'],
    ['a host that has no room', new Error('EMFILE'), 'setup-error'],
  ];
  for (const [what, cause, verdict] of untaken) {
    it(`calls ${what} a ${verdict}`, async () => {
      const refusal = new SetupError('fake: no connection', { cause });
      const start = async (): Promise<Host> => {
        const host = await hosts([undefined]).start();
        return { ...host, connect: () => Promise.reject(refusal) };
      };
      const { outcomes } = await perform([ping], { start });
      expect([...outcomes.values()].map((outcome) => outcome.verdict)).to.deep.equal([verdict]);
    });
  }

  it('reports nothing after an interruption', async () => {
    const { start } = hosts([]);
    const batch = batchOf([ping, strange], 'x', {
      server: 'system',
      way: WAY,
      start,
      patience: 500,
      level: 'may',
    });
    const stop = new AbortController();
    const rows: string[] = [];
    const report = (row: string): Promise<void> => {
      rows.push(row);
      stop.abort();
      return Promise.resolve();
    };
    await batch.perform(batch.rows, report, stop.signal);
    expect(rows).to.deep.equal(['protocol/R12/ping/x']);
  });

  const alterations: [string, Check, RowsOfServer['way'], RegExp | undefined][] = [
    [
      '0xFF where it is escaped',
      check({ ...ping, id: 'ff', steps: [send([Uint8Array.of(0xff)]), errors] }),
      { ...WAY, alters: ['escapes-ff'] },
      /0xFF begins/,
    ],
    [
      '0x01 where it is escaped',
      check({ ...ping, id: 'soh', steps: [send([Uint8Array.of(1)]), errors] }),
      { ...WAY, alters: ['escapes-01'] },
      /0x01 begins/,
    ],
    [
      'much at once where it is a datagram',
      check({ ...ping, steps: [send(' '.repeat(70_000)), errors] }),
      { ...WAY, alters: ['datagrams'] },
      /datagram/,
    ],
    [
      'a second client where there is one',
      check({ ...ping, needs: ['reconnects'] }),
      { ...WAY, reconnects: false },
      /one client/,
    ],
    [
      'a process of its own where it is not ours',
      check({ ...ping, needs: ['own process'] }),
      { ...WAY, foreign: true },
      /not ours to end/,
    ],
    [
      'other commands where it is not ours',
      check({ ...ping, needs: ['changes state'] }),
      { ...WAY, foreign: true },
      /queries only/,
    ],
    ['oob where it is offered', check({ ...ping, needs: ['no oob'] }), WAY, /offers oob/],
    ['nothing of the kind', ping, { ...WAY, alters: ['escapes-ff', 'escapes-01', 'datagrams'] }, undefined],
  ];
  for (const [what, row, way, reason] of alterations) {
    it(`knows what does not apply: ${what}`, async () => {
      const { outcomes } = await perform([row], { ...hosts([]), way });
      const [outcome] = [...outcomes.values()];
      expect(outcome?.verdict).to.equal(reason === undefined ? 'pass' : 'not-applicable');
      if (reason !== undefined) expect(outcome?.reason).to.match(reason);
    });
  }
});

describe('planProtocol on an endpoint', () => {
  let dir: string;
  let server: Server | undefined;
  let sockets: Socket[];
  const fakes: FakeServer[] = [];

  beforeEach(() => {
    dir = mkdtempSync(join(tmpdir(), 'protocol-'));
    sockets = [];
  });
  afterEach(() => {
    for (const socket of sockets) socket.destroy();
    for (const fake of fakes.splice(0)) fake.close();
    server?.close();
    rmSync(dir, { recursive: true });
  });

  async function serve(behave: (socket: Socket) => void): Promise<void> {
    server = createServer((socket) => {
      sockets.push(socket);
      socket.on('error', () => undefined);
      behave(socket);
    });
    server.listen(join(dir, 's'));
    await once(server, 'listening');
  }

  function serveFake(offersOob: boolean): Promise<void> {
    return serve((socket) => {
      const fake = new FakeServer({ isAgent: false, pretty: false, offersOob, broken: undefined });
      fakes.push(fake);
      const stream = fake.connect();
      socket.pipe(stream).pipe(socket);
    });
  }

  async function run(only: (row: string) => boolean = () => true, patience = 2_000) {
    const [batch] = planProtocol({ target: { kind: 'endpoint', address: `unix:${dir}/s` }, patience });
    const outcomes = new Map<string, Performance>();
    const report = (row: string, performance: Performance): Promise<void> => {
      outcomes.set(row, performance);
      return Promise.resolve();
    };
    await batch?.perform(batch.rows.filter(only), report, new AbortController().signal);
    return outcomes;
  }

  it('passes or does not apply, and sends nothing but queries and nonsense', async () => {
    await serveFake(true);
    const outcomes = await run();
    const verdicts = new Set([...outcomes.values()].map(({ verdict }) => verdict));
    expect([...verdicts].sort()).to.deep.equal(['not-applicable', 'pass']);
    expect([...outcomes.keys()].every((row) => /^protocol\/R\d+\/[a-z0-9-]+\/endpoint$/.test(row))).to.equal(
      true,
    );
    const sent = [...outcomes.values()]
      .flatMap(({ wire }) => wire)
      .filter(({ direction }) => direction === '->');
    const text = sent
      .map((record) => record.text ?? Buffer.from(record.base64 ?? '', 'base64').toString('latin1'))
      .join('\n');
    const commands = new Set(
      [...text.matchAll(/"(?:execute|exec-oob)": *"([a-z_-]+)"/g)].map((match) => match[1] ?? ''),
    );
    const foreign = [...commands].filter(
      (name) => !/^(query-|qmp_capabilities$|qmp-conformance-unknown)/.test(name),
    );
    expect(foreign).to.deep.equal([]);
  });

  it('does not ask out of band where the greeting does not offer it', async () => {
    await serveFake(false);
    const outcomes = await run((row) => /\/R1[3-7]\//.test(row));
    const enabled = outcomes.get('protocol/R13/oob-enabled/endpoint');
    expect(enabled?.verdict).to.equal('not-applicable');
    expect(enabled?.reason).to.contain('no oob: {"QMP"');
    expect(outcomes.get('protocol/R13/oob-not-enabled/endpoint')?.verdict).to.equal('pass');
  });

  const bad: [string, (socket: Socket) => void, string][] = [
    ['says nothing', () => undefined, 'timeout'],
    ['closes at once', (socket) => socket.end(), 'fail'],
    ['speaks another protocol', (socket) => socket.write('SSH-2.0-x\r\n'), 'fail'],
  ];
  for (const [what, behave, verdict] of bad) {
    it(`comes to an end with a server that ${what}`, async () => {
      await serve(behave);
      const outcomes = await run((row) => row.includes('/R8/'), 50);
      const verdicts = new Set([...outcomes.values()].map((outcome) => outcome.verdict));
      expect([...verdicts]).to.deep.equal([verdict]);
    });
  }
});
