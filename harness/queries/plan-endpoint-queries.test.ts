import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createServer, type Server } from 'node:net';
import { join } from 'node:path';
import { Duplex } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { schemaFromModel } from '../json-schema/schema-from-model.ts';
import { createValidator } from '../json-schema/validator.ts';
import { introspectionFromModel } from '../qapi/introspection/write-introspection.ts';
import type { Performance } from '../results/performance.ts';
import { inTemporaryFolder } from '../target/temporary-folder.ts';
import { fakeModel, type Misbehaviour } from './fixture-target.ts';
import { planEndpointQueries } from './plan-endpoint-queries.ts';

const FAKE = fileURLToPath(new URL('./fixtures/querying-qemu.js', import.meta.url));

/** A server that somebody else has started. */
interface Listening {
  readonly server: Server;
  readonly children: readonly ChildProcess[];
}

/** Each client gets a fake server of its own, as a libvirt that starts a guest again would do. */
async function listen(path: string, misbehaviour: Misbehaviour, clients: number): Promise<Listening> {
  const children: ChildProcess[] = [];
  const server = createServer((client) => {
    if (children.length >= clients) {
      client.destroy();
      return;
    }
    const child = spawn(process.execPath, [FAKE], {
      stdio: ['ignore', 'ignore', 'inherit', 'pipe'],
      env: { QUERYING_QEMU: JSON.stringify(misbehaviour) },
    });
    children.push(child);
    const monitor = child.stdio[3];
    if (!(monitor instanceof Duplex)) throw new TypeError('a pipe was asked for');
    for (const stream of [client, monitor]) stream.on('error', () => client.destroy());
    client.pipe(monitor).pipe(client);
    client.on('close', () => child.kill());
  });
  server.listen(path);
  await once(server, 'listening');
  return { server, children };
}

async function perform(misbehaviour: Misbehaviour, clients = 9): Promise<ReadonlyMap<string, Performance>> {
  return inTemporaryFolder(async (dir) => {
    const path = join(dir, 'qmp.sock');
    const { server, children } = await listen(path, misbehaviour, clients);
    const model = fakeModel();
    const batch = planEndpointQueries({
      address: `unix:${path}`,
      version: '10.0.0',
      architecture: 'x86_64',
      schema: '10.0',
      validator: createValidator(schemaFromModel(model)),
      introspection: introspectionFromModel(model),
      patience: 10_000,
    });
    const performed = new Map<string, Performance>();
    const report = (row: string, performance: Performance): Promise<void> => {
      performed.set(row.replace('queries/x86_64/endpoint/', ''), performance);
      return Promise.resolve();
    };
    try {
      await batch.perform(batch.rows, report, new AbortController().signal);
    } finally {
      server.close();
      for (const child of children) child.kill();
    }
    return performed;
  });
}

function verdictsOf(performed: ReadonlyMap<string, Performance>): readonly string[] {
  return [...performed].map(([row, { verdict }]) => `${row}: ${verdict}`);
}

describe('the query surface of a server that somebody else has started', () => {
  it('passes on one that behaves, and asks nothing that makes or changes anything', async () => {
    const performed = await perform({}, 1);
    expect(verdictsOf(performed)).to.deep.equal([
      'qom-get: pass',
      'qom-list: pass',
      'qom-list-types: pass',
      'query-name: pass',
      'query-status: pass',
      'query-version: pass',
    ]);
    const sent = [...performed.values()].flatMap(({ wire }) =>
      wire.flatMap(({ direction, text }) =>
        direction === '->' ? (/"execute": ?"([^"]+)"/.exec(text ?? '')?.[1] ?? []) : [],
      ),
    );
    expect(new Set(sent)).to.deep.equal(new Set(['qmp_capabilities', ...performed.keys()]));
  });

  it('finds a wrong answer', async () => {
    const performed = await perform({ answers: { 'query-name': { return: { name: 7 } } } });
    expect(performed.get('query-name')?.findings.map(({ rule }) => rule)).to.deep.equal(['schema/type']);
  });

  it('asks what ends it once, and goes on where it can connect again', async () => {
    const performed = await perform({ answers: { 'query-name': { exit: 1 } } });
    const row = performed.get('query-name');
    expect(row?.verdict).to.equal('crash');
    expect(row?.findings.map(({ what }) => what)).to.deep.equal(['the target closed the connection']);
    const sent = row?.wire.filter(
      ({ direction, text }) => direction === '->' && text?.includes('query-name'),
    );
    expect(sent?.length).to.equal(1);
    expect(performed.get('query-version')?.verdict).to.equal('pass');
  });

  it('says of a death after the answer whose it is', async () => {
    const performed = await perform({ answers: { 'query-name': { after: { exit: 1 } } } });
    expect(verdictsOf(performed).filter((text) => !text.endsWith(': pass'))).to.deep.equal([
      'query-name: crash',
    ]);
  });

  it('performs nothing where it cannot connect again', async () => {
    const performed = await perform({ answers: { 'qom-list': { exit: 1 } } }, 1);
    const row = performed.get('query-version');
    expect(row?.verdict).to.equal('setup-error');
    expect(row?.reason).to.match(/^unix:.*qmp\.sock: /);
  });
});
