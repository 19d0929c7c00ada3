import { isJsonArray, isJsonObject, type JsonObject, type JsonValue } from '../json/value.ts';
import { writeMark } from './read-mark.ts';
import type { Descriptor, Step } from './step.ts';
import type {
  AskedResponse,
  MatchRule,
  Provenance,
  RecordedFacts,
  Requirements,
  Transcript,
  TranscriptHead,
  TranscriptMark,
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
  return `---\n${writeHead(transcript.head)}---\n${writeBody(transcript)}`;
}

/** Marks stand before the message that follows them. */
function writeBody({ messages, marks = [] }: Transcript): string {
  const lines: string[] = [];
  let next = 0;
  for (let at = 0; at <= messages.length; at++) {
    for (let mark = marks[next]; mark !== undefined && mark.before <= at; mark = marks[++next])
      lines.push(writeMarkLine(mark));
    const message = messages[at];
    if (message !== undefined) lines.push(writeMessage(message));
  }
  return lines.map((line) => `${line}\n`).join('');
}

function writeHead(head: TranscriptHead): string {
  return [
    `id: ${word(head.id)}\n`,
    head.recorded === undefined ? '' : `recorded: ${writeRecorded(head.recorded)}\n`,
    list('source', head.source.map(writeProvenance)),
    head.stage === undefined ? '' : `stage: ${word(head.stage)}\n`,
    head.missing === undefined ? '' : writeMissing(head.missing),
    head.hardware === undefined ? '' : `hardware: ${quote(head.hardware)}\n`,
    head.requires === undefined ? '' : `requires: ${writeRequirements(head.requires)}\n`,
    listIf('prepare', head.prepare?.map(writeStep)),
    listIf('provoke', head.provoke?.map(writeStep)),
    listIf('asks', head.asks?.map(writeAsked)),
    head.invalid === undefined ? '' : `invalid: [${head.invalid.map(word).join(', ')}]\n`,
    list('match', head.match.map(writeRule)),
    list(
      'substitute',
      head.substitute.map(({ at, value }) => mapping({ at: word(at), value: flow(value) })),
    ),
    listIf(
      'descriptors',
      head.descriptors?.map(({ at, descriptor }) => mapping({ at: word(at), ...entriesOf(descriptor) })),
    ),
  ].join('');
}

/** The value of `recorded`, on one line. */
export function writeRecorded({ at, by, server }: RecordedFacts): string {
  return mapping({ at: quote(at), by: quote(by), server: server === undefined ? undefined : quote(server) });
}

function list(key: string, items: readonly string[]): string {
  return items.length === 0 ? '' : `${key}:\n${items.map((item) => `  - ${item}\n`).join('')}`;
}

/** A list that is given and empty stays one. */
function listIf(key: string, items: readonly string[] | undefined): string {
  return items?.length === 0 ? `${key}: []\n` : list(key, items ?? []);
}

function writeMissing(missing: NonNullable<TranscriptHead['missing']>): string {
  if (typeof missing === 'string') return `missing: ${quote(missing)}\n`;
  return list(
    'missing',
    missing.map(({ releases, state }) => mapping({ releases: quote(releases), state: quote(state) })),
  );
}

function writeAsked({ at, execute, arguments: given }: AskedResponse): string {
  return mapping({
    at: word(at),
    execute: word(execute),
    arguments: given === undefined ? undefined : flow(given),
  });
}

function writeProvenance({ document, definition, releases, line, title }: Provenance): string {
  return mapping({
    document: word(document),
    definition: word(definition),
    releases: quote(releases),
    line: line === undefined ? undefined : String(line),
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
  const scope = {
    on: step.on === 'main' ? undefined : step.on,
    releases: step.releases === undefined ? undefined : quote(step.releases),
  };
  switch (step.kind) {
    case 'execute':
      return mapping({
        ...call(step),
        error: step.error === undefined ? undefined : word(step.error),
        missing: step.missing === undefined ? undefined : quote(step.missing),
        capture:
          step.capture &&
          mapping(
            Object.fromEntries(
              Object.entries(step.capture).map(([name, pointer]) => [word(name), word(pointer)]),
            ),
          ),
        descriptor: step.descriptor && mapping(entriesOf(step.descriptor)),
        ...scope,
      });
    case 'until':
      return mapping({
        until: mapping(call(step)),
        returns: flow(step.returns),
        not: step.not === undefined ? undefined : flow(step.not),
        ...scope,
      });
    case 'event':
      return mapping({
        event: word(step.event),
        data: step.data === undefined ? undefined : flow(step.data),
        ...scope,
      });
    case 'serial':
      return mapping({ serial: quote(step.text), ...scope });
    case 'type':
      return mapping({ type: quote(step.text), ...scope });
    case 'spice':
      return mapping({ spice: word(step.socket), ...scope });
  }
}

function entriesOf(descriptor: Descriptor): Entries {
  switch (descriptor.kind) {
    case 'file':
      return { file: word(descriptor.name) };
    case 'socketpair':
      return { socketpair: 'true' };
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

/** A message as it stands in a file; ends without a line end. */
export function writeMessage(message: Omit<TranscriptMessage, 'line'>): string {
  return `${writePlace(message)}${message.direction}${writeText(message)}`;
}

/** A mark as it stands in a file; ends without a line end. */
export function writeMarkLine(mark: Omit<TranscriptMark, 'line' | 'before'>): string {
  return `${writePlace(mark)}-- ${writeMark(mark.what)}`;
}

function writePlace({ offset, connection }: Pick<TranscriptMark, 'offset' | 'connection'>): string {
  return `${offset === undefined ? '' : `@${offset} `}${connection === 0 ? '' : String(connection)}`;
}

function writeText({ body, text }: Pick<TranscriptMessage, 'body' | 'text'>): string {
  switch (body.kind) {
    case 'pattern':
      return ` ${text}`;
    case 'malformed':
      return `? ${text.replaceAll('\n', '\n ')}`;
    case 'bytes':
      return `x ${(body.bytes.toString('hex').match(/../g) ?? []).join(' ')}`;
  }
}
