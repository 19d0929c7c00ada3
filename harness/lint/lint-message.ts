import { bodyFromText } from '../transcript/read-body.ts';
import type { TranscriptMessage } from '../transcript/transcript.ts';
import { findFlaws, missing, type Flaw, type MessageContext } from './find-flaws.ts';
import type { DialogueFinding, LintFix } from './lint-finding.ts';
import { placesOf } from './places.ts';
import { proposeFixes } from './propose-fixes.ts';
import { repairSyntax, syntaxErrorOf } from './repair-syntax.ts';
import { severityOf, type LintRuleId } from './rules.ts';

/** What is wrong with a message, and what it was most likely meant to be. */
export interface LintedMessage {
  readonly findings: readonly DialogueFinding[];
  /** The message itself, or the one that it becomes when it is made JSON and QMP. */
  readonly meant: TranscriptMessage;
}

/** JSON, arrow, form, envelope: nothing hides behind more than these. */
const MAX_STEPS = 4;

/** Rules whose breach hides what else is wrong with a message. */
const HIDING: ReadonlySet<LintRuleId> = new Set([
  'example/not-json',
  'example/not-qmp',
  'example/no-return',
  'example/wrong-direction',
]);

/**
 * Judges one message of an example. One that is no JSON or no QMP, and can be made such, is judged on as that, so that
 * nothing hides what else is wrong with it.
 */
export function lintMessage(
  message: TranscriptMessage,
  index: number,
  context: MessageContext,
): LintedMessage {
  const findings: DialogueFinding[] = [];
  let meant = message;
  for (let step = 0; ; step++) {
    const flaws = findFlaws(meant, context);
    const hiding = flaws.find(({ rule }) => HIDING.has(rule));
    const found = hiding === undefined ? flaws : [hiding];
    const mended = withoutMisspelt(
      found.map((flaw) => ({ flaw, mend: mendFor(meant, flaw, flaws, context) })),
    );
    const revealing = mended.find(({ flaw, mend }) => flaw === hiding || reveals(flaws, mend))?.mend;
    // What is wrong behind it still is found there.
    const left = new Set(revealing?.left.map(keyOf));
    for (const { flaw, mend } of mended) {
      if (!left.has(keyOf(flaw))) findings.push(findingOf(flaw, { meant, message, index }, mend?.fix));
    }
    if (revealing === undefined || step === MAX_STEPS) return { findings, meant };
    meant = messageWith(meant, revealing.fix);
  }
}

function messageWith(message: TranscriptMessage, { text, direction }: LintFix): TranscriptMessage {
  return { ...message, text, direction, body: bodyFromText(text, direction) };
}

/** A fix, and what is wrong still. */
interface Mend {
  readonly fix: LintFix;
  readonly left: readonly Flaw[];
}

interface MendedFlaw {
  readonly flaw: Flaw;
  readonly mend: Mend | undefined;
}

function keyOf({ rule, pointer }: Flaw): string {
  return `${rule} ${pointer}`;
}

/** Whether a mended message shows something wrong that could not be seen before. */
function reveals(flaws: readonly Flaw[], mend: Mend | undefined): boolean {
  const known = new Set(flaws.map(keyOf));
  return mend?.left.some((flaw) => !known.has(keyOf(flaw))) === true;
}

/** A member that is there under a wrong name is not missing besides. */
function withoutMisspelt(mended: readonly MendedFlaw[]): readonly MendedFlaw[] {
  return mended.flatMap((one) => {
    const { pointer, members } = one.flaw;
    if (members === undefined) return [one];
    const lacking = mended
      .filter(({ flaw, mend }) => flaw.members === undefined && mend !== undefined)
      .map(
        ({ mend }) =>
          mend?.left.find((flaw) => flaw.members !== undefined && flaw.pointer === pointer)?.members ?? [],
      );
    const missed = members.filter((name) => lacking.every((names) => names.includes(name)));
    return missed.length === 0 ? [] : [{ ...one, flaw: missing(pointer, missed) }];
  });
}

