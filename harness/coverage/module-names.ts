import { isComplete, loadSchema, shippedReleases } from '../json-schema/load-schema.ts';
import { modelFromSchema } from '../json-schema/model-from-schema.ts';
import type { Definition, QapiModel, SchemaFamily } from '../qapi/model.ts';

/** For what no source places in a module. */
const NO_MODULE = '(no module)';

/**
 * Says in which module a definition stands: `block-core` for `qapi/block-core.json`. Introspection and manual pages do
 * not tell; what they describe stands where the newest release with a source tree has it.
 */
export function moduleNames(model: QapiModel): (definition: Definition) => string {
  let elsewhere: QapiModel | undefined;
  return ({ name, place }) => {
    if (place !== undefined) return shortName(place.file);
    elsewhere ??= newestPlaced(model.family) ?? model;
    const file = elsewhere.definitions.get(name)?.place?.file;
    return file === undefined ? NO_MODULE : shortName(file);
  };
}

function newestPlaced(family: SchemaFamily): QapiModel | undefined {
  for (const release of shippedReleases(family).toReversed()) {
    const bundle = loadSchema(release, family);
    const sources = bundle['qapi-sources'];
    if (isComplete(bundle) && Array.isArray(sources) && sources[0] === 'qapi') return modelFromSchema(bundle);
  }
  return undefined;
}

function shortName(file: string): string {
  return file.replace(/\.json$/, '').replace(/^qapi\//, '');
}
