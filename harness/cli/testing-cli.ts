import { spawn, type ChildProcess } from 'node:child_process';
import { readdir, readlink } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';

const BIN = fileURLToPath(new URL('bin.js', import.meta.url));

/** How a command line of ours ended, for tests. */
export interface CommandEnd {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** A command line of ours that runs, for tests. */
export interface RunningCommand {
  readonly child: ChildProcess;
  readonly ended: Promise<CommandEnd>;
}

/** Starts `qmp-conformance` with `words`, perhaps by a command; `env` is put on top of the environment. */
export function startCommand(
  words: readonly string[],
  env: Readonly<Record<string, string>> = {},
  within: readonly string[] = [],
): RunningCommand {
  const [program = '', ...args] = [...within, process.execPath, BIN, ...words];
  const child = spawn(program, args, {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, ...env },
  });
  const texts = { stdout: '', stderr: '' };
  child.stdout.setEncoding('utf8').on('data', (text: string) => (texts.stdout += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (texts.stderr += text));
  const ended = new Promise<CommandEnd>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code, signal) => resolve({ code, signal, ...texts }));
  });
  return { child, ended };
}

/** Runs `qmp-conformance` to its end. */
export function runCommand(
  words: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<CommandEnd> {
  return startCommand(words, env).ended;
}

/** Ids of the processes whose working directory lies below `folder`: QEMUs of ours that somebody left running. */
export async function processesBelow(folder: string): Promise<readonly number[]> {
  const ids = (await readdir('/proc')).filter((name) => /^[0-9]+$/.test(name));
  const places = await Promise.all(
    ids.map(async (id) => ({ id, cwd: await readlink(`/proc/${id}/cwd`).catch(() => '') })),
  );
  return places.filter(({ cwd }) => cwd.startsWith(folder)).map(({ id }) => Number(id));
}
