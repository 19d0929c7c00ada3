import { loadSchema, shippedReleases } from '../json-schema/load-schema.ts';
import { modelFromSchema } from '../json-schema/model-from-schema.ts';
import { createValidator, type Validator } from '../json-schema/validator.ts';
import type { JsonObject } from '../json/value.ts';
import type { SchemaFamily } from '../qapi/model.ts';
import { takeInventory, type Inventory } from './inventory.ts';
import { moduleNames } from './module-names.ts';

/** A release's schema, and what there is to be seen of it. */
export interface OpenSchema {
  readonly inventory: Inventory;
  readonly validator: Validator;
}

/** Opens the schema of a release; `undefined` where none comes with the project. */
export type SchemaSource = (release: string, family: SchemaFamily) => OpenSchema | undefined;

/** The schemas that come with the project; each is read once. */
export function shippedSchemas(): SchemaSource {
  const known = new Map<string, OpenSchema | undefined>();
  return (release, family) => {
    const key = `${family} ${release}`;
    if (!known.has(key)) {
      const shipped = shippedReleases(family).includes(release);
      known.set(key, shipped ? openBundle(loadSchema(release, family)) : undefined);
    }
    return known.get(key);
  };
}

/** What a schema bundle lets one see. @throws {InputError} for a bundle that is none of ours */
export function openBundle(bundle: JsonObject): OpenSchema {
  const model = modelFromSchema(bundle);
  return { inventory: takeInventory(model, moduleNames(model)), validator: createValidator(bundle) };
}
