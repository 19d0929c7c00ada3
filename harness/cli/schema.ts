import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Option, type Command } from 'commander';
import { InputError, inputErrorAt } from '../errors.ts';
import type { JsonObject, JsonValue } from '../json/value.ts';
import type { QapiModel, SchemaFamily } from '../qapi/model.ts';

const FAMILIES: readonly SchemaFamily[] = ['qmp', 'qsd', 'qga'];

const BUILD_HELP = `
The schema is written to standard output unless -o names a file or a folder; in a folder it is <X.Y>.json.

Examples:
  From QEMU's sources, whose VERSION file says which release they are:
    qmp-conformance schema build --qapi ~/src/qemu -o schemas/qmp/

  From a schema file of the guest agent:
    qmp-conformance schema build --qapi qga/qapi-schema.json --family qga --release 10.2

  From what a running QEMU answered to query-qmp-schema:
    qmp-conformance schema build --introspection reply.json --release 11.1 -o 11.1.json

  From a QEMU that is started for it:
    qmp-conformance schema build --qemu /usr/bin/qemu-system-x86_64`;

const SHOW_HELP = `
NAME is a type, a command or an event. '?' marks a member that may be absent.

Examples:
  qmp-conformance schema show blockdev-add
  qmp-conformance schema show BlockdevOptionsQcow2 --release 7.2
  qmp-conformance schema show JOB_STATUS_CHANGE --json`;

const LIST_HELP = `
Examples:
  The releases whose schema is here:
    qmp-conformance schema list

  The types, commands and events of one:
    qmp-conformance schema list --release 10.2`;

/** Adds `schema`: the JSON Schemas that are derived from QAPI. */
export function addSchemaCommand(program: Command): void {
  const schema = program
    .command('schema')
    .description('the JSON Schemas of QEMU releases, derived from QAPI');
  addBuild(schema);
  addShow(schema);
  addList(schema);
}

function familyOption(): Option {
  return new Option('--family <NAME>', 'whose schema: of QEMU, its storage daemon or its guest agent')
    .choices(FAMILIES)
    .default('qmp');
}

function addBuild(schema: Command): void {
  schema
    .command('build')
    .description('derive the schema of a release from its sources or from a running QEMU')
    .option('--qapi <PATH>', 'a QEMU source tree, or the top file of its QAPI schema')
    .option('--introspection <FILE>', 'the reply of query-qmp-schema')
    .option('--qemu <PATH>', 'a QEMU to start and to ask')
    .option('--release <X.Y>', 'the release; by default what the tree or the QEMU says')
    .addOption(familyOption())
    .option('-o, --output <PATH>', 'file or folder to write to')
    .addHelpText('after', BUILD_HELP)
    .action(runBuild);
}

interface BuildOptions {
  readonly qapi?: string;
  readonly introspection?: string;
  readonly qemu?: string;
  readonly release?: string;
  readonly family: SchemaFamily;
  readonly output?: string;
}

async function runBuild(options: BuildOptions): Promise<void> {
  const { schemaFromModel, writeSchema } = await import('../json-schema/schema-from-model.ts');
  const model = await readModel(options);
  const text = writeSchema(schemaFromModel(model));
  if (options.output === undefined) {
    process.stdout.write(text);
    return;
  }
  const isFolder = statSync(options.output, { throwIfNoEntry: false })?.isDirectory() === true;
  writeFileSync(isFolder ? join(options.output, `${model.release}.json`) : options.output, text);
}

async function readModel(options: BuildOptions): Promise<QapiModel> {
  const sources = [options.qapi, options.introspection, options.qemu].filter(
    (source) => source !== undefined,
  );
  if (sources.length !== 1) throw new InputError('expected one of --qapi, --introspection and --qemu');
  if (options.qapi !== undefined) return readQapiModel(options.qapi, options);
  const { modelFromIntrospection } = await import('../qapi/read-introspection.ts');
  if (options.qemu !== undefined) {
    const { probeBinary } = await import('../target/find-qemus.ts');
    const { introspectBinary } = await import('../replay/describe-target.ts');
    const { PATIENCE } = await import('../replay/plan-run.ts');
    const binary = await probeBinary(options.qemu, { origin: 'named' });
    const reply = await introspectBinary(binary, PATIENCE);
    return modelFromIntrospection(reply, { release: seriesOf(options.release ?? binary.version) });
  }
  if (options.release === undefined) {
    throw new InputError('--introspection does not tell the release; expected --release X.Y');
  }
  const reply = await readReply(options.introspection ?? '');
  return modelFromIntrospection(reply, { release: seriesOf(options.release) });
}

