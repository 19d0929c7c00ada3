import { expect } from 'chai';
import { SetupError } from '../errors.ts';
import type { JsonObject } from '../json/value.ts';
import { writeJson } from '../json/write-json.ts';
import type { Performance } from '../results/performance.ts';
import type { VerdictWord } from '../results/verdict.ts';
import { behaves, fakeVenue, fixtureSchema, type Behaviour, type Received } from './fixture-server.ts';
import { runRefusals } from './fixture-run.ts';
import { batchesAt } from './plan-refusals.ts';

/** For waits that must run out. */
const SHORT = 40;

const broke = ({ violations }: Received, rule: string): boolean =>
  violations.length > 0 && violations.every((one) => one.rule === rule);

const executes = ({ request }: Received, command: string): boolean => request['execute'] === command;

/** The id of a request, for the response to it. */
const idOf = ({ request }: Received): JsonObject =>
  Object.hasOwn(request, 'id') ? { id: request['id'] ?? null } : {};

const success = (received: Received): JsonObject => ({ return: {}, ...idOf(received) });

/** A server that reads no more after a request. */
function hangsAfter(isFatal: (received: Received) => boolean): Behaviour {
  const hung = new WeakSet();
  return (received) => {
    if (isFatal(received)) hung.add(received.server);
    return hung.has(received.server) ? undefined : received.answer;
  };
}

/** What one server does wrong, in which row it shows, and the smallest request that shows it. */
interface Case {
  readonly title: string;
  readonly behaviour: Behaviour;
  readonly row: string;
  readonly verdict: VerdictWord;
  readonly rule: string;
  readonly shrunk: string | RegExp;
}

