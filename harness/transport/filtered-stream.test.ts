import { once } from 'node:events';
import { Duplex, PassThrough } from 'node:stream';
import { expect } from 'chai';
import { FilteredStream, UNFILTERED } from './filtered-stream.ts';
import { doubled, telnetFilter } from './telnet-filter.ts';

/** Every way to cut bytes in two, and one by one. */
function cuts(bytes: Buffer): readonly (readonly Buffer[])[] {
  const halves = [...bytes.keys()].map((at) => [bytes.subarray(0, at), bytes.subarray(at)]);
  return [[bytes], ...halves, [...bytes].map((byte) => Buffer.of(byte))];
}

describe('telnetFilter', () => {
  const cases: readonly (readonly [title: string, wire: readonly number[], text: readonly number[]])[] = [
    ['nothing but text', [0x7b, 0x7d], [0x7b, 0x7d]],
    ['what QEMU says first', [255, 251, 1, 255, 251, 3, 255, 251, 0, 255, 253, 0, 0x7b], [0x7b]],
    ['an escaped byte', [0x61, 255, 255, 0x62], [0x61, 255, 0x62]],
    ['two escaped bytes', [255, 255, 255, 255], [255, 255]],
    ['a command without an option', [0x61, 255, 241, 0x62], [0x61, 0x62]],
    ['an option that is the escape', [255, 251, 255, 0x62], [0x62]],
    ['a subnegotiation', [0x61, 255, 250, 24, 0, 255, 240, 0x62], [0x61, 0x62]],
    ['a subnegotiation with an escaped byte', [255, 250, 24, 255, 255, 1, 255, 240, 0x62], [0x62]],
    ['a command that does not end', [0x61, 255, 251], [0x61]],
  ];
  for (const [title, wire, text] of cases) {
    it(`takes commands off: ${title}`, () => {
      for (const chunks of cuts(Buffer.from(wire))) {
        const { decode } = telnetFilter();
        expect([...Buffer.concat(chunks.map(decode))]).to.deep.equal(text);
      }
    });
  }

  it('escapes what goes', () => {
    expect([...telnetFilter().encode(Buffer.of(1, 255, 2, 255))]).to.deep.equal([1, 255, 255, 2, 255, 255]);
    expect([...doubled(Buffer.of(1, 255, 1), 1)]).to.deep.equal([1, 1, 255, 1, 1]);
    expect([...doubled(Buffer.of(), 1)]).to.deep.equal([]);
  });
});

describe('FilteredStream', () => {
  /** What is written to it comes back. */
  const echo = (): PassThrough => new PassThrough();

  it('passes bytes, and the end, both ways', async () => {
    const stream = new FilteredStream(echo(), telnetFilter());
    stream.end(Buffer.of(1, 255, 2));
    const chunks: Buffer[] = [];
    for await (const chunk of stream) chunks.push(chunk as Buffer);
    expect([...Buffer.concat(chunks)]).to.deep.equal([1, 255, 2]);
  });

  it('stops reading when nobody takes the bytes', () => {
    const below = echo();
    const stream = new FilteredStream(below, UNFILTERED);
    stream.read(0);
    let written = 0;
    while (written < 100 && below.write(Buffer.alloc(65_536))) {
      written++;
      below.emit('data', Buffer.alloc(65_536));
    }
    expect(below.isPaused()).to.equal(true);
    expect(stream.readableLength).to.be.below(1_000_000);
  });

  it('takes a terminal that was hung up for the end', async () => {
    const below = new Duplex({ read: () => undefined, write: () => undefined });
    const stream = new FilteredStream(below, UNFILTERED);
    stream.resume();
    const ended = once(stream, 'end');
    below.destroy(Object.assign(new Error('read EIO'), { code: 'EIO' }));
    await ended;
    expect(stream.errored).to.equal(null);
  });

  it('tells any other failure below', async () => {
    const below = echo();
    const stream = new FilteredStream(below, UNFILTERED);
    const failed = once(stream, 'error');
    below.destroy(new Error('broken'));
    expect(String((await failed)[0])).to.equal('Error: broken');
  });

  it('closes what is below', async () => {
    const below = echo();
    const stream = new FilteredStream(below, UNFILTERED);
    stream.destroy();
    await once(below, 'close');
    expect(below.destroyed).to.equal(true);
  });
});
