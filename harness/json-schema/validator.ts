import { InputError } from '../errors.ts';
import { pointerTo } from '../json/pointer.ts';
import { isJsonObject, type JsonObject, type JsonValue } from '../json/value.ts';
import { checkValue, openDefinitions, type Checker } from './check-value.ts';
import { EVENT_ENVELOPE } from './envelopes.ts';
import { keyOf } from './references.ts';
import { describeValue, report, type Examination, type PlaceIn, type SchemaViolation } from './violation.ts';

export type { SchemaViolation } from './violation.ts';

/** How a message is checked. */
export interface CheckOptions {
  /**
   * JSON Pointers of objects, arrays and values that hold an elision of a documented example; an elided value stands in
   * the message as `null`. What an elision can explain is no violation.
   */
  readonly open?: ReadonlySet<string>;
}

/** Checks whole messages against the schema of one release. A wrong message is data: nothing here throws for one. */
export interface Validator {
  /** As the bundle says it, e.g. `10.2`. */
  readonly release: string;
  hasCommand(name: string): boolean;
  hasEvent(name: string): boolean;
  /** Sorted. */
  commandNames(): readonly string[];
  /** Sorted. */
  eventNames(): readonly string[];
  /** A client's message: `execute` or `exec-oob`, perhaps `arguments`, perhaps `id`, nothing else. */
  checkCommand(message: JsonValue, options?: CheckOptions): readonly SchemaViolation[];
  /** A success response to `command`. */
  checkSuccess(command: string, message: JsonValue, options?: CheckOptions): readonly SchemaViolation[];
  checkError(message: JsonValue, options?: CheckOptions): readonly SchemaViolation[];
  checkEvent(message: JsonValue, options?: CheckOptions): readonly SchemaViolation[];
  checkGreeting(message: JsonValue, options?: CheckOptions): readonly SchemaViolation[];
}

/**
 * Makes the validator of a bundle (see `schemaFromModel`). Nothing is compiled until a message needs it.
 * @throws {InputError} when the bundle has no definitions.
 */
export function createValidator(bundle: JsonObject): Validator {
  const { $defs } = bundle;
  const release = bundle['qapi-release'];
  if (!isJsonObject($defs) || typeof release !== 'string') {
    throw new InputError(
      "schema bundle without '$defs' or 'qapi-release'; expected what 'schema build' writes",
    );
  }
  const checker = openDefinitions($defs);
  const has = (key: string): boolean => Object.hasOwn($defs, key);
  return {
    release,
    hasCommand: (name) => has(keyOf.arguments(name)),
    hasEvent: (name) => has(keyOf.data(name)),
    commandNames: () => namesOf($defs, 'command', 'arguments'),
    eventNames: () => namesOf($defs, 'event', 'data'),
    checkCommand: (message, options) => examine(message, options, (exam) => checkCommand(checker, exam)),
    checkSuccess: (command, message, options) =>
      examine(message, options, (exam) => checkSuccess(checker, exam, command)),
    checkError: (message, options) =>
      examine(message, options, (exam) => checkEnvelope(checker, exam, 'error')),
    checkEvent: (message, options) => examine(message, options, (exam) => checkEvent(checker, exam)),
    checkGreeting: (message, options) =>
      examine(message, options, (exam) => checkEnvelope(checker, exam, 'greeting')),
  };
}

function namesOf(defs: JsonObject, kind: string, part: string): string[] {
  const [before, after] = [`${kind}/`, `/${part}`];
  const keys = Object.keys(defs).filter((key) => key.startsWith(before) && key.endsWith(after));
  return keys.map((key) => key.slice(before.length, -after.length)).sort();
}

function examine(
  message: JsonValue,
  options: CheckOptions | undefined,
  check: (examination: Examination) => void,
): readonly SchemaViolation[] {
  const violations: SchemaViolation[] = [];
  check({ message, open: options?.open ?? NOTHING_OPEN, violations, inEnvelope: false });
  return violations;
}

const NOTHING_OPEN: ReadonlySet<string> = new Set();

/** The part of a message that is the same for all commands and events. */
function checkEnvelope(checker: Checker, examination: Examination, key: string): void {
  const { message } = examination;
  const defined = checker.definitions.defs[key];
  // What its name says of an event is checked apart from its envelope.
  const schema = key === 'event' && defined !== undefined ? EVENT_ENVELOPE : defined;
  if (schema === undefined) {
    const expected = 'none: this schema has no such message';
    report(
      { examination, pointer: '' },
      { rule: 'schema/envelope', what: `a message of kind '${key}'`, expected },
    );
    return;
  }
  checkValue(checker, schema, {
    examination: { ...examination, inEnvelope: true },
    value: message,
    pointer: '',
  });
}

