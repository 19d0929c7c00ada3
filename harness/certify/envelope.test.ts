import { createPublicKey, generateKeyPairSync, verify } from 'node:crypto';
import { mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { dsse } from '@sigstore/core';
import { expect } from 'chai';
import forge from 'node-forge';
import { readJson } from '../json/read-json.ts';
import { envelopeFrom, isSignedBy, PAYLOAD_TYPE, signEnvelope } from './envelope.ts';
import { newKey } from './fixture-bundle.ts';
import { createKey, keyIdOf, publicKeyOf, readKeyring, readPrivateKey, readPublicKey } from './keys.ts';

/** The test vector of the DSSE protocol, version 1.0 (protocol.md, Test Vectors): ECDSA over P-256 and SHA-256. */
const VECTOR = {
  payloadType: 'http://example.com/HelloWorld',
  payload: 'aGVsbG8gd29ybGQ=',
  pae: 'DSSEv1 29 http://example.com/HelloWorld 11 hello world',
  sig: 'A3JqsQGtVsJ2O2xqrI5IcnXip5GToJ3F+FnZ+O88SjtR6rDAajabZKciJTfUiHqJPcIAriEGAHTVeCUjW2JIZA==',
  x: 46950820868899156662930047687818585632848591499744589407958293238635476079160n,
  y: 5640078356564379163099075877009565129882514886557779369047442380624545832820n,
};

function base64url(value: bigint): string {
  return Buffer.from(value.toString(16).padStart(64, '0'), 'hex').toString('base64url');
}

/** The encoding again, from the words of the protocol. */
function encode(type: string, payload: Buffer): Buffer {
  const length = (bytes: Buffer): string => `${bytes.length}`;
  const name = Buffer.from(type);
  return Buffer.concat([Buffer.from(`DSSEv1 ${length(name)} ${type} ${length(payload)} `), payload]);
}

describe('DSSE envelopes', () => {
  it("are encoded for signing as the protocol's test vector is", () => {
    const { payloadType, payload, pae, sig, x, y } = VECTOR;
    const encoded = dsse.preAuthEncoding(payloadType, Buffer.from(payload, 'base64'));
    expect(encoded.toString()).to.equal(pae);
    const key = createPublicKey({
      key: { kty: 'EC', crv: 'P-256', x: base64url(x), y: base64url(y) },
      format: 'jwk',
    });
    const signature = Buffer.from(sig, 'base64');
    expect(verify('sha256', encoded, { key, dsaEncoding: 'ieee-p1363' }, signature)).to.equal(true);
  });

  it('are verified by another implementation of the encoding and of Ed25519', () => {
    const key = newKey();
    const payload = Buffer.from('{"ä":1}');
    const { signatures, ...envelope } = JSON.parse(signEnvelope(payload, key)) as {
      payload: string;
      payloadType: string;
      signatures: { keyid: string; sig: string }[];
    };
    const { x = '' } = publicKeyOf(key).export({ format: 'jwk' });
    const check = (message: Buffer): boolean =>
      forge.pki.ed25519.verify({
        message,
        signature: Buffer.from(signatures[0]?.sig ?? '', 'base64'),
        publicKey: Buffer.from(x, 'base64url'),
      });
    expect(envelope.payloadType).to.equal('application/vnd.in-toto+json');
    expect(Buffer.from(envelope.payload, 'base64')).to.deep.equal(payload);
    expect(check(encode(envelope.payloadType, payload))).to.equal(true);
    expect(check(encode('application/json', payload))).to.equal(false);
    expect(signatures.map(({ keyid }) => keyid)).to.deep.equal([keyIdOf(publicKeyOf(key))]);
  });

  it('of another implementation are verified, in either alphabet of base64', () => {
    const seed = Buffer.alloc(32, 7);
    const { publicKey } = forge.pki.ed25519.generateKeyPair({ seed });
    const key = createPublicKey({
      key: { kty: 'OKP', crv: 'Ed25519', x: Buffer.from(publicKey).toString('base64url') },
      format: 'jwk',
    });
    const payload = Buffer.from('{"_type":"~~~???"}');
    const { privateKey } = forge.pki.ed25519.generateKeyPair({ seed });
    const signature = Buffer.from(
      forge.pki.ed25519.sign({ message: encode(PAYLOAD_TYPE, payload), privateKey }),
    );
    for (const alphabet of ['base64', 'base64url'] as const) {
      const sig = signature.toString(alphabet);
      const value = {
        payloadType: PAYLOAD_TYPE,
        payload: payload.toString(alphabet),
        signatures: [{ keyid: '', sig }],
      };
      expect(isSignedBy(envelopeFrom(value, 'e.json'), key), alphabet).to.equal(true);
    }
  });

  const cases: readonly (readonly [what: string, value: unknown, says: string])[] = [
    ['no object', [], 'no object'],
    ['no type', { payload: '', signatures: [{}] }, 'payload type absent'],
    ['no signature', { payloadType: PAYLOAD_TYPE, payload: '' }, 'no signatures'],
    ['a signature that is none', { payloadType: PAYLOAD_TYPE, payload: '', signatures: [1] }, 'no object'],
    ['no key id', { payloadType: PAYLOAD_TYPE, payload: '', signatures: [{ sig: '' }] }, "without 'keyid'"],
    [
      'bytes that are no base64',
      { payloadType: PAYLOAD_TYPE, payload: '*', signatures: [{ keyid: '', sig: '' }] },
      "'payload' is no base64",
    ],
    [
      'a payload that is no string',
      { payloadType: PAYLOAD_TYPE, payload: 1, signatures: [{ keyid: '', sig: '' }] },
      "'payload' is no base64",
    ],
  ];
  for (const [what, value, says] of cases) {
    it(`are refused: ${what}`, () => {
      expect(() => envelopeFrom(readJson(JSON.stringify(value)), 'e.json')).to.throw(says);
    });
  }
});

describe('keys', () => {
  let folder = '';
  before(async () => (folder = await mkdtemp(join(tmpdir(), 'keys-'))));
  after(() => rm(folder, { recursive: true }));

  it('are made for their owner alone, and never over others', async () => {
    const file = join(folder, 'vendor.pem');
    const made = await createKey(file);
    expect((await stat(file)).mode & 0o777).to.equal(0o600);
    expect(made.file).to.equal(join(folder, 'vendor.pub.pem'));
    expect(keyIdOf(await readPublicKey(made.file))).to.equal(
      keyIdOf(publicKeyOf(await readPrivateKey(file))),
    );
    expect(keyIdOf(made.key)).to.match(/^sha256:[0-9a-f]{64}$/);
    const again = await createKey(file).catch(String);
    expect(again).to.include('cannot be made');
  });

  it('of a folder are read', async () => {
    const ring = await mkdtemp(join(folder, 'ring-'));
    expect(await readKeyring(ring).catch(String)).to.include('no key in it');
    await writeFile(join(ring, 'a.pem'), publicKeyOf(newKey()).export({ type: 'spki', format: 'pem' }));
    expect(await readKeyring(ring)).to.have.length(1);
  });

  const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const secret = generateKeyPairSync('ed25519').privateKey;
  const cases: readonly (readonly [what: string, text: string | Buffer, says: string])[] = [
    ['for another algorithm', rsa.privateKey.export({ type: 'pkcs8', format: 'pem' }), 'a key for rsa'],
    [
      'with a passphrase',
      secret.export({ type: 'pkcs8', format: 'pem', cipher: 'aes-256-cbc', passphrase: 'x' }),
      'without a passphrase',
    ],
    ['that are none', 'hello', 'no key that can be read'],
  ];
  for (const [what, text, says] of cases) {
    it(`are refused: private ones ${what}`, async () => {
      const file = join(folder, 'x.pem');
      await writeFile(file, text);
      expect(await readPrivateKey(file).catch(String)).to.include(says);
    });
  }

  it('are refused: private ones in place of public ones', async () => {
    const file = join(folder, 'y.pem');
    await writeFile(file, secret.export({ type: 'pkcs8', format: 'pem' }));
    expect(await readPublicKey(file).catch(String)).to.include('no public key');
    expect(await readPublicKey(join(folder, 'none')).catch(String)).to.include('cannot be read');
    expect(await readKeyring(join(folder, 'none')).catch(String)).to.include('cannot be read');
  });
});
