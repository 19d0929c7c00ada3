import { fileURLToPath } from 'node:url';
import { modelOfText } from '../json-schema/fixture-bundle.ts';
import { schemaFromModel } from '../json-schema/schema-from-model.ts';
import { createValidator } from '../json-schema/validator.ts';
import { introspectionFromModel } from '../qapi/introspection/write-introspection.ts';
import type { Batch } from '../results/batch.ts';
import type { Performance } from '../results/performance.ts';
import { planQueries, type QueriedProgram } from './plan-queries.ts';
import type { QapiModel } from '../qapi/model.ts';
import { ImageStore } from '../stage/image-store.ts';
import { readStage } from '../stage/read-stage.ts';
import { completeStages } from '../stage/stage-book.ts';
import type { QemuBinary } from '../target/qemu-binary.ts';
import type { StageSurroundings } from './stand-stage.ts';

const FAKE = fileURLToPath(new URL('./fixtures/querying-qemu.js', import.meta.url));

/** What the fake server has: a part of QEMU's own schema. */
const SCHEMA = `
{ 'pragma': { 'command-name-exceptions': [ 'system_reset', 'qmp_capabilities' ], 'command-returns-exceptions': [ 'qom-get' ] } }
{ 'struct': 'VersionTriple', 'data': { 'major': 'int', 'minor': 'int', 'micro': 'int' } }
{ 'struct': 'VersionInfo', 'data': { 'qemu': 'VersionTriple', 'package': 'str' } }
{ 'command': 'query-version', 'returns': 'VersionInfo' }
{ 'enum': 'QMPCapability', 'data': [ 'oob' ] }
{ 'command': 'qmp_capabilities', 'data': { '*enable': [ 'QMPCapability' ] }, 'allow-preconfig': true }
{ 'enum': 'RunState', 'data': [ 'running', 'prelaunch' ] }
{ 'struct': 'StatusInfo', 'data': { 'running': 'bool', 'status': 'RunState' } }
{ 'command': 'query-status', 'returns': 'StatusInfo' }
{ 'struct': 'NameInfo', 'data': { '*name': 'str', '*size': 'uint8' } }
{ 'command': 'query-name', 'returns': 'NameInfo' }
{ 'struct': 'ObjectTypeInfo', 'data': { 'name': 'str', '*abstract': 'bool' } }
{ 'command': 'qom-list-types', 'data': { '*implements': 'str', '*abstract': 'bool' }, 'returns': [ 'ObjectTypeInfo' ] }
{ 'struct': 'ObjectPropertyInfo',
  'data': { 'name': 'str', 'type': 'str', '*default-value': 'any' } }
{ 'command': 'device-list-properties', 'data': { 'typename': 'str' }, 'returns': [ 'ObjectPropertyInfo' ] }
{ 'command': 'qom-list', 'data': { 'path': 'str' }, 'returns': [ 'ObjectPropertyInfo' ] }
{ 'command': 'qom-get', 'data': { 'path': 'str', 'property': 'str' }, 'returns': 'any' }
{ 'command': 'screendump', 'data': { 'filename': 'str' } }
{ 'command': 'system_reset' }
{ 'command': 'quit' }
{ 'event': 'SHUTDOWN', 'data': { 'guest': 'bool', 'reason': 'str' } }
`;

/** How the fake server misbehaves; see its own words. */
export interface Misbehaviour {
  readonly answers?: Readonly<Record<string, unknown>> | undefined;
  readonly once?: string;
}

/** For tests: the model of what the fake server has. */
export function fakeModel(): QapiModel {
  return modelOfText(SCHEMA);
}

/** For tests: where stages of the fake server are set up. */
export function fakeSurroundings(
  misbehaviour: Misbehaviour = {},
  patience = 10_000,
  program?: string,
): StageSurroundings & { readonly binary: QemuBinary } {
  const named = program === undefined ? '' : `program: ${program}\n`;
  const text = `about: A fake.\n${named}machine: none\n`;
  return {
    binary: {
      command: [process.execPath, FAKE],
      env: { QUERYING_QEMU: JSON.stringify(misbehaviour) },
      dataArgs: [],
      qemuImg: undefined,
      storageDaemon: undefined,
      findProgram: () => undefined,
      path: FAKE,
      version: '10.0.0',
      package: '',
      architecture: 'x86_64',
      digest: '',
      origin: 'named',
    },
    version: '10.0.0',
    accelerator: 'tcg',
    images: new ImageStore(undefined),
    patience,
    stages: completeStages([readStage(text, 'bare.yaml', 'queries/x86_64/bare')]),
  };
}

/** For tests: the fake server, as the rest of the harness would describe it. */
export function describeFake(): Promise<QueriedProgram> {
  const model = fakeModel();
  return Promise.resolve({
    validator: createValidator(schemaFromModel(model)),
    schema: '10.0',
    introspection: introspectionFromModel(model),
  });
}

/** For tests: performs all rows of the fake server, or those of one command; by command. */
export async function perform(
  misbehaviour: Misbehaviour,
  only?: string,
  patience?: number,
): Promise<ReadonlyMap<string, Performance>> {
  const surroundings = fakeSurroundings(misbehaviour, patience);
  return performBatches(await planQueries({ ...surroundings, describe: describeFake }), only);
}

/** For tests: performs batches of the fake server. */
export async function performBatches(
  batches: readonly Batch[],
  only: string | undefined,
): Promise<ReadonlyMap<string, Performance>> {
  const performed = new Map<string, Performance>();
  const report = (row: string, performance: Performance): Promise<void> => {
    performed.set(row.replace('queries/x86_64/bare/', ''), performance);
    return Promise.resolve();
  };
  for (const { rows, perform } of batches) {
    const asked = rows.filter((row) => only === undefined || row.endsWith(`/${only}`));
    if (asked.length > 0) await perform(asked, report, new AbortController().signal);
  }
  return performed;
}
