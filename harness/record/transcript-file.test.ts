import { closeSync, ftruncateSync, mkdtempSync, openSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import fc from 'fast-check';
import { TranscriptFile } from './transcript-file.ts';

const HEAD = 'head\n';

describe('a transcript that grows', () => {
  let dir: string;
  let path: string;
  let descriptor: number;
  let file: TranscriptFile;

  const text = (): string => readFileSync(path, 'utf8');
  /** Without the empty lines between entries and tails. */
  const lines = (): readonly string[] =>
    text()
      .split('\n')
      .filter((line) => line !== '');
  const begin = (): void => {
    ftruncateSync(descriptor, 0);
    file = new TranscriptFile(descriptor, 0);
    file.append([HEAD]);
  };

  beforeEach(() => {
    dir = mkdtempSync(join(tmpdir(), 'qmp-'));
    path = join(dir, 'file');
    descriptor = openSync(path, 'w+');
    begin();
  });
  afterEach(() => {
    closeSync(descriptor);
    rmSync(dir, { recursive: true });
  });

  it('has what was appended', () => {
    file.append(['a\n', Buffer.from('b\n')]);
    file.append(['c\n']);
    expect(text()).to.equal('head\na\nb\nc\n');
  });

  it('has a tail behind the entries, until it is replaced', () => {
    file.append(['a\n'], 'k', 'tail-is-long\n');
    expect(text()).to.equal('head\na\ntail-is-long\n');
    file.extendTail('k', 'more:', '!');
    expect(text()).to.equal('head\na\ntail-is-long!\n');
    file.append(['b\n'], 'k');
    expect(text()).to.equal('head\na\nb\n');
  });

  it('has entries before the tails of others', () => {
    file.append([], 'k', 'tail\n');
    for (let at = 0; at < 3; at++) file.append([`${at}\n`]);
    expect(lines()).to.deep.equal(['head', '0', '1', '2', 'tail']);
    file.append(['whole\n'], 'k');
    expect(text()).to.equal('head\n0\n1\n2\nwhole\n');
  });

  it('lets a tail go on in another line where it cannot grow', () => {
    file.append([], 'a', 'a1\n');
    file.append([], 'b', 'b1\n');
    file.extendTail('a', 'head:', 'a2');
    expect(lines()).to.deep.equal(['head', 'a1', 'b1', 'head:a2']);
    file.append(['A\n'], 'a');
    file.append(['B\n'], 'b');
    expect(text()).to.equal('head\nA\nB\n');
  });

  it('is whole after every step, and has neither more nor less than entries and tails', () => {
    const key = fc.constantFrom('a', 'b', 'c');
    const size = fc.oneof(fc.nat({ max: 20 }), fc.nat({ max: 9000 }));
    const step = fc.record({ kind: fc.constantFrom('entry', 'tail', 'grow', 'end'), key, size });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
        begin();
        const entries = [HEAD.trim()];
        const tails = new Map<string, string>();
        steps.forEach(({ kind, key: name, size: length }, at) => {
          const letters = `${at}-${'x'.repeat(length)}`;
          const known = tails.get(name);
          if (kind === 'entry') {
            file.append([`${letters}\n`]);
            entries.push(letters);
          } else if (kind === 'end') {
            file.append([`${letters}\n`], name);
            entries.push(letters);
            tails.delete(name);
          } else if (kind === 'tail' || known === undefined) {
            file.append([], name, `${name}:${letters}\n`);
            tails.set(name, letters);
          } else {
            file.extendTail(name, `${name}:`, letters);
            tails.set(name, known + letters);
          }
          const [found, foundTails] = [lines().slice(0, entries.length), lines().slice(entries.length)];
          expect(found).to.deep.equal(entries);
          const whole = new Map<string, string>();
          for (const line of foundTails)
            whole.set(line.charAt(0), (whole.get(line.charAt(0)) ?? '') + line.slice(2));
          expect([...whole.keys()].sort()).to.deep.equal([...tails.keys()].sort());
          for (const [one, content] of tails)
            expect(Array.from(whole.get(one) ?? '').sort()).to.deep.equal(Array.from(content).sort());
        });
      }),
      { numRuns: 200 },
    );
  });

  it('takes linear time for two long tails that grow in turns', () => {
    const piece = 'x'.repeat(50_000);
    const time = (count: number): number => {
      begin();
      const began = performance.now();
      for (const key of ['a', 'b']) file.append([], key, 'tail\n');
      for (let at = 0; at < count; at++) {
        for (const key of ['a', 'b']) file.extendTail(key, 'more:', piece);
        file.append(['entry\n']);
      }
      return performance.now() - began;
    };
    time(20);
    const [short, long] = [time(40), time(320)];
    expect(long).to.be.below(40 * Math.max(short, 2));
    expect(statSync(path).size).to.be.below(4 * 320 * 2 * 50_000);
  });

  it('is cut back to whole entries, and says why', () => {
    file.append(['a\n'], 'k', 'tail\n');
    expect(file.close('end\n')).to.equal(true);
    expect(text()).to.equal('head\na\nend\n');
  });

  it('tells when it can be written no more', () => {
    const readOnly = openSync(path, 'r');
    const other = new TranscriptFile(readOnly, HEAD.length);
    expect(() => other.append(['a\n'])).to.throw(Error, /EBADF/);
    expect(other.close('end\n')).to.equal(false);
    closeSync(readOnly);
    expect(text()).to.equal(HEAD);
  });
});
