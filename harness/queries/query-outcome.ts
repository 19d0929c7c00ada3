import { SetupError } from '../errors.ts';
import { MissingStateError } from '../stage/perform-step.ts';
import { findLack } from '../stage/find-lack.ts';
import { StageError } from '../stage/set-up-stage.ts';
import { performanceOfMistake, type Performance } from '../results/performance.ts';
import type { Complaint, Finding, ProcessEnd } from '../results/verdict.ts';
import type { Answer, Failure, QueryRequest } from './answer.ts';
import {
  describeArguments,
  describeRequest,
  judgeAnswer,
  judgeOther,
  subjectOf,
  type Judges,
} from './judge-query.ts';
import type { Incoming } from '../qmp/connection.ts';

/** A performance, but for its messages. */
export type Outcome = Omit<Performance, 'wire'>;

/** So many findings of a row are told; the reason has the count of all. */
const MAX_FINDINGS = 50;

/** So many requests are told that must go before one that kills. */
const MAX_COMPANIONS = 4;

/** Of so many further requests that show the same it is told what they are about. */
const MAX_OTHERS = 8;

/** The requests of a row, and what came of them. */
export interface Queried {
  readonly command: string;
  readonly requests: readonly QueryRequest[];
  /** At the same places as the requests. */
  readonly answers: readonly Answer[];
  /** What came beside the answers. */
  readonly others: readonly Incoming[];
}

interface Tally {
  succeeded: number;
  refused: number;
  notAsked: number;
  readonly failures: { readonly request: QueryRequest; readonly failure: Failure }[];
  /** By what is wrong; many requests may have the same. */
  readonly findings: Map<string, Noted>;
}

/** What is wrong, and the requests that show it. */
interface Noted {
  readonly finding: Finding;
  /** '' where no request is meant. */
  readonly request: string;
  /** What the others are about. */
  readonly others: string[];
}

/** The verdict on all requests of a command. */
export function outcomeOfQueries(queried: Queried, judges: Judges): Outcome {
  const { command, requests, answers, others } = queried;
  const tally: Tally = { succeeded: 0, refused: 0, notAsked: 0, failures: [], findings: new Map() };
  for (const [index, request] of requests.entries())
    tallyAnswer(tally, command, { index, request, answer: answers[index], judges });
  for (const other of others) note(tally, -1, judgeOther(other, judges), { request: '', about: '' });
  const failed = tally.failures.find(({ failure }) => failure.kind === 'crash') ?? tally.failures[0];
  const findings = [...tally.findings.values()].map(findingOf);
  const [first] = findings.toSorted(byWeight);
  const verdict = failed?.failure.kind ?? (first === undefined ? 'pass' : 'fail');
  const words = [describeTally(requests.length, tally)];
  if (first !== undefined) words.unshift(`${first.what}; expected ${first.expected}`);
  return {
    verdict,
    reason: words.join(' · '),
    findings: findings.toSorted(byWeight).slice(0, MAX_FINDINGS),
    checks: requests.length - tally.notAsked,
    ...(failed && { process: failed.failure.end }),
  };
}

function tallyAnswer(
  tally: Tally,
  command: string,
  asked: {
    readonly index: number;
    readonly request: QueryRequest;
    readonly answer: Answer | undefined;
    readonly judges: Judges;
  },
): void {
  const { index, request, answer, judges } = asked;
  switch (answer?.kind) {
    case undefined:
    case 'not-asked':
      tally.notAsked++;
      return;
    case 'crash':
    case 'timeout':
      tally.failures.push({ request, failure: answer });
      note(tally, index, [complaintOfFailure(request, answer)], {
        request: describeFailing(command, request, answer),
        about: '',
      });
      return;
    case 'response':
      if (answer.incoming.kind === 'error') tally.refused++;
      else tally.succeeded++;
      note(tally, index, judgeAnswer(command, request, answer, judges), {
        request: describeRequest(command, request),
        about: describeArguments(request),
      });
  }
}

function note(
  tally: Tally,
  message: number,
  complaints: readonly Complaint[],
  { request, about }: { readonly request: string; readonly about: string },
): void {
  for (const complaint of complaints) {
    // What ends the process is told of each request.
    const apart = isOfProcess(complaint) ? request : '';
    const key = [complaint.rule, withoutNumbers(complaint.what), complaint.expected, apart].join('\n');
    const known = tally.findings.get(key);
    if (known !== undefined) known.others.push(about);
    else {
      const finding: Finding = { blame: 'target', message, ...complaint };
      tally.findings.set(key, { finding, request, others: [] });
    }
  }
}

