import { isJsonArray, isJsonObject, stringAt, type JsonObject, type JsonValue } from '../json/value.ts';

/**
 * The schema of a server that hides what has one of these features (`-compat deprecated-output=hide`,
 * CompatPolicyOutput): a member that has it may be absent, however mandatory it is.
 * @param bundle a schema bundle
 * @param features `deprecated`, `unstable`
 */
export function hideFeatures(bundle: JsonObject, features: ReadonlySet<string>): JsonObject {
  const relaxed = Object.entries(bundle).map(([name, value]) => [name, hideIn(value, features)] as const);
  return Object.fromEntries(relaxed);
}

function hideIn(value: JsonValue, features: ReadonlySet<string>): JsonValue {
  if (isJsonArray(value)) return value.map((element) => hideIn(element, features));
  return isJsonObject(value) ? relaxRequired(hideFeatures(value, features), features) : value;
}

function relaxRequired(schema: JsonObject, features: ReadonlySet<string>): JsonObject {
  const { required, properties } = schema;
  if (!isJsonArray(required) || !isJsonObject(properties)) return schema;
  const isHidden = (name: JsonValue): boolean =>
    typeof name === 'string' && hasFeature(properties[name], features);
  return { ...schema, required: required.filter((name) => !isHidden(name)) };
}

function hasFeature(member: JsonValue | undefined, features: ReadonlySet<string>): boolean {
  const named = isJsonObject(member) ? member['qapi-features'] : undefined;
  return isJsonArray(named) && named.some((feature) => features.has(nameOf(feature)));
}

/** A feature is its name, or an object that has it. */
function nameOf(feature: JsonValue): string {
  return typeof feature === 'string' ? feature : stringAt(feature, 'name');
}
