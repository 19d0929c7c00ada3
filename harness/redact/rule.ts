/** One rule of redaction: what is secret where, and what stands there instead. The first that fits a value decides. */
export interface RedactRule {
  /** Glob over names of commands; of a place in a response, the command that it answers. */
  readonly command: string;
  /** Glob over names of events. */
  readonly event: string;
  /**
   * Place in the message, as a JSON Pointer that begins with `/arguments`, `/return`, `/error` or `/data`; the step `*`
   * is any member or element, `**` any number of steps.
   */
  readonly at: string;
  /**
   * Members that must have one of these values (globs): they are looked for in the object that holds the value, then in
   * those around it, then in the arguments of the command that is answered.
   */
  readonly when: ReadonlyMap<string, readonly string[]>;
  readonly as: Replacement;
  /** Whether the value is replaced wherever it comes again in the recording. */
  readonly remember: boolean;
}

/**
 * `text`: the fixed text. `base64`: the same in base64, where something else would be refused. `command-line`: only the
 * secret words of a line of the human monitor. `words`: only the secret words of an argument list or an environment.
 * `keep`: as it is, whatever later rules say.
 */
export const REPLACEMENTS = ['text', 'base64', 'command-line', 'words', 'keep'] as const;
export type Replacement = (typeof REPLACEMENTS)[number];

export { REDACTED } from '../transcript/redacted.ts';
