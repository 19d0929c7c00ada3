import { expect } from 'chai';
import { InputError } from '../errors.ts';
import { checkConditions, compileKnownFailures } from './apply-known-failures.ts';
import { result, TARGET } from './archive-fixture.test.ts';
import { conditionHolds, type ConditionFacts } from './failure-condition.ts';
import { fingerprintOf } from './fingerprint.ts';
import { readKnownFailures, type KnownFailure } from './known-failures.ts';
import type { RowResult } from './verdict.ts';

const FACTS: ConditionFacts = TARGET;

function entryOf(more: string): KnownFailure {
  const text = `- { rows: examples/a/*, reason: known, review-by: 2030-01-01, ${more} }`;
  const [entry] = readKnownFailures(text, 'k.yaml');
  if (entry === undefined) throw new Error('no entry');
  return entry;
}

describe('conditions of known failures', () => {
  const table: readonly (readonly [string, Partial<ConditionFacts>, boolean])[] = [
    ['7.2-10.0', {}, true],
    ['7.2-10.0', { version: '10.0.13' }, true],
    ['7.2-10.0', { version: '10.1.0' }, false],
    ['7.2-10.0', { version: '5.2.0' }, false],
    ['10.0', { version: '10.0.2' }, true],
    ['">= 9.1"', { version: '11.1.2' }, true],
    ['">= 9.1"', { version: '9.0.4' }, false],
    ['"<= 7.2"', { version: '7.2.22' }, true],
    ['"<= 7.2"', { version: '8.0.0' }, false],
    ['{ releases: 7.2 }', {}, true],
    ['{ accelerator: kvm }', {}, false],
    ['{ accelerator: [kvm, tcg] }', {}, true],
    ['{ architecture: aarch64 }', {}, false],
    ['{ architecture: [aarch64, x86_64] }', {}, true],
    ['{ distribution: debian }', {}, true],
    ['{ distribution: debian }', { package: 'Debian 1:8.2.2+dfsg-0ubuntu1' }, false],
    ['{ distribution: ubuntu }', { package: 'Debian 1:8.2.2+dfsg-0ubuntu1' }, true],
    ['{ distribution: fedora }', { package: 'qemu-8.1.3-5.fc39' }, true],
    ['{ distribution: rhel }', { package: 'qemu-kvm-8.2.0-11.el9_4' }, true],
    ['{ distribution: suse }', { package: 'openSUSE Tumbleweed' }, true],
    ['{ distribution: none }', { package: '' }, true],
    ['{ distribution: none }', { package: 'v9.1.0-1234-gabcdef1234' }, true],
    ['{ distribution: none }', {}, false],
    ['{ distribution: [fedora, debian] }', {}, true],
    ['{ releases: 7.2, accelerator: tcg, architecture: x86_64, distribution: debian }', {}, true],
    ['{ releases: 7.2, accelerator: tcg, architecture: x86_64, distribution: none }', {}, false],
  ];
  for (const [when, facts, holds] of table) {
    it(`${when} ${holds ? 'holds' : 'does not hold'} on ${JSON.stringify(facts)}`, () => {
      expect(conditionHolds(entryOf(`when: ${when}`).when, { ...FACTS, ...facts })).to.equal(holds);
    });
  }

  const bad: readonly (readonly [string, RegExp])[] = [
    ['when: soon', /^k\.yaml:1:\d+: releases 'soon'; expected a range/],
    ['when: 10.0-7.2', /releases '10.0-7.2'; expected/],
    ['when: "> 9.1"', /releases '> 9.1'; expected .*>= 9\.1/],
    ['when: {}', /no condition; expected releases/],
    ['when: []', /a list; expected a plain value/],
    ['when: { release: 7.2 }', /unknown key 'release'; expected 'releases'/],
    ['when: { accelerator: kwm }', /'kwm'; expected 'kvm'/],
    ['when: { accelerator: [] }', /an empty list; expected some of tcg/],
    ['when: { architecture: amd64 }', /'amd64'; expected/],
    ['when: { distribution: gentoo }', /'gentoo'; expected one of debian/],
    ['fingerprints: []', /an empty list; expected fingerprints/],
    ['fingerprints: abc', /'abc'; expected a list/],
    ['fingerprints: [abc]', /fingerprint 'abc'; expected 16 hexadecimal digits/],
    ['fingerprints: ["0123456789ABCDEF"]', /fingerprint '0123456789ABCDEF'; expected/],
    ['fingerprints: [[]]', /a list; expected a plain value/],
  ];
  for (const [more, message] of bad) {
    it(`${more} is refused`, () => {
      expect(() => entryOf(more)).to.throw(InputError, message);
    });
  }

  it('takes a fingerprint of digits for what is written', () => {
    expect(entryOf('fingerprints: [1234567890123456, 12345678901234e5]').fingerprints).to.deep.equal([
      '1234567890123456',
      '12345678901234e5',
    ]);
  });

  it('refuses a reason that nobody has said', () => {
    const text = '- { rows: x, reason: TODO, review-by: 2030-01-01 }';
    expect(() => readKnownFailures(text, 'k.yaml')).to.throw(
      InputError,
      "k.yaml:1:22: reason 'TODO'; expected why it fails",
    );
  });

  const known = ['7.2', '10.0', '11.1'];
  for (const when of ['7.2', '7.2.9', '8.0-10.0', '">= 11.1"', '11.1.90', '"0.14, 10.0"']) {
    it(`${when} can hold`, () => {
      expect(() => checkConditions([entryOf(`when: ${when}`)], known)).not.to.throw();
    });
  }
  for (const when of ['7.3', '8.0-9.2', '">= 12.0"', '"<= 6.2"', '10.1.3']) {
    it(`${when} can never hold`, () => {
      expect(() => checkConditions([entryOf(`when: ${when}`)], known)).to.throw(
        InputError,
        /^k\.yaml:1:3: releases '.*' can never hold; expected some of 7\.2 to 11\.1$/,
      );
    });
  }

  it('can hold on a version that is run', () => {
    expect(() => checkConditions([entryOf('when: ">= 12.0"')], [...known, '12.0.0'])).not.to.throw();
  });
});

