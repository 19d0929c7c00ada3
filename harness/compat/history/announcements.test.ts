import { expect } from 'chai';
import { withTree } from '../../qapi/language/fixture-tree.ts';
import { historyOf } from './fixture-history.ts';
import { readAnnouncements, type AnnouncedHeading } from './read-announcements.ts';
import { resolveAnnouncements } from './resolve-announcements.ts';

function read(file: string, text: string): string[] {
  return withTree({ [file]: text }, (folder) =>
    readAnnouncements([{ release: '9.0.0', folder }]).map(
      ({ family, heading, deprecated, removed, from }) =>
        `${family} ${heading} ${deprecated ?? '-'} ${removed ?? '-'} ${from}`,
    ),
  );
}

describe('readAnnouncements', () => {
  it('reads Texinfo', () => {
    const text = [
      '@node Deprecated features',
      '@section System emulator command line arguments',
      '@subsection -old (since 2.0)',
      '@section QEMU Machine Protocol (QMP) commands',
      '@subsection query-x "arch" output member (since 3.0.0)',
      '@node Recently removed features',
      '@section QEMU Machine Protocol (QMP) commands',
      '@subsection query-y (since 4.2.0)',
    ].join('\n');
    expect(read('qemu-deprecated.texi', text)).to.deep.equal([
      'qmp query-x arch output member 3.0 - 9.0',
      'qmp query-y - 4.2 9.0',
    ]);
  });

  it('reads reStructuredText', () => {
    const text = [
      'Deprecated features\n===================',
      'QEMU Machine Protocol (QMP) commands\n------------------------------------',
      "``query-x`` (Since 4.2)\n'''''''''''''''''''''''",
      "Without a number\n''''''''''''''''",
      'Device options\n--------------',
      "Block device options\n''''''''''''''''''''",
      '``sheep`` driver (since 5.2.0)\n^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^',
      "Other options\n'''''''''''''",
      '``goat`` driver (since 5.2.0)\n^^^^^^^^^^^^^^^^^^^^^^^^^^^^^',
    ].join('\n\n');
    expect(read('docs/about/deprecated.rst', text)).to.deep.equal([
      'qmp query-x 4.2 - 9.0',
      'block-driver sheep driver 5.2 - 9.0',
    ]);
  });

  it('reads the list of what was removed', () => {
    const text = "QEMU guest agent\n----------------\n\n``guest-x`` (removed in 6.0)\n''''''''''''''''''";
    expect(read('docs/about/removed-features.rst', text)).to.deep.equal(['qga guest-x - 6.0 9.0']);
  });

  it('finds nothing in a tree without such documents', () => {
    expect(read('docs/other.rst', 'QMP\n---\n')).to.deep.equal([]);
  });
});

describe('resolveAnnouncements', () => {
  const history = historyOf({
    '9.0': `
      { 'enum': 'Cap', 'data': [ 'fast', 'slow' ] }
      { 'struct': 'Inner', 'data': { 'size': 'int', 'old': 'int' } }
      { 'struct': 'Info', 'data': { 'old': 'int', 'list': ['Inner'] } }
      { 'command': 'migrate-set-caps', 'data': { 'caps': ['Cap'] } }
      { 'command': 'query-info', 'returns': ['Info'] }
      { 'command': 'stop', 'data': { 'a': 'int', 'b': 'int' } }
      { 'event': 'GONE' }`,
  });
  const rows: readonly (readonly [heading: string, paths: readonly string[]])[] = [
    ['stop', ['stop']],
    ['stop and query_info', ['stop', 'query-info']],
    ['GONE', ['GONE']],
    ['stop arguments a and b', ['stop/arguments/a', 'stop/arguments/b']],
    ['stop b parameter', ['stop/arguments/b']],
    ['stop command option a', ['stop/arguments/a']],
    ['query-info return value member old', ['query-info/returns[]/old']],
    ['query-info result list[i].old', ['query-info/returns[]/list[]/old']],
    ['query-info result field size', ['query-info/returns[]/list[]/size']],
    ['Info member old', ['query-info/returns[]/old']],
    ['migrate-set-cap slow option', ['migrate-set-caps/arguments/caps[]=slow']],
    ['Incorrectly typed stop arguments', []],
    ['stop empty string argument a', []],
    ['vcpu trace events', []],
    ['unknown-command', []],
  ];
  for (const [heading, paths] of rows) {
    it(heading, () => {
      const announced: AnnouncedHeading = { family: 'qmp', heading, deprecated: '9.0', from: '9.0' };
      const resolved = resolveAnnouncements([announced], history).flatMap((one) => one.paths);
      expect(resolved.toSorted()).to.deep.equal(paths.toSorted());
    });
  }

  it('joins deprecation and removal', () => {
    const headings: readonly AnnouncedHeading[] = [
      { family: 'qmp', heading: 'stop', deprecated: '7.0', from: '7.1' },
      { family: 'qmp', heading: 'stop', removed: '9.0', from: '9.0' },
      { family: 'qga', heading: 'stop', deprecated: '1.0', from: '7.1' },
    ];
    expect(resolveAnnouncements(headings, history)).to.deep.equal([
      { paths: ['stop'], names: ['stop'], from: '7.1', deprecated: '7.0', removed: '9.0' },
    ]);
  });
});
