import { isJsonObject, type JsonObject, type JsonValue } from '../json/value.ts';
import { writeJson } from '../json/write-json.ts';
import type { Validator } from '../json-schema/validator.ts';
import { pasteLine, QUIT } from '../shrink/paste-line.ts';
import { shrinkJson } from '../shrink/shrink-json.ts';
import { shrinkList } from '../shrink/shrink-list.ts';
import type { RefusalRule } from './judge-answer.ts';
import { withValue, type Refusal } from './refusals-of-command.ts';
import { sameJson } from './same-json.ts';
import type { Session, Shortcoming, Shown } from './session.ts';
import { RAW } from './wrong-scalars.ts';

/** How much may be asked again to find out what is at fault. */
export interface Explaining {
  readonly session: Session;
  readonly validator: Validator;
  /** How often it may be asked, in all: each costs a process, and a hang the patience. */
  readonly attempts: number;
}

/** The smallest requests that show a shortcoming. */
export interface Explanation {
  /** As they are sent, without capabilities negotiation. */
  readonly texts: readonly string[];
  /** Whether these were seen to show it, on a server of their own. */
  readonly reproduced: boolean;
  /** What they showed when they were seen last. */
  readonly seen: Shortcoming | undefined;
  readonly attempts: number;
}

/** How often it is asked again about a server that does not answer: each time takes the patience. */
const HANG_ATTEMPTS = 12;

/**
 * Finds the smallest requests that still show a shortcoming, on servers of their own.
 * @param sent the requests that were sent to the server until then
 */
export async function explain(
  { session, validator, attempts: left }: Explaining,
  shortcoming: Shortcoming,
  sent: readonly Refusal[],
): Promise<Explanation> {
  const { rule } = shortcoming.complaint;
  const most = WAITING.has(rule) ? Math.min(left, HANG_ATTEMPTS) : left;
  let seen: Shortcoming | undefined;
  const shows = async (requests: readonly Refusal[]): Promise<boolean> => {
    const found = findAgain(await session.showAlone(requests), rule);
    seen = found ?? seen;
    return found !== undefined;
  };
  const suspect = shortcoming.request < 0 ? undefined : sent[shortcoming.request];
  const alone = suspect === undefined ? 0 : 1;
  if (suspect !== undefined && (await shows([suspect]))) return shrinkOne(suspect, alone);
  const shrunk = await shrinkList(sent, shows, { attempts: most - alone });
  const [only, ...others] = shrunk.value;
  if (seen !== undefined && only !== undefined && others.length === 0)
    return shrinkOne(only, alone + shrunk.attempts);
  const few = seen === undefined && suspect !== undefined ? [suspect] : shrunk.value.slice(0, MAX_TOLD);
  return finish(
    few.map(({ text }) => text),
    alone + shrunk.attempts,
  );

  async function shrinkOne(one: Refusal, used: number): Promise<Explanation> {
    const stillShows = async (value: JsonValue): Promise<boolean> =>
      isSameMistake(validator, one, value) && shows([withValue(one, value)]);
    const smallest = await shrinkJson(one.value, stillShows, { attempts: most - used });
    const { value } = smallest;
    return finish(isJsonObject(value) ? [withValue(one, value).text] : [], used + smallest.attempts);
  }

  function finish(texts: readonly string[], attempts: number): Explanation {
    return { texts, reproduced: seen !== undefined, seen, attempts };
  }
}

/** How many requests are told where all of them together are needed, or none of them showed it again. */
const MAX_TOLD = 50;

/** A lost response shows as the response to the next request, or, where there is none, as none. */
const WAITING: ReadonlySet<RefusalRule> = new Set(['refusals/hang', 'refusals/no-response']);

function findAgain({ complaints }: Shown, rule: RefusalRule): Shortcoming | undefined {
  return complaints.find(
    ({ complaint }) => complaint.rule === rule || (WAITING.has(rule) && WAITING.has(complaint.rule)),
  );
}

/** What is left must be forbidden still, by the same command's schema, and be spelled so if that is what is wrong. */
function isSameMistake(
  validator: Validator,
  { value: original, raw }: Refusal,
  value: JsonValue,
): value is JsonObject {
  if (!isJsonObject(value)) return false;
  const isSameCommand = ['execute', 'exec-oob'].every((verb) => sameJson(value[verb], original[verb]));
  const isSpelledSo = raw === undefined || writeJson(value).includes(writeJson(RAW));
  return isSameCommand && isSpelledSo && validator.checkCommand(value).length > 0;
}

/** A line of shell that shows it without us. */
export function lineOf(command: readonly string[], texts: readonly string[]): string {
  return pasteLine(command, ['{"execute":"qmp_capabilities"}', ...texts, QUIT]);
}