describe('known failures with conditions and fingerprints, applied', () => {
  const finding = {
    blame: 'target',
    message: 1,
    rule: 'schema/type',
    pointer: '/a',
    what: 'w',
    expected: 'e',
  } as const;
  const fail = result('examples/a/one', { verdict: 'fail', findings: [finding], reason: 'w; expected e' });
  const other = result('examples/a/one', {
    verdict: 'fail',
    findings: [{ ...finding, pointer: '/b' }],
    reason: 'r',
  });
  const print = fingerprintOf(fail);
  const apply = (more: string, given: RowResult, facts?: ConditionFacts): RowResult =>
    compileKnownFailures([entryOf(more)])(given, facts);

  it('hold on the target that the condition means', () => {
    expect(apply('when: { distribution: debian }', fail, TARGET).verdict).to.equal('known-failure');
    expect(apply('when: { distribution: fedora }', fail, TARGET)).to.deep.equal(fail);
    expect(apply('when: 10.0', result('examples/a/one'), TARGET).verdict).to.equal('pass');
    expect(apply('when: 7.2', result('examples/a/one'), TARGET).verdict).to.equal('unexpected-pass');
  });

  it("take a target's name for all but the package where nothing else is known", () => {
    expect(apply('when: { releases: 7.2, accelerator: tcg }', fail).verdict).to.equal('known-failure');
    expect(apply('when: { accelerator: kvm }', fail).verdict).to.equal('fail');
  });

  it('keep what it was', () => {
    const { was } = apply(`fingerprints: ["${print}"]`, fail);
    expect(was).to.deep.equal({ verdict: 'fail', reason: 'w; expected e' });
  });

  it('leave another difference red, and say so', () => {
    const applied = apply(`fingerprints: ["${print}"]`, other);
    expect(applied.verdict).to.equal('fail');
    expect(applied.reason).to.equal(
      `known failure (known) of another difference: got ${fingerprintOf(other)}, expected ${print}; r`,
    );
    expect(applied.was).to.deep.equal({ verdict: 'fail', reason: 'r' });
  });

  it('say nothing of another difference where the rule is another, too', () => {
    expect(apply(`rule: shape/*, fingerprints: ["${print}"]`, other)).to.deep.equal(other);
  });

  it('explain each of several differences', () => {
    const several = `fingerprints: ["${print}", "${fingerprintOf(other)}"]`;
    for (const given of [fail, other]) expect(apply(several, given).verdict).to.equal('known-failure');
  });

  it('are explained by an entry without a fingerprint beside one with another', () => {
    const entries = [entryOf('fingerprints: ["0000000000000000"]'), entryOf('rule: schema/*')];
    expect(compileKnownFailures(entries)(fail)).to.include({ verdict: 'known-failure', reason: 'known' });
  });

  it('are stale where the row passes', () => {
    expect(apply(`fingerprints: ["${print}"]`, result('examples/a/one')).verdict).to.equal('unexpected-pass');
  });

  it('applied twice are applied once', () => {
    for (const given of [fail, other, result('examples/a/one')]) {
      const twice = compileKnownFailures([entryOf(`fingerprints: ["${print}"]`)]);
      expect(twice(twice(given))).to.deep.equal(twice(given));
    }
  });
});
