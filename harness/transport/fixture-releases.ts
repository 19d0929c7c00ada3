import type { QemuBinary } from '../target/qemu-binary.ts';
import { cacheFolder, readReleases } from '../target/release-cache.ts';
import { binaryOfRelease } from '../target/release-programs.ts';

/** The installed releases that tests run on. */
export function installedReleases(): readonly QemuBinary[] {
  const releases = readReleases(cacheFolder()).map(binaryOfRelease);
  if (releases.length === 0) throw new Error('no release is here; run qmp-conformance qemu install');
  return releases;
}

/** Milliseconds that no start takes, on however busy a machine. */
export const PATIENCE = 20_000;
