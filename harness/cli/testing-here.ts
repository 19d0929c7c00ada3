/** How a command line of ours ended, for tests. */
export interface CommandEnd {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/**
 * Runs `qmp-conformance` in this very process: a tenth of what a process of its own takes. For commands that start
 * nothing and end by themselves; one at a time, since what they print is taken from the process's own streams.
 */
export async function runHere(words: readonly string[]): Promise<CommandEnd> {
  // Mocha may load a test as another kind of module than the commands load theirs: then each has its own classes of errors.
  const { main } = await import('./main.ts');
  const texts = { stdout: '', stderr: '' };
  const before = {
    exitCode: process.exitCode,
    stdout: process.stdout.write.bind(process.stdout),
    stderr: process.stderr.write.bind(process.stderr),
  };
  const taking =
    (stream: 'stdout' | 'stderr') =>
    (chunk: string | Uint8Array): boolean => {
      texts[stream] += typeof chunk === 'string' ? chunk : Buffer.from(chunk).toString('utf8');
      return true;
    };
  process.exitCode = 0;
  process.stdout.write = taking('stdout');
  process.stderr.write = taking('stderr');
  try {
    await main([process.execPath, 'qmp-conformance', ...words]);
    return { code: exitCode(), ...texts };
  } finally {
    process.stdout.write = before.stdout;
    process.stderr.write = before.stderr;
    process.exitCode = before.exitCode;
  }
}

/** `main` sets it, which the compiler cannot see. */
function exitCode(): number {
  return typeof process.exitCode === 'number' ? process.exitCode : 0;
}
