import { isJsonArray, isJsonObject, type JsonObject, type JsonValue } from '../json/value.ts';
import type { Step } from './step.ts';
import type {
  MatchRule,
  Provenance,
  Requirements,
  Transcript,
  TranscriptHead,
  TranscriptMessage,
} from './transcript.ts';

/** What YAML takes for a string as it stands, and what no reader of any YAML version takes for something else. */
const PLAIN = /^[A-Za-z/][A-Za-z0-9_./*~-]*$/;
const WORDS_OF_YAML = /^(?:true|false|null|yes|no|on|off|y|n)$/i;

/**
 * Writes a transcript in the canonical form: keys in the order of {@link TranscriptHead}, lists in flow style one
 * item to a line, no comments, no empty lines; the texts of messages as they are. Reading it gives the same
 * transcript (but for `file` and the `line`s), given messages whose `body` is what their text says.
 */
export function writeTranscript(transcript: Transcript): string {
  const messages = transcript.messages.map((message) => `${writeMessage(message)}\n`);
  return `---\n${writeHead(transcript.head)}---\n${messages.join('')}`;
}

function writeHead(head: TranscriptHead): string {
  return [
    `id: ${word(head.id)}\n`,
    list('source', head.source.map(writeProvenance)),
    head.stage === undefined ? '' : `stage: ${word(head.stage)}\n`,
    head.missing === undefined ? '' : `missing: ${quote(head.missing)}\n`,
    head.requires === undefined ? '' : `requires: ${writeRequirements(head.requires)}\n`,
    head.prepare === undefined ? '' : steps('prepare', head.prepare),
    head.provoke === undefined ? '' : steps('provoke', head.provoke),
    list('match', head.match.map(writeRule)),
    list(
      'substitute',
      head.substitute.map(({ at, value }) => mapping({ at: word(at), value: flow(value) })),
    ),
  ].join('');
}

function list(key: string, items: readonly string[]): string {
  return items.length === 0 ? '' : `${key}:\n${items.map((item) => `  - ${item}\n`).join('')}`;
}

/** A list that is given and empty stays one. */
function steps(key: string, items: readonly Step[]): string {
  return items.length === 0 ? `${key}: []\n` : list(key, items.map(writeStep));
}

function writeProvenance({ document, definition, releases, title }: Provenance): string {
  return mapping({
    document: word(document),
    definition: word(definition),
    releases: quote(releases),
    title: title === undefined ? undefined : quote(title),
  });
}

function writeRequirements({ releases, accelerator, architecture }: Requirements): string {
  return mapping({
    releases: releases === undefined ? undefined : quote(releases),
    accelerator,
    architecture: architecture && `[${architecture.map(word).join(', ')}]`,
  });
}

function writeRule({ at, as, name }: MatchRule): string {
  // `null` without quotes would be no string.
  return mapping({ at: word(at), as: word(as), name: name === undefined ? undefined : word(name) });
}

function writeStep(step: Step): string {
  const on = step.on === 'main' ? undefined : step.on;
  switch (step.kind) {
    case 'execute':
      return mapping({
        ...call(step),
        error: step.error === undefined ? undefined : word(step.error),
        missing: step.missing === undefined ? undefined : quote(step.missing),
        on,
      });
    case 'until':
      return mapping({ until: mapping(call(step)), returns: flow(step.returns), on });
    case 'event':
      return mapping({
        event: word(step.event),
        data: step.data === undefined ? undefined : flow(step.data),
        on,
      });
    case 'serial':
      return mapping({ serial: quote(step.text), on });
    case 'type':
      return mapping({ type: quote(step.text), on });
  }
}

function call(step: { readonly command: string; readonly arguments: JsonObject | undefined }): Entries {
  return { execute: word(step.command), arguments: step.arguments && flow(step.arguments) };
}

type Entries = Readonly<Record<string, string | undefined>>;

function mapping(entries: Entries): string {
  const parts = Object.entries(entries).flatMap(([key, value]) =>
    value === undefined ? [] : [`${key}: ${value}`],
  );
  return parts.length === 0 ? '{}' : `{ ${parts.join(', ')} }`;
}

/** A JSON value in YAML's flow style. */
function flow(value: JsonValue): string {
  if (isJsonArray(value)) return `[${value.map(flow).join(', ')}]`;
  if (isJsonObject(value)) {
    const members = Object.entries(value).map(([name, member]) => `${quote(name)}: ${flow(member)}`);
    return members.length === 0 ? '{}' : `{ ${members.join(', ')} }`;
  }
  return typeof value === 'string' ? quote(value) : String(value);
}

function word(text: string): string {
  return PLAIN.test(text) && !WORDS_OF_YAML.test(text) ? text : quote(text);
}

/** What JSON leaves as it is and YAML does not accept in a line: control characters, line ends, lone surrogates. */
const UNPRINTABLE = /[\u007f-\u009f\u2028\u2029\ufeff\ufffe\uffff]/g;

function quote(text: string): string {
  return JSON.stringify(text).replaceAll(
    UNPRINTABLE,
    (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

function writeMessage(message: TranscriptMessage): string {
  const offset = message.offset === undefined ? '' : `@${message.offset} `;
  const connection = message.connection === 0 ? '' : String(message.connection);
  return `${offset}${connection}${message.direction}${writeText(message)}`;
}

function writeText({ body, text }: TranscriptMessage): string {
  switch (body.kind) {
    case 'pattern':
      return ` ${text}`;
    case 'malformed':
      return `? ${text.replaceAll('\n', '\n ')}`;
    case 'bytes':
      return `x ${(body.bytes.toString('hex').match(/../g) ?? []).join(' ')}`;
  }
}