const CASES: readonly Case[] = [
  {
    title: 'accepts an unexpected member',
    behaviour: (received) => (broke(received, 'schema/unknown-member') ? success(received) : received.answer),
    row: 'set-widths',
    verdict: 'fail',
    rule: 'refusals/accepted',
    shrunk: /^\{"execute":"set-widths","arguments":\{"[^"]*":(0|null|\[\]|\{\}|"")\}\}$/,
  },
  {
    title: 'accepts what it should not, deep in a value',
    behaviour: (received) =>
      received.violations.some(({ pointer }) => pointer.startsWith('/arguments/kinds/'))
        ? success(received)
        : received.answer,
    row: 'plant',
    verdict: 'fail',
    rule: 'refusals/accepted',
    shrunk: /^\{"execute":"plant","arguments":\{"kind":"plain","kinds":\[[^\]]*\]?\]\}\}$/,
  },
  {
    title: 'cuts integers to their width',
    behaviour: (received) => (broke(received, 'schema/range') ? success(received) : received.answer),
    row: 'set-widths',
    verdict: 'fail',
    rule: 'refusals/accepted',
    shrunk: /^\{"execute":"set-widths","arguments":\{"[a-j]":-?\d+\}\}$/,
  },
  {
    title: 'takes 1.0 for an integer',
    behaviour: (received) => (received.text.includes(':1.0}') ? success(received) : received.answer),
    row: 'set-widths',
    verdict: 'fail',
    rule: 'refusals/accepted',
    shrunk: /^\{"execute":"set-widths","arguments":\{"[a-j]":1\.0\}\}$/,
  },
  {
    title: 'answers with a class of a handler',
    behaviour: (received) =>
      broke(received, 'schema/enum-value') || broke(received, 'schema/branch')
        ? { error: { class: 'DeviceNotFound', desc: 'x' }, ...idOf(received) }
        : received.answer,
    row: 'plant',
    verdict: 'fail',
    rule: 'refusals/error-class',
    shrunk: /^\{"execute":"plant","arguments":\{.*\}\}$/,
  },
  {
    title: 'answers CommandNotFound for wrong arguments',
    behaviour: (received) =>
      executes(received, 'reset') && received.violations.length > 0
        ? { error: { class: 'CommandNotFound', desc: 'x' }, ...idOf(received) }
        : received.answer,
    row: 'reset',
    verdict: 'fail',
    rule: 'refusals/error-class',
    shrunk: /^\{"execute":"reset",/,
  },
  {
    title: 'does not know an unknown command by its class',
    behaviour: (received) =>
      broke(received, 'schema/unknown-command')
        ? { error: { class: 'GenericError', desc: 'x' }, ...idOf(received) }
        : received.answer,
    row: 'envelope/execute',
    verdict: 'fail',
    rule: 'refusals/error-class',
    shrunk: /^\{"execute":"[^"]*"\}$/,
  },
  {
    title: 'loses the id',
    behaviour: ({ answer, request }) =>
      Object.hasOwn(answer, 'error') && typeof request['id'] === 'bigint'
        ? { error: answer['error'] ?? null }
        : answer,
    row: 'plant',
    verdict: 'fail',
    rule: 'refusals/id',
    shrunk: /"id":-?\d{16,}\}$/,
  },
  {
    title: 'rounds the id as a double would be',
    behaviour: ({ answer, request }) =>
      typeof request['id'] === 'bigint' ? { ...answer, id: BigInt(Number(request['id'])) } : answer,
    row: 'plant',
    verdict: 'fail',
    rule: 'refusals/id',
    shrunk: /"id":-?\d{16,}\}$/,
  },
  {
    title: 'gives an id of its own',
    behaviour: (received) => {
      const { answer, request } = received;
      return broke(received, 'schema/missing-member') && !Object.hasOwn(request, 'id')
        ? { ...answer, id: 0 }
        : answer;
    },
    row: 'plant',
    verdict: 'pass',
    rule: '',
    shrunk: '',
  },
  {
    title: 'sends what is no response',
    behaviour: (received) => (broke(received, 'schema/missing-member') ? 'oops' : received.answer),
    row: 'plant',
    verdict: 'fail',
    rule: 'refusals/no-response',
    shrunk: '{"execute":"plant"}',
  },
  {
    title: 'refuses, but does something nevertheless',
    behaviour: (received) => {
      if (executes(received, 'plant') && broke(received, 'schema/missing-member')) received.change();
      return received.answer;
    },
    row: 'plant',
    verdict: 'fail',
    rule: 'refusals/side-effect',
    shrunk: '{"execute":"plant"}',
  },
  {
    title: 'refuses, but an event tells that something was done',
    behaviour: (received) =>
      executes(received, 'reset') && received.violations.length > 0
        ? `{"event": "RESET", "timestamp": {"seconds": 1, "microseconds": 2}} ${writeJson(received.answer)}`
        : received.answer,
    row: 'reset',
    verdict: 'fail',
    rule: 'refusals/side-effect',
    shrunk: /^\{"execute":"reset",/,
  },
  {
    title: 'dies of too deep a value',
    behaviour: (received) => {
      if (received.text.split('[').length <= 100) return received.answer;
      received.end({ code: null, signal: 'SIGSEGV' });
      return undefined;
    },
    row: 'set-widths',
    verdict: 'crash',
    rule: 'refusals/ended',
    shrunk: /^\{"execute":"set-widths","arguments":\{"a":.{500,1000}\}\}$/,
  },
  {
    title: 'quits, although it should have refused to',
    behaviour: (received) => {
      if (!executes(received, 'quit') || received.violations.length === 0) return received.answer;
      received.end({ code: 0, signal: null });
      return undefined;
    },
    row: 'quit',
    verdict: 'fail',
    rule: 'refusals/ended',
    shrunk: /^\{"execute":"quit",/,
  },
  {
    title: 'answers no more after null',
    behaviour: hangsAfter((received) => received.text.includes('"name":null')),
    row: 'plant',
    verdict: 'timeout',
    rule: 'refusals/hang',
    shrunk: /^\{"execute":"plant","arguments":\{.*"name":null/,
  },
  {
    title: 'does not answer one request',
    behaviour: (received) => (received.text.includes('"name":null') ? undefined : received.answer),
    row: 'plant',
    verdict: 'fail',
    rule: 'refusals/no-response',
    shrunk: /^\{"execute":"plant","arguments":\{.*"name":null/,
  },
];

/** The requests of a paste line, without negotiation and `quit`. */
function pasted(text: string): string {
  const [, line = ''] = /printf '%s\\n' (.*) \| qemu -qmp stdio$/.exec(text) ?? [];
  const messages = line.slice(1, -1).split("' '");
  expect(messages[0]).to.equal('{"execute":"qmp_capabilities"}');
  expect(messages.at(-1)).to.equal('{"execute":"quit"}');
  return messages.slice(1, -1).join('\n');
}

async function onlyRow(behaviour: Behaviour, row: string): Promise<Performance> {
  const [performance] = [
    ...(await runRefusals(fakeVenue(behaviour), { only: row, patience: SHORT })).values(),
  ];
  if (performance === undefined) throw new Error(`no row ${row}`);
  return performance;
}

describe('a run of refusals', () => {
  it('passes on a server that behaves, with one server beside the one that is looked at first', async () => {
    const venue = fakeVenue(behaves);
    const results = await runRefusals(venue);
    for (const [row, { verdict, reason, findings, checks, wire }] of results) {
      expect([row, verdict, findings.length]).to.deep.equal([row, 'pass', 0]);
      expect(reason).to.equal(`${checks} requests, seed 1`);
      expect(checks).to.be.greaterThan(5);
      expect(wire.filter(({ direction }) => direction === '->').length).to.be.at.most(checks);
    }
    expect([...results.keys()]).to.include.members(['refusals/envelope/execute', 'refusals/top/plant']);
    expect(results.size).to.equal(fixtureSchema().validator.commandNames().length + 1);
    expect(venue.started()).to.equal(2);
  });

  for (const { title, behaviour, row, verdict, rule, shrunk } of CASES) {
    it(`${verdict === 'pass' ? 'passes' : 'tells'} of a server that ${title}`, async () => {
      const performance = await onlyRow(behaviour, row);
      expect([performance.verdict, performance.findings[0]?.rule ?? '']).to.deep.equal([verdict, rule]);
      if (verdict === 'pass') return;
      expect(new Set(performance.findings.map((finding) => finding.rule))).to.have.property('size', 1);
      const text = pasted(performance.reason ?? '');
      if (typeof shrunk === 'string') expect(text).to.equal(shrunk);
      else expect(text).to.match(shrunk);
      expect(performance.findings[0]?.what).to.include(text);
    });
  }

  const OF_ONE_COMMAND = CASES.filter(({ title }) => /^(quits|refuses|answers CommandNotFound)/.test(title));
  for (const { title, behaviour, row } of OF_ONE_COMMAND) {
    it(`says nothing of other commands where a server ${title}`, async () => {
      const results = await runRefusals(fakeVenue(behaviour));
      const failed = [...results].filter(([, { verdict }]) => verdict !== 'pass').map(([id]) => id);
      expect(failed).to.deep.equal(
        [`refusals/top/${row}`]
          .filter((id) => results.has(id))
          .concat(row === 'quit' ? ['refusals/control/quit'] : []),
      );
    });
  }

  it('asks the rest of a row after a crash, on another server', async () => {
    const whole = await onlyRow(behaves, 'set-widths');
    const dead = await onlyRow((received) => {
      if (!received.text.includes('"a":128')) return received.answer;
      received.end({ code: 134, signal: null });
      return undefined;
    }, 'set-widths');
    expect([dead.verdict, dead.checks]).to.deep.equal(['crash', whole.checks]);
    expect(dead.process).to.deep.include({ code: 134, signal: null });
  });

  it('gives up on a row that uses up its servers, and says how much it asked', async () => {
    const performance = await onlyRow((received) => {
      if (received.violations.length === 0) return received.answer;
      received.end({ code: null, signal: 'SIGABRT' });
      return undefined;
    }, 'set-widths');
    expect(performance.verdict).to.equal('crash');
    expect(performance.checks).to.equal(4);
    expect(performance.reason).to.match(/^4 of \d+ requests, seed 1; /);
    expect(pasted(performance.reason ?? '')).to.match(/^\{"execute":"set-widths",.{2,40}\}$/);
  });

  it('shrinks to several requests what no single one shows', async () => {
    // The third request with null crashes it.
    const nulls = new WeakMap<object, number>();
    const fragile: Behaviour = (received) => {
      const count = (nulls.get(received.server) ?? 0) + (received.text.includes(':null}') ? 1 : 0);
      nulls.set(received.server, count);
      if (count < 3) return received.answer;
      received.end({ code: null, signal: 'SIGSEGV' });
      return undefined;
    };
    const performance = await onlyRow(fragile, 'set-widths');
    expect(performance.verdict).to.equal('crash');
    expect(pasted(performance.reason ?? '').split('\n')).to.have.length(3);
  });

  it('is the same again for the same seed', async () => {
    const behaviour: Behaviour = (received) =>
      broke(received, 'schema/range') ? success(received) : received.answer;
    const [one, other] = [await onlyRow(behaviour, 'set-widths'), await onlyRow(behaviour, 'set-widths')];
    expect(one.reason).to.equal(other.reason);
    expect(one.findings).to.deep.equal(other.findings);
  });

  it('keeps a bounded part of the wire, with what is wrong in it', async () => {
    const performance = await onlyRow(
      (received) => (received.text.includes('"a":128') ? success(received) : received.answer),
      'set-widths',
    );
    const texts = performance.wire.map(({ text = '' }) => text);
    expect(texts.some((text) => text.includes('"a":128'))).to.equal(true);
    expect(texts.join('').length).to.be.lessThan(128 * 1024);
  });

  it('is a setup error where no server starts', async () => {
    const start = (): Promise<never> => Promise.reject(new SetupError('no such program'));
    const results = await runRefusals({ start, command: ['x'] }, { only: 'reset' });
    expect([...results.values()]).to.deep.include({
      verdict: 'setup-error',
      reason: 'no such program',
      findings: [],
      checks: 0,
      wire: [],
    });
  });

  it('reports nothing of what was interrupted, and ends its server', async () => {
    const { model, validator } = fixtureSchema();
    const controller = new AbortController();
    const venue = fakeVenue((received) => {
      if (received.violations.length > 0) controller.abort();
      return received.answer;
    });
    const plan = { model, validator, commands: new Set(validator.commandNames()), patience: 500, seed: 1 };
    const reported: string[] = [];
    for (const batch of batchesAt(venue, plan, 'refusals'))
      await batch.perform(
        batch.rows,
        (row) => {
          reported.push(row);
          return Promise.resolve();
        },
        controller.signal,
      );
    expect(reported).to.deep.equal([]);
  });

  it('leaves out the commands that the target lacks', async () => {
    const results = await runRefusals(fakeVenue(behaves), { commands: new Set(['query-state', 'reset']) });
    expect([...results.keys()].map((row) => row.split('/').at(-1))).to.have.members([
      'execute',
      'query-state',
      'reset',
    ]);
  });
});
