import { stepsOfPointer } from '../json/pointer.ts';
import { createRedactor } from '../redact/redactor.ts';
import type { RedactRule } from '../redact/rule.ts';
import { isForeignSecretName, isSecretName } from '../redact/secret-names.ts';
import type { Direction } from '../transcript/transcript.ts';

/** What is taken out of messages before they are written. */
export interface Redaction {
  /**
   * Changes a message, which is JSON.
   * @returns JSON; the same text where there is nothing to change
   */
  readonly redactMessage: (text: string, direction: Direction, connection: number) => string;
  /** Changes text that is no JSON. */
  readonly redactPart: (text: string, direction: Direction, connection: number) => string;
  /** A connection is over. */
  readonly endConnection: (connection: number) => void;
  /**
   * Tells whether the value of a member of this name may be a secret. Of half a message no more is known than such
   * names, so this says yes oftener than a message as a whole would be changed.
   */
  readonly mayBeSecret: (member: string) => boolean;
}

/** How redaction is made, as one thread can tell another. */
export interface RedactionWords {
  readonly rules: readonly RedactRule[];
  /** Whether names and paths of the machine are replaced, too. */
  readonly standIns: boolean;
}

/** Makes a redaction of what one thread told another. */
export function createRedaction({ rules, standIns }: RedactionWords): Redaction {
  const { redactMessage, redactPart, endConnection } = createRedactor(rules, { standIns });
  const named = new Set(
    rules.flatMap(({ at }) => stepsOfPointer(at).findLast((step) => !/^\*+$/.test(step)) ?? []),
  );
  const mayBeSecret = (member: string): boolean =>
    named.has(member) || isSecretName(member) || isForeignSecretName(member);
  return { redactMessage, redactPart, endConnection, mayBeSecret };
}
