/** The rules that a submission must keep, and what breaks them. Their names never change. */
export const RULES = {
  'bundle/file': 'the folder holds the files of a bundle and nothing else: no links, none too large',
  'bundle/envelope': 'attestation.json is a DSSE envelope with one signature, around an in-toto statement',
  'bundle/signature': 'the signature fits the statement and the key',
  'bundle/key': 'the bundle is signed by a key that the verifier trusts',
  'bundle/digest': 'each file has the SHA-256 that the statement says',
  'bundle/format': 'the bundle is of a format that this version knows',
  'bundle/record': 'each file is spelled as certify spells it',
  'bundle/other-suite':
    'the bundle was made with the recordings, stages, schemas and expectations of this suite',
  'bundle/profile': 'the profile is the one that is frozen in this suite',
  'bundle/other-target': 'statement, facts, verdicts and greetings speak of one binary',
  'bundle/missing-row': 'each scored row of the profile has a verdict',
  'bundle/double-row': 'no row has two verdicts',
  'bundle/foreign-row': 'verdicts and messages are of scored rows only',
  'bundle/log-differs': 'the messages of a row are those that the row sends and draws',
  'bundle/verdict-differs': 'each verdict is the one that the messages give',
  'bundle/waiver': 'each waiver has a link and a scope, is in force, and waives something',
  'bundle/red-row': 'whatever fails has a waiver',
  'bundle/minimum': 'as many rows were performed as the profile demands',
  'bundle/statement-differs': 'the statement says what the verdicts say',
} as const;

/** One of {@link RULES}. */
export type RuleId = keyof typeof RULES;

/** A rule that a submission breaks, and by what. */
export interface Breach {
  readonly rule: RuleId;
  /** The file of the bundle, or the row, that breaks it. */
  readonly where: string;
  readonly what: string;
  readonly expected: string;
}

/** A submission that breaks a rule; what else is wrong with it is not looked at. */
export class BrokenRule extends Error {
  override readonly name = 'BrokenRule';

  constructor(readonly breach: Breach) {
    super(`${breach.rule}: ${breach.where}: ${breach.what}; expected ${breach.expected}`);
  }
}

/** @throws {BrokenRule} always */
export function broken(rule: RuleId, where: string, what: string, expected: string, cause?: unknown): never {
  throw Object.assign(new BrokenRule({ rule, where, what, expected }), cause === undefined ? {} : { cause });
}
