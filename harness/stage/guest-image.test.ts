import { expect } from 'chai';
import { cp, mkdir, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { InputError, SetupError } from '../errors.ts';
import { findAssembler } from './find-assembler.ts';
import { compareGuests, writeGuest } from './build-guest.ts';
import { architectureOfGuest, type GuestArchitecture } from './guest-architecture.ts';
import {
  guestNames,
  guestsFolder,
  readGuestHex,
  writeForeignGuest,
  writeGuestFirmware,
  writeGuestHex,
  writeGuestImage,
} from './guest-image.ts';
import { findAssemblerOnPath, type Assembler } from './toolchain.ts';

const isForX86 = (name: string): boolean => architectureOfGuest(name) === 'x86';

const line = '0123456789abcdef'.repeat(4);
const lastLine = `${line.slice(0, 60)}55aa`;
const good = [...Array.from({ length: 15 }, () => line), lastLine].map((text) => `${text}\n`).join('');

/** `good` with line `number` replaced. */
function withLine(number: number, text: string): string {
  const lines = good.split('\n');
  lines[number - 1] = text;
  return lines.join('\n');
}

async function rejection(promise: Promise<unknown>): Promise<unknown> {
  return promise.then(
    () => undefined,
    (error: unknown) => error,
  );
}

describe('hex file of a guest', () => {
  it('says each byte of the boot sector in order', () => {
    const sector = readGuestHex(good, 'g.hex');
    expect(sector).to.have.length(512);
    expect([...sector.slice(0, 3)]).to.deep.equal([0x01, 0x23, 0x45]);
    expect([...sector.slice(-2)]).to.deep.equal([0x55, 0xaa]);
  });

  it('ends with a signature on x86 only', () => {
    const text = withLine(16, line);
    expect(writeGuestHex(readGuestHex(text, 'g.hex', 's390x'))).to.equal(text);
    expect(() => readGuestHex(text, 'g.hex', 'x86')).to.throw(InputError, 'expected the signature');
  });

  it('is written as it was read', () => {
    expect(writeGuestHex(readGuestHex(good, 'g.hex'))).to.equal(good);
  });

  const digits = 'expected 32 bytes as 64 digits 0-9 a-f';
  const ends = 'expected 16 lines, each ended by a newline';
  const table: readonly (readonly [what: string, text: string, message: string])[] = [
    ['nothing', '', `g.hex:1:1: the line ends here; ${digits}`],
    ['an empty line', withLine(3, ''), `g.hex:3:1: the line ends here; ${digits}`],
    ['a line too short', withLine(2, line.slice(1)), `g.hex:2:64: the line ends here; ${digits}`],
    ['a line too long', withLine(16, `${lastLine}0`), `g.hex:16:65: the line goes on; ${digits}`],
    ['carriage returns', good.replaceAll('\n', '\r\n'), `g.hex:1:65: the line goes on; ${digits}`],
    [
      'a letter beyond f',
      withLine(5, `0g${line.slice(2)}`),
      `g.hex:5:2: "g" is no digit of a hex file; ${digits}`,
    ],
    ['a capital', withLine(1, `A${line.slice(1)}`), `g.hex:1:1: "A" is no digit of a hex file; ${digits}`],
    ['a space', withLine(1, `01 ${line.slice(3)}`), `g.hex:1:3: " " is no digit of a hex file; ${digits}`],
    ['a byte order mark', `\ufeff${good}`, `g.hex:1:1: "\ufeff" is no digit of a hex file; ${digits}`],
    ['15 lines', good.slice(65), `g.hex:16:1: the line ends here; ${digits}`],
    ['17 lines', `${line}\n${good}`, `g.hex:17:1: more text follows the boot sector; ${ends}`],
    ['an empty line at the end', `${good}\n`, `g.hex:17:1: more text follows the boot sector; ${ends}`],
    ['no newline at the end', good.slice(0, -1), `g.hex:16:65: the file ends without a newline; ${ends}`],
    [
      'no signature',
      withLine(16, line),
      'g.hex:16:61: the boot sector ends with cdef; expected the signature 55aa',
    ],
    [
      'a signature turned round',
      withLine(16, `${line.slice(0, 60)}aa55`),
      'g.hex:16:61: the boot sector ends with aa55; expected the signature 55aa',
    ],
  ];
  for (const [what, text, message] of table) {
    it(`is refused with ${what}`, () => {
      expect(() => readGuestHex(text, 'g.hex'))
        .to.throw(InputError)
        .with.property('message', message);
    });
  }
});

describe('image of a guest', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'qmp-conformance-test-'));
  });
  afterEach(() => rm(folder, { recursive: true }));

  for (const name of guestNames().filter(isForX86)) {
    it(`has the boot sector of '${name}' and is 1 MiB long`, async () => {
      const path = join(folder, 'guest.img');
      await writeFile(path, Buffer.alloc(2 * 1024 * 1024, 1));
      await writeGuestImage(name, path);
      const image = await readFile(path);
      const hex = await readFile(join(guestsFolder(), `${name}.hex`), 'latin1');
      expect(image).to.have.length(1024 * 1024);
      expect(writeGuestHex(image.subarray(0, 512))).to.equal(hex);
      expect(image.subarray(512).every((byte) => byte === 0)).to.equal(true);
    });
  }

  for (const name of guestNames().filter(isForX86)) {
    it(`has the boot sector of '${name}' at the start of a ROM of 64 KiB, and the firmware at its end`, async () => {
      const path = join(folder, 'guest.rom');
      await writeFile(path, Buffer.alloc(128 * 1024, 1));
      await writeGuestFirmware(name, path);
      const rom = await readFile(path);
      const hexOf = (file: string): Promise<string> => readFile(join(guestsFolder(), file), 'latin1');
      expect(rom).to.have.length(64 * 1024);
      expect(writeGuestHex(rom.subarray(0, 512))).to.equal(await hexOf(`${name}.hex`));
      expect(rom.subarray(512, -512).every((byte) => byte === 0)).to.equal(true);
      expect(writeGuestHex(rom.subarray(-512))).to.equal(await hexOf('firmware.hex'));
    });
  }

  for (const name of guestNames().filter((one) => !isForX86(one))) {
    it(`is nothing but the code of '${name}', which is not for x86`, async () => {
      const path = join(folder, 'guest.rom');
      await writeFile(path, Buffer.alloc(1024, 1));
      await writeForeignGuest(name, path);
      const hex = await readFile(join(guestsFolder(), `${name}.hex`), 'latin1');
      expect(writeGuestHex(await readFile(path))).to.equal(hex);
    });
  }

  it('has a far jump to its own start where the processor begins', async () => {
    const path = join(folder, 'guest.rom');
    await writeGuestFirmware('idle', path);
    const rom = await readFile(path);
    expect(rom.subarray(-16, -11).toString('hex')).to.equal('ea00fe00f0');
  });

  it('exists for the guests that stages count on', () => {
    expect(guestNames()).to.include.members(['idle', 'dirtying', 'obeying', 's390x/identifying']);
  });

  for (const name of ['idel', '', 'idle.hex', '../guests/idle', 'firmware', 's390x/idle', 'arm/idle']) {
    it(`is refused for a guest called '${name}'`, async () => {
      const error = await rejection(writeGuestImage(name, join(folder, 'guest.img')));
      expect(error).to.be.instanceOf(InputError);
      expect(error)
        .to.have.property('message')
        .that.contains(`'${name}'`)
        .and.contains('dirtying, idle, obeying');
      expect(await rejection(stat(join(folder, 'guest.img')))).to.have.property('code', 'ENOENT');
      const likewise = await rejection(writeGuestFirmware(name, join(folder, 'guest.rom')));
      expect(likewise).to.be.instanceOf(InputError);
      expect(String(likewise)).to.equal(String(error));
      expect(await rejection(stat(join(folder, 'guest.rom')))).to.have.property('code', 'ENOENT');
    });
  }

  it('is no ROM without firmware', async () => {
    await writeFile(join(folder, 'one.hex'), good);
    expect(await rejection(writeGuestFirmware('one', join(folder, 'guest.rom'), folder))).to.have.property(
      'code',
      'ENOENT',
    );
    expect(await rejection(stat(join(folder, 'guest.rom')))).to.have.property('code', 'ENOENT');
  });

  it('is refused for a malformed hex file, read no further than needed', async () => {
    await writeFile(join(folder, 'long.hex'), good.repeat(100));
    const error = await rejection(writeGuestImage('long', join(folder, 'guest.img'), folder));
    expect(error).to.be.instanceOf(InputError);
    expect(error).to.have.property('message').that.contains('long.hex:17:1: more text follows');
  });
});

