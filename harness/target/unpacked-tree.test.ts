import { copyFileSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { SetupError } from '../errors.ts';
import { writeScript } from './fake-machine.ts';
import { findQemus } from './find-qemus.ts';
import { runProgram } from './run-program.ts';
import { findLibraryPath, findMissingLibraries, resolveInside, runnable } from './unpacked-tree.ts';

const INTERPRETER = '/lib64/ld-linux-x86-64.so.2';

describe('an unpacked tree', () => {
  let root: string;

  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), 'tree-'));
    for (const folder of ['lib/triplet', 'lib64', 'usr/bin', 'usr/lib'])
      mkdirSync(join(root, folder), { recursive: true });
    writeFileSync(join(root, 'lib/triplet/ld-2.31.so'), '');
  });
  afterEach(() => rmSync(root, { recursive: true }));

  describe('resolveInside', () => {
    const rows: {
      what: string;
      links: Record<string, string>;
      path: string;
      expected: string | undefined;
    }[] = [
      { what: 'no link', links: {}, path: 'lib/triplet/ld-2.31.so', expected: 'lib/triplet/ld-2.31.so' },
      {
        what: 'an absolute link',
        links: { 'lib64/l': '/lib/triplet/ld-2.31.so' },
        path: '/lib64/l',
        expected: 'lib/triplet/ld-2.31.so',
      },
      {
        what: 'a relative link',
        links: { 'lib64/l': '../lib/triplet/ld-2.31.so' },
        path: 'lib64/l',
        expected: 'lib/triplet/ld-2.31.so',
      },
      {
        what: 'a link to a folder',
        links: { 'usr/lib/t': '/lib/triplet' },
        path: 'usr/lib/t/ld-2.31.so',
        expected: 'lib/triplet/ld-2.31.so',
      },
      { what: 'a link to a link', links: { a: '/b', b: 'lib' }, path: 'a/triplet', expected: 'lib/triplet' },
      { what: 'dots above the root', links: { a: '../../../lib' }, path: 'a', expected: 'lib' },
      { what: 'nothing', links: {}, path: 'usr/none', expected: undefined },
      { what: 'a dangling link', links: { a: '/none' }, path: 'a', expected: undefined },
      { what: 'a circle', links: { a: 'b', b: 'a' }, path: 'a', expected: undefined },
      { what: 'a file of the machine', links: { a: '/etc/os-release' }, path: 'a', expected: undefined },
    ];
    for (const { what, links, path, expected } of rows) {
      it(`follows ${what}`, () => {
        for (const [link, to] of Object.entries(links)) symlinkSync(to, join(root, link));
        expect(resolveInside(root, path)).to.equal(expected === undefined ? undefined : join(root, expected));
      });
    }
  });

  describe('runnable', () => {
    const elf = `\u007fELF\u0002\u0001${'\0'.repeat(600)}${INTERPRETER}\0`;
    const program = (text: string): void => writeFileSync(join(root, 'usr/bin/p'), text, 'latin1');

    it('runs a program through the loader of the tree', () => {
      program(elf);
      symlinkSync('/lib/triplet/ld-2.31.so', join(root, INTERPRETER));
      const command = runnable({ root, libraryPath: ['lib/triplet', 'usr/lib'] }, 'usr/bin/p');
      const path = `${root}/lib/triplet:${root}/usr/lib`;
      const loader = `${root}/lib/triplet/ld-2.31.so`;
      expect(command).to.deep.equal([loader, '--inhibit-cache', '--library-path', path, `${root}/usr/bin/p`]);
    });

    it('finds the loader below /usr where /lib64 is not there', () => {
      program(elf);
      mkdirSync(join(root, 'usr/lib64'));
      writeFileSync(join(root, 'usr', INTERPRETER), '');
      expect(runnable({ root, libraryPath: [] }, 'usr/bin/p')[0]).to.equal(join(root, 'usr', INTERPRETER));
    });

    it('runs a script and a static program as they are', () => {
      for (const text of ['#!/bin/sh\n', '', `\u007fELF${'\0'.repeat(5000)}${INTERPRETER}`]) {
        program(text);
        expect(runnable({ root, libraryPath: [] }, 'usr/bin/p')).to.deep.equal([join(root, 'usr/bin/p')]);
      }
    });

    it('says what is missing', () => {
      expect(() => runnable({ root, libraryPath: [] }, 'usr/bin/p')).to.throw(SetupError, 'no such program');
      program(elf);
      expect(() => runnable({ root, libraryPath: [] }, 'usr/bin/p')).to.throw(
        SetupError,
        `lacks the loader ${INTERPRETER}`,
      );
    });

    it('finds no libraries where there are no programs', async () => {
      writeScript(join(root, 'usr/bin/s'), '#!/bin/sh\n');
      expect(await findLibraryPath(root, ['usr/bin/s', 'usr/bin/none'])).to.deep.equal([]);
    });
  });

  describe('findMissingLibraries', () => {
    const libraries = 'usr/lib/x86_64-linux-gnu';
    const program = 'usr/bin/p';

    it('finds what is in no tree, and asks nothing of the libraries of the machine', async () => {
      const { binaries } = await findQemus();
      for (const { command, path, version } of binaries.filter(({ origin }) => origin === 'release')) {
        const tree = join(root, version);
        for (const folder of ['usr/bin', 'usr/lib64', libraries])
          mkdirSync(join(tree, folder), { recursive: true });
        writeFileSync(join(tree, program), `\u007fELF${INTERPRETER}\0`);
        copyFileSync(command[0] ?? '', join(tree, 'usr', INTERPRETER));
        const file = join(tree, libraries, 'qemu.so');
        copyFileSync(path, file);
        const needed = ['libc.so.6', 'libz.so.1', 'libglib-2.0.so.0'];
        const alone = await findMissingLibraries([tree], program, [file]);
        expect(alone, version).to.include.members(needed).and.not.include('qemu.so');
        // GLib needs it, and is not there itself.
        expect(alone, version).not.to.include('libpcre2-8.so.0');
        const whole = join(path, '../../..');
        expect(await findMissingLibraries([tree, whole], program, [file]), version).to.deep.equal([]);
      }
    });

    it('finds nothing where there is no loader to ask', async () => {
      writeScript(join(root, program), '#!/bin/sh\n');
      expect(await findMissingLibraries([root], program, [join(root, program)])).to.deep.equal([]);
    });
  });

  it('runs the tools of every QEMU that is here', async () => {
    const { binaries } = await findQemus();
    expect(binaries, 'no QEMU is here; run qmp-conformance qemu install').not.to.deep.equal([]);
    for (const { qemuImg, storageDaemon, env, version } of binaries) {
      for (const [name, tool] of Object.entries({ qemuImg, storageDaemon })) {
        const end = await runProgram([...(tool ?? []), '--version'], { env });
        expect(end.stdout, `${version} ${name}: ${end.stderr}`).to.contain(version);
      }
    }
  });
});
