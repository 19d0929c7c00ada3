import { pointerTo } from '../json/pointer.ts';
import { isJsonArray, isJsonObject, type JsonValue } from '../json/value.ts';
import { writeJson } from '../json/write-json.ts';
import type { Complaint } from '../results/verdict.ts';
import { membersOf } from './check.ts';
import type { Demand } from './demands.ts';
import type { Received } from './message-stream.ts';

/** How far a stream of messages is held against the specification, where it is not the same for all servers. */
export interface Strictness {
  /** The line end that each message must have; undefined: any. */
  readonly lineEnd: 'CRLF' | undefined;
  /** Whether the byte 0xFF may stand before a message (QGA Synchronization). */
  readonly delimiter: boolean;
}

/** The error classes that there are: QapiErrorClass in qapi/error.json. */
export const ERROR_CLASSES: readonly string[] = [
  'GenericError',
  'CommandNotFound',
  'DeviceNotActive',
  'DeviceNotFound',
  'KVMMissingCap',
];

const CRLF = Buffer.from('\r\n');

/** What is wrong with a message, whatever was asked, and with what stands before it: R2, R6, R18, R19, R22, R33, R34. */
export function judgeMessage(
  received: Received,
  previous: Received | undefined,
  strictness: Strictness,
): readonly Complaint[] {
  const { incoming, bytes, before } = received;
  const begins = previous === undefined || (strictness.delimiter && isDelimiter(previous));
  const framing = begins ? judgeSpace(before, NOTHING) : judgeLineEnd(before, strictness);
  if (strictness.delimiter && isDelimiter(received)) return framing;
  const ascii = bytes.findIndex((byte) => byte >= 0x80);
  return [
    ...framing,
    ...(ascii < 0 ? [] : [complaint('R2', '', `byte 0x${hex(bytes[ascii])} at ${ascii}`, 'ASCII only')]),
    ...judgeValue(incoming.value, incoming.text),
  ];
}

/** What is wrong with what stands after the last message. */
export function judgeLineEnd(after: Buffer, { lineEnd }: Strictness): readonly Complaint[] {
  if (lineEnd === undefined) return /^\r?\n$/.test(after.toString()) ? [] : judgeSpace(after, CRLF);
  return judgeSpace(after, CRLF);
}

/** Tells whether it is the byte that the guest agent sends before the answer to `guest-sync-delimited`. */
export function isDelimiter({ bytes }: Received): boolean {
  return bytes.length === 1 && bytes[0] === 0xff;
}

const NOTHING = Buffer.alloc(0);

function judgeSpace(space: Buffer, expected: Buffer): readonly Complaint[] {
  if (space.equals(expected)) return [];
  return [complaint('R6', '', words(space), `${words(expected)} between two messages`)];
}

function words(space: Buffer): string {
  return space.length === 0 ? 'nothing' : JSON.stringify(space.toString('latin1'));
}

function judgeValue(value: JsonValue | undefined, text: string): readonly Complaint[] {
  if (value === undefined) return [complaint('R33', '', excerpt(text), 'valid JSON')];
  if (!isJsonObject(value)) return [complaint('R6', '', excerpt(text), 'a JSON object')];
  // The id is the client's own.
  const names = Object.entries(value).filter(([name]) => name !== 'id');
  return [...judgeShape(value), ...judgeDownstreamNames(Object.fromEntries(names))];
}

const SHAPES = [
  { mark: 'return', demand: 'R18', members: ['return', 'id'], judge: () => [] },
  { mark: 'error', demand: 'R19', members: ['error', 'id'], judge: judgeError },
  { mark: 'event', demand: 'R22', members: ['event', 'data', 'timestamp'], judge: judgeEvent },
  { mark: 'QMP', demand: 'R8', members: ['QMP'], judge: () => [] },
] as const;

