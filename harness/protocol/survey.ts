import { isJsonArray, type JsonValue } from '../json/value.ts';
import { membersOf, type Need, type Server, type Vocabulary } from './check.ts';
import { Conversation } from './conversation.ts';
import type { Host } from './host.ts';

/** The words that do not depend on the process. */
export type ServerWords = Omit<Vocabulary, 'fifo' | 'otherfifo'>;

/** Paths of FIFOs where there are none. */
export const NO_FIFOS = { fifo: '', otherfifo: '' };

/** What a server says of itself, as far as checks depend on it. */
export interface Survey {
  readonly words: Pick<ServerWords, 'query' | 'oob'>;
  /** What the server does not have, each with the evidence. */
  readonly lacks: ReadonlyMap<Need, string>;
}

/** A command that no server has. */
const UNKNOWN = 'qmp-conformance-unknown';
const COMMON = { unknown: UNKNOWN, oob: UNKNOWN };
const OF_BLOCKS = {
  ...COMMON,
  query: 'query-version',
  typed: 'blockdev-del',
  member: 'node-name',
  wrong: '1',
};

/** The words of a server, as far as they are known before it was asked. */
export const WORDS: Readonly<Record<Server, ServerWords>> = {
  system: OF_BLOCKS,
  'storage-daemon': OF_BLOCKS,
  'guest-agent': { ...COMMON, query: 'guest-ping', typed: 'guest-sync', member: 'id', wrong: '"x"' },
  endpoint: { ...COMMON, query: UNKNOWN, typed: UNKNOWN, member: 'x', wrong: '1' },
};

/** What only the server itself can tell. */
const ASKED: readonly Need[] = ['oob', 'no oob', 'oob command', 'query', 'introspection'];

/** Tells whether a check depends on what a server says of itself. QEMU's own programs have their query for certain. */
export function dependsOnSurvey(server: Server, needs: readonly Need[] = []): boolean {
  if (server === 'guest-agent') return false;
  return server === 'endpoint' || needs.some((need) => need !== 'query' && ASKED.includes(need));
}

/**
 * Asks a server for what it has.
 * @param isBrief whether it is not to be asked what has a long answer
 * @throws what {@link Conversation} throws, and opening a connection: nothing is known then, and the checks themselves
 *   must say what is wrong
 */
export async function surveyServer(
  server: Server,
  host: Host,
  patience: number,
  isBrief: boolean,
): Promise<Survey> {
  const manner = {
    words: { ...WORDS[server], ...NO_FIFOS },
    patience,
    demand: 'R8',
    observe: () => undefined,
  } as const;
  const talk = new Conversation(await host.connect(), { ...manner, maxBytes: MAX_ANSWER });
  try {
    const greeting = (await talk.next('greeting')).incoming;
    const { commands, infos } = await askForCommands(talk, isBrief).catch(() => NO_COMMANDS);
    return describe(server, { value: greeting.value, text: greeting.text, commands, infos });
  } finally {
    talk.stream.close();
  }
}

const NO_COMMANDS = { commands: [], infos: [] };

async function askForCommands(
  talk: Conversation,
  isBrief: boolean,
): Promise<Pick<Facts, 'commands' | 'infos'>> {
  await ask(talk, 'qmp_capabilities');
  const commands = namesIn(await ask(talk, 'query-commands'));
  const isLong = !isBrief && commands.includes('query-qmp-schema');
  return { commands, infos: isLong ? commandInfos(await ask(talk, 'query-qmp-schema')) : [] };
}

/** Far more than an introspection has. */
const MAX_ANSWER = 16 * 1024 * 1024;

interface CommandInfo {
  readonly name: string;
  readonly allowsOob: boolean;
}

interface Facts {
  readonly value: JsonValue | undefined;
  readonly text: string;
  readonly commands: readonly string[];
  readonly infos: readonly CommandInfo[];
}

function describe(server: Server, { value, text, commands, infos }: Facts): Survey {
  const lacks = new Map<Need, string>();
  const { capabilities } = membersOf(membersOf(value)['QMP']);
  const offered = isJsonArray(capabilities) && capabilities.includes('oob');
  lacks.set(offered ? 'no oob' : 'oob', `the greeting offers ${offered ? '' : 'no '}oob: ${text}`);
  const query =
    server === 'endpoint' ? HARMLESS.find((name) => commands.includes(name)) : WORDS[server].query;
  if (query === undefined) lacks.set('query', 'query-commands shows no query that is known to be harmless');
  const oob = infos.filter(({ allowsOob }) => allowsOob).map(({ name }) => name);
  // An endpoint is asked queries only.
  const chosen =
    oob.find((name) => name.startsWith('query-')) ?? (server === 'endpoint' ? undefined : oob[0]);
  if (chosen === undefined)
    lacks.set('oob command', 'query-qmp-schema shows no command with allow-oob that may be tried');
  if (!commands.includes('query-qmp-schema'))
    lacks.set('introspection', 'query-commands does not show query-qmp-schema');
  return { words: { query: query ?? UNKNOWN, oob: chosen ?? UNKNOWN }, lacks };
}

/** Queries that every server which has them answers by an object, and at once. */
const HARMLESS: readonly string[] = [
  'query-version',
  'query-status',
  'query-name',
  'query-kvm',
  'query-target',
];

async function ask(talk: Conversation, command: string): Promise<JsonValue> {
  talk.stream.send(Buffer.from(`{"execute": "${command}"}\n`));
  const received = await talk.next(`response to ${command}`);
  return membersOf(received.incoming.value)['return'] ?? null;
}

function namesIn(value: JsonValue): readonly string[] {
  const names = isJsonArray(value) ? value.map((element) => membersOf(element)['name']) : [];
  return names.filter((name) => typeof name === 'string');
}

function commandInfos(value: JsonValue): readonly CommandInfo[] {
  return (isJsonArray(value) ? value : []).flatMap((info) => {
    const { name, 'meta-type': kind, 'allow-oob': allowed } = membersOf(info);
    return typeof name === 'string' && kind === 'command' ? [{ name, allowsOob: allowed === true }] : [];
  });
}
