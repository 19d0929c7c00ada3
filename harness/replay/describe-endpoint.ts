import pLimit from 'p-limit';
import { connectEndpoint } from '../target/connect-endpoint.ts';
import { askMachine, factsOfEndpoint } from '../target/target-facts.ts';
import { judgeIntrospection, queryIntrospection } from './judge-introspection.ts';
import { planTarget } from './plan-target.ts';
import type { PlannedTarget } from './run-plan.ts';

/**
 * Connects to a server that runs, and asks what it is.
 * @param address `unix:PATH` or `tcp:HOST:PORT`
 * @throws {SetupError} when nothing listens there, or no QMP server
 */
export async function describeEndpoint(address: string, patience: number): Promise<PlannedTarget> {
  const endpoint = await connectEndpoint(address, patience);
  try {
    const { connection, greeting } = endpoint;
    await connection.negotiate([], patience);
    const judged = judgeIntrospection(await queryIntrospection(connection, patience), greeting.version);
    const facts = factsOfEndpoint(endpoint, await askMachine(connection, patience), judged.schema);
    return planTarget(facts, judged, { kind: 'endpoint', address, alone: pLimit(1) });
  } finally {
    endpoint.connection.close();
  }
}
