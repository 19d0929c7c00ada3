import { InputError } from '../../errors.ts';

/**
 * What a replay does on this host only when it is allowed to. `exec`: programs. `paths`: files and devices outside of the
 * replay's own folder. `network`: other hosts, and sockets that they reach. `guest`: what a guest agent does beyond
 * telling. `bytes`: bytes of which it cannot be told what they would do.
 */
export const ALLOWANCES = ['exec', 'paths', 'network', 'guest', 'bytes'] as const;

export type Allowance = (typeof ALLOWANCES)[number];

/** Something that a recording asks for and a replay does not do unasked. */
export interface RefusedAct {
  readonly allowance: Allowance;
  /** JSON Pointer into the message. */
  readonly pointer: string;
  readonly what: string;
}

/** What a replay may use, in words. */
export const PERMITTED: Readonly<Record<Allowance, string>> = {
  exec: 'no program',
  paths: "a file in the replay's own folder",
  network: 'the loopback address or a unix socket',
  guest: 'a command that only tells something',
  bytes: 'bytes that can be told from commands',
};

/** @throws {InputError} for a word that is none of them */
export function readAllowances(text: string): readonly Allowance[] {
  return text.split(',').map((word) => {
    const found = ALLOWANCES.find((one) => one === word.trim());
    if (found === undefined)
      throw new InputError(`--allow '${word}'; expected some of ${ALLOWANCES.join(',')}`);
    return found;
  });
}
