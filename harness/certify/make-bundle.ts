import type { KeyObject } from 'node:crypto';
import {
  chmod,
  lstat,
  mkdir,
  mkdtemp,
  open,
  readdir,
  rename,
  rm,
  writeFile,
  type FileHandle,
} from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { InputError } from '../errors.ts';
import { RESULTS_FILE, WIRE_FILE } from '../results/layout.ts';
import { rawVerdictOf } from '../results/raw-verdict.ts';
import { readDialogue } from '../results/read-dialogue.ts';
import type { RowResult, WireRecord } from '../results/verdict.ts';
import { writing } from '../results/write-file.ts';
import { sha256OfFile } from '../target/package-archive.ts';
import { readBuildId } from './build-id.ts';
import {
  factsOfCertified,
  writeBundleFacts,
  type BundleFacts,
  type CertifiedTarget,
} from './bundle-facts.ts';
import { describeMaterials } from './bundle-files.ts';
import type { ChosenRun } from './chosen-run.ts';
import { openCourt, type Court, type Suite } from './court.ts';
import { signEnvelope } from './envelope.ts';
import { hostFacts } from './host-facts.ts';
import { publicKeyOf, writePublicKey } from './keys.ts';
import { ATTESTATION_FILE, FACTS_FILE, KEY_FILE, PROFILE_FILE, WAIVERS_FILE } from './layout.ts';
import type { Profile } from './profile.ts';
import { restorePublicWords } from './public-words.ts';
import { claimsOf } from './recorded-target.ts';
import { redactLog } from './redact-log.ts';
import { BrokenRule } from './rules.ts';
import { scoreResults, type Score } from './standing.ts';
import { statementOf, writeStatement } from './statement.ts';
import { verifyBundle } from './verify-bundle.ts';
import { readWaivers } from './waivers.ts';

/** What is certified, by what, and who signs. */
export interface CertifyRequest {
  readonly run: ChosenRun;
  readonly suite: Suite;
  readonly profile: Profile;
  readonly waivers: { readonly file: string; readonly text: string } | undefined;
  /** Without it, only what would come of it is told. */
  readonly signing:
    | {
        /** Private key, Ed25519. */
        readonly key: KeyObject;
        /** Folder to make; it must not exist. */
        readonly out: string;
      }
    | undefined;
}

/** What a run comes to; a bundle is made only where no rule is broken. */
export interface Certificate {
  readonly facts: BundleFacts;
  readonly score: Score;
}

/**
 * Judges the scored rows of a run again, by their messages without secrets, and makes a signed bundle of them. Where the
 * score breaks a rule, nothing is made.
 * @throws {InputError} for a run without all scored rows, and one whose messages do not give its verdicts
 * @throws {SetupError} when the bundle cannot be written
 */
