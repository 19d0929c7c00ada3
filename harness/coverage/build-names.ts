import { isJsonArray, isJsonObject, stringAt, type JsonValue } from '../json/value.ts';

/** What a build has of a schema. */
export interface Names {
  readonly commands: ReadonlySet<string>;
  /** `undefined`: it does not say. */
  readonly events: ReadonlySet<string> | undefined;
}

/** What a server names in its answer to one of the two commands that ask for it; `undefined` for any other command. */
export function namesIn(command: string, returned: JsonValue): Names | undefined {
  switch (command) {
    case 'query-qmp-schema':
      return { commands: entities(returned, 'command'), events: entities(returned, 'event') };
    case 'guest-info':
      return { commands: namesOf(membersOf(returned, 'supported_commands')), events: undefined };
    default:
      return undefined;
  }
}

/** What at least one of the builds has. */
export function unite(left: Names | undefined, right: Names | undefined): Names | undefined {
  if (left === undefined || right === undefined) return left ?? right;
  const events =
    left.events === undefined || right.events === undefined
      ? undefined
      : new Set([...left.events, ...right.events]);
  return { commands: new Set([...left.commands, ...right.commands]), events };
}

function entities(schema: JsonValue, metaType: string): ReadonlySet<string> {
  const all = isJsonArray(schema) ? schema : [];
  return namesOf(all.filter((entity) => stringAt(entity, 'meta-type') === metaType));
}

function namesOf(values: readonly JsonValue[]): ReadonlySet<string> {
  return new Set(values.map((value) => stringAt(value, 'name')).filter((name) => name !== ''));
}

function membersOf(value: JsonValue, name: string): readonly JsonValue[] {
  const member = isJsonObject(value) ? value[name] : undefined;
  return isJsonArray(member) ? member : [];
}
