import type { ByteFilter } from './filtered-stream.ts';

/** Commands of RFC 854: the byte that begins one, those that name an option, and a subnegotiation with its end. */
const IAC = 0xff;
const WILL = 0xfb;
const DONT = 0xfe;
const SB = 0xfa;
const SE = 0xf0;

type State = 'data' | 'command' | 'option' | 'subnegotiation' | 'subnegotiation-command';

/** Takes the commands of telnet off what comes, and escapes what goes so that it holds none. */
export function telnetFilter(): ByteFilter {
  let state: State = 'data';
  const decode = (chunk: Buffer): Buffer => {
    // A chunk without any is the rule once a connection has begun.
    if (state === 'data' && !chunk.includes(IAC)) return chunk;
    const kept: number[] = [];
    for (const byte of chunk) {
      const next = step(state, byte);
      if ((state === 'data' && next === 'data') || (state === 'command' && byte === IAC)) kept.push(byte);
      state = next;
    }
    return Buffer.from(kept);
  };
  return { decode, encode: (chunk) => doubled(chunk, IAC) };
}

function step(state: State, byte: number): State {
  switch (state) {
    case 'data':
      return byte === IAC ? 'command' : 'data';
    case 'command':
      if (byte === SB) return 'subnegotiation';
      return byte >= WILL && byte <= DONT ? 'option' : 'data';
    case 'option':
      return 'data';
    case 'subnegotiation':
      return byte === IAC ? 'subnegotiation-command' : 'subnegotiation';
    case 'subnegotiation-command':
      return byte === SE ? 'data' : 'subnegotiation';
  }
}

/** Escapes a byte by itself. */
export function doubled(chunk: Buffer, escape: number): Buffer {
  if (!chunk.includes(escape)) return chunk;
  return Buffer.from([...chunk].flatMap((byte) => (byte === escape ? [byte, byte] : [byte])));
}
