import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { SetupError } from '../errors.ts';
import type { JsonValue } from '../json/value.ts';
import { combineModels } from '../qapi/combine-models.ts';
import { truthOf, type Assignment } from '../qapi/introspection/condition-truth.ts';
import { explainIntrospection } from '../qapi/introspection/explain-introspection.ts';
import { modelFromIntrospection } from '../qapi/introspection/read-introspection.ts';
import { findTopFile } from '../qapi/language/find-top-file.ts';
import { readQapi } from '../qapi/language/read-qapi.ts';
import { modelFromManualPage } from '../qapi/manual-page/read-manual-page.ts';
import { readPageFile } from '../qapi/manual-page/read-page-file.ts';
import type { Condition, Definition, QapiModel, TypeRef } from '../qapi/model.ts';
import { introspectBinary } from '../replay/describe-target.ts';
import { introspectDaemon } from '../replay/introspect-daemon.ts';
import { findQemus, selectRelease } from '../target/find-qemus.ts';
import { installReleases } from '../target/install-releases.ts';
import { installSources, type SourceOutcome } from '../target/install-sources.ts';
import type { QemuBinary } from '../target/qemu-binary.ts';
import { cacheFolder, readReleases } from '../target/release-cache.ts';

const PATIENCE = 20_000;
async function askDaemon({ storageDaemon = [], env }: QemuBinary, patience: number): Promise<JsonValue> {
  return (await introspectDaemon({ command: storageDaemon, env }, patience)).reply;
}

const FAMILIES = [
  { family: 'qmp', page: 'qemu-qmp-ref.7.gz', ask: introspectBinary },
  { family: 'qsd', page: 'qemu-storage-daemon-qmp-ref.7.gz', ask: askDaemon },
] as const;
type Family = (typeof FAMILIES)[number];

const shared = fileURLToPath(new URL('../../../shared/qapi/qemu-qmp-ref-11.1.3.7.gz', import.meta.url));

/** A value without the members of these names, at any depth, and without those that are `undefined`. */
function without(value: unknown, names: readonly string[]): unknown {
  if (Array.isArray(value)) return value.map((item) => without(item, names));
  if (typeof value !== 'object' || value === null) return value;
  const kept = Object.entries(value).filter(([name, part]) => part !== undefined && !names.includes(name));
  return Object.fromEntries(kept.map(([name, part]) => [name, without(part, names)]));
}

function plain(model: QapiModel): Map<string, unknown> {
  return new Map([...model.definitions].map(([name, definition]) => [name, without(definition, ['origin'])]));
}

/** The source under an assignment of its symbols, and of that what commands and events use. */
function restrictModel(model: QapiModel, known: Assignment): Map<string, unknown> {
  const keep = (part: { readonly condition?: Condition }): boolean =>
    part.condition === undefined || truthOf(part.condition, known) === true;
  const prune = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.filter((item) => keep(item as object)).map(prune);
    if (typeof value !== 'object' || value === null) return value;
    return Object.fromEntries(Object.entries(value).map(([name, part]) => [name, prune(part)]));
  };
  const pruned = new Map(
    [...model.definitions]
      .filter(([, definition]) => keep(definition))
      .map(([name, definition]) => [name, prune(definition) as Definition]),
  );
  const used = new Set<string>();
  const use = (name: string): void => {
    const definition = pruned.get(name);
    if (definition === undefined || used.has(name)) return;
    used.add(name);
    for (const type of typesOf(definition)) use(type);
  };
  for (const { kind, name } of pruned.values()) if (kind === 'command' || kind === 'event') use(name);
  return new Map([...pruned].filter(([name]) => used.has(name)).map(([name, it]) => [name, without(it, [])]));
}

function nameOf(type: TypeRef): string {
  return 'array' in type ? nameOf(type.array) : type.name;
}

