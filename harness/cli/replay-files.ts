import { InputError } from '../errors.ts';
import { describeDefinition, keysOfName } from '../json-schema/describe-definition.ts';
import { loadSchema, shippedReleases } from '../json-schema/load-schema.ts';
import { commandName } from '../lint/judge-message.ts';
import { combineWatchers } from '../replay/combine-watchers.ts';
import type { DialogueWatcher, OutgoingMessage } from '../replay/dialogue-watcher.ts';
import { closeReplays, planReplay, type PlannedReplay, type ReplayRequest } from '../replay/plan-replay.ts';
import { captureOf } from '../replay/proxy/capture-of.ts';
import { replayTranscript } from '../replay/replay-transcript.ts';
import { targetOfRow } from '../replay/target-of-row.ts';
import { seriesOfRelease } from '../release/compare-releases.ts';
import { exitCodeOf } from '../results/exit-code.ts';
import type { VerdictWord } from '../results/verdict.ts';
import { familyOfProgram } from '../target/known-programs.ts';
import { killAllQemus } from '../target/server-process.ts';
import { createDialogueJson } from './dialogue-json.ts';
import { createDialogueView, verdictLines, type DialogueView } from './dialogue-view.ts';
import { EXIT_INTERRUPTED, interruptible } from './interruptible.ts';
import type { ReplayWords } from './replay-words.ts';
import { createStepper, readLinesOf, type LineReader, type Terminal } from './step-mode.ts';
import { terminalOptions } from './terminal-options.ts';

/** The longest time that a timer of the system takes, in milliseconds: 24 days. */
const FOR_EVER = 2 ** 31 - 1;

/** What a replay prints to. */
const write = (text: string): void => void process.stdout.write(text);
const say = (line: string): void => void process.stderr.write(`${line}\n`);

/**
 * Replays transcripts and shows what happens.
 * @param behind words for QEMU's command line
 * @param terminal where the user is, for step mode
 * @returns the exit code
 */
export async function replayFiles(
  files: readonly string[],
  behind: readonly string[],
  words: ReplayWords,
  terminal: Terminal = { input: process.stdin, output: process.stdout },
): Promise<number> {
  const request = requestOf(files, behind, words);
  const asks = words.step || (words.attach && request.connect.length === 0);
  const lines = asks ? readLinesOf(terminal, words.step ? '--step' : '--attach') : undefined;
  const code = await interruptible((signal) => performRequest(request, words, lines, signal)).finally(() =>
    lines?.close(),
  );
  return code ?? EXIT_INTERRUPTED;
}

function requestOf(files: readonly string[], behind: readonly string[], words: ReplayWords): ReplayRequest {
  const {
    qemu = [],
    release = [],
    connect = [],
    accel,
    architecture,
    stage,
    stages = [],
    allow = [],
  } = words;
  if (qemu.length + release.length + connect.length === 0)
    throw new InputError('no target; expected --release X.Y, --qemu PATH or --connect ADDRESS');
  return {
    files,
    qemu,
    release,
    connect,
    accel,
    architecture,
    stage,
    stages,
    arguments: behind,
    allowed: new Set(allow),
    patience: words.attach ? FOR_EVER : words.timeout * 1000,
    policies: [],
    install: false,
  };
}

async function performRequest(
  request: ReplayRequest,
  words: ReplayWords,
  lines: LineReader | undefined,
  signal: AbortSignal,
): Promise<number> {
  const ended = new AbortController();
  const both = AbortSignal.any([signal, ended.signal]);
  const stop = (): void => {
    void killAllQemus();
    // Whoever waits for the user waits no longer.
    lines?.close();
  };
  both.addEventListener('abort', stop, { once: true });
  const plan = await planReplay(request, say, both);
  for (const { name, reason } of plan.missing) say(`${name}: not run: ${reason}`);
  try {
    const counts = new Map<VerdictWord, number>();
    const codes: number[] = [];
    let same = true;
    for (const replay of plan.replays) {
      if (words.through !== undefined) {
        codes.push(await performThrough(replay, words.through, words, both));
        if (both.aborted) return EXIT_INTERRUPTED;
        continue;
      }
      const verdicts = await repeat(replay, words, lines, both, () => ended.abort());
      for (const [verdict, count] of verdicts) counts.set(verdict, (counts.get(verdict) ?? 0) + count);
      same &&= verdicts.size <= 1;
      if (both.aborted) return EXIT_INTERRUPTED;
    }
    if (words.through !== undefined) return codes.includes(1) ? 1 : Math.max(...codes);
    return same ? exitCodeOf(Object.fromEntries(counts)) : 1;
  } finally {
    await closeReplays(plan);
  }
}

