import { hasElision } from '../transcript/read-pattern.ts';
import { writeJson } from '../json/write-json.ts';
import { isJsonArray, isJsonObject, type JsonValue } from '../json/value.ts';
import { readJson } from '../json/read-json.ts';
import type { Answerer } from './answer.ts';
import { ClientQueue } from './client-queue.ts';
import { openLedger, type Summary } from './ledger.ts';
import { answerLeniently, prepareAnswers, type AnswerSources } from './lenient-answers.ts';
import { listen } from './listen.ts';
import type { RecordedDialogue } from './recorded-dialogue.ts';
import { greetingOf } from './served-release.ts';
import { serveConnection, type Service } from './serve-connection.ts';
import { answerStrictly } from './strict-answers.ts';

/** How recordings are served. */
export interface ServeOptions {
  /** Where: `unix:PATH` or `tcp:HOST:PORT`; port 0 is any that is free. */
  readonly address: string;
  /** Keep to the order of the first dialogue. */
  readonly strict?: boolean;
  /** Answer a command by one whose arguments have the same shape only; by default so. */
  readonly similar?: boolean;
  /** Answer what nobody recorded with the smallest value that the schema allows. */
  readonly generate?: boolean;
  /** Let answers take as long as they took. */
  readonly recordedTiming?: boolean;
  readonly pretty?: boolean;
  /** Clients at a time; QEMU serves one, and lets others wait. */
  readonly clients?: number;
  /** Begin the dialogue anew for each client. */
  readonly fresh?: boolean;
  /** Receives a line for each new thing that was not answered. */
  readonly tell?: (line: string) => void;
}

/** A server made of recordings, that listens. */
export interface RecordingServer {
  /** As `--connect` takes it. */
  readonly address: string;
  /** Resolves when a client has left and none is there or waits. */
  readonly idle: () => Promise<void>;
  readonly summary: () => ServeSummary;
  /** Ends all connections, and removes the socket. @throws what went wrong in the server itself */
  readonly close: () => Promise<void>;
}

/** What was asked, and what of the dialogue was not. */
export interface ServeSummary extends Summary {
  /** With `strict`: commands of the recording that no client sent. */
  readonly left: readonly string[];
}

/**
 * Serves recordings as a QMP server.
 * @throws {InputError} for a wrong address
 * @throws {SetupError} when it cannot be listened there
 */
export async function serveRecordings(
  sources: AnswerSources,
  options: ServeOptions,
): Promise<RecordingServer> {
  const { clients = 1 } = options;
  const ledger = openLedger(options.tell ?? (() => undefined));
  const answerers = answerersOf(sources, options);
  const service: Service = {
    ...greetingFor(sources),
    pretty: options.pretty === true,
    recordedTiming: options.recordedTiming === true,
    ledger,
    join: answerers.join,
    onQuit: answerers.onQuit,
  };
  const stop = new AbortController();
  let failure: Error | undefined;
  const fail = (error: unknown): void => {
    failure ??= error instanceof Error ? error : new Error(String(error));
    stop.abort();
  };
  const queue = new ClientQueue(
    (socket) => serveConnection(socket, service, stop.signal).catch(fail),
    clients,
  );
  const listener = await listen(options.address, (socket) => queue.put(socket));
  return {
    address: listener.address,
    idle: () => queue.idle(),
    summary: () => ({ ...ledger.summary(), left: answerers.left() }),
    close: async () => {
      stop.abort();
      const ended = queue.end();
      await listener.close();
      await ended;
      if (failure !== undefined) throw failure;
    },
  };
}

interface Answerers {
  readonly join: Service['join'];
  readonly onQuit: () => void;
  readonly left: () => readonly string[];
}

function answerersOf(sources: AnswerSources, options: ServeOptions): Answerers {
  const prepared = prepareAnswers(sources);
  const [first] = sources.dialogues;
  const begin = (): Answerer =>
    options.strict === true && first !== undefined
      ? answerStrictly(first, sources.release)
      : answerLeniently(prepared, {
          similar: options.similar !== false,
          generate: options.generate === true,
        });
  let current = begin();
  let connections = 0;
  const beginAnew = (): void => {
    current = begin();
    connections = 0;
  };
  return {
    join: () => {
      if (options.fresh === true) beginAnew();
      return { answerer: current, connection: connections++ };
    },
    // What was left of a dialogue in order is told at the end, which this may be.
    onQuit: options.strict === true ? () => undefined : beginAnew,
    left: () => current.left(),
  };
}

/** The greeting of a recording, else one of the release. */
function greetingFor({ dialogues, release }: AnswerSources): Pick<Service, 'greeting' | 'offered'> {
  const recorded = dialogues.find(({ trusted, dialogue }) => trusted && isWhole(dialogue))?.dialogue.greeting
    ?.text;
  const greeting = recorded ?? writeJson(greetingOf(release?.version ?? FALLBACK), { spaced: true });
  return { greeting, offered: capabilitiesIn(readJson(greeting)) };
}

/** What is greeted with where nothing tells a version. */
const FALLBACK = '0.0.0';

function isWhole({ greeting }: RecordedDialogue): boolean {
  return greeting?.body.kind === 'pattern' && !hasElision(greeting.body.pattern);
}

function capabilitiesIn(greeting: JsonValue): readonly string[] {
  const qmp = isJsonObject(greeting) ? greeting['QMP'] : undefined;
  const names = isJsonObject(qmp) ? qmp['capabilities'] : undefined;
  return isJsonArray(names) ? names.filter((name) => typeof name === 'string') : [];
}

/** The version that a dialogue tells: by its greeting, else by an answer to `query-version`. */
export function versionIn({ greeting, exchanges }: RecordedDialogue): string | undefined {
  const told =
    greeting?.text ?? exchanges.find(({ command }) => command === 'query-version')?.messages[0]?.text ?? '';
  const numbers = ['major', 'minor', 'micro'].map(
    (name) => new RegExp(`"${name}"\\s*:\\s*([0-9]{1,9})`).exec(told)?.[1],
  );
  return numbers.includes(undefined) ? undefined : numbers.join('.');
}
