import { isJsonArray, isJsonObject, jsonType, type JsonValue } from '../json/value.ts';
import { valueAt } from '../json/pointer.ts';
import { writeJson } from '../json/write-json.ts';

/** The rules whose breach the validator reports. */
type SchemaRule =
  | 'schema/unknown-member'
  | 'schema/missing-member'
  | 'schema/type'
  | 'schema/range'
  | 'schema/enum-value'
  | 'schema/branch'
  | 'schema/unknown-command'
  | 'schema/unknown-event'
  | 'schema/out-of-band'
  | 'schema/envelope';

/** One place of a message that does not fit the schema. */
export interface SchemaViolation {
  /** One of {@link SchemaRule}. */
  readonly rule: string;
  /** JSON Pointer into the message; for a missing member, where it should be. */
  readonly pointer: string;
  /** What stands there. */
  readonly what: string;
  readonly expected: string;
}

/** A message under examination, and what was found so far. */
export interface Examination {
  readonly message: JsonValue;
  /** Pointers of the objects and arrays that hold an elision, and of values that are one (`null` in the message). */
  readonly open: ReadonlySet<string>;
  readonly violations: SchemaViolation[];
  /** In the envelope of a message these rules are one: `schema/envelope`. */
  readonly inEnvelope: boolean;
}

/** A place of a message. */
export interface PlaceIn {
  readonly examination: Examination;
  readonly pointer: string;
}

/** A value at its place. */
export interface ValueAt extends PlaceIn {
  readonly value: JsonValue;
}

const ENVELOPE_RULES: ReadonlySet<SchemaRule> = new Set([
  'schema/unknown-member',
  'schema/missing-member',
  'schema/type',
  'schema/range',
]);

/** A violation, but for its place. */
interface Finding {
  readonly rule: SchemaRule;
  readonly what: string;
  readonly expected: string;
}

/** Adds a violation at a place, unless an elision explains it. */
export function report(place: PlaceIn, finding: Finding): void {
  const { examination, pointer } = place;
  if (examination.open.size > 0 && isExplained(place, finding.rule)) return;
  const inEnvelope = examination.inEnvelope && ENVELOPE_RULES.has(finding.rule);
  const rule = inEnvelope ? 'schema/envelope' : finding.rule;
  examination.violations.push({ rule, pointer, what: finding.what, expected: finding.expected });
}

/** Anything may stand for an elided value, and any further member in an open object. */
function isExplained({ examination, pointer }: PlaceIn, rule: SchemaRule): boolean {
  if (rule === 'schema/missing-member' && examination.open.has(parentOf(pointer))) return true;
  for (let at = pointer; ; at = parentOf(at)) {
    if (examination.open.has(at) && valueAt(examination.message, at) === null) return true;
    if (at === '') return false;
  }
}

function parentOf(pointer: string): string {
  return pointer.slice(0, Math.max(0, pointer.lastIndexOf('/')));
}

const LONGEST = 60;

/** A value in words: its type, and itself where that is short. */
export function describeValue(value: JsonValue | undefined): string {
  if (value === undefined) return 'nothing';
  if (value === null) return 'null';
  if (isJsonArray(value)) return 'an array';
  if (isJsonObject(value)) return 'an object';
  const text = writeJson(value);
  return `${jsonType(value)} ${text.length > LONGEST ? `${text.slice(0, LONGEST)}…` : text}`;
}

/** Names in words, a few of them. */
export function describeNames(names: Iterable<string>): string {
  const all = [...names];
  if (all.length === 0) return 'none';
  const shown = all.slice(0, 12).join(', ');
  return all.length > 12 ? `${shown}, … (${all.length})` : shown;
}