function typesOf(definition: Definition): readonly string[] {
  const names = (things: readonly { readonly type: TypeRef | undefined }[]): string[] =>
    things.flatMap(({ type }) => (type === undefined ? [] : [nameOf(type)]));
  switch (definition.kind) {
    case 'enum':
      return [];
    case 'alternate':
      return names(definition.alternatives);
    case 'struct':
      return [...(definition.base === undefined ? [] : [definition.base]), ...names(definition.members)];
    case 'union':
      return [
        ...(typeof definition.base === 'string' ? [definition.base] : names(definition.base)),
        ...names(definition.branches),
      ];
    case 'command':
    case 'event': {
      const given = definition.arguments;
      const returns = definition.kind === 'command' ? names([{ type: definition.returns }]) : [];
      if (given === undefined) return returns;
      return [...('type' in given ? [given.type] : names(given.members)), ...returns];
    }
  }
}

/** What no page says, or not before which release: see `modelFromManualPage`. */
const UNTOLD = ['place', 'gen', 'allowOob', 'allowPreconfig', 'successResponse'];

/**
 * A definition as far as a page can tell it. Members and values stand in the page as the documentation has them, which
 * need not be the order of the schema.
 */
function asInPage(
  definition: Definition,
  page: Definition | undefined,
  form: 'domain' | 'sections',
): unknown {
  const view = withoutPartConditions(without(definition, UNTOLD), form === 'domain');
  const told = view as Record<string, unknown>;
  if (page?.kind === 'command' && page.replyUnknown !== undefined) {
    delete told['returns'];
    delete told['replyUnknown'];
  }
  if (page !== undefined && 'argumentsUnknown' in page) {
    const given =
      definition.kind === 'command' || definition.kind === 'event' ? definition.arguments : undefined;
    if (given === undefined || 'type' in given) delete told['arguments'];
    delete told['argumentsUnknown'];
  }
  return sorted(told);
}

/** Integers lose their width, parts their conditions where the page has none, features theirs. */
function withoutPartConditions(definition: unknown, domain: boolean): unknown {
  const strip = (value: unknown, key: string, depth: number): unknown => {
    if (typeof value === 'string')
      return /^(?:u?int(?:8|16|32|64)?|size)$/.test(value) && key === 'type.name' ? 'integer' : value;
    if (Array.isArray(value)) return value.map((item) => strip(item, key, depth + 1));
    if (typeof value !== 'object' || value === null) return value;
    return Object.fromEntries(
      Object.entries(value)
        .filter(([name]) => name !== 'condition' || (depth === 0 ? true : !domain && key !== 'features'))
        .map(([name, part]) => {
          const isType = ['type', 'array', 'returns'].includes(key) && name === 'name';
          return [name, strip(part, isType ? 'type.name' : name, depth + 1)];
        }),
    );
  };
  return strip(definition, '', 0);
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value))
    return value.map(sorted).toSorted((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .toSorted(([a], [b]) => (a < b ? -1 : 1))
      .map(([name, part]) => [name, sorted(part)]),
  );
}

