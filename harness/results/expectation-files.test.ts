import { expect } from 'chai';
import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { InputError } from '../errors.ts';
import { failure } from './archive-fixture.test.ts';
import { joinExpectations, readExpectations } from './expectation-files.ts';

const entryOf = (rows: string) => `- { rows: ${rows}, reason: r, review-by: 2030-01-01 }\n`;

function digestOf(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

describe('readExpectations', () => {
  let folder: string;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'expectations-'));
    await mkdir(join(folder, 'mine'));
    await writeFile(join(folder, 'mine', 'b.yaml'), entryOf('second'));
    await writeFile(join(folder, 'mine', 'a.yml'), entryOf('first'));
    await writeFile(join(folder, 'mine', 'README.md'), 'not read');
  });

  afterEach(() => rm(folder, { recursive: true }));

  it('reads a file, and names it without its folders', async () => {
    const { entries, files } = await readExpectations(join(folder, 'mine', 'b.yaml'));
    expect(entries.map(({ rows }) => rows)).to.deep.equal(['second']);
    expect(files).to.deep.equal([{ name: 'b.yaml', digest: digestOf(entryOf('second')) }]);
  });

  it('reads a folder in the order of its names', async () => {
    const { entries, files } = await readExpectations(join(folder, 'mine'));
    expect(entries.map(({ rows }) => rows)).to.deep.equal(['first', 'second']);
    expect(files.map(({ name }) => name)).to.deep.equal(['mine/a.yml', 'mine/b.yaml']);
  });

  it('joins several', async () => {
    const one = await readExpectations(join(folder, 'mine', 'b.yaml'));
    const both = joinExpectations([one, await readExpectations(join(folder, 'mine'))]);
    expect(both.entries.map(({ rows }) => rows)).to.deep.equal(['second', 'first', 'second']);
    expect(both.files).to.have.lengthOf(3);
  });

  it('refuses what is not there', async () => {
    const error = await failure(readExpectations(join(folder, 'none.yaml')));
    expect(error).to.be.instanceOf(InputError);
    expect(error.message).to.match(
      /none\.yaml: cannot be read; expected a file or a folder of expectations$/,
    );
  });

  it('refuses a folder without any', async () => {
    const error = await failure(readExpectations(folder));
    expect(error).to.be.instanceOf(InputError);
    expect(error.message).to.match(/: holds no expectations; expected files \*\.yaml$/);
  });

  it('refuses a file that is wrong, with its place', async () => {
    await writeFile(join(folder, 'mine', 'c.yaml'), '- { rows: x }\n');
    const error = await failure(readExpectations(join(folder, 'mine')));
    expect(error).to.be.instanceOf(InputError);
    expect(error.message).to.match(/mine\/c\.yaml:1:3: no 'reason'/);
  });
});
