import { readFileSync } from 'node:fs';
import { Ajv2020, type AnySchemaObject } from 'ajv/dist/2020.js';
import type { ValidateFunction } from 'ajv';
import { isJsonArray, isJsonObject, type JsonObject, type JsonValue } from '../json/value.ts';
import { refTo } from './references.ts';

/** For tests: the meta-schema of the bundles. */
export const VOCABULARY = JSON.parse(
  readFileSync(new URL('../../schemas/vocabulary.json', import.meta.url), 'utf8'),
) as { readonly $id: string; readonly properties: Readonly<Record<string, object>> };

/** For tests: a bundle in a validator that knows nothing of QAPI. */
export interface Oracle {
  /** Compiles what stands under `key` in `$defs`. */
  compile(key: string): ValidateFunction;
  /** Compiles the bundle itself: any message of the server. */
  compileBundle(): ValidateFunction;
}

/**
 * For tests: a validator as anybody would set it up, with everything strict. It gets the keywords of
 * `schemas/vocabulary.json` and no other.
 */
export function openOracle(bundle: JsonObject): Oracle {
  const ajv = new Ajv2020({
    strict: true,
    strictTypes: true,
    strictTuples: true,
    strictRequired: true,
    validateSchema: false,
    logger: false,
    code: { optimize: false },
  });
  ajv.addVocabulary(Object.keys(VOCABULARY.properties));
  const plain = withDoubles(bundle) as AnySchemaObject;
  const id = plain.$id ?? '';
  ajv.addSchema(plain);
  return {
    compile: (key) => ajv.compile({ $ref: id + refTo(key) }),
    compileBundle: () => ajv.compile({ $ref: id }),
  };
}

/** The bundle as a validator that knows only doubles reads it. */
export function withDoubles(value: JsonValue): JsonValue {
  if (typeof value === 'bigint') return Number(value);
  if (isJsonArray(value)) return value.map(withDoubles);
  if (!isJsonObject(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, withDoubles(member)]));
}

/** For tests: every value of `key` anywhere in `value`. */
export function* valuesOf(value: JsonValue, key: string): Generator<JsonValue> {
  if (isJsonArray(value)) for (const element of value) yield* valuesOf(element, key);
  if (!isJsonObject(value)) return;
  for (const [name, member] of Object.entries(value)) {
    if (name === key) yield member;
    yield* valuesOf(member, key);
  }
}
