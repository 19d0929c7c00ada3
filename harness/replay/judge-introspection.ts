import { hideFeatures } from '../json-schema/hide-features.ts';
import { isComplete, loadSchema, shippedReleases } from '../json-schema/load-schema.ts';
import { schemaFromModel } from '../json-schema/schema-from-model.ts';
import { createValidator, type Validator } from '../json-schema/validator.ts';
import { writeJson } from '../json/write-json.ts';
import { isJsonArray, isJsonObject, stringAt, type JsonValue } from '../json/value.ts';
import type { QapiModel, SchemaFamily } from '../qapi/model.ts';
import { modelFromIntrospection } from '../qapi/introspection/read-introspection.ts';
import type { QmpConnection } from '../qmp/connection.ts';
import { seriesOfRelease } from '../release/compare-releases.ts';

/** By what a target is judged: what it says it has, and the schema that its release should follow. */
export interface Judged {
  readonly commands: ReadonlySet<string>;
  readonly events: ReadonlySet<string>;
  /** Release of the schema, or `introspection`. */
  readonly schema: string;
  /** Whether the schema knows what a build may lack; introspection does not. */
  readonly complete: boolean;
  readonly validator: Validator;
  /** Its reply to query-qmp-schema as JSON text, a tenth of what it takes when read; absent where it knows none. */
  readonly introspection?: string;
}

/** Features of what a policy hides from responses and events. */
type Hidden = ReadonlySet<string>;

const NOTHING: Hidden = new Set();

/** Asks a target for its schema. `null` where it knows no `query-qmp-schema` (before 2.5). */
export async function queryIntrospection(connection: QmpConnection, patience: number): Promise<JsonValue> {
  const response = await connection.execute('query-qmp-schema', undefined, patience);
  return (isJsonObject(response.value) ? response.value['return'] : undefined) ?? null;
}

/**
 * Chooses the schema for a target: that of its release, which knows integer widths and what this build has off; its
 * own introspection where no schema of its release comes with the project.
 * @param hidden features whose members may be absent
 * @throws {InputError} for an introspection that cannot be read, when that is needed
 */
export function judgeIntrospection(
  reply: JsonValue,
  version: string,
  family: SchemaFamily = 'qmp',
  hidden: Hidden = NOTHING,
): Judged {
  const names = { commands: namesOf(reply, 'command'), events: namesOf(reply, 'event') };
  const released = judgeByRelease(names, version, family, hidden);
  const asked = reply === null ? {} : { introspection: writeJson(reply) };
  if (released !== undefined) return { ...released, ...asked };
  const model: QapiModel = modelFromIntrospection(reply, { release: version });
  return {
    ...names,
    ...asked,
    schema: 'introspection',
    complete: false,
    validator: createValidator(hideFeatures(schemaFromModel(model), hidden)),
  };
}

/**
 * Chooses the schema of a target's release; `undefined` where none comes with the project.
 * @param names what the target says it has; by default all that is in the schema
 */
export function judgeByRelease(
  names: Pick<Judged, 'commands' | 'events'> | undefined,
  version: string,
  family: SchemaFamily,
  hidden: Hidden = NOTHING,
): Judged | undefined {
  const series = seriesOfRelease(version);
  if (!isRelease(version) || !shippedReleases(family).includes(series)) return undefined;
  const bundle = loadSchema(series, family);
  const validator = createValidator(hidden.size === 0 ? bundle : hideFeatures(bundle, hidden));
  const { commands, events } = names ?? {
    commands: new Set(validator.commandNames()),
    events: new Set(validator.eventNames()),
  };
  const schema = family === 'qmp' ? series : `${family} ${series}`;
  return { commands, events, schema, complete: isComplete(bundle), validator };
}

/** A micro of 50 and more marks a development build, which follows no release's schema. */
function isRelease(version: string): boolean {
  return Number(version.split('.')[2] ?? 0) < 50;
}

function namesOf(reply: JsonValue, metaType: 'command' | 'event'): ReadonlySet<string> {
  const entities = isJsonArray(reply) ? reply.filter((entity) => isJsonObject(entity)) : [];
  return new Set(
    entities.filter((entity) => entity['meta-type'] === metaType).map((entity) => stringAt(entity, 'name')),
  );
}
