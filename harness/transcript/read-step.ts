import { isJsonObject, type JsonObject } from '../json/value.ts';
import type { YamlCursor } from '../yaml/yaml-cursor.ts';
import { readDescriptor, readFileName } from './read-descriptor.ts';
import { readReleases } from './read-releases.ts';
import type { Side, Step } from './step.ts';

const KINDS = ['execute', 'until', 'event', 'serial', 'type', 'spice'] as const;
type StepKind = (typeof KINDS)[number];

/** RFC 6901, to something in the reply. */
const POINTER = /^(?:\/(?:[^~/]|~[01])*)+$/;

/** What may be called in a `${name}`. */
export const CAPTURE_NAME = /^[A-Za-z_][A-Za-z0-9_.-]*$/;

/** The further keys of each kind of step. */
const KEYS: Readonly<Record<StepKind, readonly string[]>> = {
  execute: ['arguments', 'error', 'missing', 'descriptor', 'capture', 'on'],
  until: ['returns', 'not', 'on'],
  event: ['data', 'on'],
  serial: ['on'],
  type: ['on'],
  spice: [],
};

/**
 * Reads one step of a preparation: `{ execute: stop }`, `{ until: { execute: query-migrate }, returns: { status:
 * active } }`, `{ event: STOP }`, `{ serial: "A" }`, `{ type: "x" }`, each perhaps with `on: peer` and `releases: RANGE`.
 * @throws {InputError} with the place
 */
export function readStep(cursor: YamlCursor): Step {
  const names = cursor.anyMembers();
  const kind = KINDS.find((word) => names.has(word));
  if (kind === undefined) return cursor.fail('a step without a verb', `one of the keys ${KINDS.join(', ')}`);
  const members = cursor.members([kind, ...KEYS[kind], 'releases']);
  const on: Side = members.get('on')?.oneOf(['main', 'peer'] as const) ?? 'main';
  const range = members.get('releases');
  const scope = { on, ...(range !== undefined && { releases: readReleases(range) }) };
  const verb = members.get(kind) ?? cursor;
  switch (kind) {
    case 'execute': {
      const error = members.get('error')?.string();
      const missing = members.get('missing')?.string();
      const descriptor = members.get('descriptor');
      const capture = members.get('capture');
      return {
        kind,
        ...scope,
        command: verb.string(),
        arguments: objectOf(members.get('arguments')),
        ...(error !== undefined && { error }),
        ...(missing !== undefined && { missing }),
        ...(descriptor !== undefined && { descriptor: readDescriptor(descriptor) }),
        ...(capture !== undefined && { capture: readCapture(capture) }),
      };
    }
    case 'until': {
      const query = verb.members(['execute', 'arguments'], ['execute']);
      const not = members.get('not');
      const returns = members.get('returns') ?? cursor.fail("no 'returns'", 'the reply to wait for');
      return {
        kind,
        ...scope,
        command: (query.get('execute') ?? verb).string(),
        arguments: objectOf(query.get('arguments')),
        returns: returns.json(),
        ...(not !== undefined && { not: not.json() }),
      };
    }
    case 'event':
      return { kind, ...scope, event: verb.string(), data: members.get('data')?.json() };
    case 'serial':
    case 'type':
      return { kind, ...scope, text: verb.string() };
    case 'spice':
      return { kind, ...scope, socket: readFileName(verb) };
  }
}

function readCapture(cursor: YamlCursor): Readonly<Record<string, string>> {
  const names = [...cursor.anyMembers()].map(([name, place]): readonly [string, string] => {
    if (!CAPTURE_NAME.test(name)) place.fail(`'${name}'`, 'a name such as job-id');
    const pointer = place.string();
    return [name, POINTER.test(pointer) ? pointer : place.fail(`'${pointer}'`, 'a JSON Pointer such as /fd')];
  });
  return names.length === 0
    ? cursor.fail('an empty mapping', 'at least one name')
    : Object.fromEntries(names);
}

function objectOf(cursor: YamlCursor | undefined): JsonObject | undefined {
  if (cursor === undefined) return undefined;
  const value = cursor.json();
  return isJsonObject(value) ? value : cursor.fail(cursor.describe(), 'a mapping of arguments');
}
