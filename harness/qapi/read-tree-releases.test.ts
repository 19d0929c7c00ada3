import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { isJsonObject } from '../json/value.ts';
import { compareReleases } from '../release/compare-releases.ts';
import { compareWithTable } from './hx/compare-with-table.ts';
import { valuesAfter } from './hx/document-sections.ts';
import { fitsMembers } from './hx/documented-members.ts';
import { readEventList } from './hx/read-event-list.ts';
import { findTopFile } from './language/find-top-file.ts';
import { readQapi } from './language/read-qapi.ts';
import type { QapiModel, SchemaFamily } from './model.ts';
import { readTableOfTree, readTree } from './read-tree.ts';

const trees = fileURLToPath(new URL('../../../shared/qapi/qapi-releases.tar.xz', import.meta.url));

/** Which releases have which family: the guest agent came with 0.15, the storage daemon's schema with 5.0. */
const FIRST: Readonly<Record<SchemaFamily, string>> = { qmp: '0.14', qga: '0.15', qsd: '5.0' };

/** Commands that an example executes and that never were. */
const MISWRITTEN: readonly string[] = ['0.15.0 blockdev-snapshot'];

const count = (model: QapiModel, kind: string): number =>
  [...model.definitions.values()].filter((definition) => definition.kind === kind).length;

// Extra to the tests that stand alone: it needs QEMU's own sources, which are no part of this project.
if (existsSync(trees)) {
  describe('readTree, on the sources of all releases beside this checkout', function () {
    this.timeout(120_000);
    const folder = mkdtempSync(join(tmpdir(), 'qmpc-test-'));
    let releases: readonly string[] = [];
    before(() => {
      execFileSync('tar', ['-xJf', trees, '-C', folder]);
      releases = readdirSync(folder)
        .filter((name) => existsSync(join(folder, name, 'VERSION')))
        .sort(compareReleases);
    });
    after(() => rmSync(folder, { recursive: true }));

    for (const family of ['qmp', 'qga', 'qsd'] as const) {
      it(`gives a model of ${family} for each, none much smaller than the one before`, () => {
        let before = 0;
        const having = releases.filter((release) => compareReleases(release, FIRST[family]) >= 0);
        expect(having.length).to.equal({ qmp: 46, qga: 45, qsd: 18 }[family]);
        for (const release of having) {
          const commands = count(readTree(join(folder, release), { family }), 'command');
          expect(commands, release).to.be.greaterThan(before * 0.97);
          before = commands;
        }
      });
    }

    it('has every command and event of the days before QAPI', () => {
      const counts = ['0.14.0', '0.15.0', '1.0.0', '1.4.0', '2.0.0', '2.7.0'].map((release) => {
        const model = readTree(join(folder, release), { family: 'qmp' });
        return [release, count(model, 'command'), count(model, 'event')];
      });
      expect(counts).to.deep.equal([
        ['0.14.0', 46, 13],
        ['0.15.0', 49, 13],
        ['1.0.0', 49, 13],
        ['1.4.0', 89, 22],
        ['2.0.0', 105, 28],
        ['2.7.0', 142, 37],
      ]);
    });

    it('has each command that an example of the command table executes', () => {
      const missing = tablesOf(releases, folder).flatMap(({ release, tree, table }) => {
        const { definitions } = readTree(tree, { family: 'qmp' });
        return table.executed
          .filter((name) => definitions.get(name)?.kind !== 'command')
          .map((name) => `${release} ${name}`);
      });
      expect(missing).to.deep.equal(MISWRITTEN);
    });

    it('has no command that could not be called, and knows where table and QAPI differ', () => {
      const found = new Map<string, string[]>();
      for (const { release, tree, table } of tablesOf(releases, folder)) {
        if (compareReleases(release, '1.0') < 0) continue;
        const model = readQapi(findTopFile(tree, 'qmp'), { family: 'qmp', release });
        for (const difference of compareWithTable(model, table)) {
          if (difference.kind === 'table-only') continue;
          const about = 'argument' in difference ? ` ${difference.argument}` : '';
          const key = `${difference.kind} ${difference.command}${about}`;
          found.set(key, [...(found.get(key) ?? []), release]);
        }
      }
      const spans = [...found].map(([key, at]) => `${key}: ${at.at(0)} - ${at.at(-1)}`);
      expect(spans).to.have.members([
        'argument-missing-in-qapi memsave cpu: 1.1.0 - 2.7.0',
        'argument-missing-in-table memsave cpu-index: 1.1.0 - 2.7.0',
        'argument-missing-in-qapi dump-guest-memory end: 1.2.0 - 2.7.0',
        'argument-missing-in-table dump-guest-memory length: 1.2.0 - 2.7.0',
        'argument-missing-in-table migrate-set-parameters x-cpu-throttle-initial: 2.5.0 - 2.5.0',
        'argument-missing-in-table migrate-set-parameters x-cpu-throttle-increment: 2.5.0 - 2.5.0',
        'argument-missing-in-qapi input-send-event console: 2.6.0 - 2.7.0',
        'argument-missing-in-table input-send-event device: 2.6.0 - 2.7.0',
        'argument-missing-in-table input-send-event head: 2.6.0 - 2.7.0',
        'argument-missing-in-table migrate-set-parameters tls-creds: 2.7.0 - 2.7.0',
        'argument-missing-in-table migrate-set-parameters tls-hostname: 2.7.0 - 2.7.0',
      ]);
    });

    it('describes events as their own examples show them', () => {
      const unlike: string[] = [];
      let examples = 0;
      for (const { release, tree } of tablesOf(releases, folder)) {
        if (compareReleases(release, '2.1') >= 0) continue;
        const file = ['QMP/qmp-events.txt', 'docs/qmp/qmp-events.txt']
          .map((name) => join(tree, name))
          .find((name) => existsSync(name));
        for (const event of readEventList(readFileSync(file ?? '', 'utf8'), file ?? '')) {
          for (const value of valuesAfter(event.section.lines, /^(?=\{)/gm)) {
            examples++;
            const data = isJsonObject(value) ? (value['data'] ?? {}) : null;
            if (!fitsMembers(data, event.members)) unlike.push(`${release} ${event.name}`);
          }
        }
      }
      expect(examples).to.be.greaterThan(200);
      expect(unlike).to.deep.equal([]);
    });
  });
}

function tablesOf(
  releases: readonly string[],
  folder: string,
): { release: string; tree: string; table: NonNullable<ReturnType<typeof readTableOfTree>> }[] {
  return releases.flatMap((release) => {
    const tree = join(folder, release);
    const table = readTableOfTree(tree);
    return table === undefined ? [] : [{ release, tree, table }];
  });
}
