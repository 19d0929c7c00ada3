import type { Validator } from '../json-schema/validator.ts';
import { isJsonArray, isJsonObject, stringAt, type JsonObject, type JsonValue } from '../json/value.ts';
import { writeJson } from '../json/write-json.ts';
import type { Incoming } from '../qmp/connection.ts';
import type { Complaint } from '../results/verdict.ts';
import type { Answer, QueryRequest } from './answer.ts';
import type { CheckProperty } from './qom-value.ts';

/** By what answers are judged. */
export interface Judges {
  /** The schema of the release; `undefined` where introspection is all there is. */
  readonly release: Validator | undefined;
  /** What the target itself says that it has: no member that this build lacks, no value that it does not know. */
  readonly introspection: Validator;
  readonly checkProperty: CheckProperty;
  /** The type that qom-list states for a property; `undefined` for one that is not listed. */
  readonly typeOfProperty: (path: string, property: string) => string | undefined;
}

/** Everything that is wrong with the answer to a request. */
export function judgeAnswer(
  command: string,
  request: QueryRequest,
  answer: Extract<Answer, { kind: 'response' }>,
  judges: Judges,
): readonly Complaint[] {
  const { incoming, value, complaints } = answer;
  if (value === undefined) return complaints;
  if (incoming.kind === 'error') {
    const wrong = judgeBoth(judges, (validator) => validator.checkError(value));
    return [...complaints, ...wrong, ...judgeRefusal(request, value)];
  }
  const wrong = judgeBoth(judges, (validator) => validator.checkSuccess(command, value));
  return [...complaints, ...wrong, ...judgeProperties(command, request, value, judges)];
}

/** What is wrong with a message that answers nothing. */
export function judgeOther(incoming: Incoming, judges: Judges): readonly Complaint[] {
  const { kind, text, value } = incoming;
  if (kind === 'event' && value !== undefined)
    return judgeBoth(judges, (validator) => validator.checkEvent(value));
  if (kind === 'greeting' && value !== undefined)
    return judgeBoth(judges, (validator) => validator.checkGreeting(value));
  const what = `'${text.slice(0, 60)}'`;
  return [{ rule: 'protocol/not-qmp', pointer: '', what, expected: 'a response or an event' }];
}

/** What introspection says the same of is said once. */
function judgeBoth(
  { release, introspection }: Judges,
  check: (validator: Validator) => readonly Complaint[],
): readonly Complaint[] {
  const byRelease = release === undefined ? [] : check(release);
  const said = new Set(byRelease.map(({ pointer }) => pointer));
  const byIntrospection = check(introspection)
    .filter(({ pointer }) => !said.has(pointer))
    .map((complaint) => ({ ...complaint, rule: complaint.rule.replace('schema/', 'introspection/') }));
  return [...byRelease, ...byIntrospection];
}

function judgeRefusal({ mayBeRefused }: QueryRequest, value: JsonValue): readonly Complaint[] {
  if (mayBeRefused) return [];
  const error = isJsonObject(value) ? value['error'] : undefined;
  const what = `error ${stringAt(error, 'class')}: ${stringAt(error, 'desc')}`;
  return [
    { rule: 'query/refused', pointer: '/error', what, expected: 'success: the target named it itself' },
  ];
}

/** The object model states a type for each property: values and defaults must be of it. */
function judgeProperties(
  command: string,
  request: QueryRequest,
  value: JsonValue,
  { checkProperty, typeOfProperty }: Judges,
): readonly Complaint[] {
  const returned = isJsonObject(value) ? value['return'] : undefined;
  if (returned === undefined) return [];
  switch (command) {
    case 'qom-get': {
      const name = stringAt(request.arguments, 'property');
      const type = typeOfProperty(stringAt(request.arguments, 'path'), name);
      return type === undefined ? [] : complaintsOf(name, checkProperty(type, returned, '/return'));
    }
    case 'qom-list-get':
      return objectsIn(returned).flatMap((object, at) =>
        judgeMembers(object['properties'], 'value', `/return/${at}/properties`, checkProperty),
      );
    case 'device-list-properties':
    case 'qom-list-properties':
      return judgeMembers(returned, 'default-value', '/return', checkProperty);
    default:
      return [];
  }
}

function judgeMembers(
  properties: JsonValue | undefined,
  member: string,
  pointer: string,
  checkProperty: CheckProperty,
): readonly Complaint[] {
  return objectsIn(properties).flatMap((property, at) => {
    const value = property[member];
    if (value === undefined) return [];
    const complaints = checkProperty(stringAt(property, 'type'), value, `${pointer}/${at}/${member}`);
    return complaintsOf(stringAt(property, 'name'), complaints);
  });
}

/** The rule names the property, so that what is known of one property says nothing of another. */
function complaintsOf(property: string, complaints: readonly Complaint[] = []): readonly Complaint[] {
  return complaints.map((one) => ({
    ...one,
    rule: `${one.rule}/${nameInRule(property)}`,
    what: `${one.what} for '${property}'`,
  }));
}

/** What a name is in the identifier of a rule: a part of it, which a glob can mean. */
function nameInRule(name: string): string {
  return name.trim().replaceAll(/[^\w.:+-]+/g, '-');
}

/**
 * What a request is about, as a part of a rule's identifier: the first string among its arguments, up to the first path
 * in it. '' where there is none.
 */
export function subjectOf({ arguments: given }: QueryRequest): string {
  const [text = ''] = stringsIn(given ?? null);
  return nameInRule(text.split('/')[0] ?? '');
}

function stringsIn(value: JsonValue): readonly string[] {
  if (typeof value === 'string') return [value];
  if (isJsonArray(value)) return value.flatMap(stringsIn);
  return isJsonObject(value) ? Object.values(value).flatMap(stringsIn) : [];
}

function objectsIn(value: JsonValue | undefined): readonly JsonObject[] {
  return isJsonArray(value) ? value.filter((element) => isJsonObject(element)) : [];
}

/** A request as it is sent, without its id; short enough to be read in a finding. */
export function describeRequest(command: string, { arguments: given }: QueryRequest): string {
  return writeJson({ execute: command, ...(given && { arguments: given }) }, { spaced: true }).slice(0, 300);
}

/** The values of a request's arguments; to be told beside another request of the same command. */
export function describeArguments({ arguments: given = {} }: QueryRequest): string {
  const values = Object.values(given).map((value) => (typeof value === 'string' ? value : writeJson(value)));
  return values.join(' ').slice(0, 100);
}
