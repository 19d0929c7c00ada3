import { once } from 'node:events';
import { closeSync, openSync } from 'node:fs';
import { constants } from 'node:os';
import { InputError } from '../errors.ts';
import { findOnPath, startProgram } from '../target/child-process.ts';

/** What asks a command to end; each is passed on. */
const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGQUIT'] as const;

/** How a program that is not there, or ended by a signal, is told by a shell. */
const EXIT_NOT_FOUND = 127;
const EXIT_SIGNAL = 128;

/**
 * Refuses a command that is not there, before anything is done for it.
 * @throws {InputError}
 */
export function checkCommand([program = '']: readonly string[]): void {
  if (findOnPath(program) === undefined)
    throw new InputError(`'${program}': no such program; expected one on PATH, or the path of one`);
}

/**
 * Runs a program to its end, with our streams and our surroundings. It does not outlive us, and gets our signals.
 * @param onEnd called as soon as it has ended
 * @returns its exit code, as a shell would tell it
 */
export async function runProgram(command: readonly string[]): Promise<number> {
  const child = startProgram(command, { stdio: 'inherit', env: process.env });
  let signals = 0;
  const passOn = (signal: NodeJS.Signals): void => {
    // Ctrl-C goes from the terminal to all programs on it: a second one would end what is just ending in order.
    if (signal === 'SIGTERM' || ++signals > 1 || !hasTerminal()) child.kill(signal);
  };
  for (const name of SIGNALS) process.on(name, passOn);
  try {
    const [code, signal] = (await once(child, 'exit')) as [number | null, NodeJS.Signals | null];
    return code ?? (signal === null ? EXIT_NOT_FOUND : EXIT_SIGNAL + constants.signals[signal]);
  } finally {
    for (const name of SIGNALS) process.off(name, passOn);
  }
}

function hasTerminal(): boolean {
  try {
    closeSync(openSync('/dev/tty', 'r'));
    return true;
  } catch {
    return false;
  }
}
