import { isJsonObject, type JsonValue } from '../json/value.ts';
import type { ShrinkBounds, Shrunk, StillFails } from './attempts.ts';
import { shrinkJson } from './shrink-json.ts';
import { shrinkList } from './shrink-list.ts';

const ATTEMPTS = 500;

/**
 * Makes a client's messages fewer and smaller while they still fail (for example: the server crashes). First whole
 * messages are left out, `qmp_capabilities` among them if it is not needed; then each one that is left is made
 * smaller; then, as less may now be needed, messages are left out again. `messages` themselves are taken to fail.
 */
export async function shrinkMessages(
  messages: readonly JsonValue[],
  stillFails: StillFails<readonly JsonValue[]>,
  { attempts = ATTEMPTS }: ShrinkBounds = {},
): Promise<Shrunk<readonly JsonValue[]>> {
  const few = await shrinkList(messages, stillFails, { attempts });
  let [value, used, finished] = [few.value, few.attempts, few.finished];
  for (const index of value.keys()) {
    const put = (message: JsonValue): readonly JsonValue[] => value.with(index, message);
    const original = value[index];
    if (original === undefined) continue;
    // A message that is no object is no command: another mistake than the one that is looked for.
    const fails = (message: JsonValue): boolean | Promise<boolean> =>
      isJsonObject(message) && stillFails(put(message));
    const smaller = await shrinkJson(original, fails, { attempts: attempts - used });
    value = put(smaller.value);
    used += smaller.attempts;
    finished &&= smaller.finished;
  }
  const fewer = await shrinkList(value, stillFails, { attempts: attempts - used });
  return { value: fewer.value, attempts: used + fewer.attempts, finished: finished && fewer.finished };
}
