import { createPrivateKey, createPublicKey, generateKeyPairSync, type KeyObject } from 'node:crypto';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { InputError } from '../errors.ts';
import { sha256 } from './profile.ts';

/** A public key and where it stands. */
export interface NamedKey {
  readonly file: string;
  readonly key: KeyObject;
}

/** `sha256:` and the SHA-256 of the public key as DER (SubjectPublicKeyInfo, RFC 8410), in hexadecimal. */
export function keyIdOf(key: KeyObject): string {
  return `sha256:${sha256(key.export({ type: 'spki', format: 'der' }))}`;
}

/** The public half of a private key; of a public key, the key itself. */
export function publicKeyOf(key: KeyObject): KeyObject {
  return key.type === 'private' ? createPublicKey(key) : key;
}

/** A public key as PEM. */
export function writePublicKey(key: KeyObject): string {
  return key.export({ type: 'spki', format: 'pem' }).toString();
}

/** Reads a private key. @throws {InputError} for anything but an Ed25519 key in PEM that needs no passphrase */
export async function readPrivateKey(file: string): Promise<KeyObject> {
  return readKey(file, 'private', await textOf(file));
}

/** Reads a public key. @throws {InputError} for anything but an Ed25519 key in PEM */
export async function readPublicKey(file: string): Promise<KeyObject> {
  return readKey(file, 'public', await textOf(file));
}

/** Reads all `*.pem` of a folder. @throws {InputError} for a folder without any */
export async function readKeyring(folder: string): Promise<readonly NamedKey[]> {
  const names = await readdir(folder).catch((error: unknown) => {
    throw new InputError(`${folder}: cannot be read; expected a folder of public keys`, { cause: error });
  });
  const files = names.filter((name) => name.endsWith('.pem')).sort();
  if (files.length === 0) throw new InputError(`${folder}: no key in it; expected public keys (.pem)`);
  return Promise.all(
    files.map(async (name) => ({ file: join(folder, name), key: await readPublicKey(join(folder, name)) })),
  );
}

/** The public key that a text is. @throws {InputError} */
export function publicKeyFrom(text: string, file: string): KeyObject {
  return readKey(file, 'public', text);
}

/**
 * Makes a key: `FILE`, which only its owner may read, and beside it the public half, `FILE` with `.pub.pem`.
 * @returns the public half, and where it stands
 * @throws {InputError} where either exists
 */
export async function createKey(file: string): Promise<NamedKey> {
  const { privateKey, publicKey } = generateKeyPairSync('ed25519');
  const publicFile = file.replace(/(?:\.pem)?$/, '.pub.pem');
  const pem = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
  await writeNew(file, pem, 0o600);
  await writeNew(publicFile, writePublicKey(publicKey), 0o644);
  return { file: publicFile, key: publicKey };
}

async function writeNew(file: string, text: string, mode: number): Promise<void> {
  await writeFile(file, text, { mode, flag: 'wx' }).catch((error: unknown) => {
    throw new InputError(`${file}: cannot be made; expected a file that does not exist`, { cause: error });
  });
}

async function textOf(file: string): Promise<string> {
  return readFile(file, 'utf8').catch((error: unknown) => {
    throw new InputError(`${file}: cannot be read; expected a key`, { cause: error });
  });
}

function readKey(file: string, kind: 'private' | 'public', text: string): KeyObject {
  const what = `an Ed25519 ${kind} key in PEM`;
  if (kind === 'public' && !text.includes('-----BEGIN PUBLIC KEY-----'))
    throw new InputError(`${file}: no public key; expected ${what}`);
  let key: KeyObject;
  try {
    key = kind === 'private' ? createPrivateKey(text) : createPublicKey(text);
  } catch (error) {
    throw new InputError(`${file}: no key that can be read without a passphrase; expected ${what}`, {
      cause: error,
    });
  }
  if (key.asymmetricKeyType === 'ed25519') return key;
  throw new InputError(`${file}: a key for ${key.asymmetricKeyType ?? 'something else'}; expected ${what}`);
}
