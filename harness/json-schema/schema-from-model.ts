import type { JsonObject, JsonValue } from '../json/value.ts';
import { writeJson } from '../json/write-json.ts';
import { BUILTIN_TYPES, FOLDED_INTEGER, type BuiltinType, type QapiModel } from '../qapi/model.ts';
import { builtinSchemas } from './builtin-schemas.ts';
import { envelopeSchemas } from './envelopes.ts';
import { refTo } from './references.ts';
import { schemasOfDefinition, sharedTypes } from './schemas-of-definition.ts';

/**
 * The JSON Schema bundle (2020-12) of a model: everything in `$defs`, by name, nothing inlined. What QAPI says and JSON
 * Schema cannot is kept in keywords that begin with `qapi-`; `schemas/vocabulary.json` describes them. The order depends
 * on names only. `modelFromSchema` reads it back. As a schema itself it is that of any message of the server.
 */
export function schemaFromModel(model: QapiModel): JsonObject {
  const envelopes = envelopeSchemas(model);
  const shared = sharedTypes(model);
  const rest = [...model.definitions.values()].flatMap((definition) =>
    schemasOfDefinition(model, shared, definition),
  );
  rest.sort(([a], [b]) => (a < b ? -1 : 1));
  const builtins = builtinSchemas();
  const defs: [string, JsonValue][] = builtinsOf(rest).map((name) => [name, annotateBuiltin(builtins[name])]);
  defs.push(...Object.entries(envelopes), ...rest);
  const messages = ['greeting', 'success', 'error', 'event'].filter((key) => Object.hasOwn(envelopes, key));
  return {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    $id: `urn:qmp-conformance:schema:${model.family}:${model.release}`,
    'qapi-sources': model.sources,
    'qapi-family': model.family,
    'qapi-release': model.release,
    anyOf: messages.map((key) => ({ $ref: refTo(key) })),
    $defs: Object.fromEntries(defs),
  };
}

/** Only introspection has the folded integer, and only where nothing else told the width. */
function builtinsOf(definitions: readonly [string, JsonValue][]): readonly BuiltinType[] {
  const folded = refTo(FOLDED_INTEGER);
  return definitions.some(([, schema]) => refersTo(schema, folded))
    ? [...BUILTIN_TYPES, FOLDED_INTEGER]
    : BUILTIN_TYPES;
}

function refersTo(schema: JsonValue, reference: string): boolean {
  if (schema === null || typeof schema !== 'object') return schema === reference;
  return Object.values(schema).some((part) => refersTo(part, reference));
}

/** Writes a bundle with one definition to a line, so that a difference of releases can be read line by line. */
export function writeSchema(bundle: JsonObject): string {
  const { $defs, ...head } = bundle;
  const headLines = Object.entries(head).map(([name, value]) => `  ${member(name, value)},\n`);
  const defLines = Object.entries($defs as JsonObject).map(([name, value]) => `    ${member(name, value)}`);
  return `{\n${headLines.join('')}  "$defs": {\n${defLines.join(',\n')}\n  }\n}\n`;
}

function member(name: string, value: JsonValue): string {
  return `${JSON.stringify(name)}: ${writeJson(value, { spaced: true })}`;
}

function annotateBuiltin(schema: JsonValue): JsonValue {
  return schema === true ? true : { 'qapi-kind': 'builtin', ...(schema as JsonObject) };
}