describe('models from several sources, by real QEMUs', function () {
  this.timeout(600_000);
  const sources = new Map<string, SourceOutcome>();
  let binaries: readonly QemuBinary[] = [];
  const replies = new Map<string, JsonValue>();

  before(async () => {
    await installReleases();
    binaries = (await findQemus()).binaries;
    for (const outcome of await installSources({ releases: ['5.2', '7.2', '10.0'] }))
      sources.set(outcome.release, outcome);
  });

  function skip(context: Mocha.Context, reason: string): never {
    if (context.test !== undefined) context.test.title += ` (${reason})`;
    return context.skip();
  }

  function readSource(context: Mocha.Context, release: string, family: Family['family']): QapiModel {
    const outcome = sources.get(release);
    if (outcome === undefined || outcome.kind === 'absent')
      return skip(context, outcome?.reason ?? `no sources of ${release}`);
    return readQapi(findTopFile(outcome.folder, family), { family, release });
  }

  function targetOf(context: Mocha.Context, release: string): QemuBinary {
    try {
      return selectRelease(binaries, release);
    } catch (error) {
      if (error instanceof SetupError) return skip(context, error.message);
      throw error;
    }
  }

  async function askTarget(context: Mocha.Context, release: string, family: Family): Promise<JsonValue> {
    const binary = targetOf(context, release);
    if (family.family === 'qsd' && binary.storageDaemon === undefined)
      return skip(context, `QEMU ${binary.version} came without storage daemon`);
    const key = `${release} ${family.family}`;
    const reply = replies.get(key) ?? (await family.ask(binary, PATIENCE));
    replies.set(key, reply);
    return reply;
  }

  function readPage(context: Mocha.Context, release: string, { page, family }: Family): QapiModel {
    const installed = readReleases(cacheFolder()).find(({ version }) => version.startsWith(`${release}.`));
    const kept = installed && join(installed.root, 'usr/share/man/man7', page);
    const extra = release === '11.1' && family === 'qmp' ? shared : undefined;
    const path = [kept, extra].find((file) => file !== undefined && existsSync(file));
    if (path === undefined)
      return skip(
        context,
        installed ? `its installation has no ${page}` : `QEMU ${release} is not installed`,
      );
    return modelFromManualPage(readPageFile(path), path);
  }

  for (const release of ['5.2', '7.2', '10.0']) {
    for (const family of FAMILIES) {
      it(`${release} ${family.family}: introspection and source give the source, as far as it is built`, async function () {
        const source = readSource(this, release, family.family);
        const reply = await askTarget(this, release, family);
        const present = modelFromIntrospection(reply, { release, family: family.family });
        const { model, conflicts } = combineModels(present, source, { keep: 'present' });
        expect(conflicts).to.deep.equal([]);
        const known = new Map<string, boolean>();
        for (const [symbol, value] of explainIntrospection(source, reply).symbols)
          if (value !== undefined) known.set(symbol, value);
        const expected = restrictModel(source, known);
        const combined = plain(model);
        expect([...combined.keys()]).to.deep.equal([...expected.keys()]);
        for (const [name, definition] of expected) expect(combined.get(name), name).to.deep.equal(definition);
        const all = combineModels(present, source, { keep: 'all' });
        expect([...plain(all.model)]).to.deep.equal([...plain(source)]);
      });
    }
  }

  for (const release of ['5.2', '7.2', '10.0']) {
    for (const family of FAMILIES) {
      it(`${release} ${family.family}: the manual page says what the source says, as far as it can`, function () {
        const page = readPage(this, release, family);
        const source = readSource(this, release, family.family);
        const form = release === '10.0' ? 'domain' : 'sections';
        expect(named(page)).to.deep.equal(named(source));
        for (const definition of source.definitions.values()) {
          const described = page.definitions.get(definition.name);
          if (described === undefined) continue;
          const told = asInPage(described, described, form);
          expect(told, definition.name).to.deep.equal(asInPage(definition, described, form));
        }
      });
    }
  }

  function named(model: QapiModel): string[] {
    return [...model.definitions.keys()].toSorted();
  }

  for (const family of FAMILIES) {
    it(`11.1 ${family.family}: manual page and introspection contradict each other nowhere`, async function () {
      const page = readPage(this, '11.1', family);
      const reply = await askTarget(this, '11.1', family);
      const present = modelFromIntrospection(reply, { release: '11.1', family: family.family });
      const { model, conflicts } = combineModels(present, page, { keep: 'all' });
      expect(conflicts).to.deep.equal([]);
      expect(named(model).filter((name) => !page.definitions.has(name))).to.deep.equal([]);
      const undocumented = [...model.definitions.values()].filter(({ origin }) => origin?.type === undefined);
      expect(undocumented.map(({ name }) => name)).to.deep.equal([]);
    });
  }
});
