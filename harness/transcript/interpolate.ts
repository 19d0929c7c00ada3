import { InputError } from '../errors.ts';
import { isJsonArray, isJsonObject, setMember, type JsonValue } from '../json/value.ts';

const NAME = /\$\{([^{}]*)\}/g;
const NOTHING_BUT_NAME = /^\$\{([^{}]*)\}$/;

/**
 * Replaces `${name}` in the strings of a value (not in names of members). A string that is nothing but `${name}`
 * becomes the value with its type; within a longer string the value is written out. Returns `value` itself, not a
 * copy, where there is nothing to replace.
 * @throws {InputError} when a name is unknown, or an array or object would have to stand inside a string
 */
export function interpolate(value: JsonValue, names: ReadonlyMap<string, JsonValue>): JsonValue {
  if (typeof value === 'string') return interpolateString(value, names);
  if (isJsonArray(value)) {
    const elements = value.map((element) => interpolate(element, names));
    return elements.some((element, at) => element !== value[at]) ? elements : value;
  }
  if (!isJsonObject(value)) return value;
  let changed = false;
  const object: Record<string, JsonValue> = {};
  for (const [name, member] of Object.entries(value)) {
    const replaced = interpolate(member, names);
    changed ||= replaced !== member;
    setMember(object, name, replaced);
  }
  return changed ? object : value;
}

function interpolateString(text: string, names: ReadonlyMap<string, JsonValue>): JsonValue {
  const whole = NOTHING_BUT_NAME.exec(text)?.[1];
  if (whole !== undefined) return valueOfName(whole, names);
  return text.replaceAll(NAME, (_, name: string) => {
    const value = valueOfName(name, names);
    if (value !== null && typeof value === 'object') {
      throw new InputError(
        `\${${name}} within '${text}' is no scalar; expected a string, number, boolean or null`,
      );
    }
    return String(value);
  });
}

function valueOfName(name: string, names: ReadonlyMap<string, JsonValue>): JsonValue {
  const value = names.get(name);
  if (value !== undefined) return value;
  const known = [...names.keys()].sort();
  throw new InputError(
    `unknown name \${${name}}; expected ${known.length === 0 ? 'none' : `one of ${known.join(', ')}`}`,
  );
}
