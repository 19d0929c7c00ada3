import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { makeTree } from '../qapi/language/fixture-tree.ts';
import { errorOf, run } from './testing-schema.ts';

const TREE = {
  'qapi/qapi-schema.json': `{ 'include': 'more.json' }`,
  'qapi/more.json': `{ 'command': 'sit', 'data': { 'on': 'str' } }`,
  'qga/qapi-schema.json': `{ 'command': 'guest-sit' }`,
  VERSION: '10.2.0\n',
};

describe('schema build', () => {
  it('reads a tree, and knows its release', async () => {
    using tree = makeTree(TREE);
    const text = await run('build', '--qapi', tree.folder);
    expect(text).to.include('"qapi-release": "10.2"').and.to.include('"command/sit/arguments": {');
    expect(text).to.include('"qapi-module": "qapi/more.json"');
    expect(await run('build', '--qapi', tree.folder, '--family', 'qga')).to.include(
      '"command/guest-sit/arguments"',
    );
  });

  it('reads a top file, and writes to a file or into a folder', async () => {
    using tree = makeTree({ ...TREE, 'out/.keep': '' });
    const [top, out] = [join(tree.folder, 'qapi/qapi-schema.json'), join(tree.folder, 'out')];
    const file = join(out, 'mine.json');
    expect(await run('build', '--qapi', top, '--release', '9.1.3', '-o', out)).to.equal('');
    expect(await run('build', '--qapi', top, '--release', '9.1', '-o', file)).to.equal('');
    expect(readFileSync(join(out, '9.1.json'), 'utf8')).to.equal(readFileSync(file, 'utf8'));
  });

  it('reads a reply of query-qmp-schema', async () => {
    const reply = `{ "return": [ { "name": "0", "meta-type": "object", "members": [] },
      { "name": "sit", "meta-type": "command", "arg-type": "0", "ret-type": "0" } ] }`;
    using tree = makeTree({ 'reply.json': reply });
    const text = await run('build', '--introspection', join(tree.folder, 'reply.json'), '--release', '11.1');
    expect(text).to.include('"qapi-sources": ["introspection"]').and.to.include('"command/sit/returns"');
  });

  it('refuses what it cannot use', async () => {
    using tree = makeTree({
      'top.json': `{ 'command': 'x' }`,
      'broken.json': `{ 'command' }`,
      'reply.json': '[]',
    });
    const [top, broken, reply] = ['top.json', 'broken.json', 'reply.json'].map((name) =>
      join(tree.folder, name),
    );
    const cases: readonly (readonly [readonly (string | undefined)[], RegExp])[] = [
      [[], /^no source; expected one of --qapi, --man, --introspection and --qemu$/],
      [['--qapi', top, '--man', reply], /both documents of a release; expected one of them$/],
      [['--qemu', top, '--introspection', reply], /expected one of them$/],
      [['--trees', tree.folder], /expected -o FOLDER$/],
      [['--trees', tree.folder, '-o', 'x'], /no QEMU source trees; expected folders with a file VERSION$/],
      [['--trees', tree.folder, '--qapi', top, '-o', 'x'], /^--trees stands alone/],
      [['--man', reply], /reply\.json:1:1: /],
      [['--qemu', top, '--family', 'qga'], /which has no query-qmp-schema$/],
      [['--qapi', top], /does not tell its release; expected --release X\.Y$/],
      [['--qapi', top, '--release', 'latest'], /^release 'latest'; expected X\.Y$/],
      [['--qapi', tree.folder, '--release', '9.1'], /no qmp schema; expected qapi\/qapi-schema\.json/],
      [['--qapi', broken, '--release', '9.1'], /broken\.json:1:13: expected ':'$/],
      [['--qapi', join(tree.folder, 'none'), '--release', '9.1'], /no such file/],
      [['--introspection', reply], /does not tell the release/],
      [['--introspection', join(tree.folder, 'none'), '--release', '9.1'], /^can't read/],
      [['--introspection', broken, '--release', '9.1'], /broken\.json:1:3: /],
    ];
    for (const [words, message] of cases) {
      const error = await errorOf('build', ...words.filter((word) => word !== undefined));
      expect(error).to.match(/^InputError: /);
      expect(error.slice('InputError: '.length)).to.match(message);
    }
  });

  it('says so when a QEMU does not start', async () => {
    using tree = makeTree({});
    const qemu = join(tree.folder, 'qemu');
    expect(await errorOf('build', '--qemu', qemu)).to.match(/^InputError: .*is no program/);
    writeFileSync(qemu, '#!/bin/sh\nexit 4\n', { mode: 0o755 });
    expect(await errorOf('build', '--qemu', qemu)).to.match(/^SetupError: .*exit status 4/);
  });
});

describe('schema show', () => {
  it('shows a command, a type and an event', async () => {
    expect(await run('show', 'query-status', '--release', '10.2')).to.equal(
      'command query-status: arguments (qapi/run-state.json) [since 0.14; may run in preconfig state]\n  no members\n' +
        'message query-status: returns\n  StatusInfo\n',
    );
    expect(await run('show', 'StatusInfo', '--release', '10.2')).to.equal(
      'struct StatusInfo (qapi/run-state.json) [since 0.14]\n  running: bool\n  status: RunState\n',
    );
    expect(await run('show', 'STOP', '--release', '7.2')).to.equal(
      'event STOP: data (qapi/run-state.json) [since 0.12]\n  nothing\n',
    );
  });

  it('prints JSON', async () => {
    const shown: unknown = JSON.parse(await run('show', 'STOP', '--release', '7.2', '--json'));
    expect(shown).to.have.nested.property('event/STOP/data.qapi-kind', 'event');
  });

  it('takes the newest release, and suggests the name that was meant', async () => {
    expect(await errorOf('show', 'query-statsu')).to.match(
      /^InputError: no type, command or event 'query-statsu' in 1[0-9.]+\. Did you mean 'query-stat(us|s)'\?$/,
    );
    expect(await errorOf('show', 'toString')).to.match(/^InputError: /);
  });

  it('refuses a release that it has not', async () => {
    expect(await errorOf('show', 'quit', '--release', '0.13')).to.match(/^InputError: /);
    expect(await errorOf('show', 'quit', '--release', '2.0', '--family', 'qsd')).to.match(/^InputError: /);
  });
});

describe('schema list', () => {
  it('lists releases by number', async () => {
    const releases = (await run('list')).trim().split('\n');
    expect(releases.indexOf('7.2')).to.be.within(0, releases.indexOf('10.0') - 1);
    expect(JSON.parse(await run('list', '--json'))).to.deep.equal(releases);
    expect(await run('list', '--family', 'qsd')).to.match(/^5\.0\n(?:[0-9.]+\n)*11\.1\n$/);
  });

  it('lists the names of one', async () => {
    expect(await run('list', '--release', '10.2'))
      .to.include('command blockdev-add\n')
      .and.to.include('event STOP\n');
    const names: unknown = JSON.parse(await run('list', '--release', '10.2', '--json'));
    expect(names).to.have.all.keys('types', 'commands', 'events');
  });
});
