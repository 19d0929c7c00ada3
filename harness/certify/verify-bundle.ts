import { InputError } from '../errors.ts';
import { readJson } from '../json/read-json.ts';
import { JsonSyntaxError } from '../json/scanner.ts';
import type { JsonValue } from '../json/value.ts';
import {
  bundleFactsFromJson,
  factsOfCertified,
  NewerFormat,
  writeBundleFacts,
  type BundleFacts,
} from './bundle-facts.ts';
import { describeMaterials, listBundle, readSpelled, readText } from './bundle-files.ts';
import { openCourt, readSuite, type Court, type Suite } from './court.ts';
import { envelopeFrom, isSignedBy, writeEnvelope, type Envelope } from './envelope.ts';
import { keyIdOf, publicKeyFrom, type NamedKey } from './keys.ts';
import {
  ATTESTATION_FILE,
  BUNDLE_FORMAT,
  FACTS_FILE,
  KEY_FILE,
  PROFILE_FILE,
  WAIVERS_FILE,
} from './layout.ts';
import { sha256, type Profile } from './profile.ts';
import { broken, BrokenRule, type Breach } from './rules.ts';
import { scoreResults, type Score } from './standing.ts';
import {
  statementFromJson,
  statementOf,
  writeStatement,
  type Described,
  type Statement,
} from './statement.ts';
import { verifyRows } from './verify-rows.ts';
import { readWaivers, type Waiver } from './waivers.ts';

/** Whose signature it is. */
export interface Signer {
  readonly keyid: string;
  /** The trusted key that made it; without it nobody said that the key in the bundle is to be trusted. */
  readonly trusted?: string;
}

/** What a stranger knows of a bundle after looking at it. */
export interface Verification {
  /** The rules that it breaks; none for a good one. */
  readonly breaches: readonly Breach[];
  /** As far as was got. */
  readonly signer?: Signer;
  readonly facts?: BundleFacts;
  readonly score?: Score;
}

/**
 * Verifies a bundle: signature, digests, completeness, and every verdict, which is derived again from the messages.
 * @param trusted public keys of vendors; without any, the key in the bundle shows only that the bundle is in one piece
 * @param read gives the suite that judges; nothing of it is read before signature and digests are right
 * @throws {SetupError} for what is no bundle at all
 */
export async function verifyBundle(
  folder: string,
  trusted: readonly NamedKey[] | undefined,
  read: () => Promise<Suite> = readSuite,
): Promise<Verification> {
  const known: { -readonly [Member in keyof Verification]?: Verification[Member] } = {};
  try {
    const names = await listBundle(folder);
    const envelope = readEnvelope(await readText(folder, ATTESTATION_FILE));
    known.signer = checkSignature(envelope, await readText(folder, KEY_FILE), trusted);
    const statement = readStatement(envelope);
    const materials = await describeMaterials(folder, names);
    checkDigests(statement, materials);
    const facts = readFacts(await readText(folder, FACTS_FILE));
    known.facts = facts;
    checkSubject(statement, facts);
    const suite = await read();
    const profile = checkProfile(suite, facts, await readText(folder, PROFILE_FILE));
    const court = await openSameCourt(suite, profile, facts);
    const waivers = names.has(WAIVERS_FILE) ? waiversFrom(await readText(folder, WAIVERS_FILE)) : [];
    const { results, breaches } = await verifyRows(folder, facts.target, court);
    const day = facts.run.finished.slice(0, 10);
    const score = scoreResults(results, profile, waivers, facts.target, day);
    known.score = score;
    const all = [...breaches, ...score.breaches];
    return {
      ...known,
      breaches: [...all, ...(all.length > 0 ? [] : checkStatement(statement, facts, score))],
    };
  } catch (error) {
    if (error instanceof BrokenRule) return { ...known, breaches: [error.breach] };
    throw error;
  }
}

function readEnvelope(text: string): Envelope {
  let value: JsonValue;
  try {
    value = readJson(text);
  } catch (error) {
    if (!(error instanceof JsonSyntaxError || error instanceof RangeError)) throw error;
    return broken('bundle/envelope', ATTESTATION_FILE, 'no JSON', 'a DSSE envelope', error);
  }
  const envelope = envelopeFrom(value, ATTESTATION_FILE);
  if (writeEnvelope(envelope) === text) return envelope;
  return broken(
    'bundle/record',
    ATTESTATION_FILE,
    'spelled otherwise',
    'each member once, as certify writes it',
  );
}

