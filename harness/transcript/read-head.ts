import { isJsonObject } from '../json/value.ts';
import type { YamlCursor } from '../yaml/yaml-cursor.ts';
import { readDescriptor } from './read-descriptor.ts';
import { readRecorded } from './read-recorded.ts';
import { readReleases } from './read-releases.ts';
import { CAPTURE_NAME, readStep } from './read-step.ts';
import type { Step } from './step.ts';
import type {
  AskedResponse,
  CommandDescriptor,
  MatchKind,
  MatchRule,
  MissingState,
  Provenance,
  Requirements,
  Substitution,
  TranscriptHead,
} from './transcript.ts';

/** Something in the front matter that speaks of a place in a message, and where it says so. */
export interface Placed<Content> {
  readonly content: Content;
  /** Its `at`. */
  readonly cursor: YamlCursor;
}

/** The front matter; its rules are yet to be held against the messages. */
export interface ReadHead {
  readonly head: TranscriptHead;
  readonly rules: readonly Placed<MatchRule>[];
  readonly substitutions: readonly Placed<Substitution>[];
  readonly descriptors: readonly Placed<CommandDescriptor>[];
  readonly asks: readonly Placed<AskedResponse>[];
  readonly invalid: readonly Placed<string>[];
}

const KEYS = [
  'format',
  'id',
  'recorded',
  'source',
  'stage',
  'missing',
  'hardware',
  'requires',
  'prepare',
  'provoke',
  'asks',
  'invalid',
  'match',
  'substitute',
  'descriptors',
];

/** The version of the format that this reader knows; a file without `format` is of version 1. */
const FORMAT = 1;

/** QAPI names are never re-cased, so that `MIGRATION` and `__org.example_x-foo` may be segments. */
const PATH = /^[A-Za-z0-9_][A-Za-z0-9_.-]*(?:\/[A-Za-z0-9_][A-Za-z0-9_.-]*)*$/;
const ARCHITECTURE = /^[a-z0-9_]+$/;
/** The place of a whole message. */
const MESSAGE_AT = /^\/(?:0|[1-9][0-9]{0,8})$/;
const AT = /^\/(?:0|[1-9][0-9]{0,8})(?:\/(?:[^~/]|~[01])*)*$/;

const MATCH_KINDS: readonly MatchKind[] = [
  'shape',
  'exact',
  'any',
  'optional',
  'set',
  'capture',
  'string',
  'integer',
  'number',
  'boolean',
  'null',
  'array',
  'object',
];

/**
 * Reads the front matter of a transcript, as `schemas/formats/transcript.json` describes it.
 * @throws {InputError} with the place of the first mistake
 */
export function readHead(cursor: YamlCursor): ReadHead {
  const members = cursor.members(KEYS, ['id']);
  checkFormat(members.get('format'));
  const rules = distinctRules(listOf(members.get('match'), readRule));
  const substitutions = distinctSubstitutions(listOf(members.get('substitute'), readSubstitution));
  const descriptors = readDescriptors(members.get('descriptors'));
  const asks = readAsks(members.get('asks'));
  const invalid = readInvalid(members.get('invalid'));
  const head: TranscriptHead = {
    id: matching(members.get('id') ?? cursor, PATH, 'an id such as examples/migration/query-migrate/active'),
    ...given('recorded', readRecorded(members.get('recorded'))),
    source: listOf(members.get('source'), readProvenance),
    ...given('stage', matchingIf(members.get('stage'), PATH, 'the name of a stage such as migration/active')),
    ...given('missing', readMissing(members.get('missing'))),
    ...given('hardware', members.get('hardware')?.string()),
    ...given('requires', readRequirements(members.get('requires'))),
    ...given('prepare', readSteps(members.get('prepare'))),
    ...given('provoke', readSteps(members.get('provoke'))),
    ...given(
      'asks',
      asks?.map(({ content }) => content),
    ),
    ...given(
      'invalid',
      invalid?.map(({ content }) => content),
    ),
    ...given(
      'descriptors',
      descriptors?.map(({ content }) => content),
    ),
    match: rules.map(({ content }) => content),
    substitute: substitutions.map(({ content }) => content),
  };
  const placed = { rules, substitutions, descriptors: descriptors ?? [] };
  return { head, ...placed, asks: asks ?? [], invalid: invalid ?? [] };
}

