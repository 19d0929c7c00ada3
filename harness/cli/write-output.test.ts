import {
  chmodSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { InputError, SetupError } from '../errors.ts';
import { inTemporaryFolder } from '../target/temporary-folder.ts';
import { writeOutput } from './write-output.ts';

describe('writeOutput', () => {
  it('writes a new file, and replaces one that is there, with its mode', () =>
    inTemporaryFolder((dir) => {
      const file = join(dir, 'a');
      writeOutput(file, 'one');
      expect(readFileSync(file, 'utf8')).to.equal('one');
      chmodSync(file, 0o600);
      symlinkSync(file, join(dir, 'link'));
      writeOutput(join(dir, 'link'), 'two');
      expect(readFileSync(file, 'utf8')).to.equal('two');
      expect(statSync(file).mode & 0o777).to.equal(0o600);
      expect(readdirSync(dir).sort()).to.deep.equal(['a', 'link']);
      return Promise.resolve();
    }));
  it('writes to what is no file', () => writeOutput('/dev/null', 'x'));
  it('leaves a file as it was that cannot be replaced', () =>
    inTemporaryFolder((dir) => {
      writeFileSync(join(dir, 'a'), 'precious');
      // There is a folder where the new file would be made.
      mkdirSync(join(dir, `a.${process.pid}.part`));
      expect(() => writeOutput(join(dir, 'a'), 'x')).to.throw(SetupError, 'a: cannot be written (EISDIR)');
      expect(readFileSync(join(dir, 'a'), 'utf8')).to.equal('precious');
      return Promise.resolve();
    }));
  it('says of a full disk that it is full', () =>
    expect(() => writeOutput('/dev/full', 'x')).to.throw(
      SetupError,
      '/dev/full: no room left on the disk (ENOSPC)',
    ));
  for (const [title, name, error] of [
    ['a folder that is not there', 'no/a', 'there is no such folder; make it first'],
    ['a folder', '.', 'is a folder; expected the name of a file'],
  ] as const)
    it(`refuses ${title}`, () =>
      inTemporaryFolder((dir) => {
        expect(() => writeOutput(join(dir, name), 'x')).to.throw(InputError, error);
        return Promise.resolve();
      }));
});
