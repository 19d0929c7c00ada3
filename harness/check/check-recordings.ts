import { loadSchema, shippedReleases } from '../json-schema/load-schema.ts';
import { openLintSchema, type LintSchema } from '../lint/lint-schema.ts';
import type { SchemaFamily } from '../qapi/model.ts';
import { compareReleases } from '../release/compare-releases.ts';
import { levelOf, type MessageFinding } from './check-finding.ts';
import type { CheckOptions, CheckReport, Recording } from './check-report.ts';
import { checkDialogue, readDialogue, type DialogueMessage } from './check-transcript.ts';
import { familyOfConnection } from './family-of-connection.ts';
import { FindingGroups, type GroupedMessage } from './finding-groups.ts';
import { openPlaceHistories, type PlaceHistories } from './place-history.ts';

/**
 * Checks each message of recordings against the schemas of releases; no QEMU is needed.
 * @throws {InputError} for a release without a schema.
 */
export function checkRecordings(recordings: readonly Recording[], options: CheckOptions): CheckReport {
  const groups = new FindingGroups();
  const parts = recordings.flatMap((recording) => partsOf(recording, options));
  for (const family of new Set(parts.map((part) => part.family))) {
    const histories = openPlaceHistories(family);
    const own = parts.filter((part) => part.family === family);
    for (const release of releasesOf(family, options)) {
      const schema = openLintSchema(loadSchema(release, family));
      for (const part of own) checkPart(part, schema, histories, groups);
    }
  }
  const messages = recordings.reduce((sum, { transcript }) => sum + transcript.messages.length, 0);
  return groups.report({ files: recordings.length, messages });
}

/** The messages of one recording that are about one family. */
interface Part {
  readonly recording: Recording;
  readonly family: SchemaFamily;
  readonly messages: readonly DialogueMessage[];
}

function partsOf(recording: Recording, { family }: CheckOptions): readonly Part[] {
  const { head } = recording.transcript;
  const { messages } = readDialogue(recording.transcript);
  if (family !== undefined) return [{ recording, family, messages }];
  const connections = groupBy(messages, ({ connection }) => connection);
  const families = new Map([...connections].map(([at, own]) => [at, familyOfConnection(own, head)] as const));
  const parts = groupBy(messages, ({ connection }) => families.get(connection) ?? 'qmp');
  return [...parts].map(([one, own]) => ({ recording, family: one, messages: own }));
}

function groupBy<Item, Key>(items: readonly Item[], keyOf: (item: Item) => Key): ReadonlyMap<Key, Item[]> {
  const groups = new Map<Key, Item[]>();
  for (const item of items) {
    const group = groups.get(keyOf(item));
    if (group === undefined) groups.set(keyOf(item), [item]);
    else group.push(item);
  }
  return groups;
}

/** A family may be younger than a release that is asked for: then its oldest has to do. */
function releasesOf(family: SchemaFamily, { releases }: CheckOptions): readonly string[] {
  return releases === 'all' ? shippedReleases(family) : releases;
}

function checkPart(
  { recording, family, messages }: Part,
  schema: LintSchema,
  histories: PlaceHistories,
  groups: FindingGroups,
): void {
  const findings = checkDialogue({ messages }, { schema, histories });
  const worst = new Map<number, MessageFinding>();
  for (const finding of findings) {
    groups.add(recording, finding, schema.release);
    const before = worst.get(finding.message);
    if (before === undefined || isWorse(finding, before)) worst.set(finding.message, finding);
  }
  for (const { command, index } of messages) {
    if (command === undefined) continue;
    const grouped: GroupedMessage = { family, command, release: schema.release };
    groups.count(grouped, recording, index, worst.get(index));
  }
}

function isWorse(a: MessageFinding, b: MessageFinding): boolean {
  const order = ['note', 'warning', 'error'];
  return order.indexOf(levelOf(a.rule)) > order.indexOf(levelOf(b.rule));
}

/** The newest release that a schema is shipped for. */
export function newestRelease(): string {
  return shippedReleases().toSorted(compareReleases).at(-1) ?? '';
}
