import { expect } from 'chai';
import { BoundedText } from './bounded-text.ts';

describe('BoundedText', () => {
  const fill = (...chunks: string[]): string => {
    const text = new BoundedText();
    for (const chunk of chunks) text.push(Buffer.from(chunk));
    return text.toString();
  };
  const KB = 1024;

  for (const chunks of [
    [],
    [''],
    ['a'],
    ['a', 'b', ''],
    ['x'.repeat(3 * KB), 'y'.repeat(3 * KB)],
    ['z'.repeat(20 * KB)],
  ]) {
    it(`keeps ${chunks.join('').length} bytes in ${chunks.length} chunks`, () =>
      expect(fill(...chunks)).to.equal(chunks.join('')));
  }

  it('keeps the beginning and the end of more', () => {
    const long = Array.from({ length: 10_000 }, (_, line) => `line ${line}\n`).join('');
    for (const chunks of [[long], long.match(/[^]{1,1000}/g) ?? [], [long.slice(0, 5), long.slice(5)]]) {
      const text = fill(...chunks);
      const gap = long.length - 20 * KB;
      expect(text).to.equal(`${long.slice(0, 4 * KB)}\n[… ${gap} bytes …]\n${long.slice(-16 * KB)}`);
    }
  });
});
