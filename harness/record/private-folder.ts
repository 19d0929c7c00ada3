import { mkdtempSync, readdirSync, readFileSync, readlinkSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const PREFIX = 'qmp-record-';
/** Stands in each folder, and tells whose it is. */
const OWNER = 'owner';

/**
 * Makes a folder for the sockets of this process. Folders of recorders that were killed, and could not remove theirs, are
 * removed meanwhile.
 */
export function makePrivateFolder(parent = tmpdir()): string {
  removeOrphans(parent);
  const folder = mkdtempSync(join(parent, PREFIX));
  writeFileSync(join(folder, OWNER), ownerOf(process.pid) ?? '');
  return folder;
}

function removeOrphans(parent: string): void {
  for (const name of readdirSync(parent)) {
    const folder = join(parent, name);
    if (name.startsWith(PREFIX) && isOrphan(folder)) removeQuietly(folder);
  }
}

/** One of which it cannot be told whose it is stays. */
function isOrphan(folder: string): boolean {
  const owner = tryRead(() => readFileSync(join(folder, OWNER), 'utf8'));
  const [, pid, namespace] = /^([0-9]+) [0-9]+ (\S+)$/.exec(owner ?? '') ?? [];
  // Processes of another namespace, as a container's, are not to be seen.
  if (pid === undefined || namespace !== processNamespace()) return false;
  return ownerOf(Number(pid)) !== owner;
}

/** A process, in words that no later one of the same number has; undefined where there is none (proc(5)). */
function ownerOf(pid: number): string | undefined {
  const status = tryRead(() => readFileSync(`/proc/${pid}/stat`, 'utf8'));
  const namespace = processNamespace();
  if (status === undefined || namespace === undefined) return undefined;
  // The name in brackets may have anything in it; the start time is the twentieth field behind it.
  const start = status.slice(status.lastIndexOf(')') + 2).split(' ')[19] ?? '';
  return `${pid} ${start} ${namespace}`;
}

function processNamespace(): string | undefined {
  return tryRead(() => readlinkSync('/proc/self/ns/pid'));
}

/** Somebody else's, or gone already. */
function removeQuietly(folder: string): void {
  tryRead(() => rmSync(folder, { recursive: true, force: true }));
}

function tryRead<Value>(read: () => Value): Value | undefined {
  try {
    return read();
  } catch {
    return undefined;
  }
}
