import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { expect } from 'chai';
import { SetupError } from '../errors.ts';
import { applySeries } from './qemu-source-tree.ts';

const HEAD = '--- a/docs/f\n+++ b/docs/f\n';

describe('applySeries', () => {
  let dir: string;
  beforeEach(() => (dir = mkdtempSync(join(tmpdir(), 'series-'))));
  afterEach(() => rmSync(dir, { recursive: true, force: true }));

  const place = (path: string, text: string): void => {
    mkdirSync(dirname(join(dir, path)), { recursive: true });
    writeFileSync(join(dir, path), text, 'latin1');
  };
  /** The text of a file of the tree; `undefined` when there is none. */
  const read = (path: string): string | undefined =>
    existsSync(join(dir, 'tree', path)) ? readFileSync(join(dir, 'tree', path), 'latin1') : undefined;
  /** Applies one patch, `p`. */
  const apply = (patch: string): readonly string[] => {
    place('patches/series', 'p\n');
    place('patches/p', patch);
    return applySeries(join(dir, 'tree'), join(dir, 'patches'));
  };

  const rows: { what: string; text?: string; patch: string; gives: string | undefined }[] = [
    {
      what: 'a changed line',
      text: 'a\nb\nc\n',
      patch: `${HEAD}@@ -1,3 +1,3 @@\n a\n-b\n+B\n c\n`,
      gives: 'a\nB\nc\n',
    },
    {
      what: 'a section heading and counts of one',
      text: 'a\n',
      patch: `${HEAD}@@ -1 +1 @@ struct x {\n-a\n+b\n`,
      gives: 'b\n',
    },
    {
      what: 'a new file',
      patch: '--- /dev/null\n+++ b/docs/f\n@@ -0,0 +1,2 @@\n+a\n+b\n',
      gives: 'a\nb\n',
    },
    {
      what: 'a file that goes',
      text: 'a\n',
      patch: '--- a/docs/f\n+++ /dev/null\n@@ -1 +0,0 @@\n-a\n',
      gives: undefined,
    },
    {
      what: 'an insertion without context',
      text: 'a\nb\n',
      patch: `${HEAD}@@ -1,0 +2 @@\n+x\n`,
      gives: 'a\nx\nb\n',
    },
    {
      what: 'context further down',
      text: 'n\nn\nn\na\nb\n',
      patch: `${HEAD}@@ -1,2 +1,2 @@\n a\n-b\n+B\n`,
      gives: 'n\nn\nn\na\nB\n',
    },
    {
      what: 'context further up',
      text: 'a\nb\n',
      patch: `${HEAD}@@ -7,2 +7,2 @@\n a\n-b\n+B\n`,
      gives: 'a\nB\n',
    },
    {
      what: 'a second hunk that moves with the first',
      text: 'n\nn\na\nx\nx\nx\nx\n',
      patch: `${HEAD}@@ -1,1 +1,1 @@\n-a\n+A\n@@ -3 +3 @@\n-x\n+X\n`,
      gives: 'n\nn\nA\nx\nX\nx\nx\n',
    },
    {
      what: 'no newline at the end, taken away',
      text: 'a\nb',
      patch: `${HEAD}@@ -1,2 +1,2 @@\n a\n-b\n\\ No newline at end of file\n+b\n`,
      gives: 'a\nb\n',
    },
    {
      what: 'no newline at the end, brought',
      text: 'a\n',
      patch: `${HEAD}@@ -1 +1 @@\n-a\n+a\n\\ No newline at end of file\n`,
      gives: 'a',
    },
    {
      what: 'no newline in the context',
      text: 'a\nb',
      patch: `${HEAD}@@ -1,2 +1,2 @@\n-a\n+A\n b\n\\ No newline at end of file\n`,
      gives: 'A\nb',
    },
    {
      what: 'an empty line of context without its blank',
      text: 'a\n\nb\n',
      patch: `${HEAD}@@ -1,3 +1,3 @@\n a\n\n-b\n+B\n`,
      gives: 'a\n\nB\n',
    },
    {
      what: 'lines that look like headers and signatures',
      text: '-- a/x\n- \n',
      patch: `${HEAD}@@ -1,2 +1 @@\n--- a/x\n+++ b/x\n-- \n`,
      gives: '++ b/x\n',
    },
    {
      what: 'lines with carriage returns as they are',
      text: 'a\r\nb\r\n',
      patch: `${HEAD.replaceAll('\n', '\r\n')}@@ -1,2 +1,3 @@\r\n a\r\n+x\n b\r\n`,
      gives: 'a\r\nx\nb\r\n',
    },
    {
      what: 'bytes that are no UTF-8',
      text: '\xff\n\xe9\n',
      patch: `${HEAD}@@ -1,2 +1,2 @@\n \xff\n-\xe9\n+\x80\n`,
      gives: '\xff\n\x80\n',
    },
    {
      what: 'names with another first folder, and a time',
      text: 'a\n',
      patch: '--- old-1/docs/f\t2020-01-01\n+++ new/docs/f\t2020-01-02\n@@ -1 +1 @@\n-a\n+b\n',
      gives: 'b\n',
    },
    {
      what: "a mail with headers of git, changes of binary files and the writer's signature",
      text: 'a\n',
      patch: `From: x\n--- is no file\n\n---\n f | 1 +\n\ndiff --git a/docs/y b/docs/y\nGIT binary patch\nliteral 3\nzcmZ\n\ndiff --git a/docs/f b/docs/f\nindex 1..2 100644\n${HEAD}@@ -1 +1 @@\n-a\n+b\n-- \n2.39\n\n`,
      gives: 'b\n',
    },
  ];
  for (const { what, text, patch, gives } of rows) {
    it(`applies ${what}`, () => {
      if (text !== undefined) place('tree/docs/f', text);
      expect(apply(patch)).to.deep.equal(['p']);
      expect(read('docs/f')).to.equal(gives);
    });
  }

  const misfits: { what: string; text: string; patch: string }[] = [
    { what: 'another line', text: 'a\nc\n', patch: `${HEAD}@@ -1,2 +1,2 @@\n a\n-b\n+B\n` },
    { what: 'other context', text: 'z\nb\n', patch: `${HEAD}@@ -1,2 +1,2 @@\n a\n-b\n+B\n` },
    {
      what: 'other context far from the change',
      text: 'z\nx\nx\nb\n',
      patch: `${HEAD}@@ -1,4 +1,3 @@\n a\n x\n x\n-b\n`,
    },
    { what: 'an empty file', text: '', patch: `${HEAD}@@ -1 +1 @@\n-a\n+b\n` },
    { what: 'a newline at the end too many', text: 'a\n', patch: `${HEAD}@@ -1 +1 @@\n-a\n\\ No\n+b\n` },
    { what: 'a newline at the end too few', text: 'a', patch: `${HEAD}@@ -1 +1 @@\n-a\n+b\n\\ No\n` },
    { what: 'lines that end in carriage returns', text: 'a\r\n', patch: `${HEAD}@@ -1 +1 @@\n-a\n+b\n` },
    { what: 'a place past the end', text: 'a\n', patch: `${HEAD}@@ -7,0 +8 @@\n+x\n` },
    {
      what: 'a hunk that would stand before the one before it',
      text: 'b\na\n',
      patch: `${HEAD}@@ -1 +1 @@\n-a\n+A\n@@ -2 +2 @@\n-b\n+B\n`,
    },
    {
      what: 'a hunk that says to stand before the one before it',
      text: 'a\nb\n',
      patch: `${HEAD}@@ -2 +2 @@\n-b\n+B\n@@ -1 +1 @@\n-a\n+A\n`,
    },
  ];
  for (const { what, text, patch } of misfits) {
    it(`refuses ${what}`, () => {
      place('tree/docs/f', text);
      expect(() => apply(patch)).to.throw(SetupError, /^p: does not fit docs\/f; expected/);
      expect(read('docs/f')).to.equal(text);
    });
  }

  for (const [what, hunk] of [
    ['ends too early', '@@ -1,2 +1,2 @@\n a\n'],
    ['is broken off by another file', '@@ -1,2 +1,2 @@\n a\ndiff --git a/x b/x\n'],
    ['has more lines than it says', '@@ -1 +1 @@\n-a\n+b\n+c\n'],
  ] as const) {
    it(`refuses a hunk that ${what}, and tells its line`, () => {
      place('tree/docs/f', 'a\n');
      expect(() => apply(`Description: x\n${HEAD}${hunk}`)).to.throw(
        SetupError,
        /^p: Hunk at line 4 .*; expected a patch/,
      );
    });
  }

  it('renames files as git says, changed or not, and copies others', () => {
    for (const name of ['a', 'c', 'g']) place(`tree/docs/${name}`, 'a\n');
    const same =
      'diff --git a/docs/a b/docs/b\nsimilarity index 100%\nrename from docs/a\nrename to docs/b\n';
    const changed =
      'diff --git a/docs/c b/qapi/e\nrename from docs/c\nrename to qapi/e\nindex 1..2 100644\n--- a/docs/c\n+++ b/qapi/e\n@@ -1 +1 @@\n-a\n+b\n';
    const copied = 'diff --git a/docs/g b/docs/h\nsimilarity index 100%\ncopy from docs/g\ncopy to docs/h\n';
    apply(same + changed + copied);
    expect(['docs/a', 'docs/b', 'docs/c', 'qapi/e', 'docs/g', 'docs/h'].map(read)).to.deep.equal([
      undefined,
      'a\n',
      undefined,
      'b\n',
      'a\n',
      'a\n',
    ]);
  });

  it('leaves out files that are not kept, fit or not, and removes one that moves among them', () => {
    place('tree/docs/f', 'a\n');
    const outside = '--- a/hw/x.c\n+++ b/hw/x.c\n@@ -1 +1 @@\n-a\n+b\n';
    expect(apply(outside)).to.deep.equal([]);
    expect(apply(`From: x\n\nno change\n`)).to.deep.equal([]);
    const moved = 'diff --git a/docs/f b/hw/f\nsimilarity index 100%\nrename from docs/f\nrename to hw/f\n';
    expect(apply(outside + moved)).to.deep.equal(['p']);
    expect(['hw/x.c', 'hw/f', 'docs/f'].map(read)).to.deep.equal([undefined, undefined, undefined]);
  });

  it('follows the order of the series, without its comments', () => {
    place('tree/docs/f', 'a\n');
    place('patches/1', `${HEAD}@@ -1 +1 @@\n-b\n+c\n`);
    place('patches/2', `${HEAD}@@ -1 +1 @@\n-a\n+b\n`);
    place('patches/series', '# 3\n2 # why\n\n1\n');
    expect(applySeries(join(dir, 'tree'), join(dir, 'patches'))).to.deep.equal(['2', '1']);
    expect(read('docs/f')).to.equal('c\n');
  });
});
