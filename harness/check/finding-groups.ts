import type { SchemaFamily } from '../qapi/model.ts';
import { compareReleases } from '../release/compare-releases.ts';
import { rangeFromReleases } from '../release/release-range.ts';
import { placesOf } from '../lint/places.ts';
import { stepsOfPointer } from '../json/pointer.ts';
import type { TranscriptMessage } from '../transcript/transcript.ts';
import { levelOf, type MessageFinding } from './check-finding.ts';
import type { CheckFinding, CheckReport, CommandStanding, Recording } from './check-report.ts';

/** A message that executes a command, as a release sees it. */
export interface GroupedMessage {
  readonly family: SchemaFamily;
  readonly command: string;
  readonly release: string;
}

interface Group {
  readonly first: { readonly recording: Recording; readonly finding: MessageFinding };
  readonly releases: Set<string>;
  readonly messages: Set<number>;
}

interface Standing {
  readonly family: SchemaFamily;
  readonly command: string;
  readonly messages: Set<string>;
  /** By release, how it takes the worst of the messages. */
  readonly verdicts: Map<string, Verdict>;
}

const VERDICTS = ['accepted', 'deprecated', 'refused'] as const;
type Verdict = (typeof VERDICTS)[number];

/** Findings that are the same in many messages and releases become one. */
export class FindingGroups {
  private readonly groups = new Map<string, Group>();
  private readonly standings = new Map<string, Standing>();
  private readonly releases = new Set<string>();

  add(recording: Recording, finding: MessageFinding, release: string): void {
    const { rule, what, since, instead } = finding;
    const key = [recording.transcript.file, rule, pathOf(finding), what, since, instead].join('\n');
    const group = this.groups.get(key) ?? {
      first: { recording, finding },
      releases: new Set<string>(),
      messages: new Set<number>(),
    };
    this.groups.set(key, group);
    group.releases.add(release);
    group.messages.add(finding.message);
  }

  count(
    { family, command, release }: GroupedMessage,
    { transcript }: Recording,
    index: number,
    worst: MessageFinding | undefined,
  ): void {
    this.releases.add(release);
    const key = `${family} ${command}`;
    const standing = this.standings.get(key) ?? {
      family,
      command,
      messages: new Set<string>(),
      verdicts: new Map<string, Verdict>(),
    };
    this.standings.set(key, standing);
    standing.messages.add(`${transcript.file} ${index}`);
    const verdict = verdictOf(worst);
    const before = standing.verdicts.get(release) ?? 'accepted';
    standing.verdicts.set(release, VERDICTS.indexOf(verdict) > VERDICTS.indexOf(before) ? verdict : before);
  }

  report(sums: { readonly files: number; readonly messages: number }): CheckReport {
    const findings = [...this.groups.values()].map(findingOf);
    const commands = [...this.standings.values()].map(standingOf);
    return {
      findings: findings.toSorted(
        (a, b) => compareText(a.file, b.file) || a.line - b.line || a.column - b.column,
      ),
      commands: commands.toSorted(
        (a, b) => compareText(a.family, b.family) || compareText(a.command, b.command),
      ),
      releases: [...this.releases].sort(compareReleases),
      ...sums,
    };
  }
}

function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

function verdictOf(worst: MessageFinding | undefined): Verdict {
  const level = worst === undefined ? 'note' : levelOf(worst.rule);
  if (level === 'error' || worst?.rule === 'sent/refused') return 'refused';
  return level === 'warning' ? 'deprecated' : 'accepted';
}

function standingOf({ family, command, messages, verdicts }: Standing): CommandStanding {
  const known = [...verdicts.keys()];
  const releasesWith = (wanted: Verdict): string => {
    const releases = known.filter((release) => verdicts.get(release) === wanted);
    return releases.length === 0 ? '' : rangeFromReleases(releases, known);
  };
  return {
    family,
    command,
    count: messages.size,
    accepted: releasesWith('accepted'),
    deprecated: releasesWith('deprecated'),
    refused: releasesWith('refused'),
  };
}

/** `COMMAND/arguments/member`; elements are all alike. */
function pathOf({ name, pointer }: MessageFinding): string {
  const steps = stepsOfPointer(pointer).map((step) => (/^[0-9]+$/.test(step) ? '*' : step));
  const isName = pointer === '/execute' || pointer === '/exec-oob' || pointer === '/event';
  return [name, ...(isName ? [] : steps)].filter((step) => step !== '').join('/');
}

function findingOf({ first: { recording, finding }, releases, messages }: Group): CheckFinding {
  const { rule, what, since, instead, meant, message: index, pointer } = finding;
  const message = recording.transcript.messages[index];
  return {
    rule,
    level: levelOf(rule),
    file: recording.transcript.file,
    ...(message === undefined ? { line: 1, column: 1 } : placeOf(recording.text, message, pointer)),
    direction: message?.direction ?? '->',
    path: pathOf(finding),
    what,
    ...(since !== undefined && { since }),
    ...(instead !== undefined && { instead }),
    ...(meant !== undefined && { meant }),
    releases: [...releases].sort(compareReleases),
    count: messages.size,
  };
}

/** Where a value of a message begins, a member by its name; for one that is not there, what lacks it. */
function placeOf(
  text: string,
  message: TranscriptMessage,
  pointer: string,
): { readonly line: number; readonly column: number } {
  const start = text.indexOf(message.text, offsetOfLine(text, message.line));
  const before = text.slice(0, start + offsetIn(message, pointer));
  return { line: before.split('\n').length, column: before.length - before.lastIndexOf('\n') };
}

function offsetOfLine(text: string, line: number): number {
  let offset = 0;
  for (let at = 1; at < line; at++) offset = text.indexOf('\n', offset) + 1;
  return offset;
}

function offsetIn(message: TranscriptMessage, pointer: string): number {
  if (message.body.kind !== 'pattern') return 0;
  const { values } = placesOf(message);
  for (let at = pointer; ; at = at.slice(0, at.lastIndexOf('/'))) {
    const place = values.get(at);
    if (place !== undefined) return at === pointer ? place.name : place.start;
    if (at === '') return 0;
  }
}
