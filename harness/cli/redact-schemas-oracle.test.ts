import { expect } from 'chai';
import { nameOfPath } from '../compat/wire-path.ts';
import { loadHistory } from '../compat/history/read-history.ts';
import type { PlaceHistory } from '../compat/history/history.ts';
import type { JsonValue } from '../json/value.ts';
import { shippedReleases } from '../json-schema/load-schema.ts';
import { SCHEMA_FAMILIES } from '../qapi/model.ts';
import { defaultRedactRules } from '../redact/default-rules.ts';
import { createRedactor } from '../redact/redactor.ts';

/**
 * Every string of all releases' schemas whose name sounds like a secret is either replaced by the default rules, or
 * stands here with the reason why it is none. A new release's new member fails until somebody has decided.
 */
const SUSPICIOUS =
  /pass|secret|key|token|cookie|auth|cred|user|login|private|cert|pem|salt|seed|digest|signature|buf-|input-data|(?:out|err)-data|^data$|command-line|packet-header|session|launch|hash/i;

/** By `DEFINITION.member`, or `*.member` for all definitions. */
const NO_SECRETS: Readonly<Record<string, string>> = {
  '*.password-secret': 'the id of a secret object',
  '*.proxy-password-secret': 'the id of a secret object',
  '*.cookie-secret': 'the id of a secret object',
  '*.key-secret': 'the id of a secret object',
  'QCryptoBlockAmendOptionsLUKS.old-secret': 'the id of a secret object',
  'QCryptoBlockAmendOptionsLUKS.new-secret': 'the id of a secret object',
  'QCryptoBlockAmendOptionsLUKS.secret': 'the id of a secret object',
  '*.passwordid': 'the id of a secret object',
  '*.keyid': 'the id of a secret object',
  '*.tls-creds': 'the id of a tls-creds object',
  '*.tls-authz': 'the id of an authorization object',
  '*.auth': 'the name of a way to authenticate',
  '*.sasl_username': 'the name of an account, which a server tells of its clients',
  'SshHostKeyHash.hash': "the fingerprint of a server's public key",
  'client_migrate_info.cert-subject': 'part of a public certificate',
  'human-monitor-command.command-line': 'only its secret words are replaced',
  'SevGuestProperties.dh-cert-file': 'a path',
  'SevGuestProperties.session-file': 'a path',
  'SevSnpGuestProperties.id-auth': 'signatures and public keys, by which the guest is checked',
  'TlsCredsPskProperties.username': 'the name under which the key is looked up, sent in the clear',
  'SevAttestationReport.data': 'a signed report, for others to verify',
  'SevLaunchMeasureInfo.data': 'a measurement, for others to verify',
  'SevCapability.cert-chain': 'public certificates',
  'GuestUser.user': 'the name of an account',
  'guest-set-user-password.username': 'the name of an account',
  'guest-ssh-add-authorized-keys.username': 'the name of an account',
  'guest-ssh-get-authorized-keys.username': 'the name of an account',
  'guest-ssh-remove-authorized-keys.username': 'the name of an account',
};

describe('default rules and the schemas', function () {
  this.timeout(60_000);
  const rules = defaultRedactRules();
  const used = new Set<string>();

  for (const family of SCHEMA_FAMILIES) {
    it(`${family}: every member that sounds like a secret is replaced, or known to be none`, () => {
      const history = loadHistory(family);
      expect(history.releases).to.deep.equal(shippedReleases(family));
      const left = new Set<string>();
      for (const place of suspects(history.places.values())) {
        const names = place.definitions.map(({ value }) => `${value}.${nameOfPath(place.path)}`);
        const known = [...names, `*.${nameOfPath(place.path)}`].find((name) =>
          Object.hasOwn(NO_SECRETS, name),
        );
        if (known !== undefined) used.add(known);
        else if (!isReplaced(place)) left.add(`${names.join(' ')} at ${place.path}`);
      }
      expect([...left]).to.deep.equal([]);
    });
  }

  it('knows of no member that there is not', () => {
    expect(Object.keys(NO_SECRETS).filter((name) => !used.has(name))).to.deep.equal([]);
  });

  const SECRET = 'Zg7!secret';

  function isReplaced({ path }: PlaceHistory): boolean {
    const redactor = createRedactor(rules);
    const [top = '', body = ''] = path.split('/');
    const value = valueAt(path.split('/').slice(2), SECRET);
    if (body === 'data') return !redactor.redactMessage(eventOf(top, value), '<-', 0).includes(SECRET);
    const command = JSON.stringify({ execute: top, ...(body === 'arguments' && { arguments: value }) });
    const sent = redactor.redactMessage(command, '->', 0);
    if (body === 'arguments') return !sent.includes(SECRET);
    return !redactor.redactMessage(JSON.stringify({ return: value }), '<-', 0).includes(SECRET);
  }
});

function eventOf(event: string, data: JsonValue): string {
  return JSON.stringify({ event, data, timestamp: { seconds: 1, microseconds: 1 } });
}

/** One place for each member of each definition below each command and event. */
function suspects(places: Iterable<PlaceHistory>): readonly PlaceHistory[] {
  const found = new Map<string, PlaceHistory>();
  for (const place of places) {
    const name = nameOfPath(place.path);
    const isString = place.types.some(({ value }) => /\bstr\b/.test(value));
    if (place.kind !== 'member' || !isString || !SUSPICIOUS.test(name)) continue;
    const key = [
      place.path.split('/').slice(0, 2),
      ...place.definitions.map(({ value }) => value),
      name,
    ].join(' ');
    if (!found.has(key)) found.set(key, place);
  }
  return [...found.values()];
}

/** A value in which `secret` stands at a path; what decides a branch stands beside. */
function valueAt(steps: readonly string[], secret: string): JsonValue {
  const object: Record<string, JsonValue> = {};
  for (const [at, step] of steps.entries()) {
    const [, name = '', brackets = '', value] = /^([^=[]+)((?:\[\])*)(?:=(.*))?$/.exec(step) ?? [];
    if (value !== undefined) {
      object[name] = value;
      continue;
    }
    const inner = at === steps.length - 1 ? secret : valueAt(steps.slice(at + 1), secret);
    object[name] = brackets === '' ? inner : [inner];
    break;
  }
  return object;
}
