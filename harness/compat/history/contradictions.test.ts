import { expect } from 'chai';
import { buildHistory } from './build-history.ts';
import { findContradictions } from './contradictions.ts';
import { modelsOf } from './fixture-history.ts';
import type { Announcement } from './history.ts';

/** Contradictions of four releases that differ in nothing but the text of each. */
function found(
  texts: Readonly<Record<string, string>>,
  announcements: readonly Announcement[] = [],
): string[] {
  const models = modelsOf({ '9.0': '', '9.1': '', '9.2': '', '10.0': '', ...texts });
  const contradictions = findContradictions(buildHistory(models, announcements), models);
  return contradictions.map(({ rule, subject, documented = '', shown = '' }) =>
    [rule, subject, documented, shown].join(' '),
  );
}

function stop(since: string, member = '', data = ''): string {
  const tag = since === '' ? '' : `#\n# Since: ${since}\n`;
  return `##\n# @stop:\n#\n# Stops.\n${member}${tag}##\n{ 'command': 'stop'${data} }\n`;
}

const OTHER = `##\n# @other:\n#\n# Other.\n#\n# Since: 8.0\n##\n{ 'command': 'other' }\n`;
const X = `, 'data': { '*x': 'int' }`;

/** @param x what stands behind the description of the member `x` */
function memberX(x: string): string {
  return `#\n# @x: something${x}\n`;
}

describe('findContradictions', () => {
  const commands: readonly (readonly [what: string, since: string, expected: readonly string[]])[] = [
    ['the right release', '9.2', []],
    ['a full release number', '9.2.0', []],
    ['a point release, which the next release is the first to show', '9.1.3', []],
    ['too early', '9.1', ['since-too-early stop 9.1 9.2']],
    ['too late', '10.0', ['since-too-late stop 10.0 9.2']],
    ['none', '', ['since-missing stop  9.2']],
  ];
  for (const [what, since, expected] of commands) {
    it(`of a command: ${what}`, () => {
      const texts = { '9.0': OTHER, '9.1': OTHER, '9.2': OTHER + stop(since), '10.0': OTHER + stop(since) };
      expect(found(texts)).to.deep.equal(expected);
    });
  }

  const members: readonly (readonly [what: string, since: string, expected: readonly string[]])[] = [
    ['the right release', ' (since 10.0)', []],
    ['none: the one of its command would hold', '', ['since-missing stop.x 8.0 10.0']],
    ['too early', ' (since 9.2)', ['since-too-early stop.x 9.2 10.0']],
  ];
  for (const [what, since, expected] of members) {
    it(`of a member that came later: ${what}`, () => {
      const older = stop('8.0');
      const texts = { '9.0': older, '9.1': older, '9.2': older, '10.0': stop('8.0', memberX(since), X) };
      expect(found(texts)).to.deep.equal(expected);
    });
  }

  it('says nothing of what was there in the first release, unless it is said to be younger', () => {
    const texts = (since: string) => {
      const text = stop(since);
      return { '9.0': text, '9.1': text, '9.2': text, '10.0': text };
    };
    expect(found(texts('0.14'))).to.deep.equal([]);
    expect(found(texts('9.1'))).to.deep.equal(['since-too-late stop 9.1 9.0']);
  });

  it('says nothing of what had an x- name before', () => {
    const older = OTHER + stop('9.1').replaceAll('stop', 'x-stop');
    const newer = OTHER + stop('9.1');
    expect(found({ '9.0': OTHER, '9.1': older, '9.2': newer, '10.0': newer })).to.deep.equal([]);
  });

  it('says nothing of a definition that was split off from an older one', () => {
    const text = stop('8.0', memberX(' (since 9.0)'), X);
    const split = `##\n# @Args:\n#\n# Arguments.\n${memberX(' (since 9.0)')}#\n# Since: 8.0\n##\n{ 'struct': 'Args', 'data': { '*x': 'int' } }\n${stop('8.0', '', `, 'data': 'Args'`)}`;
    expect(found({ '9.0': text, '9.1': text, '9.2': split, '10.0': split })).to.deep.equal([]);
  });

  describe('of the lists of deprecated and removed features', () => {
    const announced = { paths: ['stop'], names: ['stop'], from: '9.0' };
    const there = stop('8.0');
    const marked = stop('8.0', '#\n# Features:\n#\n# @deprecated: yes\n', `, 'features': [ 'deprecated' ]`);
    const rows: readonly (readonly [string, last: string, Partial<Announcement>, readonly string[]])[] = [
      ['removed when they say so', OTHER, { removed: '10.0' }, []],
      ['removed at another time', OTHER, { removed: '9.2' }, ['removal-differs stop 9.2 10.0']],
      ['not removed', there, { removed: '9.2' }, ['removal-differs stop 9.2 ']],
      ['not marked as deprecated', there, { deprecated: '9.1' }, ['deprecation-unmarked stop 9.1 ']],
      ['marked as deprecated', marked, { deprecated: '9.1' }, []],
    ];
    for (const [what, last, facts, expected] of rows) {
      it(what, () => {
        const texts = { '9.0': there, '9.1': there, '9.2': there, '10.0': last };
        const rest = found(texts, [{ ...announced, ...facts }]);
        expect(rest.filter((line) => !line.includes('other'))).to.deep.equal(expected);
      });
    }
  });
});
