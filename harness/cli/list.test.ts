import { expect } from 'chai';
import { runCommand } from './testing-cli.ts';

describe('qmp-conformance list', function () {
  this.timeout(60_000);

  before(async () => {
    const { code, stderr } = await runCommand(['qemu', 'install']);
    expect(code, stderr).to.equal(0);
  });

  const table: readonly (readonly [what: string, row: string, line: RegExp])[] = [
    ['a row that is performed', 'examples/misc/stop', /: perform$/],
    ['a row on another program of the release', 'examples/machine/dump-skeys', /: perform$/],
    [
      'an erratum by its first finding, and how many more there are',
      'examples/migration/query-migrate/migration-performed',
      /: erratum: nothing; expected member '[a-z-]+', which is not optional \(and [0-9]+ more\)$/,
    ],
    ['what the build lacks', 'examples/misc/get-win32-socket', /: not-applicable: command get-win32-socket/],
    [
      'a state that no stage produces',
      'examples/machine/HV_BALLOON_STATUS_REPORT',
      /: untestable: a Windows/,
    ],
  ];
  for (const [what, row, line] of table) {
    it(`tells of ${what}`, async () => {
      const { code, stdout, stderr } = await runCommand([
        ...['list', '--release', '10.0', '--accel', 'tcg', '--grep', row],
      ]);
      expect(stdout.trimEnd(), stderr).to.match(line).and.to.contain(`${row} @ 10.0`);
      expect(code).to.equal(0);
    });
  }

  it('says how what only other releases document is listed', async () => {
    const row = 'examples/migration/query-migrate/migration-done-succeeded-from-0.14';
    const words = ['list', '--release', '10.0', '--accel', 'tcg', '--grep', row];
    const { code, stdout, stderr } = await runCommand(words);
    expect(stdout).to.equal('');
    expect(stderr).to.match(/^qmp-conformance: 1 row is meant.* --all/m);
    expect(code).to.equal(2);
    expect((await runCommand([...words, '--all'])).stdout).to.match(new RegExp(`^${row} @ 10`));
  });
});
