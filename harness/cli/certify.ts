import { readFile } from 'node:fs/promises';
import { Option, type Command } from 'commander';
import type { ChosenRun } from '../certify/chosen-run.ts';
import { InputError } from '../errors.ts';
import type { Certificate } from '../certify/make-bundle.ts';
import { printJson } from './print-json.ts';

const HELP = `
RUN is the archive of a run, or a folder that 'run --out' left. All rows of the profile that are scored on the target
must have been run. Each is judged again by its messages, without their secrets, before anything is signed. Where the
score breaks a rule, which ones are told, and no bundle is made.

Exit status:
  0  a bundle was made        1  a rule is broken ('verify --rules' lists them)
  2  wrong usage, or a run that cannot be certified

Examples:
  Make a key; its public half is what verifiers get:
    qmp-conformance certify --new-key vendor.pem

  Certify what 'run' left in out/:
    qmp-conformance certify out --profile core --key vendor.pem -o bundle

  What is left to do until it could be certified:
    qmp-conformance certify out --profile core --check

  With waivers for what fails and is known:
    qmp-conformance certify out --profile block --waivers waivers.yaml --key vendor.pem -o bundle`;

interface CertifyWords {
  readonly profile?: string;
  readonly profiles?: string;
  readonly target?: string;
  readonly key?: string;
  readonly waivers?: string;
  readonly output?: string;
  readonly newKey?: string;
  readonly check: boolean;
  readonly json: boolean;
}

/** Adds `certify`. */
export function addCertifyCommand(program: Command): void {
  program
    .command('certify')
    .summary('make a signed bundle of a run, which anybody can judge again')
    .description(
      'Makes a bundle of a run: target, suite, verdicts and the whole wire log of the rows of a profile, as a signed ' +
        'in-toto statement. Who has the bundle need not trust whoever made it: verify judges the wire log again.',
    )
    .argument('[RUN...]', "run archives, or folders of 'run --out' that hold some")
    .option('--profile <NAME>', "what is certified; 'profiles list' names them")
    .option('--profiles <FOLDER>', 'profiles of your own, instead of those of the suite')
    .option('--target <NAME>', 'which target, where the runs have several')
    .option('--key <FILE>', 'private key that signs: Ed25519, PEM')
    .option('--waivers <FILE>', 'what may fail, why, and for how long (YAML)')
    .option('-o, --output <FOLDER>', 'the bundle; the folder must not exist')
    .option('--check', 'only tell what would come of it', false)
    .addOption(
      new Option('--new-key <FILE>', 'make a key and its public half, and nothing else').conflicts([
        'profile',
        'key',
        'output',
        'check',
      ]),
    )
    .option('--json', 'print what came of it as JSON', false)
    .addHelpText('after', HELP)
    .action(async (paths: readonly string[], words: CertifyWords) => {
      process.exitCode =
        words.newKey === undefined ? await certify(paths, words) : await makeKey(words.newKey);
    });
}

async function makeKey(file: string): Promise<0> {
  const { createKey, keyIdOf } = await import('../certify/keys.ts');
  const made = await createKey(file);
  process.stdout.write(`${file}: private key; keep it\n${made.file}: public key ${keyIdOf(made.key)}\n`);
  return 0;
}

async function certify(paths: readonly string[], words: CertifyWords): Promise<0 | 1> {
  const { profile: wanted, check, output = '' } = words;
  if (paths.length === 0) throw new InputError("no RUN; expected what 'run --out' left, or --new-key");
  if (wanted === undefined) throw new InputError("no --profile; expected one that 'profiles list' names");
  if (!check && (words.key === undefined || words.output === undefined))
    throw new InputError('no --key or no --output; expected both, or --check');
  const { profileNamed } = await import('../certify/profile.ts');
  const { readSuite } = await import('../certify/court.ts');
  const run = await readChosenRun(paths, words.target);
  const suite = await readSuite(words.profiles);
  const profile = profileNamed(suite.profiles, wanted);
  const waivers = words.waivers === undefined ? undefined : await readGiven(words.waivers);
  const { readPrivateKey } = await import('../certify/keys.ts');
  const key = words.key === undefined ? undefined : await readPrivateKey(words.key);
  const { makeBundle } = await import('../certify/make-bundle.ts');
  const signing = check || key === undefined ? undefined : { key, out: output };
  const certificate = await makeBundle({ run, suite, profile, waivers, signing });
  const isMade = signing !== undefined && certificate.score.breaches.length === 0;
  if (words.json) printJson({ ...summaryOf(certificate), bundle: isMade ? output : null });
  else await print(certificate, isMade ? output : undefined);
  return certificate.score.breaches.length === 0 ? 0 : 1;
}

async function readChosenRun(paths: readonly string[], target: string | undefined): Promise<ChosenRun> {
  const { findRuns, readRun } = await import('../results/read-run.ts');
  const folders = (await Promise.all(paths.map(findRuns))).flat();
  const runs = await Promise.all([...new Set(folders)].map(readRun));
  const { chooseRun } = await import('../certify/chosen-run.ts');
  return chooseRun(runs, target);
}

async function readGiven(file: string): Promise<{ readonly file: string; readonly text: string }> {
  const text = await readFile(file, 'utf8').catch((error: unknown) => {
    throw new InputError(`${file}: cannot be read; expected waivers`, { cause: error });
  });
  return { file, text };
}

function summaryOf({ facts, score }: Certificate) {
  const { result, counts, used, breaches } = score;
  return {
    target: facts.target.name,
    profile: facts.suite.profile.name,
    result,
    counts,
    waivers: used,
    breaches,
  };
}

async function print({ facts, score }: Certificate, bundle: string | undefined): Promise<void> {
  const { describeScore, renderBreaches } = await import('../../reports/certificate-text.ts');
  process.stdout.write(renderBreaches(score.breaches));
  const { profile } = facts.suite;
  process.stdout.write(`${facts.target.name}, profile ${profile.name}: ${describeScore(score)}\n`);
  if (bundle !== undefined) process.stdout.write(`${bundle}: the bundle\n`);
}
