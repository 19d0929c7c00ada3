import type { QapiModel } from '../../qapi/model.ts';
import type { JudgedChange } from './judge-change.ts';
import { SEVERITIES, worse } from './rules.ts';
import type { SchemaChange } from './schema-diff.ts';

/**
 * The same change once: a member of a type is on the wire wherever the type is. Where the places differ in severity the
 * worst counts.
 */
export function groupChanges(
  changes: readonly JudgedChange[],
  before: QapiModel,
  after: QapiModel,
): readonly SchemaChange[] {
  const groups = new Map<string, JudgedChange[]>();
  for (const change of changes) {
    const key = keyOf(change);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [change]);
    else group.push(change);
  }
  const grouped = [...groups.values()].map((group) => groupOf(group, before, after));
  return SEVERITIES.flatMap((severity) => grouped.filter((change) => change.severity === severity));
}

function keyOf({ rule, before, after, was = '', now = '' }: JudgedChange): string {
  const written = [before?.definition, before?.name, after?.definition, after?.name];
  return [rule, ...written, was, now].join('\n');
}

function groupOf(group: readonly JudgedChange[], before: QapiModel, after: QapiModel): SchemaChange {
  const severity = group.reduce<JudgedChange['severity']>(
    (worst, change) => worse(worst, change.severity),
    'compatible',
  );
  const worst = group.find((change) => change.severity === severity);
  if (worst === undefined) throw new Error('a group of no changes');
  const paths = [...new Set([worst.path, ...group.map(({ path }) => path)])];
  const { rule, change, was, now, unstable, announcement } = worst;
  return {
    rule,
    severity,
    change,
    ...definitionOf(worst, before, after),
    name: (worst.after ?? worst.before)?.name ?? '',
    paths,
    ...(was !== undefined && { was }),
    ...(now !== undefined && { now }),
    ...(unstable && { unstable: true }),
    ...(announcement && { announcement }),
  };
}

/** Where the thing is written: after the change if it is there still. */
function definitionOf(
  change: JudgedChange,
  before: QapiModel,
  after: QapiModel,
): Pick<SchemaChange, 'definition' | 'place'> {
  const sides = [
    { item: change.after, model: after },
    { item: change.before, model: before },
  ];
  for (const { item, model } of sides) {
    if (item === undefined || isMasked(item.definition, model)) continue;
    const place = model.definitions.get(item.definition)?.place;
    return { definition: item.definition, ...(place && { place }) };
  }
  return {};
}

/** Introspection hides the names of types; those that stand for them tell a reader nothing. */
function isMasked(definition: string, model: QapiModel): boolean {
  return model.sources[0] === 'introspection' && /^t[0-9]+$/.test(definition);
}
