import type { Performance } from '../results/performance.ts';
import { shrinkList } from '../shrink/shrink-list.ts';
import type { Transcript, TranscriptHead } from '../transcript/transcript.ts';

/** How long it is tried to make one transcript smaller. Each attempt sets up the stage anew. */
const ATTEMPTS = 24;
const MILLISECONDS = 20_000;

/**
 * Leaves out of a transcript what is not needed for the target to end or to hang as it did: exchanges of the dialogue,
 * steps of the preparation. The stage stays, since others share it.
 * @param first what the whole transcript came to: `crash` or `timeout`
 * @param perform performs a smaller transcript on a new process
 * @returns `undefined` where nothing can be left out, or the failure does not come again
 */
export async function shrinkTranscript(
  transcript: Transcript,
  first: Performance,
  perform: (smaller: Transcript) => Promise<Performance>,
): Promise<Transcript | undefined> {
  const parts = partsOf(transcript);
  const until = performance.now() + MILLISECONDS;
  const stillFails = async (kept: readonly Part[]): Promise<boolean> =>
    performance.now() < until && isSame(await perform(transcriptOf(transcript, kept)), first);
  const { value } = await shrinkList(parts, stillFails, { attempts: ATTEMPTS });
  return value.length === parts.length ? undefined : transcriptOf(transcript, value);
}

/** A process that ends in another way ends of something else. */
function isSame(performed: Performance, first: Performance): boolean {
  return (
    performed.verdict === first.verdict &&
    performed.process?.signal === first.process?.signal &&
    performed.process?.code === first.process?.code
  );
}

/** What can be left out: a step, or a command with all that follows until the next. */
type Part =
  | { readonly kind: 'prepare' | 'provoke'; readonly index: number }
  | { readonly kind: 'exchange'; readonly messages: readonly number[] };

function partsOf({ head, messages }: Transcript): readonly Part[] {
  const exchanges: number[][] = [];
  messages.forEach(({ direction }, index) => {
    const last = exchanges.at(-1);
    if (direction === '->' || last === undefined) exchanges.push([index]);
    else last.push(index);
  });
  return [
    ...(head.prepare ?? []).map((_, index) => ({ kind: 'prepare' as const, index })),
    ...(head.provoke ?? []).map((_, index) => ({ kind: 'provoke' as const, index })),
    ...exchanges.map((indices) => ({ kind: 'exchange' as const, messages: indices })),
  ];
}

function transcriptOf(transcript: Transcript, parts: readonly Part[]): Transcript {
  const kept = parts.flatMap((part) => (part.kind === 'exchange' ? part.messages : []));
  const stepsOf = (list: 'prepare' | 'provoke') => {
    const indices = new Set(parts.flatMap((part) => (part.kind === list ? [part.index] : [])));
    return transcript.head[list]?.filter((_, index) => indices.has(index));
  };
  const [prepare, provoke] = [stepsOf('prepare'), stepsOf('provoke')];
  return {
    ...transcript,
    head: {
      ...moveRules(transcript.head, new Map(kept.map((old, now) => [String(old), String(now)]))),
      ...(prepare && { prepare }),
      ...(provoke && { provoke }),
    },
    messages: kept.flatMap((index) => transcript.messages[index] ?? []),
  };
}

/** Rules name messages by their index: those of messages that are gone go with them. */
function moveRules(head: TranscriptHead, moved: ReadonlyMap<string, string>): TranscriptHead {
  const place = (at: string): string | undefined => {
    const [, index = '', ...pointer] = at.split('/');
    const now = moved.get(index);
    return now === undefined ? undefined : ['', now, ...pointer].join('/');
  };
  const move = <Rule extends { readonly at: string }>(rules: readonly Rule[]): readonly Rule[] =>
    rules.flatMap((rule) => {
      const at = place(rule.at);
      return at === undefined ? [] : [{ ...rule, at }];
    });
  const { match, substitute, asks, descriptors, invalid } = head;
  return {
    ...head,
    match: move(match),
    substitute: move(substitute),
    ...(asks && { asks: move(asks) }),
    ...(descriptors && { descriptors: move(descriptors) }),
    ...(invalid && { invalid: invalid.flatMap((at) => place(at) ?? []) }),
  };
}
