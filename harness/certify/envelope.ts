import { sign, verify, type KeyObject } from 'node:crypto';
import { dsse } from '@sigstore/core';
import { isJsonArray, isJsonObject, type JsonValue } from '../json/value.ts';
import { keyIdOf, publicKeyOf } from './keys.ts';
import { broken } from './rules.ts';

/** The payload type of in-toto statements. */
export const PAYLOAD_TYPE = 'application/vnd.in-toto+json';

/** A DSSE envelope (Dead Simple Signing Envelope 1.0), its parts decoded. */
export interface Envelope {
  readonly payloadType: string;
  readonly payload: Buffer;
  readonly keyid: string;
  readonly signature: Buffer;
}

/** Signs a payload, and gives the envelope as JSON text. */
export function signEnvelope(payload: Buffer, key: KeyObject): string {
  const signature = sign(null, dsse.preAuthEncoding(PAYLOAD_TYPE, payload), key);
  return writeEnvelope({ payloadType: PAYLOAD_TYPE, payload, keyid: keyIdOf(publicKeyOf(key)), signature });
}

/** An envelope as JSON text. */
export function writeEnvelope({ payloadType, payload, keyid, signature }: Envelope): string {
  const signatures = [{ keyid, sig: signature.toString('base64') }];
  const envelope = { payloadType, payload: payload.toString('base64'), signatures };
  return `${JSON.stringify(envelope, undefined, 2)}\n`;
}

/** Tells whether a key made the signature of an envelope. */
export function isSignedBy({ payloadType, payload, signature }: Envelope, key: KeyObject): boolean {
  return verify(null, dsse.preAuthEncoding(payloadType, payload), key, signature);
}

const BASE64 = /^(?:[A-Za-z0-9+/_-]{4})*(?:[A-Za-z0-9+/_-]{2}(?:==)?|[A-Za-z0-9+/_-]{3}=?)?$/;

/**
 * Reads an envelope. The protocol allows several signatures; a submission has one, so that it is clear whose it is.
 * @throws {BrokenRule} `bundle/envelope`
 */
export function envelopeFrom(value: JsonValue, file: string): Envelope {
  const fail = (what: string, expected: string): never => broken('bundle/envelope', file, what, expected);
  if (!isJsonObject(value)) return fail('no object', 'a DSSE envelope');
  const { payloadType, payload, signatures } = value;
  if (payloadType !== PAYLOAD_TYPE)
    return fail(
      `payload type ${typeof payloadType === 'string' ? `'${payloadType}'` : 'absent'}`,
      PAYLOAD_TYPE,
    );
  if (!isJsonArray(signatures) || signatures.length !== 1)
    return fail(
      isJsonArray(signatures) ? `${signatures.length} signatures` : 'no signatures',
      'one signature',
    );
  const [signature] = signatures;
  if (!isJsonObject(signature)) return fail('a signature that is no object', "'keyid' and 'sig'");
  const { keyid, sig } = signature;
  if (typeof keyid !== 'string') return fail("a signature without 'keyid'", 'the id of the key');
  return {
    payloadType,
    payload: bytesOf(payload, 'payload', fail),
    keyid,
    signature: bytesOf(sig, 'sig', fail),
  };
}

/** Either alphabet of base64 is allowed (DSSE protocol). */
function bytesOf(
  value: JsonValue | undefined,
  name: string,
  fail: (what: string, expected: string) => never,
): Buffer {
  if (typeof value !== 'string' || !BASE64.test(value)) return fail(`'${name}' is no base64`, 'base64');
  return Buffer.from(value, 'base64');
}
