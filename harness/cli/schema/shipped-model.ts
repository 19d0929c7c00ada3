import { existsSync, readFileSync, statSync } from 'node:fs';
import { InputError } from '../../errors.ts';
import { isJsonObject, type JsonObject } from '../../json/value.ts';
import type { QapiModel, SchemaFamily } from '../../qapi/model.ts';
import { isRelease } from '../../release/compare-releases.ts';
import { namesSource, readModelOfWords, readReplyFile, type ModelWords } from './model-words.ts';

/**
 * The model of a release that is here.
 * @throws {InputError} for a release that is not.
 */
export async function loadModel(release: string, family: SchemaFamily): Promise<QapiModel> {
  const { loadSchema } = await import('../../json-schema/load-schema.ts');
  const { modelFromSchema } = await import('../../json-schema/model-from-schema.ts');
  return modelFromSchema(loadSchema(release, family));
}

/** The source that the words name, or else the release that is here. */
export async function modelOfWords(words: ModelWords): Promise<QapiModel> {
  if (namesSource(words)) return readModelOfWords(words, 'present');
  if (words.release === undefined)
    throw new InputError('of what; expected --release X.Y, or a source as --qapi PATH');
  return loadModel(words.release, words.family);
}

/**
 * The model that one word names: a release that is here, a JSON Schema of ours, a QEMU source tree, or the top file of
 * its schema.
 * @throws {InputError} for what is none of them.
 */
export async function modelOfWord(word: string, family: SchemaFamily): Promise<QapiModel> {
  if (isRelease(word)) return loadModel(word, family);
  if (!existsSync(word))
    throw new InputError(
      `'${word}' is no release and no file; expected X.Y, a schema, or a QEMU source tree`,
    );
  const bundle = await bundleOfFile(word);
  if (bundle === undefined) return readModelOfWords({ qapi: word, family }, 'present');
  const { modelFromSchema } = await import('../../json-schema/model-from-schema.ts');
  return modelFromSchema(bundle);
}

/** A JSON Schema begins with its `$schema`, which is no QAPI. */
async function bundleOfFile(file: string): Promise<JsonObject | undefined> {
  if (statSync(file).isDirectory() || !/^\s*\{\s*"\$schema"/.test(readFileSync(file, 'utf8')))
    return undefined;
  const bundle = await readReplyFile(file);
  return isJsonObject(bundle) ? bundle : undefined;
}
