import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { listFolder } from './release-cache.ts';

/** Nothing of it is read by QEMU, and it is a fifth of all. The reference of QMP tells of its schema: it stays. */
export async function dropDocumentation(root: string): Promise<void> {
  const share = join(root, 'usr/share');
  const folders = ['doc', 'locale', 'info', 'lintian', 'bug', 'perl5', 'zoneinfo'];
  const manuals = listFolder(join(share, 'man')).filter((name) => name !== 'man7');
  const pages = listFolder(join(share, 'man/man7')).filter((name) => !QMP_REFERENCE.test(name));
  const paths = [
    ...folders,
    ...manuals.map((name) => `man/${name}`),
    ...pages.map((name) => `man/man7/${name}`),
  ];
  await Promise.all(paths.map((path) => rm(join(share, path), { recursive: true, force: true })));
}

/** qemu-qmp-ref(7), qemu-storage-daemon-qmp-ref(7) and qemu-ga-ref(7). */
const QMP_REFERENCE = /^qemu-.*-ref\.7(?:\.gz)?$/;