/** @throws {BrokenRule} where the signature is not of the key in the bundle, or that is not a trusted one */
function checkSignature(envelope: Envelope, pem: string, trusted: readonly NamedKey[] | undefined): Signer {
  const key = keyFrom(pem);
  const keyid = keyIdOf(key);
  if (envelope.keyid !== keyid)
    broken(
      'bundle/signature',
      ATTESTATION_FILE,
      `a signature of the key ${envelope.keyid}`,
      `${keyid}, of ${KEY_FILE}`,
    );
  if (!isSignedBy(envelope, key))
    broken('bundle/signature', ATTESTATION_FILE, 'a signature that does not fit', `one by the key ${keyid}`);
  if (trusted === undefined) return { keyid };
  const found = trusted.find((one) => keyIdOf(one.key) === keyid);
  if (found !== undefined) return { keyid, trusted: found.file };
  const expected = trusted.map((one) => `${keyIdOf(one.key)} (${one.file})`).join(' or ');
  return broken('bundle/key', KEY_FILE, `signed by ${keyid}`, expected);
}

function keyFrom(pem: string): NamedKey['key'] {
  try {
    return publicKeyFrom(pem, KEY_FILE);
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    return broken('bundle/signature', KEY_FILE, 'no key', 'an Ed25519 public key in PEM', error);
  }
}

function readStatement({ payload }: Envelope): Statement {
  return readSpelled(
    payload.toString('utf8'),
    `${ATTESTATION_FILE} payload`,
    statementFromJson,
    writeStatement,
  );
}

function checkDigests({ predicate }: Statement, materials: readonly Described[]): void {
  const stated = new Map(predicate.configuration.map(({ name, digest }) => [name, digest.sha256]));
  for (const { name, digest } of materials) {
    const expected = stated.get(name);
    if (expected === digest.sha256) continue;
    broken(
      'bundle/digest',
      name,
      `SHA-256 ${digest.sha256}`,
      expected ?? 'no such file, as the statement has none',
    );
  }
  const names = new Set(materials.map(({ name }) => name));
  const [missing] = [...stated.keys()].filter((name) => !names.has(name));
  if (missing !== undefined)
    broken('bundle/digest', JSON.stringify(missing), 'no such file', 'all files of the statement');
}

function readFacts(text: string): BundleFacts {
  try {
    return readSpelled(text, FACTS_FILE, bundleFactsFromJson, writeBundleFacts);
  } catch (error) {
    if (!(error instanceof NewerFormat)) throw error;
    const expected = `format ${BUNDLE_FORMAT}, the one this version knows`;
    return broken('bundle/format', FACTS_FILE, error.message, expected, error);
  }
}

/** The profile in the bundle is there to be read; the one that counts is the suite's. */
function checkProfile({ profiles }: Suite, { suite }: BundleFacts, text: string): Profile {
  const profile = profiles.find(({ name }) => name === suite.profile.name);
  if (profile === undefined)
    return broken('bundle/profile', FACTS_FILE, `profile '${suite.profile.name}'`, 'a profile of this suite');
  const digest = sha256(profile.text);
  if (sha256(text) === digest && suite.profile.digest === digest) return profile;
  return broken(
    'bundle/profile',
    PROFILE_FILE,
    `another profile '${profile.name}', made with suite ${suite.version}`,
    `the one that is frozen in suite ${profile.suite}`,
  );
}

async function openSameCourt(ours: Suite, profile: Profile, { target, suite }: BundleFacts): Promise<Court> {
  const court = await openCourt(ours, profile, target).catch((error: unknown) => {
    if (error instanceof InputError)
      return broken('bundle/other-suite', FACTS_FILE, error.message, 'what this suite can judge', error);
    throw error;
  });
  for (const part of ['version', 'recordings', 'stages', 'schemas', 'expectations'] as const) {
    if (suite[part] === court.facts[part]) continue;
    const expected = `${part} of suite ${suite.version}; this is suite ${court.facts.version}, which has others`;
    broken('bundle/other-suite', FACTS_FILE, `${part} ${suite[part]}`, `${court.facts[part]}: ${expected}`);
  }
  return court;
}

function checkSubject({ subject }: Statement, { target }: BundleFacts): void {
  const [one, ...more] = subject;
  const isTarget = one?.name === target.file && one.digest.sha256 === target.digest && more.length === 0;
  if (isTarget) return;
  const what = subject.map(({ name, digest }) => `${name} ${digest.sha256}`).join(', ');
  broken(
    'bundle/other-target',
    ATTESTATION_FILE,
    `a statement about ${what}`,
    `${target.file} ${target.digest}`,
  );
}

function waiversFrom(text: string): readonly Waiver[] {
  try {
    return readWaivers(text, WAIVERS_FILE);
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    const [what = '', expected = 'a waiver'] = error.message.split('; expected ');
    return broken('bundle/waiver', WAIVERS_FILE, what, expected, error);
  }
}

function checkStatement(statement: Statement, { target }: BundleFacts, score: Score): readonly Breach[] {
  const expected = statementOf(factsOfCertified(target), statement.predicate.configuration, score);
  if (writeStatement(statement) === writeStatement(expected)) return [];
  return [
    {
      rule: 'bundle/statement-differs',
      where: ATTESTATION_FILE,
      what: `a statement of ${statement.predicate.result}`,
      expected: `the statement that the verdicts make: ${expected.predicate.result}`,
    },
  ];
}
