import { SetupError } from '../errors.ts';
import { stepsOfPointer, valueAt } from '../json/pointer.ts';
import type { JsonValue } from '../json/value.ts';
import { writeJson } from '../json/write-json.ts';
import { closeReplays, planReplay, type PlannedReplay, type ReplayRequest } from '../replay/plan-replay.ts';
import type { Finding } from '../results/verdict.ts';
import { classifyMessage } from '../transcript/classify-message.ts';
import type { MatchRule, Transcript } from '../transcript/transcript.ts';
import { writeTranscript } from '../transcript/write-transcript.ts';
import { commentMessages } from './comment-messages.ts';
import { deriveRules } from './derive-rules.ts';
import { findCaptures, type FoundCapture } from './find-captures.ts';
import { observe, type Observation } from './observe.ts';
import { relocatePaths, withSubstitutions } from './relocate-paths.ts';

/** What is to be learned, and on what. */
export interface LearnRequest extends Omit<ReplayRequest, 'files' | 'transform'> {
  readonly file: string;
  /** How often the dialogue is performed on each target. */
  readonly times: number;
  /** Whether what did not change must not change. */
  readonly exact: boolean;
}

/** What was learned. */
export interface Learned {
  readonly transcript: Transcript;
  /** The `.qmp` file, with comments where accelerators differ. */
  readonly text: string;
  readonly targets: readonly string[];
  readonly captures: readonly string[];
  readonly rules: readonly MatchRule[];
  /** Files of the recording machine that are files of the replay's folder now. */
  readonly files: readonly string[];
}

/** The dialogue does not go again as it was recorded: something is missing that no rule makes good. */
export class NotRepeatable extends SetupError {
  constructor(
    message: string,
    readonly findings: readonly Finding[],
  ) {
    super(message);
  }
}

/** Captures that show others: a value may be told only to who knows another. */
const MAX_ROUNDS = 5;
/** The front matter's limit is 64 KiB; captures and comments may still come. */
const MAX_RULE_CHARACTERS = 48 * 1024;

/**
 * Performs a recording again, several times on each target, and makes of it one that can be replayed: what changed gets
 * rules of comparison, what the server tells and the client sends later is captured, files of the recording machine
 * become files of the replay's folder. Rules that the recording has stay, so that learning again changes nothing.
 * @throws {InputError} for a recording that is wrong, or asks for what is not allowed
 * @throws {SetupError} where there is no target
 * @throws {NotRepeatable} where a response is another than recorded, in kind
 */
export async function learnRecording(
  request: LearnRequest,
  say: (line: string) => void,
  signal?: AbortSignal,
): Promise<Learned> {
  const { file, times, exact } = request;
  const plan = await planReplay({ ...request, files: [file], transform: relocatePaths }, say, signal);
  try {
    const [first] = plan.replays;
    if (first === undefined) throw new SetupError(`${file}: no target to learn on`);
    const recorded = first.transcript;
    const { transcript, captures } = await learnCaptures(recorded, first, signal);
    const observations: Observation[] = [];
    for (const replay of plan.replays) {
      for (let at = 0; at < times; at++) {
        say(`${recorded.head.id} @ ${replay.target.facts.name}: ${at + 1} of ${times}`);
        observations.push(await observeOrFail(withoutOurStage(transcript, replay), replay, signal));
      }
    }
    return put(recorded, transcript, captures, observations, { exact, plan: plan.replays });
  } finally {
    await closeReplays(plan);
  }
}

/**
 * Performs the dialogue until nothing is sent that came otherwise. A value is captured where its surroundings are as
 * recorded, so what was learned of them meanwhile goes for the next time.
 */
async function learnCaptures(
  recorded: Transcript,
  replay: PlannedReplay,
  signal: AbortSignal | undefined,
): Promise<{ readonly transcript: Transcript; readonly captures: readonly FoundCapture[] }> {
  const captures: FoundCapture[] = [];
  const seen: Observation[] = [];
  let transcript = recorded;
  for (let round = 0; round < MAX_ROUNDS; round++) {
    const performed = withRules(transcript, rulesOf(transcript, seen, false));
    const observation = await observe(performed, replay, signal);
    signal?.throwIfAborted();
    seen.push(observation);
    const found = findCaptures(transcript, observation.came);
    if (found.length === 0) break;
    captures.push(...found);
    transcript = withCaptures(transcript, found);
  }
  return { transcript, captures };
}

