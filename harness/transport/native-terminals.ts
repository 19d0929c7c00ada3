import { closeSync } from 'node:fs';
import koffi, { type KoffiFunc } from 'koffi';
import { SystemCallError } from '../qmp/native-sockets.ts';

/** A pseudoterminal: bytes that go in at one end come out at the other as they are. */
export interface Terminal {
  readonly master: number;
  /** The device of the other end. */
  readonly path: string;
}

/** <fcntl.h> of Linux, the same on all its architectures that QEMU's hosts are of (but MIPS, SPARC and Alpha). */
const O_RDWR = 2;
const O_NOCTTY = 0o400;
const O_CLOEXEC = 0o2000000;

/** More than any `struct termios` takes, and any name below /dev/pts. */
const ROOM = 256;

interface Native {
  readonly posix_openpt: KoffiFunc<(flags: number) => number>;
  readonly grantpt: KoffiFunc<(master: number) => number>;
  readonly unlockpt: KoffiFunc<(master: number) => number>;
  readonly ptsname_r: KoffiFunc<(master: number, name: Uint8Array, length: number) => number>;
  readonly tcgetattr: KoffiFunc<(terminal: number, settings: Uint8Array) => number>;
  readonly cfmakeraw: KoffiFunc<(settings: Uint8Array) => void>;
  readonly tcsetattr: KoffiFunc<(terminal: number, when: number, settings: Uint8Array) => number>;
}

let loaded: Native | undefined;

function native(): Native {
  return (loaded ??= declareNative());
}

function declareNative(): Native {
  const library = koffi.load(null);
  return {
    posix_openpt: library.func('int posix_openpt(int flags)') as Native['posix_openpt'],
    grantpt: library.func('int grantpt(int master)') as Native['grantpt'],
    unlockpt: library.func('int unlockpt(int master)') as Native['unlockpt'],
    ptsname_r: library.func('int ptsname_r(int master, void *name, size_t length)') as Native['ptsname_r'],
    tcgetattr: library.func('int tcgetattr(int terminal, void *settings)') as Native['tcgetattr'],
    cfmakeraw: library.func('void cfmakeraw(void *settings)') as Native['cfmakeraw'],
    tcsetattr: library.func('int tcsetattr(int terminal, int when, void *settings)') as Native['tcsetattr'],
  };
}

/**
 * Makes a pseudoterminal that changes nothing (cfmakeraw(3)). Programs that we start do not inherit it.
 * @throws {SystemCallError}
 */
export function makeTerminal(): Terminal {
  const master = native().posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC);
  if (master < 0) throw new SystemCallError('posix_openpt', koffi.errno());
  try {
    return { master, path: prepareTerminal(master) };
  } catch (error) {
    closeSync(master);
    throw error;
  }
}

function prepareTerminal(master: number): string {
  const { grantpt, unlockpt, ptsname_r, tcgetattr, cfmakeraw, tcsetattr } = native();
  const check = (call: string, result: number): void => {
    if (result !== 0) throw new SystemCallError(call, koffi.errno());
  };
  const [name, settings] = [Buffer.alloc(ROOM), Buffer.alloc(ROOM)];
  check('grantpt', grantpt(master));
  check('unlockpt', unlockpt(master));
  check('ptsname_r', ptsname_r(master, name, ROOM));
  check('tcgetattr', tcgetattr(master, settings));
  cfmakeraw(settings);
  check('tcsetattr', tcsetattr(master, 0, settings));
  return name.toString('utf8', 0, name.indexOf(0));
}
