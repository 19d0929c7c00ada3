/** What the rules of findings demand, each in a sentence, for readers of the page. */
const RULES: readonly (readonly [prefix: string, text: string])[] = [
  ['schema/unknown-member', 'QAPI: an object has only members that its type has in this release.'],
  ['schema/missing-member', 'QAPI: a member that is not optional is always there.'],
  ['schema/type', 'QAPI: a value has the JSON type of its QAPI type.'],
  ['schema/range', 'QAPI: an integer fits into its type (int8 to uint64, size).'],
  ['schema/enum-value', 'QAPI: the value of an enum is one of those that the enum has in this release.'],
  ['schema/branch', 'QAPI: the discriminator of a union chooses the branch whose members stand beside it.'],
  ['schema/unknown-command', 'QAPI: a command is one that this release has.'],
  ['schema/unknown-event', 'QAPI: an event is one that this release has.'],
  ['schema/out-of-band', 'QAPI: only a command with allow-oob may be executed out of band.'],
  ['schema/envelope', 'QMP: a message has the members that the protocol gives its kind, and no others.'],
  ['schema/', 'QAPI: a message fits the schema of its release.'],
  ['example/', 'A documented message is what a client sends, or a server answers.'],
  ['protocol/', 'The QMP specification demands it of every server.'],
  ['shape/', 'The answer has the shape of the recorded one: its members, and their types.'],
  ['exact/', 'The recording demands this value to the letter.'],
  ['set/', 'The recording demands these elements, in any order.'],
  ['type/', 'The recording demands a value of this type.'],
  ['tap/', 'Test Anything Protocol: a document has a plan, and as many test points as were planned.'],
];

/** The demand of a rule; '' for one that is not known here. */
export function demandOfRule(rule: string): string {
  return (
    RULES.find(([prefix]) => (prefix.endsWith('/') ? rule.startsWith(prefix) : rule === prefix))?.[1] ?? ''
  );
}
