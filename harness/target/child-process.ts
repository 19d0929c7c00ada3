import { spawn, type ChildProcess, type StdioOptions } from 'node:child_process';
import { accessSync, constants, statSync } from 'node:fs';
import { delimiter, isAbsolute, join } from 'node:path';
import { watchProcess } from './process-guard.ts';

/** How a program is started. */
export interface StartOptions {
  readonly stdio: StdioOptions;
  readonly cwd?: string;
  readonly env: NodeJS.ProcessEnv;
}

/**
 * Starts a program that does not outlive us, however we end. The kernel sees to it where util-linux' `setpriv` is on
 * PATH: the program gets SIGKILL when its parent dies. The shell between closes the gap before that was arranged; both
 * replace themselves, so that the process id is the program's own. Elsewhere a guard process kills by id.
 */
export function startProgram(command: readonly string[], options: StartOptions): ChildProcess {
  const setpriv = findOnPath('setpriv');
  const [file = '', ...args] = setpriv === undefined ? command : [setpriv, ...DIE_WITH_PARENT, ...command];
  const child = spawn(file, args, options);
  if (setpriv === undefined) watchProcess(child);
  return child;
}

const DIE_WITH_PARENT = [
  '--pdeathsig',
  'KILL',
  '--',
  'sh',
  '-c',
  '[ "$PPID" = "$0" ] && exec "$@"',
  `${process.pid}`,
];

/** The file that the shell would run for `name`; `undefined` where there is none. */
export function findOnPath(name: string, path = process.env['PATH'] ?? ''): string | undefined {
  if (name.includes('/')) return isExecutable(name) ? name : undefined;
  for (const folder of path.split(delimiter)) {
    const file = join(folder, name);
    if (isAbsolute(folder) && isExecutable(file)) return file;
  }
  return undefined;
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return statSync(file).isFile();
  } catch {
    return false;
  }
}
