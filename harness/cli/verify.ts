import { Option, type Command } from 'commander';
import type { NamedKey } from '../certify/keys.ts';
import type { Verification } from '../certify/verify-bundle.ts';
import { InputError } from '../errors.ts';
import { printJson } from './print-json.ts';

const HELP = `
Nothing is needed but the bundle and this suite, of the version that made it: no QEMU, no network. The signature is
checked, then the digests, then that each row of the profile has one verdict; then each verdict is derived again from the
messages, and compared. The first rule that is broken ends it where the rest could not be believed.

Without --key or --keyring the key in the bundle is used. It shows that nothing was changed since it signed; whose key
it is, it cannot show.

Exit status:
  0  verified                 1  refused: a rule is broken
  2  wrong usage              3  no bundle

Examples:
  With the key that the vendor has published:
    qmp-conformance verify bundle --key vendor.pub.pem

  For programs:
    qmp-conformance verify bundle --json

  What a bundle must keep:
    qmp-conformance verify --rules`;

interface VerifyWords {
  readonly key?: string;
  readonly keyring?: string;
  readonly profiles?: string;
  readonly rules: boolean;
  readonly json: boolean;
}

/** Adds `verify`. */
export function addVerifyCommand(program: Command): void {
  program
    .command('verify')
    .summary("judge a bundle of 'certify' again, without a QEMU")
    .description('Verifies a bundle, judges its wire log again, and names the rules that it breaks.')
    .argument('[BUNDLE]', "the folder that 'certify' made")
    .addOption(new Option('--key <FILE>', "the vendor's public key: Ed25519, PEM").conflicts('keyring'))
    .option('--keyring <FOLDER>', 'public keys of vendors (*.pem); one of them must have signed')
    .option('--profiles <FOLDER>', 'profiles of your own, instead of those of the suite')
    .option('--rules', 'list the rules that a bundle must keep', false)
    .option('--json', 'print what was found as JSON', false)
    .addHelpText('after', HELP)
    .action(async (bundle: string | undefined, words: VerifyWords) => {
      process.exitCode = words.rules ? await listRules(words) : await verify(bundle, words);
    });
}

async function listRules({ json }: VerifyWords): Promise<0> {
  const { RULES } = await import('../certify/rules.ts');
  if (json) printJson(RULES);
  else process.stdout.write((await import('../../reports/certificate-text.ts')).renderRules(RULES));
  return 0;
}

async function verify(bundle: string | undefined, words: VerifyWords): Promise<0 | 1> {
  if (bundle === undefined) throw new InputError('no BUNDLE; expected the folder of one, or --rules');
  const trusted = await readTrusted(words);
  const { verifyBundle } = await import('../certify/verify-bundle.ts');
  const { readSuite } = await import('../certify/court.ts');
  const verification = await verifyBundle(bundle, trusted, () => readSuite(words.profiles));
  if (words.json) printJson(summaryOf(verification));
  else {
    const { renderVerification } = await import('../../reports/certificate-text.ts');
    process.stdout.write(renderVerification(bundle, verification));
  }
  return verification.breaches.length === 0 ? 0 : 1;
}

async function readTrusted({ key, keyring }: VerifyWords): Promise<readonly NamedKey[] | undefined> {
  const { readKeyring, readPublicKey } = await import('../certify/keys.ts');
  if (keyring !== undefined) return readKeyring(keyring);
  return key === undefined ? undefined : [{ file: key, key: await readPublicKey(key) }];
}

function summaryOf({ breaches, signer, facts, score }: Verification): object {
  return {
    format: 1,
    verified: breaches.length === 0,
    trusted: signer?.trusted !== undefined,
    breaches,
    ...(signer && { signer }),
    ...(facts && { target: facts.target, suite: facts.suite, run: facts.run, host: facts.host }),
    ...(score && {
      result: score.result,
      counts: score.counts,
      waivers: score.used.map(({ place: _, ...waiver }) => waiver),
      rows: Object.fromEntries(score.standings),
    }),
  };
}
