import type { ProcessEnd } from '../results/verdict.ts';
import type { RunningServer } from './start-qemu.ts';

/** How a process ends; one that has not ended by itself in time is killed. */
export async function endWithin(
  server: Pick<RunningServer, 'exited' | 'kill'>,
  patience: number,
): Promise<ProcessEnd> {
  const timer = setTimeout(() => void server.kill(), patience);
  return server.exited.finally(() => clearTimeout(timer));
}
