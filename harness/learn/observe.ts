import type { JsonValue } from '../json/value.ts';
import type { Performance } from '../results/performance.ts';
import type { PlannedReplay } from '../replay/plan-replay.ts';
import { replayTranscript } from '../replay/replay-transcript.ts';
import type { Transcript } from '../transcript/transcript.ts';

/** What came when a transcript was performed once. */
export interface Observation {
  readonly accelerator: string;
  /** By index of the transcript's message, the one that came for it. */
  readonly came: ReadonlyMap<number, JsonValue>;
  readonly performance: Performance;
}

/** Performs a transcript once, and keeps what came. */
export async function observe(
  transcript: Transcript,
  replay: PlannedReplay,
  signal?: AbortSignal,
): Promise<Observation> {
  const came = new Map<number, JsonValue>();
  const { performance } = await replayTranscript(
    { ...replay, transcript },
    { watch: { compared: (index, live) => void came.set(index, live) }, ...(signal && { signal }) },
  );
  return { accelerator: replay.target.facts.accelerator, came, performance };
}
