import { startProgram } from './child-process.ts';

export interface RunOptions {
  /** The program is killed when this aborts. */
  readonly signal?: AbortSignal | undefined;
  readonly env?: NodeJS.ProcessEnv;
  readonly cwd?: string;
  /** Gets the program's output line by line as it comes, both streams. */
  readonly onLine?: (line: string) => void;
}

/** What a program said and how it ended. */
export interface ProgramEnd {
  /** Exit status; `null` where a signal ended it, or where it could not be started. */
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

const MAX_OUTPUT = 8 * 1024 * 1024;

/** Runs a program to its end. Does not throw for a bad end: see `code`; where it cannot start, `stderr` says why. */
export function runProgram(command: readonly string[], options: RunOptions = {}): Promise<ProgramEnd> {
  const child = startProgram(command, {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: options.env ?? process.env,
    ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
  });
  const kill = (): boolean => child.kill('SIGKILL');
  options.signal?.addEventListener('abort', kill, { once: true });
  if (options.signal?.aborted === true) kill();
  const texts = { stdout: '', stderr: '' };
  for (const name of ['stdout', 'stderr'] as const) {
    const onLine = lineSplitter(options.onLine);
    child[name]?.setEncoding('utf8').on('data', (text: string) => {
      if (texts[name].length < MAX_OUTPUT) texts[name] += text;
      onLine(text);
    });
  }
  return new Promise((resolve) => {
    child.once('error', (error) => resolve({ code: null, stdout: texts.stdout, stderr: error.message }));
    child.once('close', (code) => {
      options.signal?.removeEventListener('abort', kill);
      resolve({ code, ...texts });
    });
  });
}

function lineSplitter(onLine: ((line: string) => void) | undefined): (text: string) => void {
  let rest = '';
  return (text) => {
    const lines = (rest + text).split(/\r?\n/);
    rest = lines.pop() ?? '';
    if (onLine !== undefined) lines.forEach(onLine);
  };
}
