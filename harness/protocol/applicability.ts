import type { Alteration } from '../transport/transport.ts';
import type { Check, Need, Vocabulary } from './check.ts';
import type { Survey } from './survey.ts';
import { toBuffer } from './words.ts';

/** A way to a server, as far as checks depend on it. */
export interface Way {
  readonly reconnects: boolean;
  readonly slow?: boolean;
  readonly alters: readonly Alteration[];
  /** Whether the server is somebody else's: nothing but queries, negotiation and malformed input is for it. */
  readonly foreign: boolean;
}

/** What a datagram holds at most, with room to spare (RFC 768). */
const DATAGRAM = 60_000;

/** What is known from an introspection, or is one. */
const LONG_ANSWERS: readonly Need[] = ['introspection', 'oob command'];

const FOREIGN: ReadonlyMap<Need, string> = new Map([
  ['changes state', 'an endpoint is asked queries only: it is not ours to change'],
  ['own process', 'an endpoint is not ours to end'],
  ['pretty', 'how an endpoint lays out its messages is not ours to say'],
]);

/** Why a check cannot be performed on a way, whatever the server; undefined where it can. */
export function lackOfWay(check: Check, way: Way, words: Vocabulary): string | undefined {
  const needs = check.needs ?? [];
  const foreign = needs.find((need) => way.foreign && FOREIGN.has(need));
  if (foreign !== undefined) return FOREIGN.get(foreign);
  if (needs.includes('reconnects') && !way.reconnects)
    return 'the transport has one client for as long as it lasts';
  const sent = check.steps.flatMap((step) => (step.kind === 'send' ? [toBuffer(step.bytes, words)] : []));
  const escape = way.alters.includes('escapes-ff') && sent.some((bytes) => bytes.includes(0xff));
  if (escape) return 'the byte 0xFF begins a command of the transport';
  if (way.alters.includes('escapes-01') && sent.some((bytes) => bytes.includes(0x01)))
    return 'the byte 0x01 begins a command of the transport';
  if (way.alters.includes('datagrams') && needs.some((need) => LONG_ANSWERS.includes(need)))
    return 'an introspection does not go into one datagram';
  if (way.alters.includes('datagrams') && sent.some((bytes) => bytes.length > DATAGRAM))
    return `more than ${DATAGRAM} bytes do not go into one datagram`;
  return undefined;
}

/** Why a check cannot be performed on a server, by what that says of itself. */
export function lackOfServer(check: Check, { lacks }: Survey): string | undefined {
  const missing = check.needs?.find((need) => lacks.has(need));
  return missing === undefined ? undefined : lacks.get(missing);
}