export async function makeBundle(request: CertifyRequest): Promise<Certificate> {
  const { run, suite, profile, signing } = request;
  const target = await describeTarget(run);
  const court = await openCourt(suite, profile, target);
  checkComplete(run, profile, [...court.scored.keys()]);
  const { started, finished } = run;
  const facts: BundleFacts = { target, suite: court.facts, host: hostFacts(), run: { started, finished } };
  if (signing !== undefined) await checkFree(signing.out);
  const folder = await makeFolder(signing?.out);
  try {
    const score = await fill(folder, request, court, facts);
    if (signing !== undefined && score.breaches.length === 0) {
      await sign(folder, signing.key, facts, score);
      await checkVerifiable(folder, suite);
      await claim(folder, signing.out);
    }
    return { facts, score };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Beside where the bundle will stand: it is moved there whole. */
async function makeFolder(out: string | undefined): Promise<string> {
  if (out === undefined) return mkdtemp(join(tmpdir(), 'qmpc-'));
  await writing(out, mkdir(dirname(out), { recursive: true }));
  return writing(out, mkdtemp(`${out}.part-`));
}

async function checkFree(out: string): Promise<void> {
  if (await lstat(out).catch(() => undefined)) throw isThere(out);
}

function isThere(out: string, cause?: unknown): InputError {
  return new InputError(`${out}: is there already; expected a folder that does not exist`, { cause });
}

/** What is handed out was looked at as a stranger will look at it. */
async function checkVerifiable(folder: string, suite: Suite): Promise<void> {
  const { breaches } = await verifyBundle(folder, undefined, () => Promise.resolve(suite));
  const [first] = breaches;
  if (first !== undefined) throw new BrokenRule(first);
}

/** A bundle is there whole or not at all. */
async function claim(folder: string, out: string): Promise<void> {
  // The folder was made for its owner alone.
  await chmod(folder, 0o755);
  await rename(folder, out).catch((error: unknown) => {
    throw isThere(out, error);
  });
}

async function describeTarget({ target, results }: ChosenRun): Promise<CertifiedTarget> {
  const { name, version, architecture, accelerator, schema, digest, commands, events, where } = target;
  const there = await sha256OfFile(where).catch(() => undefined);
  const buildId = there === digest ? await readBuildId(where) : undefined;
  return {
    name,
    version,
    package: target.package,
    architecture,
    accelerator,
    file: basename(where),
    digest,
    ...(buildId !== undefined && { buildId }),
    schema,
    ...(commands && { commands }),
    ...(events && { events }),
    programs: claimsOf([...results.values()].map(({ result }) => result)),
  };
}

function checkComplete({ results }: ChosenRun, profile: Profile, scored: readonly string[]): void {
  const missing = scored.filter((row) => !results.has(row));
  const [first] = missing;
  if (first === undefined) return;
  throw new InputError(
    `${missing.length} of ${scored.length} rows of profile ${profile.name} were not run, the first is '${first}'; expected a run of all rows of the suite 'examples'`,
  );
}

async function fill(
  folder: string,
  { run, profile, waivers }: CertifyRequest,
  court: Court,
  facts: BundleFacts,
): Promise<Score> {
  const given = waivers === undefined ? [] : readWaivers(waivers.text, waivers.file);
  const results = await judgeAll(folder, run, court);
  await writeNew(folder, FACTS_FILE, writeBundleFacts(facts));
  await writeNew(folder, PROFILE_FILE, profile.text);
  if (waivers !== undefined) await writeNew(folder, WAIVERS_FILE, waivers.text);
  return scoreResults(results, profile, given, facts.target, facts.run.finished.slice(0, 10));
}

async function sign(folder: string, key: KeyObject, facts: BundleFacts, score: Score): Promise<void> {
  const materials = await describeMaterials(folder, new Set(await readdir(folder)));
  const statement = writeStatement(statementOf(factsOfCertified(facts.target), materials, score));
  await writeNew(folder, ATTESTATION_FILE, signEnvelope(Buffer.from(statement), key));
  await writeNew(folder, KEY_FILE, writePublicKey(publicKeyOf(key)));
}

async function writeNew(folder: string, name: string, text: string): Promise<void> {
  const file = join(folder, name);
  await writing(file, writeFile(file, text, { flag: 'wx' }));
}

/** Writes the messages and the verdicts of all scored rows. */
async function judgeAll(folder: string, run: ChosenRun, court: Court): Promise<readonly RowResult[]> {
  const results: RowResult[] = [];
  await withNewFile(join(folder, WIRE_FILE), async (wire) => {
    await withNewFile(join(folder, RESULTS_FILE), async (file) => {
      for (const row of court.scored.keys()) {
        const { result, records } = await judgeRow(row, run, court);
        await wire.appendFile(records.map((record) => `${JSON.stringify(record)}\n`).join(''));
        await file.appendFile(`${JSON.stringify(result)}\n`);
        results.push(result);
      }
    });
  });
  return results;
}

async function withNewFile(file: string, work: (handle: FileHandle) => Promise<void>): Promise<void> {
  const handle = await writing(file, open(file, 'wx'));
  await work(handle).finally(() => handle.close());
}

interface JudgedRow {
  readonly result: RowResult;
  readonly records: readonly WireRecord[];
}

/** @throws {InputError} where what is left without secrets does not give the verdict of the run */
async function judgeRow(row: string, { results }: ChosenRun, court: Court): Promise<JudgedRow> {
  const found = results.get(row);
  const transcript = court.scored.get(row);
  if (found === undefined || transcript === undefined) throw new TypeError(`no result of ${row}`);
  const messages = await readDialogue(found.run, row);
  const records = restorePublicWords(messages, redactLog(messages), transcript);
  const { result, mismatch } = await court.judge(found.result, records);
  const [was, is] = [rawVerdictOf(found.result).verdict, rawVerdictOf(result).verdict];
  if (mismatch === undefined && was === is) return { result, records };
  const what = mismatch === undefined ? `its messages without secrets give '${is}'` : mismatch.what;
  throw new InputError(
    `${found.run.dir}: '${row}': ${what}; expected ${mismatch?.expected ?? `'${was}', as in the run`}`,
  );
}
