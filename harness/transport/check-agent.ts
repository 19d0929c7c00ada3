import { once } from 'node:events';
import type { Duplex } from 'node:stream';
import { setTimeout as delay } from 'node:timers/promises';
import { SetupError } from '../errors.ts';
import { readJson } from '../json/read-json.ts';
import { isJsonObject, type JsonValue } from '../json/value.ts';
import { ConnectionClosed } from '../qmp/connection-errors.ts';
import type { RunningProcess } from '../target/server-process.ts';
import { readAgentFacts, refuseHarmfulAgent } from '../target/start-guest-agent.ts';
import { waitFor } from './wait-for.ts';

/** An agent throws away what lay at its port before it was there, and nothing tells when it is: it is asked again at this distance, in milliseconds. */
const ASK_DISTANCE = 5;

/**
 * Makes sure that the agent at the other end executes harmless commands only. All that it has answered is taken off.
 * @throws {SetupError} when it would execute anything else, or does not answer in time
 */
export async function checkAgent(stream: Duplex, process: RunningProcess, patience: number): Promise<void> {
  const take = answersOf(stream);
  await waitFor(process, patience, 'answer of the agent', async (signal) => {
    await synchronize(stream, take, signal);
    stream.write('{"execute":"guest-info"}\n');
    refuseHarmfulAgent(readAgentFacts(await take(signal)));
  });
}

/** As the specification has it (qmp-spec, QGA Synchronization): what is not the answer to the last id is old. */
async function synchronize(
  stream: Duplex,
  take: (signal: AbortSignal) => Promise<JsonValue>,
  signal: AbortSignal,
): Promise<void> {
  let id = 0;
  const ask = (): boolean => stream.write(`{"execute":"guest-sync","arguments":{"id":${++id}}}\n`);
  ask();
  let answer = take(signal);
  while ((await Promise.race([answer, delay(ASK_DISTANCE, undefined, { signal })])) === undefined) ask();
  for (;;) {
    const value = await answer;
    if (isJsonObject(value) && value['return'] === id) return;
    answer = take(signal);
  }
}

/** Takes the answers off a stream one by one; each is a line, and no byte of it is left in the stream. */
function answersOf(stream: Duplex): (signal: AbortSignal) => Promise<JsonValue> {
  let rest = '';
  const lines: string[] = [];
  return async (signal) => {
    for (;;) {
      const line = lines.shift();
      if (line !== undefined) return readJson(line);
      const chunk = stream.read() as Buffer | null;
      if (chunk === null) await readable(stream, signal);
      else lines.push(...(rest + chunk.toString()).split('\n'));
      rest = chunk === null ? rest : (lines.pop() ?? '');
      if (rest.length > MAX_ANSWER) throw new SetupError('no end of an answer');
    }
  };
}

/** Far more than all the commands that an agent could list. */
const MAX_ANSWER = 1024 * 1024;

async function readable(stream: Duplex, signal: AbortSignal): Promise<void> {
  if (stream.readableEnded || stream.destroyed) throw new ConnectionClosed('the agent has hung up');
  await Promise.race([once(stream, 'readable', { signal }), once(stream, 'close', { signal })]);
}
