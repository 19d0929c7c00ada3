import type { Validator } from '../json-schema/validator.ts';
import type { Performance } from '../results/performance.ts';
import type { Finding, WireRecord } from '../results/verdict.ts';
import { isCrash } from './ask.ts';
import { explain, lineOf, type Explanation } from './explain.ts';
import { shorten } from './judge-answer.ts';
import type { Refusal } from './refusals-of-command.ts';
import type { Session, Shortcoming, Shown } from './session.ts';

/** By what a row is performed. */
export interface RefusalSettings {
  readonly session: Session;
  readonly validator: Validator;
  /** A command line with a monitor on standard input, for people. */
  readonly command: readonly string[];
  readonly seed: number;
}

/** How many servers a row may use up; what it has not asked by then stays unasked, and the row says so. */
const MAX_SERVERS = 4;
/** How many shortcomings of one row are looked into, and how often in all. */
const MAX_EXPLAINED = 3;
const MAX_ATTEMPTS = 150;
/** How many shortcomings of one row are told. */
const MAX_FINDINGS = 20;

/** Something that is wrong, and the requests that led to it. */
interface Incident extends Shortcoming {
  readonly sent: readonly Refusal[];
}

/**
 * Sends the requests of one row, and judges all that came of them. Whatever the target does is in the result.
 * @throws {SetupError} when no server starts
 */
export async function performRefusals(
  refusals: readonly Refusal[],
  row: string,
  settings: RefusalSettings,
): Promise<Performance> {
  const began = performance.now();
  const incidents: Incident[] = [];
  const wire = new WireKeeper(row, began);
  let asked = 0;
  for (let servers = 0; asked < refusals.length && servers < MAX_SERVERS; servers++) {
    const part = refusals.slice(asked);
    const shown = await settings.session.show(part);
    wire.keep(part, shown);
    incidents.push(...shown.complaints.map((one) => ({ ...one, sent: sentUntil(one, part, shown) })));
    asked += Math.min(shown.judged, part.length);
  }
  const explained = await explainSome(incidents, settings);
  return {
    ...verdictOf(incidents),
    reason: reasonOf(asked, refusals.length, explained, settings),
    findings: explained.slice(0, MAX_FINDINGS).map((one) => findingOf(one, settings)),
    checks: asked,
    wire: wire.records,
  };
}

/** The requests that may have led to it; when a process ends, those that were on their way among them. */
function sentUntil(
  { request, interruption }: Shortcoming,
  part: readonly Refusal[],
  { sentAt }: Shown,
): readonly Refusal[] {
  if (request < 0) return part;
  return part.slice(0, interruption === undefined ? request + 1 : sentAt.length);
}

function verdictOf(incidents: readonly Incident[]): Pick<Performance, 'verdict' | 'process'> {
  const interruptions = incidents.flatMap(({ interruption }) => interruption ?? []);
  for (const interruption of interruptions)
    if (interruption.kind === 'ended' && isCrash(interruption.end))
      return { verdict: 'crash', process: interruption.end };
  if (interruptions.some(({ kind }) => kind === 'hang')) return { verdict: 'timeout' };
  return { verdict: incidents.length > 0 ? 'fail' : 'pass' };
}

interface Explained extends Incident {
  readonly explanation: Explanation | undefined;
}

/** Looks into the first incident of each rule. */
async function explainSome(
  incidents: readonly Incident[],
  { session, validator }: RefusalSettings,
): Promise<readonly Explained[]> {
  const rules = new Set<string>();
  const explained: Explained[] = [];
  let attempts = Math.min(MAX_ATTEMPTS, session.left);
  for (const incident of incidents) {
    const { rule } = incident.complaint;
    const isNew = !rules.has(rule) && rules.size < MAX_EXPLAINED && attempts > 0;
    rules.add(rule);
    const explanation = isNew
      ? await explain({ session, validator, attempts }, incident, incident.sent)
      : undefined;
    attempts -= explanation?.attempts ?? 0;
    session.left -= explanation?.attempts ?? 0;
    explained.push({ ...incident, explanation });
  }
  return explained;
}

function findingOf({ complaint, request, sent, explanation }: Explained, settings: RefusalSettings): Finding {
  const shown = explanation?.seen?.complaint ?? complaint;
  const texts = textsOf({ request, sent, explanation });
  const how =
    explanation === undefined || explanation.reproduced ? 'request' : 'not seen again alone; request';
  return {
    ...complaint,
    what: `${shown.what}; ${how}: ${lineOf(settings.command, texts)}`,
    blame: 'target',
    message: -1,
  };
}

/** The requests that are told: what was shrunk, or the one that it is about. */
function textsOf({
  request,
  sent,
  explanation,
}: Pick<Explained, 'request' | 'sent' | 'explanation'>): readonly string[] {
  if (explanation !== undefined) return explanation.texts;
  const guilty = request < 0 ? sent.at(-1) : sent[request];
  return guilty === undefined ? [] : [guilty.text];
}

function reasonOf(
  asked: number,
  all: number,
  [first]: readonly Explained[],
  settings: RefusalSettings,
): string {
  const count = asked < all ? `${asked} of ${all} requests` : `${all} requests`;
  const head = `${count}, seed ${settings.seed}`;
  if (first === undefined) return head;
  const { complaint, explanation } = first;
  const texts = textsOf(first);
  const shown = explanation?.seen?.complaint ?? complaint;
  return `${head}; ${complaint.rule}: ${shown.what}; ${lineOf(settings.command, texts)}`;
}

/** How many characters of messages are kept of a row, beside those about which something is wrong. */
const KEPT_CHARACTERS = 32 * 1024;
const LONGEST_MESSAGE = 16 * 1024;

/** Keeps the messages of a row: the first ones, and those about which something is wrong. */
class WireKeeper {
  readonly records: WireRecord[] = [];
  private characters = 0;

  constructor(
    private readonly row: string,
    private readonly began: number,
  ) {}

  keep(requests: readonly Refusal[], { answers, sentAt, complaints }: Shown): void {
    const guilty = new Set(complaints.slice(0, MAX_FINDINGS).map(({ request }) => request));
    for (const [index, { text }] of requests.entries()) {
      const at = sentAt[index];
      if (at === undefined) break;
      if (this.characters > KEPT_CHARACTERS && !guilty.has(index)) continue;
      this.add('->', text, at);
      const answer = answers[index];
      if (answer !== undefined) this.add('<-', answer.text, answer.at);
    }
  }

  private add(direction: WireRecord['direction'], text: string, at: number): void {
    this.characters += text.length;
    const shown = shorten(text, LONGEST_MESSAGE);
    this.records.push({ row: this.row, connection: 'main', direction, at: at - this.began, text: shown });
  }
}