/** Addresses and sizes differ from object to object, and are wrong for the same reason. */
function withoutNumbers(what: string): string {
  return what.replaceAll(/(?<![\w.])-?\d+(?:\.\d+)?\b/g, '0');
}

/** `what` is the same wherever the cause is; the requests that show it stand beside what was expected. */
function findingOf({ finding, request, others }: Noted): Finding {
  if (request === '') return finding;
  const named = others.slice(0, MAX_OTHERS).filter((about) => about !== '');
  if (others.length > MAX_OTHERS) named.push('…');
  const more = others.length === 0 ? '' : `, and to ${others.length} more: ${named.join(', ')}`;
  return { ...finding, expected: `${finding.expected}, to ${request}${more}` };
}

/** What ends the process comes first. */
function byWeight(a: Finding, b: Finding): number {
  return weightOf(a) - weightOf(b);
}

function weightOf(finding: Finding): number {
  return isOfProcess(finding) ? 0 : 1;
}

function isOfProcess({ rule }: Complaint): boolean {
  return rule.startsWith('process/');
}

/** Requests that must go before are told, but for many. */
function describeFailing(command: string, request: QueryRequest, { after }: Failure): string {
  const told = after
    .slice(0, MAX_COMPANIONS)
    .map((given) => describeRequest(command, { arguments: given, mayBeRefused: true }));
  if (after.length > MAX_COMPANIONS) told.push(`${after.length - MAX_COMPANIONS} more`);
  return [describeRequest(command, request), ...(told.length === 0 ? [] : [`after ${told.join(', ')}`])].join(
    ' ',
  );
}

function complaintOfFailure(request: QueryRequest, { kind, end, reproduced }: Failure): Complaint {
  const again = reproduced ? '' : ' (not again on a fresh one)';
  const what = kind === 'crash' ? `the target ${howItEnded(end)}${again}` : `no answer in time${again}`;
  const subject = subjectOf(request);
  const rule = subject === '' ? `process/${kind}` : `process/${kind}/${subject}`;
  return { rule, pointer: '', what, expected: 'a response' };
}

/** Of a server that somebody else has started nothing more is known. */
function howItEnded(end: ProcessEnd): string {
  const isKnown = end.code !== null || end.signal !== null;
  return isKnown ? `ended with ${describeEnd(end)}` : 'closed the connection';
}

/** Exit status or signal, in words. */
export function describeEnd({ code, signal }: ProcessEnd): string {
  return signal === null ? `exit status ${code ?? '?'}` : `signal ${signal}`;
}

function describeTally(total: number, { succeeded, refused, notAsked, failures, findings }: Tally): string {
  const crashes = failures.filter(({ failure }) => failure.kind === 'crash').length;
  const counts: readonly (readonly [number, string])[] = [
    [succeeded, 'answered'],
    [refused, 'refused'],
    [crashes, 'ended the process'],
    [failures.length - crashes, 'not answered in time'],
    [notAsked, 'not made after these'],
    [findings.size > MAX_FINDINGS ? findings.size : 0, `findings, of which ${MAX_FINDINGS} are told`],
  ];
  const told = counts.filter(([count]) => count > 0).map(([count, what]) => `${count} ${what}`);
  return `${total} ${total === 1 ? 'request' : 'requests'}${told.length === 0 ? '' : `: ${told.join(', ')}`}`;
}

/** What it means for a row that its stage does not stand. */
export function outcomeOfError(error: unknown): Outcome {
  if (error instanceof SetupError && !(error instanceof StageError))
    return { findings: [], checks: 0, verdict: 'setup-error', reason: error.message };
  if (!(error instanceof StageError)) return performanceOfMistake(error);
  const { message, processEnd, cause } = error;
  const nothing = { findings: [], checks: 0 };
  if (cause instanceof MissingStateError) return { ...nothing, verdict: 'untestable', reason: cause.message };
  const lack = processEnd && findLack(processEnd.stderr);
  if (lack !== undefined)
    return {
      findings: [],
      checks: 1,
      verdict: 'not-applicable',
      reason: `this build lacks what the stage needs: ${lack}`,
    };
  return { ...nothing, verdict: 'setup-error', reason: message, ...(processEnd && { process: processEnd }) };
}
