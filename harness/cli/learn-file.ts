import { InputError } from '../errors.ts';
import { learnRecording, NotRepeatable, type Learned, type LearnRequest } from '../learn/learn-recording.ts';
import { killAllQemus } from '../target/server-process.ts';
import { EXIT_INTERRUPTED, interruptible } from './interruptible.ts';
import type { LearnWords } from './learn-words.ts';
import { checkOutput, writeOutput } from './write-output.ts';

const say = (line: string): void => void process.stderr.write(`${line}\n`);

/**
 * Learns a recording, and writes what it has become.
 * @param behind words for QEMU's command line
 * @returns the exit code
 */
export async function learnFile(file: string, behind: readonly string[], words: LearnWords): Promise<number> {
  const { release, qemu, accel, times, exact, stage, stages = [], allow = [], timeout, output } = words;
  if ((release === undefined) === (qemu === undefined))
    throw new InputError('no binary, or two; expected --release X.Y or --qemu PATH');
  if (output !== undefined) checkOutput(output);
  const request: LearnRequest = {
    file,
    times,
    exact,
    stage,
    stages,
    accel,
    release: release === undefined ? [] : [release],
    qemu: qemu === undefined ? [] : [qemu],
    connect: [],
    policies: [],
    install: false,
    architecture: undefined,
    arguments: behind,
    allowed: new Set(allow),
    patience: timeout * 1000,
  };
  try {
    const learned = await interruptible((signal) => {
      signal.addEventListener('abort', () => void killAllQemus(), { once: true });
      return learnRecording(request, say, signal);
    });
    if (learned === undefined) return EXIT_INTERRUPTED;
    writeLearned(learned, output);
    return 0;
  } catch (error) {
    if (!(error instanceof NotRepeatable)) throw error;
    say(error.message);
    return 1;
  }
}

function writeLearned(learned: Learned, output: string | undefined): void {
  const { text, rules, captures, files } = learned;
  if (output === undefined) process.stdout.write(text);
  else writeOutput(output, text);
  const kinds = new Map<string, number>();
  for (const { as } of rules) kinds.set(as, (kinds.get(as) ?? 0) + 1);
  const counted = [...kinds].map(([kind, count]) => `${count} ${kind}`).join(', ');
  say(
    `learned: ${rules.length} rules${counted && ` (${counted})`}, captures: ${captures.join(', ') || 'none'}`,
  );
  if (files.length > 0)
    say(
      `files of the replay's folder: ${[...new Set(files)].join(', ')}; a stage has to put those there that are read`,
    );
}
