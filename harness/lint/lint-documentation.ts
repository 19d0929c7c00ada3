import { kindOfDocument, type DocumentKind } from '../examples/documents.ts';
import { OUTSIDE, type ExampleBlock } from '../examples/example-block.ts';
import { messagesFromBlock, type ExampleDialogue } from '../examples/block-to-messages.ts';
import type { TranscriptMessage } from '../transcript/transcript.ts';
import { lintDialogue } from './lint-dialogue.ts';
import type { DialogueFinding } from './lint-finding.ts';
import type { LintSchema } from './lint-schema.ts';
import { severityOf, type LintRuleId } from './rules.ts';

/** A finding at its place in a document. */
export interface DocumentFinding extends Omit<DialogueFinding, 'line' | 'message'> {
  /** As the documentation calls it, e.g. `qapi/migration.json`. */
  readonly document: string;
  readonly definition: string;
  /** Line (from 1) in the document. */
  readonly line: number;
  /** The message that the finding is about, as it is written; absent where the whole example is meant. */
  readonly message?: DocumentedMessage;
}

/** A message where it stands in a document. */
export interface DocumentedMessage {
  readonly direction: '->' | '<-';
  readonly text: string;
  /** The line in the document of each line of the text. */
  readonly lines: readonly number[];
}

/**
 * Judges one example of a documentation by the schema of its release. An explanation of the notation is no example.
 */
export function lintBlock(block: ExampleBlock, schema: LintSchema): readonly DocumentFinding[] {
  const dialogue = messagesFromBlock(block);
  if (isNotation(block, dialogue)) return [];
  const { document, definition } = block;
  const { messages } = dialogue;
  const shown = messages.map((message) => documentedMessage(message, block));
  const findings = lintDialogue(messages, definition, schema).map(
    ({ line, message, ...finding }): DocumentFinding => {
      const at = shown[message];
      if (at === undefined) return { ...finding, document, definition, line: block.line };
      return { ...finding, document, definition, line: at.lines[line - 1] ?? block.line, message: at };
    },
  );
  return [...findings, ...findingsOfLayout(block, dialogue, shown)].sort((a, b) => a.line - b.line);
}

/** "-> data issued by the Client": words behind arrows that belong to no definition. */
function isNotation({ definition }: ExampleBlock, { messages }: ExampleDialogue): boolean {
  return definition === OUTSIDE && messages.every(({ text }) => !/[{}[\]]/.test(text));
}

function documentedMessage(
  { direction, text, line }: TranscriptMessage,
  block: ExampleBlock,
): DocumentedMessage {
  const lines = block.lines.filter((one) => one.line >= line && one.text.trim() !== '');
  // Behind an arrow that stands alone the text begins on the next line.
  const alone = /^\s*(?:->|<-)\s*$/.test(lines[0]?.text ?? '');
  const taken = lines.slice(alone ? 1 : 0).slice(0, text.split('\n').length);
  return { direction, text, lines: taken.map((one) => one.line) };
}

/** Documents whose notation has arrows; other texts show what is sent and received in their own ways. */
const ARROWED: ReadonlySet<DocumentKind> = new Set(['qapi', 'qga', 'qsd', 'hx']);

function findingsOfLayout(
  { document, definition, line: blockLine }: ExampleBlock,
  { messages, arrowless, empty }: ExampleDialogue,
  shown: readonly DocumentedMessage[],
): readonly DocumentFinding[] {
  const about = (rule: LintRuleId, line: number, what: string, expected: string): DocumentFinding => {
    const at = messages.findIndex((message) => message.line === line);
    const message = shown[at];
    const arrow = rule === 'example/no-arrow' && message !== undefined;
    return {
      rule,
      severity: severityOf(rule),
      pointer: '',
      what,
      expected,
      document,
      definition,
      line,
      ...(message !== undefined && { message }),
      ...(arrow && {
        fix: { what: `'${message.direction}' before it`, direction: message.direction, text: message.text },
      }),
    };
  };
  return [
    ...(ARROWED.has(kindOfDocument(document)) ? arrowless : []).map((line) =>
      about('example/no-arrow', line, 'a message without an arrow', "'->' or '<-' before it"),
    ),
    ...empty.map((line) =>
      about('example/no-text', line, 'an arrow without a message', 'a message behind it'),
    ),
    ...(messages.length === 0 && empty.length === 0
      ? [
          about(
            'example/no-message',
            blockLine,
            'an example without a message',
            "'->' or '<-' with a message",
          ),
        ]
      : []),
  ];
}