function checkFormat(cursor: YamlCursor | undefined): void {
  if (cursor !== undefined && cursor.json() !== FORMAT)
    cursor.fail(`format ${cursor.describe()}`, `format ${FORMAT}`);
}

/** An object with one member, or none where the value is undefined: an optional member is absent, not undefined. */
function given<Name extends string, Value>(
  name: Name,
  value: Value | undefined,
): Partial<Record<Name, Value>> {
  const object: Partial<Record<Name, Value>> = {};
  if (value !== undefined) object[name] = value;
  return object;
}

function listOf<Item>(cursor: YamlCursor | undefined, read: (cursor: YamlCursor) => Item): readonly Item[] {
  return cursor === undefined ? [] : cursor.elements().map(read);
}

function readSteps(cursor: YamlCursor | undefined): readonly Step[] | undefined {
  return cursor?.elements().map(readStep);
}

function matching(cursor: YamlCursor, pattern: RegExp, expected: string): string {
  const text = cursor.string();
  return pattern.test(text) ? text : cursor.fail(`'${text}'`, expected);
}

function matchingIf(cursor: YamlCursor | undefined, pattern: RegExp, expected: string): string | undefined {
  return cursor && matching(cursor, pattern, expected);
}

function readProvenance(cursor: YamlCursor): Provenance {
  const required = ['document', 'definition', 'releases'];
  const members = cursor.members([...required, 'line', 'title'], required);
  return {
    document: (members.get('document') ?? cursor).string(),
    definition: (members.get('definition') ?? cursor).string(),
    releases: readReleases(members.get('releases') ?? cursor),
    ...given('line', lineNumber(members.get('line'))),
    ...given('title', members.get('title')?.string()),
  };
}

function lineNumber(cursor: YamlCursor | undefined): number | undefined {
  if (cursor === undefined) return undefined;
  const text = cursor.word();
  return /^[1-9][0-9]{0,8}$/.test(text) ? Number(text) : cursor.fail(`'${text}'`, 'a line, from 1');
}

function readRequirements(cursor: YamlCursor | undefined): Requirements | undefined {
  if (cursor === undefined) return undefined;
  const members = cursor.members(['releases', 'accelerator', 'architecture']);
  const releases = members.get('releases');
  return {
    ...given('releases', releases && readReleases(releases)),
    ...given('accelerator', members.get('accelerator')?.oneOf(['tcg', 'kvm'] as const)),
    ...given('architecture', readArchitectures(members.get('architecture'))),
  };
}

/** A string is missing on every release; a list says on which ones. */
function readMissing(cursor: YamlCursor | undefined): TranscriptHead['missing'] {
  if (cursor?.isMapping() === true) cursor.fail('a mapping', 'a string, or a list of releases and states');
  if (cursor?.isList() !== true) return cursor?.string();
  const states = cursor.elements().map((element): MissingState => {
    const members = element.members(['releases', 'state'], ['releases', 'state']);
    return {
      releases: readReleases(members.get('releases') ?? element),
      state: (members.get('state') ?? element).string(),
    };
  });
  return states.length === 0 ? cursor.fail('an empty list', 'at least one state') : states;
}

function readAsks(cursor: YamlCursor | undefined): readonly Placed<AskedResponse>[] | undefined {
  const places = new Set<string>();
  return cursor?.elements().map((element) => {
    const members = element.members(['at', 'execute', 'arguments'], ['at', 'execute']);
    const atCursor = members.get('at') ?? element;
    const at = indexOnce(atCursor, places, 'a second command');
    const execute = (members.get('execute') ?? element).string();
    const given = members.get('arguments');
    const value = given?.json();
    if (value !== undefined && !isJsonObject(value)) given?.fail(given.describe(), 'a mapping');
    const content = { at, execute, ...(isJsonObject(value) && { arguments: value }) };
    return { content, cursor: atCursor };
  });
}

