import { spawn, type ChildProcess } from 'node:child_process';
import { Socket } from 'node:net';
import type { Writable } from 'node:stream';

/**
 * Reads `+PID` and `-PID` from its standard input, and kills what is left when that ends, which it does when the
 * harness dies. Signals from the terminal are for the harness to handle.
 */
const SCRIPT = `
trap '' INT TERM HUP
pids=' '
while read -r line; do
  pid=\${line#?}
  case $line in
    +*) pids="$pids$pid " ;;
    -*) pids="\${pids%% $pid *} \${pids#* $pid }" ;;
  esac
done
for pid in $pids; do kill -KILL "$pid"; done
`;

let guard: Writable | undefined;

/**
 * Has `child` killed when we die, by a guard process that reads a pipe of ours: the way where `setpriv` is missing.
 * Between the start of the child and this call it is not guarded.
 */
export function watchProcess(child: ChildProcess): void {
  if (child.pid === undefined) return;
  const { pid } = child;
  const pipe = (guard ??= startGuard());
  pipe.write(`+${pid}\n`);
  child.once('exit', () => pipe.write(`-${pid}\n`));
}

function startGuard(): Writable {
  const process = spawn('sh', ['-c', SCRIPT], { stdio: ['pipe', 'ignore', 'ignore'], detached: true });
  process.unref();
  process.once('exit', () => (guard = undefined));
  process.stdin.on('error', () => (guard = undefined));
  // Its pipe is a socket, and must not keep us alive.
  if (process.stdin instanceof Socket) process.stdin.unref();
  return process.stdin;
}