function judgeShape(value: JsonValue): readonly Complaint[] {
  const members = membersOf(value);
  const shapes = SHAPES.filter(({ mark }) => Object.hasOwn(members, mark));
  const [shape] = shapes;
  if (shape === undefined || shapes.length > 1) {
    const names = Object.keys(members).join(', ');
    return [complaint('R18', '', `members ${names}`, 'one of return, error, event, QMP')];
  }
  return [...judgeMembers(shape.demand, members, shape.members, ''), ...shape.judge(members)];
}

/** Members that are not `known` are downstream's, or wrong. */
function judgeMembers(
  demand: Demand,
  members: Record<string, JsonValue>,
  known: readonly string[],
  at: string,
): readonly Complaint[] {
  const unknown = Object.keys(members).filter((name) => !known.includes(name) && !name.startsWith('__'));
  return unknown.map((name) => complaint(demand, pointerTo(at, name), `member ${name}`, known.join(', ')));
}

function judgeError(members: Record<string, JsonValue>): readonly Complaint[] {
  const error = membersOf(members['error']);
  const { class: kind, desc } = error;
  return [
    ...judgeMembers('R19', error, ['class', 'desc'], '/error'),
    ...(typeof kind === 'string' && ERROR_CLASSES.includes(kind)
      ? []
      : [complaint('R19', '/error/class', shown(kind), `one of ${ERROR_CLASSES.join(', ')}`)]),
    ...(typeof desc === 'string' ? [] : [complaint('R19', '/error/desc', shown(desc), 'a string')]),
  ];
}

function judgeEvent(members: Record<string, JsonValue>): readonly Complaint[] {
  const { event, data } = members;
  const timestamp = membersOf(members['timestamp']);
  const { seconds, microseconds } = timestamp;
  const failed = seconds === -1 && microseconds === -1;
  return [
    ...(typeof event === 'string' ? [] : [complaint('R22', '/event', shown(event), 'a string')]),
    ...(data === undefined || isJsonObject(data)
      ? []
      : [complaint('R22', '/data', JSON.stringify(data), 'an object')]),
    ...judgeMembers('R22', timestamp, ['seconds', 'microseconds'], '/timestamp'),
    ...(failed || (isWithin(seconds, 1, Number.MAX_SAFE_INTEGER) && isWithin(microseconds, 0, 999_999))
      ? []
      : [
          complaint(
            'R22',
            '/timestamp',
            excerpt(JSON.stringify(timestamp)),
            'seconds and microseconds, or -1 twice',
          ),
        ]),
  ];
}

function shown(value: JsonValue | undefined): string {
  return value === undefined ? 'nothing' : excerpt(writeJson(value));
}

function isWithin(value: JsonValue | undefined, least: number, most: number): boolean {
  return typeof value === 'number' && Number.isInteger(value) && value >= least && value <= most;
}

/** `__RFQDN_`: two underscores, a reversed domain name, and one more (Downstream extension of QMP). */
const DOWNSTREAM = /^__[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+_./;

/** Tells whether a name keeps to what is reserved for downstream. */
export function isFairName(name: string): boolean {
  return !name.startsWith('__') || DOWNSTREAM.test(name);
}

function judgeDownstreamNames(value: JsonValue): readonly Complaint[] {
  const complaints: Complaint[] = [];
  const pending: [string, JsonValue][] = [['', value]];
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    const [at, part] = next;
    if (isJsonArray(part)) {
      for (const [index, element] of part.entries()) pending.push([pointerTo(at, index), element]);
    } else if (isJsonObject(part)) {
      for (const [name, member] of Object.entries(part)) {
        const place = pointerTo(at, name);
        if (!isFairName(name)) complaints.push(complaint('R34', place, `member ${name}`, 'a name __RFQDN_…'));
        pending.push([place, member]);
      }
    }
  }
  return complaints;
}

function complaint(demand: Demand, pointer: string, what: string, expected: string): Complaint {
  return { rule: `protocol/${demand}`, pointer, what, expected };
}

/** The beginning of a text that may be long. */
export function excerpt(text: string): string {
  return text.length <= 200 ? text : `${text.slice(0, 200)}…`;
}

function hex(byte: number | undefined): string {
  return (byte ?? 0).toString(16).padStart(2, '0');
}