function withRules(transcript: Transcript, rules: readonly MatchRule[]): Transcript {
  const { head } = transcript;
  return { ...transcript, head: { ...head, match: [...head.match, ...rules] } };
}

function rulesOf(
  transcript: Transcript,
  observations: readonly Observation[],
  exact: boolean,
): readonly MatchRule[] {
  if (observations.length === 0) return [];
  return transcript.messages.flatMap((_, index) => rulesOfMessage(transcript, index, observations, exact));
}

function withCaptures(transcript: Transcript, found: readonly FoundCapture[]): Transcript {
  const { head } = transcript;
  const added = found.flatMap(({ substitutions }) => substitutions);
  const places = new Map([...head.substitute, ...added].map((one) => [one.at, one]));
  const staged = withRules(
    transcript,
    found.map(({ rule }) => rule),
  );
  return withSubstitutions(staged, [...places.values()]);
}

function withoutOurStage(transcript: Transcript, { transcript: planned }: PlannedReplay): Transcript {
  const { stage } = planned.head;
  return { ...transcript, head: { ...transcript.head, ...(stage !== undefined && { stage }) } };
}

/** Rules of comparison make good what differs in detail, not what is another outcome. */
const OUTCOMES: ReadonlySet<string> = new Set(['shape/outcome', 'protocol/closed', 'shape/not-closed']);

async function observeOrFail(
  transcript: Transcript,
  replay: PlannedReplay,
  signal: AbortSignal | undefined,
): Promise<Observation> {
  const observation = await observe(transcript, replay, signal);
  signal?.throwIfAborted();
  const { verdict, reason = '', findings } = observation.performance;
  const serious = findings.filter(({ rule, blame }) => OUTCOMES.has(rule) || blame === 'target');
  if ((verdict === 'pass' || verdict === 'fail') && serious.length === 0) return observation;
  const [finding] = serious;
  const what =
    finding === undefined ? `${verdict}: ${reason}` : `${finding.what}; expected ${finding.expected}`;
  const line = finding === undefined ? undefined : transcript.messages[finding.message]?.line;
  throw new NotRepeatable(
    `${transcript.file}:${line ?? 1}:1: the dialogue does not come again on ${replay.target.facts.name}: ${what}`,
    findings,
  );
}

function put(
  recorded: Transcript,
  performed: Transcript,
  captures: readonly FoundCapture[],
  observations: readonly Observation[],
  { exact, plan }: { readonly exact: boolean; readonly plan: readonly PlannedReplay[] },
): Learned {
  const derived = performed.messages.flatMap((_, index) =>
    rulesOfMessage(performed, index, observations, exact),
  );
  const kept = fitting(derived, exact);
  const match = [...performed.head.match, ...kept].toSorted(byPlace);
  const { stage, ...head } = performed.head;
  const named = plan[0]?.namedStage;
  const transcript: Transcript = {
    ...performed,
    head: { ...head, ...(named !== undefined && { stage: named }), match },
  };
  const comments = commentsOf(performed, observations);
  return {
    transcript,
    text: commentMessages(writeTranscript(transcript), transcript, comments),
    targets: plan.map(({ target }) => target.facts.name),
    captures: captures.map(({ rule }) => rule.name),
    rules: kept,
    files: recorded.head.substitute.flatMap(({ value }) =>
      typeof value === 'string' && !value.includes('${') ? [value] : [],
    ),
  };
}