// These assemble, with GNU as and ld from PATH, or from the package archive where the machine has none.
describe('building guests', function () {
  // The first time on a machine without an assembler, one is fetched.
  this.timeout(120_000);

  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'qmp-conformance-test-'));
    await cp(join(guestsFolder(), 'boot-sector.inc'), join(folder, 'boot-sector.inc'));
  });
  afterEach(() => rm(folder, { recursive: true }));

  const source = '.include "boot-sector.inc"\nboot_sector_begin\nboot_sector_end\n';
  const states = async (): Promise<readonly string[]> =>
    (await compareGuests(findAssembler, folder)).map(({ name, state }) => `${name} ${state}`);

  it('gives the committed hex files', async () => {
    const guests = await compareGuests(findAssembler);
    expect(guests.map(({ name, state }) => `${name} ${state}`)).to.deep.equal(
      [...guestNames(), 'firmware'].sort().map((name) => `${name} current`),
    );
  });

  it('tells stale, missing and orphaned hex files apart', async () => {
    await writeFile(join(folder, 'old.s'), source);
    await writeFile(join(folder, 'old.hex'), good);
    await writeFile(join(folder, 'new.s'), source);
    await writeFile(join(folder, 'lone.hex'), good);
    expect(await states()).to.deep.equal(['new missing', 'old stale', 'lone orphan']);
  });

  it('writes what is current afterwards', async () => {
    await writeFile(join(folder, 'new.s'), source);
    for (const guest of await compareGuests(findAssembler, folder)) await writeGuest(guest, folder);
    expect(await states()).to.deep.equal(['new current']);
  });

  const mistakes: readonly (readonly [what: string, text: string, message: string])[] = [
    ['an unknown instruction', `${source}frobnicate\n`, 'bad.s:4: Error: '],
    [
      'a sector too long',
      source.replace('begin\n', 'begin\n.fill 510\n'),
      'bad.s:4: Error: attempt to move .org backwards',
    ],
    ['text after the signature', `${source}nop\n`, 'bad.s: assembles to 513 bytes; expected 512'],
    ['no signature', source.replace('boot_sector_end', '.org 512'), 'expected the signature 55aa'],
    ['a symbol that is nowhere', source.replace('begin\n', 'begin\njmp nowhere\n'), 'nowhere'],
  ];
  for (const [what, text, message] of mistakes) {
    it(`refuses a source with ${what}`, async () => {
      await writeFile(join(folder, 'bad.s'), text);
      const error = await rejection(compareGuests(findAssembler, folder));
      expect(error).to.be.instanceOf(InputError);
      expect(error).to.have.property('message').that.contains(message);
    });
  }

  for (const [architecture, name] of [
    ['x86', 'binutils'],
    ['ppc64', 'binutils-powerpc64-linux-gnu'],
    ['s390x', 'binutils-s390x-linux-gnu'],
  ] as const) {
    it(`says what to install where there is no assembler for ${architecture}`, () => {
      expect(() => findAssemblerOnPath(architecture, folder)).to.throw(
        SetupError,
        new RegExp(`no assembler for ${architecture} .*install the package (binutils$|${name})`),
      );
    });
  }

  it('builds what it has an assembler for', async () => {
    await mkdir(join(folder, 'ppc64'));
    await writeFile(join(folder, 'ppc64/new.s'), '.fill 512\n');
    await writeFile(join(folder, 'new.s'), source);
    const only = (architecture: GuestArchitecture): Promise<Assembler> => {
      if (architecture !== 'x86') throw new SetupError('none here');
      return findAssembler(architecture);
    };
    const guests = await compareGuests(only, folder);
    expect(guests.map(({ name, state, reason }) => [name, state, reason])).to.deep.equal([
      ['new', 'missing', undefined],
      ['ppc64/new', 'unbuilt', 'none here'],
    ]);
  });

  it('refuses a source in the folder of no architecture', async () => {
    await mkdir(join(folder, 'arm'));
    await writeFile(join(folder, 'arm/new.s'), '');
    expect(String(await rejection(compareGuests(findAssembler, folder)))).to.contain(
      'arm/new.s: lies in no folder of an architecture; expected ppc64 or s390x',
    );
  });

  it('takes the blame off the source where the assembler fails', async () => {
    await writeFile(join(folder, 'new.s'), source);
    const broken = { as: ['false'], ld: ['false'] };
    const error = await rejection(compareGuests(() => broken, folder));
    expect(error).to.be.instanceOf(SetupError);
    expect(error)
      .to.have.property('message')
      .that.matches(/^false --32 .*status 1.*expected GNU binutils/s);
  });
});
