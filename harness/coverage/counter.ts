/**
 * What of QAPI can be seen on the wire, and how. `argument`: a member of a command's arguments, or of a type that
 * stands in them; `return` and `data` say the same of what a command returns and of what an event carries. `absent`
 * is counted for optional members only. A type's member counts once, wherever the type stands.
 */
export const COUNTERS = [
  'command/sent',
  'command/success',
  'command/error',
  'argument/present',
  'argument/absent',
  'return/present',
  'return/absent',
  'enum-value/sent',
  'enum-value/received',
  'branch/sent',
  'branch/received',
  'alternative/sent',
  'alternative/received',
  'event/received',
  'data/present',
  'data/absent',
  'error-class/received',
] as const;

/** One of {@link COUNTERS}. */
export type Counter = (typeof COUNTERS)[number];

/**
 * `live`: a target said or took it. `static`: only recordings show it, in a message that the release's schema accepts.
 * `never`: neither. `absent`: neither, and nothing of it is in the introspection of the build.
 */
export const STATES = ['live', 'static', 'never', 'absent'] as const;

/** One of {@link STATES}. */
export type State = (typeof STATES)[number];
