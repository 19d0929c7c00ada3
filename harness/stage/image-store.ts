import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { constants } from 'node:fs';
import { copyFile, mkdtemp, open, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { SetupError } from '../errors.ts';
import type { Image } from './stage.ts';

const SIZE_UNITS: Readonly<Record<string, number>> = {
  '': 1,
  K: 2 ** 10,
  M: 2 ** 20,
  G: 2 ** 30,
  T: 2 ** 40,
};

/**
 * Makes the images of stages with the target's own `qemu-img`, each kind once: a stage gets a copy, which costs a
 * millisecond where `qemu-img` costs thirty.
 */
export class ImageStore {
  private readonly made = new Map<string, Promise<string>>();
  private folder: Promise<string> | undefined;

  /**
   * @param qemuImg command words of `qemu-img`; undefined where the target has none
   */
  constructor(private readonly qemuImg: readonly string[] | undefined) {}

  /**
   * Puts an image into a stage's folder.
   * @throws {SetupError} when there is no `qemu-img`, or with what it said
   */
  async put(image: Image, dir: string): Promise<void> {
    const path = join(dir, image.name);
    if (image.format === 'raw') return makeSparse(path, bytesOfSize(image.size));
    const key = JSON.stringify([image.name, image.format, image.size, image.backing]);
    const original = this.made.get(key) ?? this.make(image, key);
    this.made.set(key, original);
    await copyFile(await original, path, constants.COPYFILE_FICLONE);
  }

  /** Removes the originals. */
  async remove(): Promise<void> {
    if (this.folder !== undefined) await rm(await this.folder, { recursive: true, force: true });
    this.folder = undefined;
    this.made.clear();
  }

  private async make(image: Image, key: string): Promise<string> {
    const [program, ...words] = this.qemuImg ?? [];
    if (program === undefined) {
      throw new SetupError(
        `image ${image.name} needs qemu-img; expected one beside the QEMU binary or on PATH`,
      );
    }
    const folder = await (this.folder ??= mkdtemp(join(tmpdir(), 'qmpc-images-')));
    const name = createHash('sha256').update(key).digest('hex').slice(0, 16);
    const path = join(folder, `${name}.${image.format}`);
    // -u: the backing image is a name in the stage's folder, which does not exist yet.
    const backing =
      image.backing === undefined ? [] : ['-u', '-b', image.backing, '-F', formatOfName(image.backing)];
    const args = [...words, 'create', '-q', '-f', image.format, ...backing, path, image.size];
    try {
      await promisify(execFile)(program, args, { timeout: 60_000 });
    } catch (error) {
      throw new SetupError(`image ${image.name} cannot be made: ${describe(error)}`, { cause: error });
    }
    return path;
  }
}

async function makeSparse(path: string, bytes: number): Promise<void> {
  const file = await open(path, 'w');
  try {
    await file.truncate(bytes);
  } finally {
    await file.close();
  }
}

/** Bytes of a size as `qemu-img` writes it: a number with K, M, G or T. */
function bytesOfSize(size: string): number {
  const [, digits = '', unit = ''] = /^([0-9]+)([KMGT]?)$/.exec(size) ?? [];
  const factor = SIZE_UNITS[unit];
  if (digits === '' || factor === undefined) throw new SetupError(`image size '${size}'; expected e.g. 64M`);
  return Number(digits) * factor;
}

function formatOfName(name: string): string {
  return name.endsWith('.qcow2') ? 'qcow2' : 'raw';
}

function describe(error: unknown): string {
  const stderr = (error as { stderr?: unknown }).stderr;
  return typeof stderr === 'string' && stderr !== '' ? stderr.trim() : String(error);
}