async function readReply(file: string): Promise<JsonValue> {
  const { readJson } = await import('../json/read-json.ts');
  const { JsonSyntaxError } = await import('../json/scanner.ts');
  const text = readInput(file);
  try {
    return readJson(text);
  } catch (error) {
    if (!(error instanceof JsonSyntaxError)) throw error;
    const { line, column, what, expected } = error;
    throw inputErrorAt({ file, line, column }, what, expected, error);
  }
}

function readInput(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (cause) {
    throw new InputError(`can't read '${file}'; expected a file`, { cause });
  }
}

async function readQapiModel(path: string, options: BuildOptions): Promise<QapiModel> {
  const { readQapi } = await import('../qapi/read-qapi.ts');
  const { findTopFile, releaseOfTree } = await import('../qapi/find-top-file.ts');
  const file = findTopFile(path, options.family);
  const release = options.release ?? releaseOfTree(path);
  if (release === undefined)
    throw new InputError(`${path} does not tell its release; expected --release X.Y`);
  return readQapi(file, { family: options.family, release: seriesOf(release) });
}

/** A schema stands for a series: point releases share it (10.0.13 has one member more than 10.0.0, and that is rare). */
function seriesOf(release: string): string {
  const series = /^([0-9]+\.[0-9]+)(\.[0-9]+)?$/.exec(release)?.[1];
  if (series === undefined) throw new InputError(`release '${release}'; expected X.Y`);
  return series;
}

function addShow(schema: Command): void {
  schema
    .command('show')
    .description('show the definition of a type, command or event')
    .argument('<NAME>', 'its name')
    .option('--release <X.Y>', 'the release; by default the newest that was read from QAPI source')
    .addOption(familyOption())
    .option('--json', 'print the JSON Schema')
    .addHelpText('after', SHOW_HELP)
    .action(runShow);
}

interface ShowOptions {
  readonly release?: string;
  readonly family: SchemaFamily;
  readonly json?: true;
}

async function runShow(name: string, options: ShowOptions): Promise<void> {
  const { definitionsOf, describeDefinition, keysOfName } =
    await import('../json-schema/describe-definition.ts');
  const { writeJson } = await import('../json/write-json.ts');
  const bundle = await loadBundle(options);
  const keys = keysOfName(bundle, name);
  if (keys.length === 0) throw await unknownName(bundle, name);
  if (options.json === true) {
    const defs = definitionsOf(bundle);
    const found = Object.fromEntries(keys.map((key) => [key, defs[key] ?? true]));
    process.stdout.write(`${writeJson(found, { indent: 2 })}\n`);
  } else {
    process.stdout.write(keys.map((key) => describeDefinition(bundle, key)).join(''));
  }
}

async function loadBundle(options: ShowOptions): Promise<JsonObject> {
  const { loadSchema, shippedReleases } = await import('../json-schema/load-schema.ts');
  if (options.release !== undefined) return loadSchema(options.release, options.family);
  // Introspection hides the names of types, which are what is asked for here.
  const newestFirst = shippedReleases(options.family).toReversed();
  const bundles = newestFirst.map((release) => () => loadSchema(release, options.family));
  const named = bundles.find((load) => load()['qapi-source'] !== 'introspection');
  return named === undefined ? loadSchema(newestFirst[0] ?? 'none', options.family) : named();
}

async function unknownName(bundle: JsonObject, name: string): Promise<InputError> {
  const { namesIn } = await import('../json-schema/describe-definition.ts');
  const { nearestName } = await import('../yaml/nearest-name.ts');
  const { types, commands, events } = namesIn(bundle);
  const nearest = nearestName(name, [...commands, ...events, ...types]);
  const hint = nearest === undefined ? '' : ` Did you mean '${nearest}'?`;
  const release = typeof bundle['qapi-release'] === 'string' ? bundle['qapi-release'] : 'this schema';
  return new InputError(`no type, command or event '${name}' in ${release}.${hint}`);
}

function addList(schema: Command): void {
  schema
    .command('list')
    .description('list the releases that have a schema here, or the names in one')
    .option('--release <X.Y>', 'list the types, commands and events of this release')
    .addOption(familyOption())
    .option('--json', 'print as JSON')
    .addHelpText('after', LIST_HELP)
    .action(runList);
}

async function runList(options: ShowOptions): Promise<void> {
  const { shippedReleases } = await import('../json-schema/load-schema.ts');
  if (options.release === undefined) {
    const releases = shippedReleases(options.family);
    const text = options.json === true ? JSON.stringify(releases) : releases.join('\n');
    process.stdout.write(text === '' ? '' : `${text}\n`);
    return;
  }
  const { namesIn } = await import('../json-schema/describe-definition.ts');
  const names = namesIn(await loadBundle(options));
  if (options.json === true) process.stdout.write(`${JSON.stringify(names)}\n`);
  else
    for (const [kind, list] of Object.entries(names))
      process.stdout.write(list.map((name) => `${kind.slice(0, -1)} ${name}\n`).join(''));
}
