import { maskLocations } from './mask-locations.ts';
import type { Masked } from './masked.ts';
import { REDACTED } from './rule.ts';
import { isForeignSecretName, isSecretName } from './secret-names.ts';

/** A word of a line, and where it stands; quotes belong to it. */
interface Word {
  readonly text: string;
  readonly start: number;
  readonly end: number;
}

/** A word of the human monitor: "quoted", or up to the next space. */
const WORD = /"[^"\\]*(?:\\.[^"\\]*)*"?|[^\s"]\S*/gs;

/** Which words of a command of the human monitor are secret: their indexes, the command's own is 0. */
type SecretWords = (words: readonly string[]) => readonly number[];

/** Options with a value of their own stand before the words that count. */
const positional = (words: readonly string[], index: number): readonly number[] => {
  const places = words.flatMap((word, at) =>
    at > 0 && (word.startsWith('-') || words[at - 1]?.startsWith('-d') === true) ? [] : [at],
  );
  const found = places[index];
  return found === undefined ? [] : [found];
};

const from = (words: readonly string[], index: number): readonly number[] =>
  words.map((_, at) => at).slice(index);

/** Commands of `hmp-commands.hx` that take a secret, or content that is nobody else's business. */
const COMMANDS: Readonly<Record<string, SecretWords>> = {
  set_password: (words) => positional(words, 2),
  block_passwd: (words) => positional(words, 2),
  change: (words) => (/^passw(?:or)?d$/.test(words[2] ?? '') ? from(words, 3) : []),
  ringbuf_write: (words) => from(words, 2),
  'qom-set': (words) => (/^(?:raw)?data$|passw/.test(words[2] ?? '') ? from(words, 3) : []),
};

/** Replaces the secret words of a line of the human monitor. */
export function maskCommandLine(line: string): Masked {
  const words = [...line.matchAll(WORD)].map(({ 0: text, index }): Word => ({
    text,
    start: index,
    end: index + text.length,
  }));
  const [command] = words;
  const secret = new Set(
    command === undefined || !Object.hasOwn(COMMANDS, command.text)
      ? []
      : COMMANDS[command.text]?.(words.map(({ text }) => text)),
  );
  const isObject = command?.text === 'object_add';
  const secrets: string[] = [];
  let masked = '';
  let done = 0;
  for (const [index, { text, start, end }] of words.entries()) {
    masked += line.slice(done, start);
    if (secret.has(index)) {
      secrets.push(text.replace(/^"(.*?)"?$/s, '$1'));
      masked += REDACTED;
    } else {
      const inside = maskOptions(text, (name) => isSecretName(name) || (isObject && name === 'data'));
      secrets.push(...inside.secrets);
      masked += inside.text;
    }
    done = end;
  }
  const located = maskLocations(masked + line.slice(done));
  return { text: located.text, secrets: [...secrets, ...located.secrets] };
}

/** `name=value` in a list with commas; a comma in a value stands twice (qemu-options.hx). */
const OPTION = /(^|,|"|\s)([\w.-]+)=((?:[^,"]|,,)*)/g;

/** Replaces the values of secret options in `driver=x,password=y`. */
function maskOptions(text: string, isSecret: (name: string) => boolean): Masked {
  const secrets: string[] = [];
  const masked = text.replaceAll(OPTION, (all, before: string, name: string, value: string) => {
    if (value === '' || !isSecret(name)) return all;
    secrets.push(value.replaceAll(',,', ','));
    return `${before}${name}=${REDACTED}`;
  });
  return { text: masked, secrets };
}

const ASSIGNMENT = /^(-{0,2}[\w.-]+)=(.+)$/s;

/**
 * Replaces the secrets of an argument list or an environment: `--password=x`, `TOKEN=x`, and the word behind
 * `--password`.
 */
export function maskWordList(words: readonly string[]): readonly Masked[] {
  return words.map((word, at) => {
    const before = words[at - 1] ?? '';
    if (/^--?[A-Za-z]/.test(before) && !before.includes('=') && isForeignSecretName(before))
      return { text: REDACTED, secrets: [word] };
    const [, name = '', value = ''] = ASSIGNMENT.exec(word) ?? [];
    if (value !== '' && isForeignSecretName(name)) return { text: `${name}=${REDACTED}`, secrets: [value] };
    const inside = maskOptions(word, isForeignSecretName);
    const located = maskLocations(inside.text);
    return { text: located.text, secrets: [...inside.secrets, ...located.secrets] };
  });
}

/** Replaces the secrets in the words of one text, such as `exec:cat | ssh --password x`. */
export function maskWords(text: string): Masked {
  const parts = text.split(/(\s+)/);
  const masked = maskWordList(parts.filter((_, at) => at % 2 === 0));
  return {
    text: parts.map((part, at) => (at % 2 === 0 ? (masked[at / 2]?.text ?? part) : part)).join(''),
    secrets: masked.flatMap(({ secrets }) => secrets),
  };
}