async function performThrough(
  replay: PlannedReplay,
  proxy: string,
  words: ReplayWords,
  signal: AbortSignal,
): Promise<number> {
  const { showThrough } = await import('./replay-through.ts');
  const view = words.json
    ? createDialogueJson(write)
    : createDialogueView(write, terminalOptions(process.stdout));
  const { validator } = await targetOfRow(replay.transcript, replay.target, replay.settings);
  if (!words.quiet) view.begin({ ...replay, transcript: captureOf(replay.transcript) }, validator);
  return showThrough(replay, proxy, { json: words.json, write, watch: words.quiet ? {} : view, signal });
}

/** Performs one transcript on one target so often as is asked for, and counts the verdicts. */
async function repeat(
  replay: PlannedReplay,
  words: ReplayWords,
  lines: LineReader | undefined,
  signal: AbortSignal,
  end: () => void,
): Promise<ReadonlyMap<VerdictWord, number>> {
  const verdicts = new Map<VerdictWord, number>();
  const view = viewOf(words);
  const { validator, scope } = await targetOfRow(replay.transcript, replay.target, replay.settings);
  const isAborted = (): boolean => signal.aborted;
  for (let at = 0; at < words.repeat && !isAborted(); at++) {
    view.begin(replay, validator);
    const watch = combineWatchers([...asking(words, lines, scope, end), view]);
    const replayed = await replayTranscript(replay, { watch, signal });
    if (isAborted()) break;
    view.end(replay, replayed);
    const { verdict } = replayed.performance;
    verdicts.set(verdict, (verdicts.get(verdict) ?? 0) + 1);
  }
  if (words.repeat > 1 && !isAborted()) tellRepeats(replay, words, verdicts);
  return verdicts;
}

function tellRepeats(
  { transcript, target }: PlannedReplay,
  { json, repeat: times }: ReplayWords,
  verdicts: ReadonlyMap<VerdictWord, number>,
): void {
  const name = `${transcript.head.id} @ ${target.facts.name}`;
  if (json) {
    const counts = Object.fromEntries(verdicts);
    write(
      `${JSON.stringify({ type: 'repeated', id: transcript.head.id, target: target.facts.name, times, counts })}\n`,
    );
    return;
  }
  const counts = [...verdicts].map(([verdict, count]) => `${count} ${verdict}`).join(', ');
  write(
    `${name}: ${verdicts.size === 1 ? `${times} times the same` : 'not the same each time'}: ${counts}\n`,
  );
}

/** Of many replays, and where it is to be quiet, only verdicts are shown. */
function viewOf(words: ReplayWords): DialogueView {
  if (words.json) {
    const view = createDialogueJson(write);
    return words.quiet ? { begin: view.begin, end: view.end } : view;
  }
  if (!words.quiet && words.repeat === 1) return createDialogueView(write, terminalOptions(process.stdout));
  return {
    begin: () => undefined,
    end: (replay, replayed) => {
      if (words.repeat > 1 && replayed.performance.verdict === 'pass') return;
      write(
        verdictLines(replay, replayed)
          .map((line) => `${line}\n`)
          .join(''),
      );
    },
  };
}

function asking(
  words: ReplayWords,
  lines: LineReader | undefined,
  scope: { readonly version: string; readonly program?: string },
  end: () => void,
): readonly DialogueWatcher[] {
  if (lines === undefined) return [];
  const attach: DialogueWatcher = {
    ready: async (pid) => {
      write(`process ${pid} waits: attach a debugger, then press Enter\n`);
      await lines.next();
    },
  };
  const stepper = createStepper(lines, write, (message) => schemaOf(message, scope));
  const stepping: DialogueWatcher = {
    before: async (message) => {
      try {
        await stepper.before?.(message);
      } catch (error) {
        end();
        throw error;
      }
    },
  };
  return [...(words.attach ? [attach] : []), ...(words.step ? [stepping] : [])];
}

/** What the shipped schema of a release says of a message's command. */
function schemaOf(
  { value }: OutgoingMessage,
  { version, program }: { readonly version: string; readonly program?: string },
): string {
  const name = commandName(value);
  const family = familyOfProgram(program ?? '');
  const series = seriesOfRelease(version);
  if (!shippedReleases(family).includes(series)) return `no schema of ${version} comes with the project\n`;
  const bundle = loadSchema(series, family);
  const keys = name === '' ? [] : keysOfName(bundle, name);
  return keys.length === 0
    ? `no command '${name}' in ${series}\n`
    : keys.map((key) => describeDefinition(bundle, key)).join('');
}
