import type { JsonObject, JsonValue } from '../json/value.ts';
import { writeJson } from '../json/write-json.ts';
import type { QapiModel } from '../qapi/model.ts';
import { idOf } from './ids.ts';
import { randomFor } from './random.ts';
import type { Refusal, RefusalOptions } from './refusals-of-command.ts';
import { wrongTypes, type WrongRequest } from './wrong-scalars.ts';

/** Names that are commands of no release, but nearly. */
const UNKNOWN = [
  '',
  'no-such-command',
  'QUERY-STATUS',
  'query_status',
  'query-status ',
  'info status',
  'query-statu',
];
const MEMBERS = ['no-such-member', '', 'Execute', 'return', 'error', 'event', 'QMP'];

/**
 * Requests that are wrong whatever the command (qmp-spec, "Issuing Commands"): none, one that is no string, one that is
 * unknown, two, with a member that no request has.
 */
export function envelopeRefusals(model: QapiModel, { seed }: RefusalOptions): readonly Refusal[] {
  const random = randomFor(seed, '');
  const wrong = (value: JsonObject, pointer: string, what: string): WrongRequest => ({
    value,
    kind: 'envelope',
    pointer,
    what,
  });
  const requests = [
    wrong({}, '', 'no command'),
    wrong({ arguments: {} }, '', 'no command'),
    wrong({ Execute: 'query-version' }, '', 'no command'),
    ...wrongTypes(['string'], random.pick).map(({ value, what }) =>
      wrong({ execute: value }, '/execute', what),
    ),
    ...[null, 'query-version'].map((other) =>
      wrong({ execute: 'query-version', 'exec-oob': other }, '/exec-oob', "both 'execute' and 'exec-oob'"),
    ),
    ...MEMBERS.map((member) =>
      wrong({ execute: 'query-version', [member]: 0 }, `/${member}`, `unexpected member '${member}'`),
    ),
  ];
  const unknown = UNKNOWN.filter((name) => !model.definitions.has(name)).map((name): WrongRequest => ({
    value: { execute: name },
    kind: 'unknown-command',
    pointer: '/execute',
    what: `unknown command '${name}'`,
  }));
  const all = [...requests, ...unknown];
  return random.some(all, all.length).map((one, index) => withId(one, idOf(random, index)));
}

function withId(wrong: WrongRequest, id: JsonValue): Refusal {
  const value = { ...wrong.value, id };
  const classes = [wrong.kind === 'unknown-command' ? 'CommandNotFound' : 'GenericError'];
  return { ...wrong, value, text: writeJson(value), id, classes };
}