/** The proposal that leaves least wrong, if it does what is asked of it. */
function mendFor(
  message: TranscriptMessage,
  flaw: Flaw,
  flaws: readonly Flaw[],
  context: MessageContext,
): Mend | undefined {
  let best: Mend | undefined;
  for (const fix of candidates(message, flaw, context)) {
    const left = findFlaws(messageWith(message, fix), context);
    if (isMended(flaw, flaws, left) && left.length < (best?.left.length ?? Infinity)) best = { fix, left };
    if (best?.left.length === 0) return best;
  }
  return best;
}

function candidates(message: TranscriptMessage, flaw: Flaw, context: MessageContext): readonly LintFix[] {
  if (flaw.rule !== 'example/not-json') return proposeFixes(message, flaw, context);
  const { text, direction } = message;
  return repairSyntax(text, direction === '->').map(({ text: repaired, what }) => ({
    text: repaired,
    direction,
    what: what.join(', '),
  }));
}

/** What hides flaws is mended when it is gone; any other flaw when it is gone and nothing new has come. */
function isMended(flaw: Flaw, before: readonly Flaw[], left: readonly Flaw[]): boolean {
  // JSON that mixes two messages is no better than none.
  if (flaw.rule === 'example/not-json')
    return left.every(
      ({ rule, pointer }) => rule !== flaw.rule && (rule !== 'example/not-qmp' || pointer === ''),
    );
  if (HIDING.has(flaw.rule)) return left.every(({ rule }) => !HIDING.has(rule));
  if (left.some((one) => keyOf(one) === keyOf(flaw))) return false;
  const known = new Set(before.map(keyOf));
  const unknown = left.filter((one) => !known.has(keyOf(one)));
  // Arguments that come to stand where they belong are checked for the first time.
  if (flaw.rule === 'example/envelope')
    return unknown.every(({ pointer }) => pointer.startsWith('/arguments/'));
  return unknown.length === 0 && left.length < before.length;
}

interface Shown {
  readonly meant: TranscriptMessage;
  readonly message: TranscriptMessage;
  readonly index: number;
}

function findingOf(flaw: Flaw, { meant, message, index }: Shown, fix: LintFix | undefined): DialogueFinding {
  const { rule, pointer } = flaw;
  const offset = flaw.offset ?? offsetOf(flaw, meant);
  const line = meant.text.slice(0, offset).split('\n').length;
  return {
    rule,
    severity: severityOf(rule),
    message: index,
    pointer,
    ...(rule === 'example/not-json'
      ? wordsOfSyntax(meant, flaw)
      : { what: flaw.what, expected: flaw.expected }),
    line: Math.min(line, message.text.split('\n').length),
    ...(fix !== undefined && { fix }),
  };
}

/** Where a flaw begins; for a member that is not there, the object that lacks it. */
function offsetOf({ rule, pointer }: Flaw, message: TranscriptMessage): number {
  if (message.body.kind !== 'pattern') return offsetOfError(message.text, message.direction === '->');
  const { values } = placesOf(message);
  const atName =
    rule === 'example/unknown-member' || rule === 'example/envelope' || rule === 'example/out-of-band';
  for (let at = pointer; ; at = at.slice(0, at.lastIndexOf('/'))) {
    const place = values.get(at);
    if (place !== undefined) return atName && at === pointer ? place.name : place.start;
    if (at === '') return 0;
  }
}

/** What is missing before a line belongs behind the line before it. */
function offsetOfError(text: string, singleQuotes: boolean): number {
  const { offset = 0, expected = '' } = syntaxErrorOf(text, singleQuotes) ?? {};
  const before = text.slice(0, offset).trimEnd().length;
  return expected.includes("','") && text.slice(before, offset).includes('\n') ? before : offset;
}

function wordsOfSyntax(
  { text, direction }: TranscriptMessage,
  flaw: Flaw,
): { what: string; expected: string } {
  const { what, expected } = syntaxErrorOf(text, direction === '->') ?? flaw;
  return { what, expected };
}
