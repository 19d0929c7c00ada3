import type { Breach, RuleId } from '../harness/certify/rules.ts';
import type { Score } from '../harness/certify/standing.ts';
import type { Verification } from '../harness/certify/verify-bundle.ts';
import { oneLine } from './text.ts';

/** The rules that a submission breaks, one to a line: `rule: where: what; expected what`. */
export function renderBreaches(breaches: readonly Breach[]): string {
  return breaches
    .map(
      ({ rule, where, what, expected }) => `${oneLine(`${rule}: ${where}: ${what}; expected ${expected}`)}\n`,
    )
    .join('');
}

/** A score in a sentence. */
export function describeScore({ counts, result, used, standings }: Score): string {
  const { passed, erratum, waived, untestable, failed } = counts;
  const waivers =
    used.length === 0 ? '' : ` with ${countOf(used.length, 'waiver')} (${countOf(waived, 'row')})`;
  const word = result === 'FAILED' ? 'failed' : `passed${waivers}`;
  const parts = [
    `${passed} of ${countOf(standings.size, 'row')} pass`,
    failed > 0 ? `${failed} fail` : undefined,
    erratum > 0 ? `${erratum} wrong in their documents` : undefined,
    `${counts['not-applicable']} not applicable`,
    untestable > 0 ? `${untestable} untestable` : undefined,
  ];
  return `${word}; ${parts.filter((part) => part !== undefined).join(', ')}`;
}

function countOf(count: number, what: string): string {
  return `${count} ${what}${count === 1 ? '' : 's'}`;
}

/** What a verifier is told. */
export function renderVerification(folder: string, { breaches, signer, facts, score }: Verification): string {
  const lines: string[] = [];
  if (facts !== undefined) {
    const { target, suite, run, host } = facts;
    const buildId = target.buildId === undefined ? '' : `, build id ${target.buildId}`;
    lines.push(
      `target:  ${target.name}, ${target.package === '' ? 'no package' : target.package}`,
      `binary:  ${target.file}, SHA-256 ${target.digest}${buildId}`,
      `suite:   ${suite.version}, profile ${suite.profile.name}`,
      `run:     ${run.started} to ${run.finished}; certified on ${host.system} ${host.kernel} ${host.architecture}, ${host.processor}`,
    );
  }
  if (signer !== undefined) lines.push(`signer:  ${signer.keyid}, ${trustOf(signer)}`);
  if (score !== undefined) {
    lines.push(`rows:    ${describeScore(score)}`);
    for (const { rows, reason, link, until } of score.used)
      lines.push(`waiver:  ${rows} until ${until}: ${reason} (${link})`);
  }
  const head = lines.map((line) => `${oneLine(line)}\n`).join('');
  const end =
    breaches.length === 0 ? verdictOf(signer) : `refused, for ${countOf(breaches.length, 'reason')}`;
  return `${head}${renderBreaches(breaches)}${oneLine(`${folder}: ${end}`)}\n`;
}

function trustOf({ trusted }: NonNullable<Verification['signer']>): string {
  return trusted === undefined
    ? 'the key in the bundle; whose it is, nobody has said'
    : `trusted by ${trusted}`;
}

function verdictOf(signer: Verification['signer']): string {
  return signer?.trusted === undefined
    ? 'verified, but by an unknown signer: give the key of the vendor with --key or --keyring'
    : 'verified';
}

/** The rules, one to a line. */
export function renderRules(rules: Readonly<Record<RuleId, string>>): string {
  const entries = Object.entries(rules);
  const width = Math.max(...entries.map(([rule]) => rule.length));
  return entries.map(([rule, words]) => `${rule.padEnd(width)}  ${words}\n`).join('');
}
