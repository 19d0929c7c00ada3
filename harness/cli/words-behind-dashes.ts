import type { Command } from 'commander';

/** Operands of a command, told apart by `--`. */
export interface SplitOperands {
  readonly before: readonly string[];
  /** A command line of the user's own. */
  readonly behind: readonly string[];
}

/** Tells what stands before `--` from what stands behind it: commander puts both together. */
export function splitOperands(operands: readonly string[], command: Command): SplitOperands {
  let root = command;
  while (root.parent !== null) root = root.parent;
  const { rawArgs } = root as Command & { readonly rawArgs: readonly string[] };
  const at = rawArgs.indexOf('--');
  const behind = at < 0 ? [] : rawArgs.slice(at + 1);
  return { before: operands.slice(0, operands.length - behind.length), behind };
}