function rulesOfMessage(
  transcript: Transcript,
  index: number,
  observations: readonly Observation[],
  exact: boolean,
): readonly MatchRule[] {
  const message = transcript.messages[index];
  if (message?.direction !== '<-' || message.body.kind !== 'pattern') return [];
  const prefix = `/${index}`;
  const rules = transcript.head.match
    .filter(({ at }) => at === prefix || at.startsWith(`${prefix}/`))
    .map((rule) => ({ ...rule, at: rule.at.slice(prefix.length) }));
  const lives = observations.flatMap(({ came }) => came.get(index) ?? []);
  const kind = classifyMessage(message);
  const absent = lives.length < observations.length && kind === 'event';
  const isRuled = rules.some(({ at, as }) => at === '' && as !== 'capture');
  const derived = deriveRules({
    pattern: message.body.pattern,
    lives,
    rules: absent && !isRuled ? [...rules, { at: '', as: 'optional' }] : rules,
    exact: exact && !absent && kind !== 'greeting',
  });
  const all: readonly MatchRule[] = absent && !isRuled ? [{ at: '', as: 'optional' }, ...derived] : derived;
  return all.map((rule) => ({ ...rule, at: `${prefix}${rule.at}` }));
}

/** Rules that say no more than the shape are left out where they are too many to be read. */
function fitting(rules: readonly MatchRule[], exact: boolean): readonly MatchRule[] {
  const length = rules.reduce((sum, { at }) => sum + at.length + 30, 0);
  const weak: ReadonlySet<string> = new Set(['integer', 'number', 'string', 'boolean', 'null']);
  return exact || length <= MAX_RULE_CHARACTERS ? rules : rules.filter(({ as }) => !weak.has(as));
}

function byPlace(a: MatchRule, b: MatchRule): number {
  const [one, other] = [a, b].map(({ at }) => Number(stepsOfPointer(at)[0]));
  return (one ?? 0) - (other ?? 0) || (a.at < b.at ? -1 : a.at > b.at ? 1 : 0);
}

/** What is the same each time with one accelerator and differs between them, by message. */
function commentsOf(
  { messages }: Transcript,
  observations: readonly Observation[],
): ReadonlyMap<number, readonly string[]> {
  const accelerators = [...new Set(observations.map(({ accelerator }) => accelerator))];
  const comments = new Map<number, readonly string[]>();
  if (accelerators.length < 2) return comments;
  messages.forEach((_, index) => {
    const lists = accelerators.map((name) =>
      observations.filter(({ accelerator }) => accelerator === name).map(({ came }) => came.get(index)),
    );
    const lines = describeDifferences(accelerators, lists);
    if (lines.length > 0) comments.set(index, lines);
  });
  return comments;
}

const MAX_COMMENTS = 8;

function describeDifferences(
  accelerators: readonly string[],
  lists: readonly (readonly (JsonValue | undefined)[])[],
): readonly string[] {
  const always = lists.map((list) => list.every((live) => live !== undefined));
  const never = lists.map((list) => list.every((live) => live === undefined));
  if (never.some(Boolean) && always.some(Boolean))
    return [`comes with ${accelerators.filter((_, at) => always[at]).join(', ')} only`];
  const places = new Set(lists.flatMap((list) => list.flatMap((live) => [...placesOf(live)])));
  const differing = [...places].filter((pointer) => {
    if (pointer.startsWith('/timestamp')) return false;
    const values = lists.map((list) => new Set(list.map((live) => textAt(live, pointer))));
    // What changes by itself is no matter of the accelerator.
    return values.every(({ size }) => size === 1) && new Set(values.map((set) => [...set][0])).size > 1;
  });
  const shown = differing.slice(0, MAX_COMMENTS).map((pointer) => {
    const each = accelerators.map(
      (name, at) => `${textAt(lists[at]?.[0], pointer) ?? 'nothing'} with ${name}`,
    );
    return `${pointer}: ${each.join(', ')}`;
  });
  return differing.length > MAX_COMMENTS ? [...shown, `and ${differing.length - MAX_COMMENTS} more`] : shown;
}

function textAt(value: JsonValue | undefined, pointer: string): string | undefined {
  const found = value === undefined ? undefined : valueAt(value, pointer);
  return found === undefined ? undefined : writeJson(found);
}

function* placesOf(value: JsonValue | undefined, pointer = ''): Generator<string> {
  if (value === undefined || value === null || typeof value !== 'object') {
    yield pointer;
    return;
  }
  for (const [name, member] of Object.entries(value))
    yield* placesOf(member, `${pointer}/${name.replaceAll('~', '~0').replaceAll('/', '~1')}`);
}
