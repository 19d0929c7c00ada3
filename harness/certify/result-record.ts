import { readJson } from '../json/read-json.ts';
import { assertionLine } from '../results/fingerprint.ts';
import { rowResultFromJson } from '../results/records.ts';
import type { ProcessEnd, RowResult } from '../results/verdict.ts';

/** A result as a bundle has it: members in the order of the format, and no paths or output of the machine. */
export function recordOf({ shrunk: _, process, ...result }: RowResult): RowResult {
  const end = process === undefined ? {} : { process: endOfRecord(process) };
  return rowResultFromJson(readJson(JSON.stringify({ ...result, ...end })));
}

/** How a process ended, and the assertion that it named, by which expectations know one crash from another. */
export function endOfRecord({ code, signal, stderr }: ProcessEnd): ProcessEnd {
  // The line begins with the program, as it was started.
  const line = assertionLine(stderr).replace(/^\S*\//, '');
  return { command: [], code, signal, stderr: line };
}
