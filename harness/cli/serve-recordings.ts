import { existsSync } from 'node:fs';
import { constants } from 'node:os';
import { join } from 'node:path';
import { InputError } from '../errors.ts';
import { isRelease } from '../release/compare-releases.ts';
import { readRecordings } from '../replay/read-recordings.ts';
import { readSources } from '../serve/read-sources.ts';
import {
  serveRecordings,
  type RecordingServer,
  type ServeOptions,
  type ServeSummary,
} from '../serve/serve.ts';
import type { AnswerSources } from '../serve/lenient-answers.ts';
import { findOnPath, startProgram } from '../target/child-process.ts';
import { inTemporaryFolder } from '../target/temporary-folder.ts';
import type { Transcript } from '../transcript/transcript.ts';
import { EXIT_INTERRUPTED, interruptible } from './interruptible.ts';
import { printJson } from './print-json.ts';

/** What stands on the command line of `serve`. */
export interface ServeWords {
  readonly listen?: string;
  readonly release?: string;
  readonly strict: boolean;
  readonly exact: boolean;
  readonly generate: boolean;
  readonly timing: 'none' | 'recorded';
  readonly clients: number;
  readonly fresh: boolean;
  readonly pretty: boolean;
  readonly once: boolean;
  readonly json: boolean;
}

const EXIT_UNKNOWN = 1;

/**
 * Serves recordings until the client has ended, or the user ends it.
 * @param words recordings and at most one release
 * @param command the client's command line; none: the server waits for others
 * @returns the exit code
 */
export async function serveWords(
  words: readonly string[],
  options: ServeWords,
  command: readonly string[],
): Promise<number> {
  const sources = await readWords(words, options);
  checkWords(options, sources, command);
  return inTemporaryFolder(async (dir) => {
    const server = await serveRecordings(sources, optionsOf(options, join(dir, 'qmp.sock')));
    if (sources.release === undefined)
      process.stderr.write('no release is known, so requests are held against no schema (--release)\n');
    process.stderr.write(`listening at ${server.address}\n`);
    try {
      return await serveUntil(server, options, command);
    } finally {
      await server.close();
    }
  });
}

async function readWords(
  words: readonly string[],
  { release: checkedBy }: ServeWords,
): Promise<AnswerSources> {
  const releases = words.filter((word) => isRelease(word) && !existsSync(word));
  const [release, second] = releases;
  if (second !== undefined) throw new InputError(`releases ${releases.join(' and ')}; expected at most one`);
  const captures: Transcript[] = [];
  for (const word of words) if (word !== release) captures.push(...(await readRecordings([word])));
  return readSources({
    captures,
    ...(release !== undefined && { release, documented: await readRecordings() }),
    ...(checkedBy !== undefined && { checkedBy }),
  });
}

function checkWords(options: ServeWords, { dialogues }: AnswerSources, command: readonly string[]): void {
  const [program] = command;
  if (program === undefined && options.listen === undefined)
    throw new InputError('nothing says where to listen; expected --listen, or a command line behind --');
  if (program !== undefined && findOnPath(program) === undefined)
    throw new InputError(`${program}: no such program; expected a client's command line behind --`);
  if (options.strict && (dialogues.length !== 1 || dialogues[0]?.trusted !== true))
    throw new InputError('--strict keeps to the order of one recording; expected a single file');
  if (options.strict && options.generate)
    throw new InputError('--strict with --generate; expected one of them');
}

function optionsOf(words: ServeWords, path: string): ServeOptions {
  return {
    address: words.listen ?? `unix:${path}`,
    strict: words.strict,
    similar: !words.exact,
    generate: words.generate,
    recordedTiming: words.timing === 'recorded',
    pretty: words.pretty,
    clients: words.clients,
    fresh: words.fresh,
    tell: (line) => process.stderr.write(`${line}\n`),
  };
}

async function serveUntil(
  server: RecordingServer,
  words: ServeWords,
  command: readonly string[],
): Promise<number> {
  const code = await interruptible(async (signal) => {
    if (command.length > 0) return runClient(command, server.address, words.json, signal);
    await Promise.race([aborted(signal), ...(words.once ? [server.idle()] : [])]);
    return 0;
  });
  const summary = server.summary();
  if (words.json) printJson({ address: server.address, ...summary });
  else process.stderr.write(describe(summary));
  // Ctrl-C is how a server without a client of its own ends.
  if (code === undefined && command.length > 0) return EXIT_INTERRUPTED;
  return code === undefined || code === 0 ? codeOf(summary) : code;
}

function codeOf({ answers, left }: ServeSummary): number {
  return answers.unknown + answers.disorder + left.length > 0 ? EXIT_UNKNOWN : 0;
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
}

/** How a client's exit status is told that a signal ended. */
const BY_SIGNAL = 128;

/** Runs the user's client. What it prints goes where ours would go, but leaves standard output to JSON. */
function runClient(
  command: readonly string[],
  address: string,
  json: boolean,
  signal: AbortSignal,
): Promise<number> {
  const path = address.replace(/^(unix|tcp):/, '');
  const words = command.map((word) => word.replaceAll('{}', address).replaceAll('{path}', path));
  const child = startProgram(words, {
    stdio: ['inherit', json ? process.stderr : 'inherit', 'inherit'],
    env: process.env,
  });
  const stop = (): void => {
    child.kill('SIGTERM');
  };
  signal.addEventListener('abort', stop, { once: true });
  return new Promise<number>((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (code, name) =>
      resolve(code ?? BY_SIGNAL + (name === null ? 0 : constants.signals[name])),
    );
  }).finally(() => signal.removeEventListener('abort', stop));
}

function describe(summary: ServeSummary): string {
  const { connections, commands, malformed, answers, told, untold, left } = summary;
  const kinds = Object.entries(answers).filter(([, count]) => count > 0);
  const how = kinds.map(([kind, count]) => `${count} ${kind}`).join(', ');
  const lines = [
    `${connections} connections, ${commands} commands${how === '' ? '' : `: ${how}`}; ${malformed} malformed messages`,
    ...told.map(
      ({ kind, command, count, reason }) =>
        `  ${kind} ${command} (${count})${reason === '' ? '' : `: ${reason}`}`,
    ),
    ...(untold > 0 ? [`  and ${untold} more`] : []),
    ...left.map((line) => `  ${line}`),
  ];
  return `${lines.join('\n')}\n`;
}
