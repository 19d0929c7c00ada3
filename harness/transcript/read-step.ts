import { isJsonObject, type JsonObject } from '../json/value.ts';
import type { YamlCursor } from '../yaml/yaml-cursor.ts';
import type { Side, Step } from './step.ts';

const KINDS = ['execute', 'until', 'event', 'serial', 'type'] as const;
type StepKind = (typeof KINDS)[number];

/** The further keys of each kind of step. */
const KEYS: Readonly<Record<StepKind, readonly string[]>> = {
  execute: ['arguments', 'error', 'missing', 'on'],
  until: ['returns', 'on'],
  event: ['data', 'on'],
  serial: ['on'],
  type: ['on'],
};

/**
 * Reads one step of a preparation: `{ execute: stop }`, `{ until: { execute: query-migrate }, returns: { status:
 * active } }`, `{ event: STOP }`, `{ serial: "A" }`, `{ type: "x" }`, each perhaps with `on: peer`.
 * @throws {InputError} with the place
 */
export function readStep(cursor: YamlCursor): Step {
  const names = cursor.anyMembers();
  const kind = KINDS.find((word) => names.has(word));
  if (kind === undefined) return cursor.fail('a step without a verb', `one of the keys ${KINDS.join(', ')}`);
  const members = cursor.members([kind, ...KEYS[kind]]);
  const on: Side = members.get('on')?.oneOf(['main', 'peer'] as const) ?? 'main';
  const verb = members.get(kind) ?? cursor;
  switch (kind) {
    case 'execute': {
      const error = members.get('error')?.string();
      const missing = members.get('missing')?.string();
      return {
        kind,
        on,
        command: verb.string(),
        arguments: objectOf(members.get('arguments')),
        ...(error !== undefined && { error }),
        ...(missing !== undefined && { missing }),
      };
    }
    case 'until': {
      const query = verb.members(['execute', 'arguments'], ['execute']);
      const returns = members.get('returns') ?? cursor.fail("no 'returns'", 'the reply to wait for');
      return {
        kind,
        on,
        command: (query.get('execute') ?? verb).string(),
        arguments: objectOf(query.get('arguments')),
        returns: returns.json(),
      };
    }
    case 'event':
      return { kind, on, event: verb.string(), data: members.get('data')?.json() };
    case 'serial':
    case 'type':
      return { kind, on, text: verb.string() };
  }
}

function objectOf(cursor: YamlCursor | undefined): JsonObject | undefined {
  if (cursor === undefined) return undefined;
  const value = cursor.json();
  return isJsonObject(value) ? value : cursor.fail(cursor.describe(), 'a mapping of arguments');
}
