import { join } from 'node:path';
import { readJson } from '../json/read-json.ts';
import type { JsonObject } from '../json/value.ts';
import { isJsonObject } from '../json/value.ts';
import { withTree } from '../qapi/language/fixture-tree.ts';
import type { QapiModel, SchemaFamily } from '../qapi/model.ts';
import { readQapi } from '../qapi/language/read-qapi.ts';
import { schemaFromModel, writeSchema } from './schema-from-model.ts';

/** For tests: a small schema with one of each thing that QAPI has. */
export const TEAHOUSE = `
{ 'pragma': { 'member-name-exceptions': [ 'QapiErrorClass' ], 'command-name-exceptions': [ 'qmp_capabilities' ] } }
{ 'enum': 'QapiErrorClass', 'data': [ 'GenericError', 'CommandNotFound' ] }
{ 'enum': 'QMPCapability', 'data': [ 'oob' ] }
{ 'struct': 'VersionInfo', 'data': { 'major': 'int', 'package': 'str' } }
{ 'command': 'query-version', 'returns': 'VersionInfo', 'allow-preconfig': true }
{ 'command': 'qmp_capabilities', 'data': { '*enable': [ 'QMPCapability' ] } }

{ 'enum': 'Leaf', 'data': [ 'green', 'black', 'none', { 'name': 'white', 'if': 'CONFIG_WHITE' } ] }
{ 'struct': 'Vessel', 'data': { 'name': 'str', '*volume': 'size' } }
{ 'struct': 'Kettle', 'base': 'Vessel',
  'data': { 'watts': 'uint16', 'lid': { 'type': 'bool', 'if': 'CONFIG_LID', 'features': [ 'unstable' ] } } }
{ 'struct': 'Green', 'data': { 'seconds': 'int8' } }
{ 'struct': 'Milk', 'data': { 'fat': 'number' } }
{ 'enum': 'Addition', 'data': [ 'milk', 'nothing' ] }
{ 'union': 'Black', 'base': { 'with': 'Addition' }, 'discriminator': 'with', 'data': { 'milk': 'Milk' } }
{ 'union': 'Tea', 'base': { 'leaf': 'Leaf', '*cups': 'uint8', '*again': 'Tea' }, 'discriminator': 'leaf',
  'data': { 'green': 'Green', 'black': 'Black' } }
{ 'alternate': 'TeaRef', 'data': { 'name': 'str', 'tea': 'Tea', 'nothing': 'null' } }
{ 'command': 'brew', 'data': 'Tea', 'boxed': true, 'returns': [ 'Kettle' ], 'allow-oob': true }
{ 'command': 'pour', 'data': { 'what': 'TeaRef', '*into': [ 'Vessel' ], '*note': 'any' }, 'features': [ 'deprecated' ] }
{ 'command': 'order', 'data': { 'what': 'str' }, 'gen': false }
{ 'command': 'limits', 'data': { '*i8': 'int8', '*i16': 'int16', '*i32': 'int32', '*i64': 'int64', '*u8': 'uint8',
  '*u16': 'uint16', '*u32': 'uint32', '*u64': 'uint64', '*int': 'int', '*size': 'size', '*n': 'number' } }
{ 'command': 'close', 'success-response': false }
{ 'event': 'BOILED', 'data': { 'kettle': 'Kettle', '*tea': 'Tea' } }
{ 'event': 'CLOSED', 'if': 'CONFIG_DOOR' }
`;

/** For tests: the model of a schema text. */
export function modelOfText(text: string, family: SchemaFamily = 'qmp', release = '10.0'): QapiModel {
  return withTree({ 'top.json': text }, (folder) => readQapi(join(folder, 'top.json'), { family, release }));
}

/** For tests: the bundle of a schema text, as it is after it was written and read. */
export function bundleOfText(text: string): JsonObject {
  const bundle = readJson(writeSchema(schemaFromModel(modelOfText(text))));
  if (!isJsonObject(bundle)) throw new Error('a bundle is an object');
  return bundle;
}
