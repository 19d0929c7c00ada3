import { generateKeyPair } from 'node:crypto';
import { promisify } from 'node:util';

/** What `-object tls-creds-x509,dir=` reads, by the names that QEMU has for it (docs/system/tls.rst). */
export type Certificates = Readonly<
  Record<'ca-cert.pem' | 'server-cert.pem' | 'server-key.pem' | 'client-cert.pem' | 'client-key.pem', string>
>;

const DAY = 24 * 60 * 60 * 1000;

let made: Promise<Certificates> | undefined;

/** Makes an authority, and certificates of it for a server `localhost` and a client: once, for whoever asks. */
export function makeCertificates(): Promise<Certificates> {
  return (made ??= certify());
}

async function certify(): Promise<Certificates> {
  const { default: forge } = await import('node-forge');
  // Server and client share their keys: making them is what takes time, and nothing is secret here.
  const [authority, leaf] = await Promise.all([makeKeys(), makeKeys()]);
  const issue = (subject: Subject, keys: Keys): string => {
    const certificate = forge.pki.createCertificate();
    certificate.publicKey = forge.pki.publicKeyFromPem(keys.publicKey);
    certificate.serialNumber = subject.serial;
    certificate.validity.notBefore = new Date(Date.now() - DAY);
    certificate.validity.notAfter = new Date(Date.now() + 30 * DAY);
    certificate.setSubject([{ name: 'commonName', value: subject.name }]);
    certificate.setIssuer([{ name: 'commonName', value: AUTHORITY.name }]);
    certificate.setExtensions([...subject.extensions]);
    certificate.sign(forge.pki.privateKeyFromPem(authority.privateKey), forge.md.sha256.create());
    return forge.pki.certificateToPem(certificate);
  };
  return {
    'ca-cert.pem': issue(AUTHORITY, authority),
    'server-cert.pem': issue(SERVER, leaf),
    'server-key.pem': leaf.privateKey,
    'client-cert.pem': issue(CLIENT, leaf),
    'client-key.pem': leaf.privateKey,
  };
}

type Keys = Readonly<Record<'publicKey' | 'privateKey', string>>;

function makeKeys(): Promise<Keys> {
  return promisify(generateKeyPair)('rsa', {
    modulusLength: 2048,
    publicKeyEncoding: { type: 'spki', format: 'pem' },
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
  });
}

interface Subject {
  readonly name: string;
  /** Hexadecimal; an authority gives each number once (RFC 5280, 4.1.2.2). */
  readonly serial: string;
  readonly extensions: readonly object[];
}

const AUTHORITY: Subject = {
  name: 'qmp-conformance',
  serial: '01',
  extensions: [
    { name: 'basicConstraints', critical: true, cA: true },
    { name: 'keyUsage', critical: true, keyCertSign: true },
  ],
};

/** QEMU refuses its own certificates where basic constraints, key usage or purpose do not fit. */
const LEAF = [
  { name: 'basicConstraints', critical: true, cA: false },
  { name: 'keyUsage', critical: true, digitalSignature: true, keyEncipherment: true },
] as const;

const DNS_NAME = 2;
const IP_ADDRESS = 7;

const SERVER: Subject = {
  name: 'localhost',
  serial: '02',
  extensions: [
    ...LEAF,
    { name: 'extKeyUsage', serverAuth: true },
    {
      name: 'subjectAltName',
      altNames: [
        { type: DNS_NAME, value: 'localhost' },
        { type: IP_ADDRESS, ip: '127.0.0.1' },
        { type: IP_ADDRESS, ip: '::1' },
      ],
    },
  ],
};

const CLIENT: Subject = {
  name: 'client',
  serial: '03',
  extensions: [...LEAF, { name: 'extKeyUsage', clientAuth: true }],
};
