import { expect } from 'chai';
import { isFolder, kindOfDocument, scopeOfBlock, scopeOfId } from './documents.ts';

const cases = [
  ['qapi/migration.json', 'qapi', 'migrate'],
  ['qapi-schema.json', 'qapi', 'migrate'],
  ['storage-daemon/qapi/qapi-schema.json', 'qsd', 'migrate'],
  ['qga/qapi-schema.json', 'qga', 'qga/migrate'],
  ['qapi-schema-guest.json', 'qga', 'qga/migrate'],
  ['qmp-commands.hx', 'hx', 'migrate'],
  ['docs/qmp-commands.txt', 'hx', 'migrate'],
  ['QMP/qmp-events.txt', 'events', 'migrate'],
  ['docs/qmp/qmp-events.txt', 'events', 'migrate'],
  ['QMP/qmp-spec.txt', 'specification', 'spec'],
  ['docs/interop/qmp-spec.rst', 'specification', 'spec'],
  ['docs/bitmaps.md', 'docs', 'docs/bitmaps'],
  ['docs/interop/bitmaps.rst', 'docs', 'docs/bitmaps'],
  ['docs/qmp/README', 'docs', 'docs/qmp-intro'],
  ['docs/devel/migration/index.rst', 'docs', 'docs/migration'],
  ['qemu-qmp-ref(7)', 'manual-page', 'migrate'],
  ['qemu-storage-daemon-qmp-ref(7)', 'manual-page-qsd', 'migrate'],
  ['qemu-ga-ref(7)', 'manual-page-qga', 'qga/migrate'],
  ['migration.json (unreleased)', 'unreleased', 'migrate'],
] as const;

describe('kindOfDocument and scopeOfBlock', () => {
  for (const [document, kind, scope] of cases) {
    it(`${document} is ${kind}`, () => {
      expect(kindOfDocument(document)).to.equal(kind);
      const block = { document, definition: 'migrate', line: 1, section: 1, lines: [] };
      expect(scopeOfBlock(block)).to.equal(scope);
      expect(isFolder(scope)).to.equal(scope !== 'migrate');
    });
  }
});

describe('scopeOfId', () => {
  const ids = [
    ['examples/migration/migrate/active', 'migrate', 'migrate'],
    ['examples/qapi-schema/notation', '-', '-'],
    ['examples/qga/guest-ping', 'guest-ping', 'qga/guest-ping'],
    ['examples/spec/parsing-error', '-', 'spec'],
    ['examples/docs/bitmaps/creation', '-', 'docs/bitmaps'],
  ] as const;
  for (const [id, definition, scope] of ids) {
    it(`of ${id} is ${scope}`, () => expect(scopeOfId(id, definition)).to.equal(scope));
  }
});
