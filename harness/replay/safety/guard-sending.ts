import type { InputError } from '../../errors.ts';
import type { Transcript } from '../../transcript/transcript.ts';
import type { DialogueWatcher } from '../dialogue-watcher.ts';
import { findActs } from './find-acts.ts';
import { findActsOfStream, isRaw } from './find-transcript-acts.ts';
import { refusalOf, type Safety } from './refuse-acts.ts';

/** Watches over what a replay sends, and keeps the refusal that has ended it. */
export interface SendingGuard extends DialogueWatcher {
  refusal: InputError | undefined;
}

/**
 * Judges each message as it is about to go out. A transcript is judged before anything is started, but what a server has
 * answered may stand in it by then: the name of a job may come as `exec:reboot`.
 */
export function guardSending(transcript: Transcript, { allowed, text }: Safety): SendingGuard {
  const hasRaw = transcript.messages.some(isRaw);
  const guard: SendingGuard = {
    refusal: undefined,
    before: ({ text: sent, value, index }) => {
      if (value === undefined) return Promise.resolve();
      // Behind what is no JSON, a command may begin in the middle of a message.
      const inside = hasRaw && sent !== transcript.messages[index]?.text ? findActsOfStream(sent) : [];
      const refused = [...findActs(value), ...inside]
        .filter(({ allowance }) => !allowed.has(allowance))
        .map((act) => ({ ...act, message: index }));
      guard.refusal = refusalOf(transcript, refused, text, ', with what the server has answered');
      return guard.refusal === undefined ? Promise.resolve() : Promise.reject(guard.refusal);
    },
  };
  return guard;
}
