import { expect } from 'chai';
import { join } from 'node:path';
import { SetupError } from '../errors.ts';
import { schemaFromModel } from '../json-schema/schema-from-model.ts';
import { createValidator } from '../json-schema/validator.ts';
import { readJson } from '../json/read-json.ts';
import { isJsonArray, isJsonObject, stringAt, type JsonValue } from '../json/value.ts';
import { writeJson } from '../json/write-json.ts';
import { holds, symbolsOf } from '../qapi/introspection/condition-truth.ts';
import { explainIntrospection } from '../qapi/introspection/explain-introspection.ts';
import { modelFromIntrospection } from '../qapi/introspection/read-introspection.ts';
import { schemaInfosOf } from '../qapi/introspection/schema-infos.ts';
import {
  attributesOf,
  introspectionFromModel,
  writeInfo,
  type Writing,
} from '../qapi/introspection/write-introspection.ts';
import { findTopFile } from '../qapi/language/find-top-file.ts';
import { readQapi } from '../qapi/language/read-qapi.ts';
import type { QapiModel, SchemaFamily } from '../qapi/model.ts';
import { introspectBinary } from '../replay/describe-target.ts';
import { introspectDaemon } from '../replay/introspect-daemon.ts';
import { findOnPath } from '../target/child-process.ts';
import { findQemus, selectRelease } from '../target/find-qemus.ts';
import { installReleases } from '../target/install-releases.ts';
import { installSources, type SourceOutcome } from '../target/install-sources.ts';
import type { QemuBinary } from '../target/qemu-binary.ts';
import { runProgram } from '../target/run-program.ts';

const FAMILIES: readonly SchemaFamily[] = ['qmp', 'qga', 'qsd'];
const PATIENCE = 20_000;

/**
 * Has QEMU's own generator, where its sources lie, make the introspection of a schema, and prints what it would write to
 * C as JSON. A part under a condition becomes `{if: {symbols, truth}, then: part}`: `truth` is the condition's truth
 * table, which Python works out from the C text. Arguments: the folder of the generator's package, the top file.
 */
const GENERATOR_DRIVER = `
import itertools, json, re, sys
sys.dont_write_bytecode = True
sys.path.insert(0, sys.argv[1])
from qapi.schema import QAPISchema
from qapi import common, introspect

def text_in_c(ifcond):
    if isinstance(ifcond, (list, tuple)):
        return ' && '.join('(%s)' % text for text in ifcond)
    return common.cgen_ifcond(ifcond.ifcond)

def truth_table(text):
    symbols = sorted(set(re.findall(r'defined\\s*\\(?\\s*(\\w+)', text)))
    code = re.sub(r'defined\\s*\\(\\s*(\\w+)\\s*\\)|defined\\s+(\\w+)', r'on["\\1\\2"]', text)
    code = code.replace('&&', ' and ').replace('||', ' or ').replace('!', ' not ')
    rows = itertools.product([False, True], repeat=len(symbols))
    truth = ['01'[eval(code, {'on': dict(zip(symbols, row))})] for row in rows]
    return {'symbols': symbols, 'truth': ''.join(truth)}

def plain(node):
    condition = None
    if isinstance(node, tuple):
        node, condition = node[0], node[1].get('if')
    elif hasattr(node, 'ifcond'):
        node, condition = node.value, node.ifcond
    text = text_in_c(condition) if condition else ''
    if isinstance(node, dict):
        node = {key: plain(value) for key, value in node.items()}
    elif isinstance(node, list):
        node = [plain(value) for value in node]
    return {'if': truth_table(text), 'then': node} if text else node

made = []
introspect._tree_to_qlit = lambda tree, *rest: made.append(plain(tree)) or ''
QAPISchema(sys.argv[2]).visit(introspect.QAPISchemaGenIntrospectVisitor('', True))
json.dump(made[0], sys.stdout)
`;

/** What the generator makes of a schema, each entry by its name. */
async function generatedInfos(python: string, tree: string, top: string): Promise<Map<string, JsonValue>> {
  const command = [python, '-c', GENERATOR_DRIVER, join(tree, 'scripts'), top];
  const { code, stdout, stderr } = await runProgram(command);
  if (code !== 0) throw new SetupError(`QEMU's generator failed for ${top}: ${stderr}`);
  return entriesByName(readJson(stdout));
}

function entriesByName(entries: JsonValue): Map<string, JsonValue> {
  expect(isJsonArray(entries)).to.equal(true);
  const list = isJsonArray(entries) ? entries : [];
  const named = list.map((entry) => [stringAt(contentOf(entry), 'name'), entry] as const);
  expect(new Set(named.map(([name]) => name)).size, 'names').to.equal(list.length);
  return new Map(named);
}

function contentOf(entry: JsonValue): JsonValue {
  return isJsonObject(entry) && entry['then'] !== undefined ? entry['then'] : entry;
}

/** The same of ours. */
function ownInfos(model: QapiModel): Map<string, JsonValue> {
  const keep: Writing['keep'] = ({ condition }, value) => {
    if (condition === undefined) return [value];
    const symbols = [...symbolsOf(condition)].toSorted();
    const truth = Array.from({ length: 2 ** symbols.length }, (_, row) => {
      const on = symbols.filter((_symbol, at) => ((row >> (symbols.length - 1 - at)) & 1) === 1);
      return holds(condition, new Set(on)) ? '1' : '0';
    });
    return [{ if: { symbols, truth: truth.join('') }, then: value }];
  };
  const writing = { keep, nameOf: (name: string) => name, attributes: attributesOf(model.release) };
  return entriesByName(schemaInfosOf(model).flatMap((info) => keep(info, writeInfo(info, writing))));
}

