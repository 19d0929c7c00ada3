import type { Finding } from '../results/verdict.ts';
import { parseReleaseRange, rangeHolds } from '../release/release-range.ts';
import { hasElision, valueOfPattern } from '../transcript/read-pattern.ts';
import { classifyMessage } from '../transcript/classify-message.ts';
import type { Transcript, TranscriptHead } from '../transcript/transcript.ts';
import { GUEST_AGENT } from '../target/known-programs.ts';
import { isHarmless, refusalOf } from '../target/start-guest-agent.ts';
import type { StaticJudgement } from '../lint/judge-transcript.ts';

/** What of a target decides whether a transcript can be performed on it. */
export interface TargetScope {
  /** `x.y.z` */
  readonly version: string;
  readonly architecture: string;
  readonly accelerator: string;
  /** Names in the target's own `query-qmp-schema`. */
  readonly commands: ReadonlySet<string>;
  readonly events: ReadonlySet<string>;
  /** Whether the schema that judges it knows also what its build lacks. */
  readonly complete: boolean;
  /** The program that a row's stage names, and of which all this is said; the target's own binary without it. */
  readonly program?: string;
  /** Why no dialogue with that program can be performed. */
  readonly missing?: string;
}

/** Whether a transcript is to be performed, or what is to be said instead. */
export type Applicability =
  | { readonly kind: 'perform' }
  /** Documented for this release, and contrary to its schema. */
  | {
      readonly kind: 'erratum';
      readonly findings: readonly Finding[];
      /** Whether there is a program that it may be performed on all the same. */
      readonly performable: boolean;
    }
  | { readonly kind: 'not-applicable'; readonly evidence: string }
  | { readonly kind: 'untestable'; readonly missing: string };

/**
 * Tells whether a target's release documents the transcript. One without provenance is its author's own claim, and
 * holds for every release.
 */
export function isDocumentedIn({ head }: Transcript, version: string): boolean {
  if (head.source.length === 0) return true;
  return head.source.some(({ releases }) => rangeHolds(parseReleaseRange(releases), version));
}

/**
 * Decides, before anything is started, what a row can be on a target. Only machine evidence makes it
 * `not-applicable`: what the target's introspection lacks, or what its schema refuses.
 */
export function findApplicability(
  transcript: Transcript,
  judgement: StaticJudgement,
  scope: TargetScope,
  venue: 'qemu' | 'endpoint',
): Applicability {
  const unmet = findUnmetRequirement(transcript, scope);
  if (unmet !== undefined) return { kind: 'not-applicable', evidence: unmet };
  // Without the program, and without a schema of it, nothing can be said.
  if (scope.missing !== undefined && !scope.complete) return { kind: 'untestable', missing: scope.missing };
  const hindrance = scope.missing ?? findHarm(transcript.head, judgement, scope);
  const absent = scope.missing === undefined ? findAbsentName(judgement, scope) : undefined;
  if (judgement.findings.length > 0) {
    // A schema from introspection lacks what a build lacks; that alone says nothing against the document.
    const unknown = !scope.complete && judgement.findings.every(({ rule }) => UNKNOWN_NAMES.has(rule));
    if (isDocumentedIn(transcript, scope.version) && !(unknown && absent !== undefined))
      return { kind: 'erratum', findings: judgement.findings, performable: hindrance === undefined };
    return { kind: 'not-applicable', evidence: absent ?? describeContradiction(judgement, scope) };
  }
  if (absent !== undefined) return { kind: 'not-applicable', evidence: absent };
  const missing = hindrance ?? findMissingState(transcript.head, scope.version);
  if (missing !== undefined) return { kind: 'untestable', missing };
  const elided = findElidedCommand(transcript);
  if (elided !== undefined) return { kind: 'untestable', missing: elided };
  const change = venue === 'endpoint' ? findChange(transcript, judgement) : undefined;
  return change === undefined ? { kind: 'perform' } : { kind: 'not-applicable', evidence: change };
}

