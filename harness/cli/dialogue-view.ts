import pc from 'picocolors';
import { explainDifference, type Difference } from '../replay/explain-difference.ts';
import type { DialogueWatcher } from '../replay/dialogue-watcher.ts';
import type { PlannedReplay } from '../replay/plan-replay.ts';
import type { Replayed } from '../replay/replay-transcript.ts';
import type { Complaint, Finding } from '../results/verdict.ts';
import type { TranscriptMessage } from '../transcript/transcript.ts';
import type { Validator } from '../json-schema/validator.ts';
import { oneLine } from '../../reports/text.ts';

/** How a dialogue is shown. */
export interface ViewOptions {
  readonly colour: boolean;
  /** Width of the terminal; texts are as long as they are where it is not known. */
  readonly columns?: number;
}

/** Shows a dialogue as it goes, and what came of it. */
export interface DialogueView extends DialogueWatcher {
  readonly begin: (replay: PlannedReplay, validator: Validator) => void;
  readonly end: (replay: PlannedReplay, replayed: Replayed) => void;
}

/** Differences of one message that are shown. */
const SHOWN = 5;
/** Where the texts of messages begin. */
const INDENT = ' '.repeat(15);

/** Shows dialogues to people: a line for each message, and below it in what it differs from the recording. */
export function createDialogueView(write: (text: string) => void, options: ViewOptions): DialogueView {
  const colours = pc.createColors(options.colour);
  const state = {
    began: undefined as number | undefined,
    replay: undefined as PlannedReplay | undefined,
    validator: undefined as Validator | undefined,
  };
  const put = (text: string): void => write(`${text}\n`);
  const line = (at: number, mark: string, text: string, paint = (one: string): string => one): void => {
    const seconds = Math.max(0, (at - (state.began ??= at)) / 1000)
      .toFixed(6)
      .padStart(11);
    const room = (options.columns ?? Infinity) - seconds.length - mark.length - 3;
    put(`${seconds}  ${paint(mark)} ${cut(text, room)}`);
  };
  const messages = (): readonly TranscriptMessage[] => state.replay?.transcript.messages ?? [];
  const several = (): boolean => messages().some(({ connection }) => connection > 0);
  const number = (connection: number): string => (several() ? `${connection}` : '');
  return {
    begin: (replay, validator) => {
      Object.assign(state, { began: undefined, replay, validator });
      put(colours.bold(`${replay.transcript.head.id} @ ${replay.target.facts.name}`));
    },
    opened: (connection, at) => line(at, `${number(connection)}--`, 'opened'),
    closed: (connection, by, at) => line(at, `${number(connection)}--`, `closed by the ${by}`),
    sent: ({ connection, text }, at) => line(at, `${number(connection)}->`, onLine(text), colours.cyan),
    came: ({ connection, incoming, violations }) => {
      line(incoming.at, `${number(connection)}<-`, onLine(incoming.text), colours.green);
      for (const violation of violations.slice(0, SHOWN))
        put(`${INDENT}${colours.red('against the schema')} ${describe(violation)}`);
    },
    compared: (index, live, complaints) => {
      const { replay, validator } = state;
      if (complaints.length === 0 || replay === undefined || validator === undefined) return;
      const { text = '' } = replay.transcript.messages[index] ?? {};
      const place = `(${placeOf(replay, index)})`;
      const room = (options.columns ?? Infinity) - INDENT.length - place.length - 11;
      put(`${INDENT}${colours.yellow('recorded')} ${cut(onLine(text), room)} ${place}`);
      for (const complaint of complaints.slice(0, SHOWN)) {
        const difference = explainDifference(replay.transcript, index, live, complaint, validator);
        for (const one of linesOf(difference, validator.release)) put(`${INDENT}${colours.red(one)}`);
      }
      if (complaints.length > SHOWN) put(`${INDENT}and ${complaints.length - SHOWN} more`);
    },
    missed: (finding) => put(`${INDENT}${colours.red(describeFinding(finding, state.replay))}`),
    end: (replay, replayed) => {
      for (const text of verdictLines(replay, replayed)) put(text);
    },
  };
}

/** The verdict of a replay in words: what, why, and each finding with whom it blames. */
export function verdictLines(
  replay: PlannedReplay,
  { performance, contradictions }: Replayed,
): readonly string[] {
  const { verdict, reason, findings, checks, process } = performance;
  const head = `${replay.transcript.head.id} @ ${replay.target.facts.name}: ${verdict}`;
  const notes = verdict === 'pass' ? contradictions : [];
  const lines = [
    `${head}${reason === undefined ? '' : `: ${reason}`} (${checks} checks)`,
    ...findings.slice(0, 20).map((finding) => `  ${finding.blame}: ${describeFinding(finding, replay)}`),
    ...(findings.length > 20 ? [`  and ${findings.length - 20} more`] : []),
    ...notes
      .slice(0, SHOWN)
      .map((note) => `  the recording does not fit the schema: ${describeFinding(note, replay)}`),
    ...(process === undefined || process.stderr === ''
      ? []
      : [`  stderr: ${process.stderr.trimEnd().split('\n').at(-1) ?? ''}`]),
  ];
  return lines.map(oneLine);
}

function describeFinding(finding: Finding, replay: PlannedReplay | undefined): string {
  const place = finding.message < 0 || replay === undefined ? '' : `${placeOf(replay, finding.message)}: `;
  return `${place}${describe(finding)}`;
}

function placeOf({ transcript }: PlannedReplay, index: number): string {
  return `${transcript.file}:${transcript.messages[index]?.line ?? 1}`;
}

function describe({ pointer, what, expected, rule }: Complaint): string {
  return oneLine(`${pointer === '' ? '' : `${pointer}: `}${what}; expected ${expected} (${rule})`);
}

/** The smallest difference, and what the schema says of both sides. */
function linesOf(difference: Difference, release: string): readonly string[] {
  const { came, recorded, cameBreaks, recordedBreaks } = difference;
  const values =
    came === undefined && recorded === undefined
      ? []
      : [`  came ${shorten(came ?? 'nothing')}, recorded ${shorten(recorded ?? 'nothing')}`];
  const opinion = `  schema ${release}: what came is ${opinionOf(cameBreaks)}; what was recorded is ${opinionOf(recordedBreaks)}`;
  return [describe(difference), ...values, opinion].map(oneLine);
}

function opinionOf([first]: readonly Complaint[]): string {
  return first === undefined ? 'valid' : `not: ${describe(first)}`;
}

function shorten(text: string): string {
  return text.length > 100 ? `${text.slice(0, 99)}…` : text;
}

/** Whatever a server said: it must not rewrite the terminal. */
function onLine(text: string): string {
  return oneLine(text.trim().replaceAll(/\s*\n\s*/g, ' '));
}

function cut(text: string, room: number): string {
  return text.length <= room ? text : `${text.slice(0, Math.max(20, room - 1))}…`;
}
