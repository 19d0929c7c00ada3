import { expect } from 'chai';
import type { Score } from '../harness/certify/standing.ts';
import { describeScore, renderBreaches, renderVerification } from './certificate-text.ts';

const COUNTS = { passed: 3, erratum: 0, waived: 0, 'not-applicable': 0, untestable: 0, failed: 0 };
const WAIVER = {
  place: { file: 'w.yaml', line: 1, column: 3 },
  rows: 'a/*',
  scope: {},
  reason: 'why\u001b[2J',
  link: 'https://example.org/1',
  until: '2030-01-01',
};

function scoreOf(change: Partial<Score>): Score {
  const standings = new Map([['a/b', 'passed' as const]]);
  return { standings, counts: COUNTS, result: 'PASSED', used: [], breaches: [], ...change };
}

describe('certificate-text', () => {
  it('says a score in a sentence', () => {
    expect(describeScore(scoreOf({}))).to.equal('passed; 3 of 1 row pass, 0 not applicable');
    const waived = scoreOf({ used: [WAIVER], counts: { ...COUNTS, waived: 2, untestable: 1, erratum: 1 } });
    expect(describeScore(waived)).to.equal(
      'passed with 1 waiver (2 rows); 3 of 1 row pass, 1 wrong in their documents, 0 not applicable, 1 untestable',
    );
    const failed = scoreOf({ result: 'FAILED', counts: { ...COUNTS, failed: 1 } });
    expect(describeScore(failed)).to.equal('failed; 3 of 1 row pass, 1 fail, 0 not applicable');
  });

  it('moves no cursor, whatever a bundle says', () => {
    const breach = { rule: 'bundle/record', where: 'a\nb', what: '\u001b]0;x\u0007', expected: 'e' } as const;
    expect(renderBreaches([breach])).to.equal('bundle/record: a⏎b: \\u001b]0;x\\u0007; expected e\n');
    const signer = { keyid: 'sha256:\u202e' };
    const text = renderVerification('b', { breaches: [breach], signer, score: scoreOf({ used: [WAIVER] }) });
    // eslint-disable-next-line no-control-regex -- these are what must not be there
    expect(text).to.not.match(/[\u0000-\u0009\u000b-\u001f\u007f\u202e]/);
    expect(text.trimEnd().split('\n').at(-1)).to.equal('b: refused, for 1 reason');
  });

  it('trusts nobody unasked', () => {
    const text = renderVerification('b', { breaches: [], signer: { keyid: 'k' } });
    expect(text).to.equal(
      'signer:  k, the key in the bundle; whose it is, nobody has said\n' +
        'b: verified, but by an unknown signer: give the key of the vendor with --key or --keyring\n',
    );
    expect(renderVerification('b', { breaches: [], signer: { keyid: 'k', trusted: 'v.pem' } })).to.equal(
      'signer:  k, trusted by v.pem\nb: verified\n',
    );
  });
});