function readTree(tree: string, family: SchemaFamily, release: string): QapiModel {
  return readQapi(findTopFile(tree, family), { family, release });
}

/** Asks the storage daemon that was installed with a QEMU. */
async function askDaemon({ storageDaemon = [], env }: QemuBinary): Promise<JsonValue> {
  return (await introspectDaemon({ command: storageDaemon, env }, PATIENCE)).reply;
}

/** The entries of a reply in alphabetic order, without what says nothing: the masks, and the order of attributes. */
function withoutMasks(reply: JsonValue): readonly string[] {
  const sorted = (value: JsonValue): JsonValue => {
    if (typeof value === 'string') return value.replace(/^(\[?)[0-9]+(\]?)$/, '$1mask$2');
    if (isJsonArray(value)) return value.map(sorted);
    if (!isJsonObject(value)) return value;
    const names = Object.keys(value).toSorted();
    return Object.fromEntries(names.map((name) => [name, sorted(value[name] ?? null)]));
  };
  return isJsonArray(reply) ? reply.map((entry) => writeJson(sorted(entry))).toSorted() : [];
}

describe('introspection by QEMU itself', function () {
  this.timeout(600_000);
  const sources = new Map<string, SourceOutcome>();

  before(async () => {
    await installReleases();
    const outcomes = await installSources({ releases: ['5.2', '7.2', '10.0', '10.2'] });
    for (const outcome of outcomes) sources.set(outcome.release, outcome);
  });

  /** The folder of a series' sources; ends the test as pending, with the reason in its title, where there are none. */
  function folderOf(context: Mocha.Context, release: string): string {
    const outcome = sources.get(release);
    if (outcome !== undefined && outcome.kind !== 'absent') return outcome.folder;
    return skip(context, outcome?.reason ?? `no sources of ${release}`);
  }

  function skip(context: Mocha.Context, reason: string): never {
    if (context.test !== undefined) context.test.title += ` (${reason})`;
    return context.skip();
  }

  for (const release of ['5.2', '7.2', '10.0', '10.2']) {
    for (const family of FAMILIES) {
      it(`${release} ${family}: ours is what its generator makes, with all conditions`, async function () {
        const tree = folderOf(this, release);
        const python = findOnPath('python3') ?? skip(this, 'no python3 on PATH');
        const theirs = await generatedInfos(python, tree, findTopFile(tree, family));
        const ours = ownInfos(readTree(tree, family, release));
        expect(theirs.size).to.be.greaterThan(100);
        expect([...ours.keys()].toSorted()).to.deep.equal([...theirs.keys()].toSorted());
        for (const [name, entry] of theirs) expect(ours.get(name), name).to.deep.equal(entry);
      });

      it(`${release} ${family}: the reply of a model is what its own schema demands, and gives the model again`, function () {
        const model = readTree(folderOf(this, release), family, release);
        const reply = introspectionFromModel(model);
        if (model.definitions.has('query-qmp-schema')) {
          const validator = createValidator(schemaFromModel(model));
          expect(validator.checkSuccess('query-qmp-schema', { return: reply })).to.deep.equal([]);
        }
        const again = introspectionFromModel(modelFromIntrospection(reply, { release, family }));
        expect(withoutMasks(again)).to.deep.equal(withoutMasks(reply));
        // Everything at once is no possible build where one part needs a symbol and another its absence.
        const { differences } = explainIntrospection(model, again);
        expect(differences.filter(({ kind }) => kind !== 'contradiction')).to.deep.equal([]);
      });
    }
  }

  for (const release of ['5.2', '7.2', '10.0']) {
    const asked = [
      { family: 'qmp', program: 'QEMU', ask: (binary: QemuBinary) => introspectBinary(binary, PATIENCE) },
      { family: 'qsd', program: 'storage daemon', ask: askDaemon },
    ] as const;
    for (const { family, program, ask } of asked) {
      it(`${release}: its sources explain all that the ${program} answers`, async function () {
        const model = readTree(folderOf(this, release), family, release);
        const binary = await installedBinary(this, release);
        if (family === 'qsd' && binary.storageDaemon === undefined) skip(this, 'no storage daemon installed');
        const reply = await ask(binary);
        const { symbols, differences } = explainIntrospection(model, reply);
        expect(differences).to.deep.equal([]);
        expect(symbols.get('CONFIG_POSIX')).to.equal(true);
        if (family === 'qmp') expect(symbols.get('TARGET_S390X')).to.equal(false);
        // And the other way round: nothing but these symbols is needed to say what it answers.
        const on = new Set([...symbols].flatMap(([name, truth]) => (truth === true ? [name] : [])));
        const own = introspectionFromModel(model, { conditions: on });
        expect(withoutMasks(own)).to.deep.equal(withoutMasks(reply));
      });
    }
  }

  async function installedBinary(context: Mocha.Context, release: string): Promise<QemuBinary> {
    try {
      const { binaries } = await findQemus();
      return selectRelease(binaries, release);
    } catch (error) {
      if (error instanceof SetupError) return skip(context, error.message);
      throw error;
    }
  }
});