function readInvalid(cursor: YamlCursor | undefined): readonly Placed<string>[] | undefined {
  const places = new Set<string>();
  return cursor?.elements().map((element) => {
    return { content: indexOnce(element, places, 'a second mention'), cursor: element };
  });
}

/** `/0`, the place of a whole message; `what` is said of one that was there before. */
function indexOnce(cursor: YamlCursor, places: Set<string>, what: string): string {
  const at = matching(cursor, MESSAGE_AT, 'the index of a message, such as /0');
  if (places.has(at)) cursor.fail(`${what} for ${at}`, 'one');
  places.add(at);
  return at;
}

function readDescriptors(cursor: YamlCursor | undefined): readonly Placed<CommandDescriptor>[] | undefined {
  const places = new Set<string>();
  return cursor?.elements().map((element) => {
    const descriptor = readDescriptor(element, ['at']);
    const atCursor = element.anyMembers().get('at') ?? element;
    const at = indexOnce(atCursor, places, 'a second descriptor');
    return { content: { at, descriptor }, cursor: atCursor };
  });
}

function readArchitectures(cursor: YamlCursor | undefined): readonly string[] | undefined {
  if (cursor === undefined) return undefined;
  const names = new Set<string>();
  for (const element of cursor.elements()) {
    const name = matching(
      element,
      ARCHITECTURE,
      "an architecture as QEMU's binaries name it, such as x86_64",
    );
    if (names.has(name)) element.fail(`'${name}' again`, 'each architecture once');
    names.add(name);
  }
  return names.size === 0 ? cursor.fail('an empty list', 'at least one architecture') : [...names];
}

function readAt(cursor: YamlCursor): string {
  return matching(cursor, AT, 'the index of a message and a JSON Pointer into it, such as /1/return/status');
}

function readRule(cursor: YamlCursor): Placed<MatchRule> {
  const members = cursor.members(['at', 'as', 'name'], ['at', 'as']);
  const atCursor = members.get('at') ?? cursor;
  const at = readAt(atCursor);
  const asCursor = members.get('as') ?? cursor;
  if (asCursor.describe() === 'nothing') asCursor.fail('nothing', 'a kind of comparison (null in quotes)');
  const as = asCursor.oneOf(MATCH_KINDS);
  const nameCursor = members.get('name');
  const name = matchingIf(nameCursor, CAPTURE_NAME, 'a name such as job-id');
  if (as === 'capture' && name === undefined) cursor.fail("capture without 'name'", "the key 'name'");
  if (as !== 'capture') nameCursor?.fail(`'name' of a rule as ${as}`, "'name' only where 'as' is capture");
  return { content: { at, as, ...given('name', name) }, cursor: atCursor };
}

function readSubstitution(cursor: YamlCursor): Placed<Substitution> {
  const members = cursor.members(['at', 'value'], ['at', 'value']);
  const atCursor = members.get('at') ?? cursor;
  return {
    content: { at: readAt(atCursor), value: (members.get('value') ?? cursor).json() },
    cursor: atCursor,
  };
}

/** One place is compared in one way; a capture may come on top. A name is captured once. */
function distinctRules(rules: readonly Placed<MatchRule>[]): readonly Placed<MatchRule>[] {
  const places = new Set<string>();
  const names = new Set<string>();
  for (const { content, cursor } of rules) {
    const { at, name } = content;
    if (name === undefined ? places.has(at) : names.has(name)) {
      cursor.fail(name === undefined ? `a second rule for ${at}` : `a second capture as '${name}'`, 'one');
    }
    if (name === undefined) places.add(at);
    else names.add(name);
  }
  return rules;
}

function distinctSubstitutions(list: readonly Placed<Substitution>[]): readonly Placed<Substitution>[] {
  const places = new Set<string>();
  for (const { content, cursor } of list) {
    if (places.has(content.at)) cursor.fail(`a second value for ${content.at}`, 'one');
    places.add(content.at);
  }
  return list;
}
