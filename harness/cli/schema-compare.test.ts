import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { makeTree } from '../qapi/language/fixture-tree.ts';
import { errorOf, run } from './testing-schema.ts';

const BEFORE = `{ 'command': 'sit', 'data': { 'on': 'str', '*for': 'int' } } { 'command': 'stand' }`;
const AFTER = `{ 'command': 'sit', 'data': { 'on': 'str', '*with': 'str' } } { 'command': 'stand' }`;

const TREE = {
  'before/qapi/qapi-schema.json': BEFORE,
  'before/VERSION': '10.0.0\n',
  'after/qapi/qapi-schema.json': AFTER,
  'after/VERSION': '10.1.0\n',
};

/** The exit code that a command line asks for, which is then forgotten. */
async function codeOf(...words: readonly string[]): Promise<typeof process.exitCode> {
  const before = process.exitCode;
  process.exitCode = 0;
  await run(...words);
  const code = process.exitCode;
  process.exitCode = before;
  return code;
}

describe('schema diff', () => {
  it('compares shipped releases', async () => {
    expect(await run('diff', '6.1', '6.2')).to.match(/^\+ 6\.2: x-query-rdma {2}command-added/m);
    expect(await run('diff', '10.2', '10.2')).to.match(/no differences\n$/);
  });

  it('compares source trees, and schemas made of them', async () => {
    using tree = makeTree(TREE);
    const [before, after, file] = ['before', 'after', 'before.json'].map((name) => join(tree.folder, name));
    const expected = /^- 10\.1: sit\/arguments\/for {2}argument-removed; not announced$/m;
    expect(await run('diff', before ?? '', after ?? '')).to.match(expected);
    await run('build', '--qapi', before ?? '', '-o', file ?? '');
    expect(await run('diff', file ?? '', '--qapi', after ?? '')).to.match(expected);
    // The top file of a schema stands in a tree that says its release.
    const top = join(after ?? '', 'qapi/qapi-schema.json');
    expect(await run('diff', before ?? '', '--qapi', top)).to.match(expected);
  });

  it('ends with 1 from the named severity on', async () => {
    using tree = makeTree(TREE);
    const [before = '', after = ''] = ['before', 'after'].map((name) => join(tree.folder, name));
    for (const [from, to, limit, code] of [
      [before, after, 'never', 0],
      [before, after, 'breaking', 1],
      [before, after, 'risky', 1],
      ['10.1', '10.2', 'breaking', 0],
      ['10.1', '10.2', 'risky', 1],
      ['10.2', '10.2', 'risky', 0],
    ] as const) {
      const words = ['diff', from, to, '--fail-on', limit];
      expect(await codeOf(...words), words.join(' ')).to.equal(code);
    }
  });

  it('writes JSON, Markdown and SARIF, to a file too', async () => {
    using tree = makeTree({});
    const file = join(tree.folder, 'diff.json');
    expect(await run('diff', '7.2', '8.0', '--format', 'json', '-o', file)).to.equal('');
    expect(JSON.parse(readFileSync(file, 'utf8'))).to.have.nested.property('before.release', '7.2');
    expect(await run('diff', '7.2', '8.0', '--format', 'markdown')).to.match(/^# /);
    const sarif: unknown = JSON.parse(await run('diff', '7.2', '8.0', '--format', 'sarif'));
    expect(sarif).to.have.property('version', '2.1.0');
  });

  it('lists its rules', async () => {
    expect(await run('diff', '--rules')).to.match(/^breaking {2}command-removed: /m);
  });

  it('refuses what it cannot compare', async () => {
    for (const [words, message] of [
      [[], /^InputError: what to compare; expected a release or a file/],
      [['10.0'], /^InputError: compare with what; expected B/],
      [['10.0', '0.13'], /^InputError: no qmp schema of release '0\.13'/],
      [['10.0', 'nowhere'], /^InputError: 'nowhere' is no release and no file/],
      [['10.0', '10.2', '--qapi', '.'], /^InputError: '10\.2' and a source by option/],
      [['10.0', '--qapi', '/nowhere'], /^InputError: \/nowhere/],
    ] as const)
      expect(await errorOf('diff', ...words)).to.match(message);
  });
});

describe('schema history', () => {
  it('tells when a command came, and what changed', async () => {
    expect(await run('history', 'x-query-rdma')).to.equal(
      '+ 6.2.0: x-query-rdma (unstable)\n- 9.1.0: x-query-rdma\n',
    );
    expect(await run('history', 'query-migrate.status')).to.match(/^\+ /);
    const found: unknown = JSON.parse(await run('history', 'block-stream', '--format', 'json'));
    expect(found).to.have.property('name', 'block-stream');
    expect(await run('history', 'block-stream', '--format', 'markdown')).to.match(/^#/);
  });

  it('tells what a release brought', async () => {
    expect(await run('history', '--release', '6.2')).to.match(/^\+ 6\.2\.0: x-query-rdma \(unstable\)$/m);
    expect(await run('history', '--release', '7.2', '--format', 'markdown')).to.match(/^\| release/);
  });

  it('tells where documents and schemas disagree', async () => {
    expect(await run('history', '--contradictions')).to.match(/\[since-too-early\]\n/);
    const words = ['--contradictions', '--family', 'qga', '--format'];
    expect(JSON.parse(await run('history', ...words, 'json'))).to.be.an('array');
    expect(JSON.parse(await run('history', ...words, 'sarif'))).to.have.property('version', '2.1.0');
  });

  it('refuses what it cannot look up', async () => {
    for (const [words, message] of [
      [[], /^InputError: expected one of NAME/],
      [['query-migrate', '--release', '7.2'], /^InputError: expected one of NAME/],
      [['query-migrat'], /^InputError: no release has 'query-migrat'\. Did you mean 'query-migrate'\?$/],
      [['query-migrate.statu'], /Did you mean 'query-migrate\.status'\?$/],
      [['--release', '0.13'], /^InputError: no qmp history of release '0\.13'; there are: 0\.14, /],
      [['block-stream', '--format', 'sarif'], /^InputError: --format sarif is for findings/],
    ] as const)
      expect(await errorOf('history', ...words)).to.match(message);
  });
});

describe('schema introspect', () => {
  it('says what a build with these symbols would answer', async () => {
    const all = await run('introspect', '--release', '10.2', '--unmask');
    const none = await run('introspect', '--release', '10.2', '--unmask', '--define', 'CONFIG_LINUX');
    expect(all).to.include('"name": "get-win32-socket"').and.to.include('"name": "BlockdevOptions"');
    expect(none).not.to.include('"name": "get-win32-socket"');
    expect(await run('introspect', '--release', '10.2')).not.to.include('"name": "BlockdevOptions"');
  });

  it('ends in peace when its reader has read enough', () => {
    const bin = fileURLToPath(new URL('bin.js', import.meta.url));
    const line = `"$0" "$1" schema introspect --release 10.2 | head -1`;
    const { status, stdout, stderr } = spawnSync(
      'bash',
      ['-o', 'pipefail', '-c', line, process.execPath, bin],
      {
        encoding: 'utf8',
      },
    );
    expect({ status, stdout, stderr }).to.deep.equal({ status: 0, stdout: '[\n', stderr: '' });
  });

  it('refuses releases that had no query-qmp-schema', async () => {
    expect(await errorOf('introspect', '--release', '2.4')).to.match(/^InputError: .*2\.5 or later$/);
    expect(await errorOf('introspect')).to.match(/^InputError: of what; expected --release X\.Y/);
  });
});

describe('schema explain', () => {
  const reply = `[ { "name": "0", "meta-type": "object", "members": [] },
    { "name": "stand", "meta-type": "command", "arg-type": "0", "ret-type": "0" } ]`;

  it('explains a reply, and ends with 1 where it cannot', async () => {
    using tree = makeTree({
      'reply.json': reply,
      'qapi/qapi-schema.json': `{ 'command': 'stand' } { 'command': 'lie', 'if': 'CONFIG_BED' }`,
      'other/qapi/qapi-schema.json': AFTER,
    });
    const file = join(tree.folder, 'reply.json');
    const words = ['explain', '--introspection', file, '--release', '10.1', '--qapi'];
    expect(await run(...words, tree.folder)).to.match(/^not defined: CONFIG_BED$/m);
    expect(await codeOf(...words, tree.folder)).to.equal(0);
    expect(await codeOf(...words, join(tree.folder, 'other'))).to.equal(1);
    const found: unknown = JSON.parse(await run(...words, tree.folder, '--json'));
    expect(found).to.have.nested.property('symbols.CONFIG_BED', false);
  });

  it('refuses what it cannot explain', async () => {
    using tree = makeTree({
      'reply.json': reply,
      'cut.json': reply.slice(0, 60),
      'other.json': '{"QMP": {}}',
    });
    const file = (name: string): string => join(tree.folder, name);
    for (const [words, message] of [
      [['--release', '10.2'], /^InputError: which build; expected one of --qemu and --introspection$/],
      [['--introspection', file('reply.json')], /^InputError: of what; expected --release X\.Y/],
      [
        ['--introspection', file('cut.json'), '--release', '10.2'],
        /^InputError: .*cut\.json:[0-9]+:[0-9]+: /,
      ],
      [['--introspection', file('other.json'), '--release', '10.2'], /^InputError: introspection: /],
      [
        ['--introspection', file('reply.json'), '--release', '11.1'],
        /^InputError: the schema of 11\.1 was not read/,
      ],
    ] as const)
      expect(await errorOf('explain', ...words)).to.match(message);
  });
});
