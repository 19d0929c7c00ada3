import { expect } from 'chai';
import { fingerprintOf } from './fingerprint.ts';
import { withoutExpectations } from './raw-verdict.ts';
import type { Finding, ProcessEnd, RowResult } from './verdict.ts';

const FINDING: Finding = {
  blame: 'target',
  message: 1,
  rule: 'schema/type',
  pointer: '/return/3/size',
  what: 'string "0x1000"',
  expected: 'an integer',
};

const FAIL: RowResult = {
  row: 'examples/block-core/query-block',
  target: '7.2.22 x86_64 tcg',
  verdict: 'fail',
  findings: [FINDING],
  checks: 4,
  documented: true,
  duration: 12,
};

const CRASH: RowResult = { ...FAIL, verdict: 'crash', findings: [], process: endWith("'entry' failed") };

describe('fingerprintOf', () => {
  it('is 16 hexadecimal digits', () => {
    expect(fingerprintOf(FAIL)).to.match(/^[0-9a-f]{16}$/);
  });

  it('is written down in files of expectations, so it must not change by accident', () => {
    expect(fingerprintOf(FAIL)).to.equal('dc9c168988a542a2');
    expect(fingerprintOf(CRASH)).to.equal('cd4326394e4a9551');
  });

  const failing = (finding: Partial<Finding>): RowResult => ({
    ...FAIL,
    findings: [{ ...FINDING, ...finding }],
  });
  const outcome = (what: string): RowResult =>
    failing({ rule: 'shape/outcome', pointer: '', what, expected: 'success' });
  const crash = (end: Partial<ProcessEnd>): RowResult => ({
    ...CRASH,
    process: { command: [], code: null, signal: 'SIGABRT', stderr: '', ...end },
  });
  const untestable = (reason: string): RowResult => ({
    ...FAIL,
    verdict: 'untestable',
    findings: [],
    reason,
  });

  const same: readonly (readonly [string, RowResult, RowResult])[] = [
    [
      'duration, checks, target and row',
      FAIL,
      { ...FAIL, target: '7.2.9 x86_64 kvm', row: 'a', checks: 9, duration: 1 },
    ],
    ['the index of an element', FAIL, failing({ pointer: '/return/0/size' })],
    [
      'how many elements are wrong',
      FAIL,
      { ...FAIL, findings: [FINDING, { ...FINDING, pointer: '/return/7/size' }] },
    ],
    ['a string that is no name', FAIL, failing({ what: 'string "0xffff"' })],
    ['desc', outcome("error GenericError: Node 'a' not found"), outcome('error GenericError: no such node')],
    [
      'members that a release has besides',
      failing({ rule: 'schema/unknown-member', what: "member 'a'", expected: 'members b, c' }),
      failing({ rule: 'schema/unknown-member', what: "member 'a'", expected: 'members b, c, d' }),
    ],
    ['numbers', failing({ what: 'number 17' }), failing({ what: 'number 4294967295' })],
    ['paths', failing({ what: 'no file /tmp/a1/x.sock' }), failing({ what: 'no file /var/run/b/y.sock' })],
    [
      'identifiers',
      failing({ what: 'node 6fa459ea-ee8a-3ca4-894e-db77e160355e' }),
      failing({ what: 'node 16fd2706-8baf-433b-82eb-8c7fada847da' }),
    ],
    [
      'the package in a response',
      failing({ what: '{"return": {"package": "Debian 1"}, "id": 3}', expected: 'an error' }),
      failing({ what: '{"return": {"package": "v7.2"}, "id": 4}', expected: 'an error' }),
    ],
    [
      'lines and warnings beside an assertion',
      CRASH,
      crash({ stderr: "warning: host\nq: ../util/yank.c:9: f: Assertion 'entry' failed.\n" }),
    ],
    [
      'what known failures made of it',
      FAIL,
      { ...FAIL, verdict: 'known-failure', reason: 'known', was: { verdict: 'fail' } },
    ],
    [
      'a known failure of an archive that keeps no more',
      FAIL,
      { ...FAIL, verdict: 'known-failure', reason: 'known' },
    ],
    [
      'a known crash of an archive that keeps no more',
      CRASH,
      { ...CRASH, verdict: 'known-failure', reason: 'known' },
    ],
    [
      'how the host lacks what is needed',
      untestable('needs vsock; found: error A: b'),
      untestable('needs vsock; found: exit status 1'),
    ],
    [
      'how many requests of the schema came before',
      { ...failing({ message: 3 }), row: 'queries/x86_64/bare/qom-get' },
      { ...failing({ message: 4 }), row: 'queries/x86_64/bare/qom-get' },
    ],
    [
      'whether a crash came again',
      failing({ rule: 'process/crash/t', what: 'the target ended with signal SIGABRT' }),
      failing({
        rule: 'process/crash/t',
        what: 'the target ended with signal SIGABRT (not again on a fresh one)',
      }),
    ],
  ];
  for (const [what, left, right] of same) {
    it(`is the same whatever ${what}`, () => {
      expect(fingerprintOf(left)).to.equal(fingerprintOf(right));
    });
  }

  const other: readonly (readonly [string, RowResult, RowResult])[] = [
    ['blame', FAIL, failing({ blame: 'behaviour' })],
    ['message', FAIL, failing({ message: 3 })],
    ['rule', FAIL, failing({ rule: 'schema/range' })],
    ['member', FAIL, failing({ pointer: '/return/3/length' })],
    ['type found', FAIL, failing({ what: 'an array' })],
    ['type expected', FAIL, failing({ expected: 'a boolean' })],
    ['enum value', failing({ what: 'string "authz-list-file"' }), failing({ what: 'string "authz-simple"' })],
    ['error class', outcome('error GenericError: x'), outcome('error DeviceNotFound: x')],
    ['verdict', FAIL, { ...FAIL, verdict: 'timeout' }],
    ['verdict before expectations', FAIL, { ...FAIL, verdict: 'known-failure', was: { verdict: 'timeout' } }],
    ['further finding', FAIL, { ...FAIL, findings: [FINDING, { ...FINDING, pointer: '/return/0/name' }] }],
    ['signal', CRASH, crash({ signal: 'SIGSEGV' })],
    ['exit status', crash({ signal: null, code: 1 }), crash({ signal: null, code: 3 })],
    ['assertion', CRASH, crash({ stderr: "q: ../util/yank.c:9: f: Assertion 'other' failed.\n" })],
    [
      'function of the assertion',
      CRASH,
      crash({ stderr: "q: ../util/yank.c:9: g: Assertion 'entry' failed.\n" }),
    ],
    [
      "GLib's assertion",
      crash({ stderr: 'ERROR:../a.c:12:f: assertion failed: (a == b)\n' }),
      crash({ stderr: 'ERROR:../a.c:12:f: code should not be reached\n' }),
    ],
    [
      "musl's assertion",
      crash({ stderr: 'Assertion failed: a == b (../a.c: f: 12)\n' }),
      crash({ stderr: 'Assertion failed: a == c (../a.c: f: 12)\n' }),
    ],
    ['what is needed', untestable('needs vsock'), untestable('needs a TPM')],
  ];
  for (const [what, left, right] of other) {
    it(`differs by ${what}`, () => {
      expect(fingerprintOf(left)).not.to.equal(fingerprintOf(right));
    });
  }

  it('takes no longer for texts that are made to take long', () => {
    const text = `${'"'.repeat(20_000)}${'Assertion `'.repeat(5_000)}${'/a/'.repeat(20_000)}${'9'.repeat(20_000)}`;
    const before = performance.now();
    fingerprintOf({ ...crash({ stderr: text }), findings: [{ ...FINDING, what: text, expected: text }] });
    expect(performance.now() - before).to.be.below(2000);
  });
});

describe('withoutExpectations', () => {
  it('gives back verdict and reason', () => {
    const raw: RowResult = { ...CRASH, reason: 'the target ended with signal SIGABRT' };
    const { reason = '' } = raw;
    const known: RowResult = {
      ...raw,
      verdict: 'known-failure',
      reason: 'known',
      was: { verdict: 'crash', reason },
    };
    expect(withoutExpectations(known)).to.deep.equal(raw);
  });

  it('knows that what passes unexpectedly passes', () => {
    const { verdict, reason } = withoutExpectations({ ...FAIL, verdict: 'unexpected-pass', reason: 'stale' });
    expect({ verdict, reason }).to.deep.equal({ verdict: 'pass', reason: undefined });
  });

  it('leaves what no expectation has touched', () => {
    for (const result of [FAIL, CRASH, untestableOf('x')])
      expect(withoutExpectations(result)).to.deep.equal(result);
  });
});

function untestableOf(reason: string): RowResult {
  return { ...FAIL, verdict: 'untestable', findings: [], reason };
}

function endWith(assertion: string): ProcessEnd {
  const stderr = `q: ../util/yank.c:105: f: Assertion ${assertion}.\n`;
  return { command: ['q'], code: null, signal: 'SIGABRT', stderr };
}
