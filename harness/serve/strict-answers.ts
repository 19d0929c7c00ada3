import { excerpt, isEqual } from './answer-index.ts';
import type { Answer, Answerer, ServedCommand } from './answer.ts';
import { errorAnswer } from './error-answer.ts';
import type { RecordedExchange } from './recorded-dialogue.ts';
import type { ServedRelease } from './served-release.ts';
import { spellExchange, spellMessage } from './spell-messages.ts';
import type { SourceDialogue } from './lenient-answers.ts';

/** The command that the server answers itself, whenever the client sends it. */
const NEGOTIATION = 'qmp_capabilities';

/** What one connection of the recording has still to be asked. */
interface Script {
  readonly exchanges: readonly RecordedExchange[];
  next: number;
}

/**
 * Keeps to the order of a dialogue: each connection is the recording's connection of the same number, and anything but
 * the next command with its arguments is answered by an error.
 */
export function answerStrictly(
  { dialogue, trusted }: SourceDialogue,
  release: ServedRelease | undefined,
): Answerer {
  const numbers = [...new Set(dialogue.exchanges.map(({ connection }) => connection))].sort((a, b) => a - b);
  const scripts = numbers.map((number): Script => ({
    exchanges: dialogue.exchanges.filter(
      ({ connection, command }) => connection === number && command !== NEGOTIATION,
    ),
    next: 0,
  }));
  return {
    answer: (command) => answerNext(scripts[command.connection], command, release, trusted),
    opening: (connection) =>
      connection === 0
        ? dialogue.opening.flatMap((event) => spellMessage(event, '', release, trusted) ?? [])
        : [],
    left: () =>
      scripts.flatMap(({ exchanges, next }) =>
        exchanges.slice(next).map(({ where, command }) => `${where}: ${command} was not asked`),
      ),
  };
}

function answerNext(
  script: Script | undefined,
  { name, arguments: args }: ServedCommand,
  release: ServedRelease | undefined,
  trusted: boolean,
): Answer {
  const expected = script?.exchanges[script.next];
  const asked = `${name} with arguments ${excerpt(args)}`;
  if (script === undefined || expected === undefined)
    return errorAnswer('disorder', 'GenericError', `${asked}; the recording has nothing further here`);
  const isNext = expected.command === name && expected.arguments.some((pattern) => isEqual(pattern, args));
  if (!isNext)
    return errorAnswer(
      'disorder',
      'GenericError',
      `${asked}; the recording has ${expected.command} next, at ${expected.where}`,
    );
  script.next++;
  const messages = spellExchange(expected, release, trusted);
  if (messages !== undefined) return { kind: 'recorded', messages, where: expected.where };
  return errorAnswer('unknown', 'GenericError', `${expected.where} shows no response to ${name}`);
}
