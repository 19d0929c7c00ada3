/** A heading of docs/interop/qmp-spec. */
export type Section =
  | 'Protocol Specification'
  | 'General Definitions'
  | 'Server Greeting'
  | 'Capabilities'
  | 'Issuing Commands'
  | 'Out-of-band execution'
  | 'Commands Responses'
  | 'Asynchronous events'
  | 'Forcing the JSON parser into known-good state'
  | 'QGA Synchronization'
  | 'Capabilities Negotiation'
  | 'Compatibility Considerations'
  | 'Downstream extension of QMP';

/** One thing that the specification demands. */
export interface DemandRow {
  readonly section: Section;
  /** In our own words. */
  readonly demand: string;
  /** Why no server can be tested for it, or for which part of it. */
  readonly excluded?: string;
}

/** All demands of the QMP specification, in its order. */
export const DEMANDS = {
  R1: {
    section: 'Protocol Specification',
    demand: 'input is UTF-8; anything else is an error, not a crash',
  },
  R2: { section: 'Protocol Specification', demand: 'output is ASCII' },
  R3: {
    section: 'Protocol Specification',
    demand: 'the order of object members has no meaning, that of array elements has',
  },
  R4: {
    section: 'Protocol Specification',
    demand: 'a repeated member name has no predictable result',
    excluded:
      'the result: nothing is promised but what every message is promised, that the server survives it',
  },
  R5: {
    section: 'Protocol Specification',
    demand: "'single-quoted' strings and \\' are accepted, and never sent",
  },
  R6: { section: 'General Definitions', demand: 'the server sends JSON objects, each ending with CRLF' },
  R7: { section: 'General Definitions', demand: 'members are mandatory unless said otherwise' },
  R8: {
    section: 'Server Greeting',
    demand: 'the greeting comes first and unasked; its version is that of query-version',
  },
  R9: { section: 'Capabilities', demand: 'capabilities are a set, of which oob is the only one known' },
  R10: {
    section: 'Issuing Commands',
    demand: 'a command has execute or exec-oob, perhaps arguments, perhaps id, and nothing else',
  },
  R11: { section: 'Issuing Commands', demand: 'execute is a string, arguments is an object' },
  R12: {
    section: 'Issuing Commands',
    demand: 'id is any JSON value, and comes back in the response, success or error',
  },
  R13: { section: 'Out-of-band execution', demand: 'exec-oob only after oob was enabled' },
  R14: {
    section: 'Out-of-band execution',
    demand: 'in-band commands are answered in the order of their issue',
  },
  R15: { section: 'Out-of-band execution', demand: 'an out-of-band command overtakes in-band commands' },
  R16: {
    section: 'Out-of-band execution',
    demand: 'eight in-band commands in flight do not hold up an out-of-band one',
  },
  R17: { section: 'Out-of-band execution', demand: 'only commands that allow it run out of band' },
  R18: {
    section: 'Commands Responses',
    demand: 'a success has return and perhaps id; return is {} where nothing is returned',
  },
  R19: { section: 'Commands Responses', demand: 'an error has a class that is known, and a desc' },
  R20: {
    section: 'Commands Responses',
    demand: 'desc is for people',
    excluded: 'that clients do not parse it is a demand on clients; of a server only that there is a text',
  },
  R21: { section: 'Commands Responses', demand: 'an error found before id was read carries none' },
  R22: {
    section: 'Asynchronous events',
    demand: 'an event has event, perhaps data, and a timestamp of seconds and microseconds',
  },
  R23: { section: 'Asynchronous events', demand: 'events come at any time, but never inside a response' },
  R24: {
    section: 'Asynchronous events',
    demand: 'some events come at most once a second, the last one delayed',
  },
  R25: {
    section: 'Forcing the JSON parser into known-good state',
    demand: 'a control character or the byte 0xFF brings the parser back to its start',
  },
  R26: {
    section: 'QGA Synchronization',
    demand: 'the guest agent marks the answer to guest-sync-delimited by the byte 0xFF',
  },
  R27: {
    section: 'Capabilities Negotiation',
    demand: 'before negotiation everything but qmp_capabilities is CommandNotFound, and no event comes',
  },
  R28: {
    section: 'Capabilities Negotiation',
    demand: 'after a success qmp_capabilities is CommandNotFound; a failure changes nothing',
  },
  R29: {
    section: 'Capabilities Negotiation',
    demand: 'negotiation is per connection, and nothing of a client that went away reaches the next',
  },
  R30: { section: 'Compatibility Considerations', demand: 'type errors are found before side effects' },
  R31: {
    section: 'Compatibility Considerations',
    demand: 'clients tolerate new members, other errors, another order',
    excluded: 'a demand on clients; no answer of a server can break it',
  },
  R32: {
    section: 'Compatibility Considerations',
    demand: 'names that begin with x- are experimental; since 6.2 the feature unstable says so',
  },
  R33: { section: 'Compatibility Considerations', demand: 'the server sends valid JSON, always' },
  R34: {
    section: 'Downstream extension of QMP',
    demand: 'names of downstream begin with __ and a reversed domain',
  },
} as const satisfies Record<string, DemandRow>;

/** Number of a demand, e.g. `R12`. */
export type Demand = keyof typeof DEMANDS;