const COMMAND_MEMBERS = ['execute', 'exec-oob', 'arguments', 'id'];

/** A client's message (qmp-spec, "Issuing Commands"). */
function checkCommand(checker: Checker, examination: Examination): void {
  const { message, open } = examination;
  const wrong = (pointer: string, what: string, expected: string): void =>
    report({ examination, pointer }, { rule: 'schema/envelope', what, expected });
  if (!isJsonObject(message)) {
    wrong('', describeValue(message), 'an object');
    return;
  }
  for (const name of Object.keys(message)) {
    if (COMMAND_MEMBERS.includes(name)) continue;
    wrong(pointerTo('', name), `member '${name}'`, `members ${COMMAND_MEMBERS.join(', ')}`);
  }
  const [verb, other] = ['execute', 'exec-oob'].filter((name) => Object.hasOwn(message, name));
  if (other !== undefined) {
    wrong('/exec-oob', "both 'execute' and 'exec-oob'", 'one of them');
    return;
  }
  if (verb === undefined) {
    if (!open.has('')) wrong('', 'no command', "'execute' or 'exec-oob'");
    return;
  }
  const name = message[verb];
  if (typeof name !== 'string') {
    wrong(`/${verb}`, describeValue(name), 'a string');
    return;
  }
  const schema = checker.definitions.defs[keyOf.arguments(name)];
  if (!isJsonObject(schema)) {
    reportUnknownCommand({ examination, pointer: `/${verb}` }, name);
    return;
  }
  if (verb === 'exec-oob' && schema['qapi-allow-oob'] !== true) {
    const what = `'${name}' out of band`;
    report(
      { examination, pointer: '/exec-oob' },
      { rule: 'schema/out-of-band', what, expected: "'execute'" },
    );
  }
  checkArguments(checker, examination, schema, message['arguments']);
}

function checkArguments(
  checker: Checker,
  examination: Examination,
  schema: JsonObject,
  given: JsonValue | undefined,
): void {
  const place = { examination, pointer: '/arguments' };
  if (given !== undefined && !isJsonObject(given)) {
    report(place, { rule: 'schema/envelope', what: describeValue(given), expected: 'an object' });
  } else if (given !== undefined || !examination.open.has('')) {
    checkValue(checker, schema, { ...place, value: given ?? {} });
  }
}

function reportUnknownCommand(place: PlaceIn, name: string): void {
  report(place, {
    rule: 'schema/unknown-command',
    what: `command '${name}'`,
    expected: 'a command of this release',
  });
}

/** A success response (qmp-spec, "Commands Responses"). */
function checkSuccess(checker: Checker, examination: Examination, command: string): void {
  const schema = checker.definitions.defs[keyOf.returns(command)];
  if (schema === undefined) {
    reportUnknownCommand({ examination, pointer: '' }, command);
    return;
  }
  checkEnvelope(checker, examination, 'success');
  const { message } = examination;
  const value = isJsonObject(message) ? message['return'] : undefined;
  if (value === undefined) return;
  const place = { examination, pointer: '/return' };
  if (!isNothing(schema)) {
    checkValue(checker, schema, { ...place, value });
    return;
  }
  const what = `a success response to '${command}'`;
  report(place, { rule: 'schema/envelope', what, expected: 'no answer on success' });
}

/** What no value satisfies: see `NOTHING` of the envelopes. */
function isNothing(schema: JsonValue): boolean {
  return isJsonObject(schema) && schema['not'] !== undefined;
}

/** An event (qmp-spec, "Asynchronous events"). `data` is there exactly if the event has any. */
function checkEvent(checker: Checker, examination: Examination): void {
  checkEnvelope(checker, examination, 'event');
  const { message } = examination;
  if (!isJsonObject(message) || typeof message['event'] !== 'string') return;
  const name = message['event'];
  const schema = checker.definitions.defs[keyOf.data(name)];
  if (schema === undefined) {
    const expected = 'an event of this release';
    const place = { examination, pointer: '/event' };
    report(place, { rule: 'schema/unknown-event', what: `event '${name}'`, expected });
    return;
  }
  checkData(checker, schema, message['data'], { examination, pointer: '/data' });
}

function checkData(checker: Checker, schema: JsonValue, data: JsonValue | undefined, place: PlaceIn): void {
  if (isNothing(schema)) {
    if (data === undefined) return;
    report(place, { rule: 'schema/unknown-member', what: "member 'data'", expected: 'no data' });
  } else if (data === undefined) {
    if (isJsonObject(schema) && schema['qapi-arguments-unknown'] === true) return;
    const expected = "member 'data', which this event has";
    report(place, { rule: 'schema/missing-member', what: 'nothing', expected });
  } else {
    checkValue(checker, schema, { ...place, value: data });
  }
}
