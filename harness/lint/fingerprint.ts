import { createHash } from 'node:crypto';
import { keyOf } from '../json-schema/references.ts';
import type { JsonValue } from '../json/value.ts';
import type { LintSchema } from './lint-schema.ts';

const WORDS = /[A-Za-z_][\w.-]*/g;

/** The words of an example that may name a command or an event. */
export function namesIn(text: string, definition: string): ReadonlySet<string> {
  return new Set([definition, ...(text.match(WORDS) ?? [])]);
}

const CALLED = /["']?(?:execute|exec-oob|command|event)["']?\s*:\s*["']([^"']*)["']/;

/**
 * The same for schemas that judge an example alike: what its commands and events take and return, and all types below.
 * An example with a name that the schema does not know is judged by all names there are.
 */
export function fingerprintOf(schema: LintSchema, names: ReadonlySet<string>): string {
  const { validator } = schema;
  const known = [...names].filter((name) => validator.hasCommand(name) || validator.hasEvent(name)).sort();
  const hash = createHash('sha1');
  const seen = new Set<string>();
  const visit = (key: string): void => {
    if (seen.has(key)) return;
    seen.add(key);
    const { text, references } = textOf(schema, key);
    hash.update(`${key} ${text}\n`);
    references.forEach(visit);
  };
  for (const name of known) [keyOf.arguments(name), keyOf.returns(name), keyOf.data(name)].forEach(visit);
  ['error', 'greeting'].forEach(visit);
  return hash.digest('hex');
}

/** Tells whether a text calls a command or event that a schema does not know. */
export function callsUnknown({ validator }: LintSchema, text: string): boolean {
  const calls = [...text.matchAll(new RegExp(CALLED, 'g'))].map(([, name = '']) => name);
  return calls.some((name) => !validator.hasCommand(name) && !validator.hasEvent(name));
}

interface DefinitionText {
  readonly text: string;
  readonly references: readonly string[];
}

const texts = new WeakMap<LintSchema, Map<string, DefinitionText>>();
const REFERENCE = /"\$ref":"#\/\$defs\/([^"]+)"/g;

/** What a definition says, but for what no judgement depends on. */
function textOf(schema: LintSchema, key: string): DefinitionText {
  const known = texts.get(schema) ?? new Map<string, DefinitionText>();
  texts.set(schema, known);
  const before = known.get(key);
  if (before !== undefined) return before;
  const definition = schema.definitions.defs[key];
  const text = definition === undefined ? '' : JSON.stringify(definition, withoutRemarks);
  const references = [...text.matchAll(REFERENCE)].map(([, name = '']) =>
    name.replaceAll('~1', '/').replaceAll('~0', '~'),
  );
  const made = { text, references };
  known.set(key, made);
  return made;
}

const REMARKS = new Set([
  'qapi-branches',
  'qapi-features',
  'qapi-if',
  'qapi-module',
  'qapi-origin',
  'qapi-since',
  'qapi-values',
]);

function withoutRemarks(name: string, value: JsonValue): JsonValue | undefined {
  if (typeof value === 'bigint') return String(value);
  return REMARKS.has(name) ? undefined : value;
}