/** A guest agent runs on our own machine: what acts on that is not performed. */
function findHarm(
  { prepare = [], provoke = [] }: TranscriptHead,
  { commands }: StaticJudgement,
  { program }: TargetScope,
): string | undefined {
  if (program !== GUEST_AGENT) return undefined;
  const steps = [...prepare, ...provoke].flatMap((step) => ('command' in step ? [step.command] : []));
  const harm = [...commands, ...steps].find((command) => command !== '' && !isHarmless(command));
  return harm === undefined ? undefined : refusalOf(harm);
}

/** What state of a transcript cannot be produced on a release; undefined where it can. */
export function findMissingState({ missing }: TranscriptHead, version: string): string | undefined {
  if (missing === undefined || typeof missing === 'string') return missing;
  return missing.find(({ releases }) => rangeHolds(parseReleaseRange(releases), version))?.state;
}

/** The state of a server that somebody else started is not ours to change: nothing but queries is sent to it. */
function findChange({ head }: Transcript, { commands }: StaticJudgement): string | undefined {
  const { stage, prepare, provoke, descriptors } = head;
  if ([stage, prepare, provoke, descriptors].some((change) => change !== undefined)) {
    return `needs the stage ${stage ?? 'bare, prepared'}, and the state of an endpoint is not ours to change`;
  }
  const other = commands.find((name) => !name.startsWith('query-'));
  return other === undefined
    ? undefined
    : `${other} is no query, and the state of an endpoint is not ours to change`;
}

const UNKNOWN_NAMES: ReadonlySet<string> = new Set(['schema/unknown-command', 'schema/unknown-event']);

/** What of `requires` a target does not meet; undefined where it meets all. */
export function findUnmetRequirement(transcript: Transcript, scope: TargetScope): string | undefined {
  const { releases, accelerator, architecture } = transcript.head.requires ?? {};
  if (releases !== undefined && !rangeHolds(parseReleaseRange(releases), scope.version)) {
    return `requires releases ${releases}; this is ${scope.version}`;
  }
  if (accelerator !== undefined && accelerator !== scope.accelerator) {
    return `requires accelerator ${accelerator}; this is ${scope.accelerator}`;
  }
  if (architecture !== undefined && !architecture.includes(scope.architecture)) {
    return `requires architecture ${architecture.join(' or ')}; this is ${scope.architecture}`;
  }
  return undefined;
}

/** `query-qmp-schema` names every command and event that this build has (qapi-code-gen, Client JSON Protocol introspection). */
function findAbsentName(judgement: StaticJudgement, scope: TargetScope): string | undefined {
  const command = judgement.commands.find(
    (name) => name !== '' && !scope.commands.has(name) && judgement.refused?.has(name) !== true,
  );
  const list = scope.program === GUEST_AGENT ? 'guest-info' : 'query-qmp-schema';
  const where = `${list} of ${[scope.program, scope.version].join(' ').trim()}`;
  if (command !== undefined) return `command ${command} is absent from ${where}`;
  const event = judgement.events.find((name) => !scope.events.has(name));
  return event === undefined ? undefined : `event ${event} is absent from ${where}`;
}

function describeContradiction(judgement: StaticJudgement, scope: TargetScope): string {
  const [first] = judgement.findings;
  if (first === undefined) return '';
  return `not documented in ${scope.version}, whose schema refuses it: message ${first.message}${first.pointer}: ${first.what}; expected ${first.expected}`;
}

/** A command with an elision cannot be sent, unless a substitution fills the place. */
export function findElidedCommand(transcript: Transcript): string | undefined {
  const substituted = new Set(transcript.head.substitute.map(({ at }) => at));
  const index = transcript.messages.findIndex((message, at) => {
    if (message.body.kind !== 'pattern' || classifyMessage(message) !== 'command') return false;
    if (!hasElision(message.body.pattern)) return false;
    const { open } = valueOfPattern(message.body.pattern);
    return [...open].some((pointer) => !isCovered(`/${at}${pointer}`, substituted));
  });
  return index < 0 ? undefined : `the example elides what message ${index} sends`;
}

function isCovered(pointer: string, substituted: ReadonlySet<string>): boolean {
  return [...substituted].some((at) => pointer === at || pointer.startsWith(`${at}/`));
}
