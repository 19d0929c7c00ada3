import { expect } from 'chai';
import { changesInRelease, findInHistory, namesLike } from './find-in-history.ts';
import { listedDeprecations } from './listed-deprecations.ts';
import { loadHistory } from './read-history.ts';

describe('the shipped history', function () {
  this.timeout(30_000);
  const history = loadHistory('qmp');

  /** Each is what QEMU's change logs and documents tell. */
  const facts: readonly (readonly [path: string, range: string])[] = [
    ['stop', '0.14-'],
    ['block-stream', '1.1-'],
    ['blockdev-mirror', '2.6-'],
    ['drive-backup', '1.6-'],
    ['x-blockdev-reopen', '4.0-6.1'],
    ['blockdev-reopen', '6.1-'],
    ['change', '0.14-6.0'],
    ['query-cpus', '0.14-6.0'],
    ['query-cpus-fast', '2.12-'],
    ['query-cpus-fast/returns[]/target', '3.0-'],
    ['query-cpus-fast/returns[]/arch', '2.12-6.0'],
    ['MIGRATION', '2.4-'],
    ['MEM_UNPLUG_ERROR', '2.4-9.1'],
    ['x-query-rdma', '6.2-9.1'],
    ['device-sync-config', '9.2-'],
    ['x-block-latency-histogram-set', '2.12-4.0'],
    ['block-latency-histogram-set', '4.0-'],
    ['object-add/arguments/props', '2.0-6.0'],
    ['object-add/arguments/qom-type=iothread', '6.0-'],
    ['migrate-set-parameters/arguments/multifd-channels', '4.0-'],
    ['migrate/arguments/blk', '0.14-9.1'],
    ['blockdev-add/arguments/driver=sheepdog', '2.9-6.1'],
    ['query-migrate/returns/status=postcopy-active', '2.5-'],
    ['cpu-add', '1.5-5.2'],
    ['query-qmp-schema', '2.5-'],
  ];
  for (const [path, range] of facts) {
    it(`${path}: ${range}`, () => {
      const intervals = history.places.get(path)?.intervals ?? [];
      expect(intervals.map(({ from, until = '' }) => `${from}-${until}`).join(' ')).to.equal(range);
    });
  }

  it('knows types, features and names before', () => {
    expect(history.places.get('query-migrate/returns/status')?.types.map(({ value }) => value)).to.deep.equal(
      ['str', 'enum'],
    );
    expect(history.places.get('blockdev-reopen')?.renamedFrom).to.equal('x-blockdev-reopen');
    expect(history.places.get('object-add/arguments/qom-type=iothread')?.described).to.equal(true);
    expect(history.places.get('drive-backup')?.features).to.deep.equal([
      { release: '6.2', value: ['deprecated'] },
    ]);
    expect(history.places.get('query-sev/returns/sev-type=sev/policy')?.movedFrom).to.equal(
      'query-sev/returns/policy',
    );
  });

  it('knows what the documents listed as deprecated', () => {
    const since = listedDeprecations(history);
    expect(since('query-cpus')).to.equal('2.12');
    expect(since('object-add/arguments/props')).to.equal('5.0');
    expect(since('query-block/returns[]/inserted/dirty-bitmaps[]/status')).to.equal('4.0');
    expect(
      since('transaction/arguments/actions[]/type=block-dirty-bitmap-add/data/autoload'),
      'the same member elsewhere',
    ).to.equal('2.12');
    expect(since('device_add'), 'only one way to write its arguments went').to.equal(undefined);
    expect(since('stop')).to.equal(undefined);
  });

  it('tells a release', () => {
    const changes = changesInRelease(history, '6.2').map(({ kind, path }) => `${kind} ${path}`);
    expect(changes).to.include('added x-query-rdma').and.include('deprecated drive-backup');
    expect(changes.filter((change) => change.includes('x-query-rdma/'))).to.deep.equal([]);
  });

  const names: readonly (readonly [name: string, first: string])[] = [
    ['blockdev-add/arguments/driver=qcow2/backing', '2.8 added blockdev-add/arguments/driver=qcow2/backing'],
    ['query-migrate.status', '1.0 described query-migrate/returns/status'],
    ['MIGRATION.status', '2.4 added MIGRATION/data/status'],
    ['BlockdevOptionsQcow2.backing', '1.7 added BlockdevOptionsGenericCOWFormat.backing'],
    ['BlockdevOptionsQcow2.encrypt', '2.10 added BlockdevOptionsQcow2.encrypt'],
    ['MigrationStatus.postcopy-active', '2.5 added MigrationStatus.postcopy-active'],
    ['postcopy-active', '2.5 added MigrationStatus.postcopy-active'],
  ];
  for (const [name, first] of names) {
    it(`finds ${name}`, () => {
      const [change] = findInHistory(history, name)?.changes ?? [];
      expect(`${change?.release} ${change?.kind} ${change?.path}`).to.equal(first);
    });
  }

  for (const name of [
    'stop',
    'blockdev-reopen',
    'MIGRATION',
    'query-migrate.status',
    'blockdev-add/arguments/driver=qcow2/backing',
    'query-migrate.stats',
    'BlockdevOptionsQcow2',
    'no such thing',
  ]) {
    it(`tells the same of '${name}' when only that is read`, () => {
      const part = loadHistory('qmp', name);
      const found = findInHistory(part, name);
      expect(found).to.deep.equal(findInHistory(history, name));
      if (found === undefined) expect(namesLike(part, name)).to.deep.equal(namesLike(history, name));
    });
  }

  it('reads no more than the command that is asked for', () => {
    const { places } = loadHistory('qmp', 'query-migrate.status');
    expect([...places.keys()].filter((path) => path.split('/')[0] !== 'query-migrate')).to.deep.equal([]);
  });

  it('finds a definition with its members', () => {
    const found = findInHistory(history, 'BlockdevOptionsQcow2');
    expect(found?.definition?.kinds[0]?.value).to.equal('struct');
    expect(found?.places.map(({ path }) => path)).to.include('BlockdevOptionsQcow2.data-file');
  });

  for (const name of [
    'query-migrat',
    'query-migrate.stats',
    'BlockdevOptionsQcow2.back',
    '',
    'no such thing',
  ]) {
    it(`finds nothing for '${name}'`, () => {
      expect(findInHistory(history, name)).to.equal(undefined);
      expect(namesLike(history, name)).not.to.have.length(0);
    });
  }
});
