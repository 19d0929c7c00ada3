// A thread of its own does not know TypeScript unless it is told, as the process itself was by harness/cli/bin.js.
import { register } from 'tsx/esm/api';

register();
const { runWorker } = await import('./run-worker.ts');
runWorker();
