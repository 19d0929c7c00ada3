import type { AskedResponse, TranscriptHead } from './transcript.ts';

/** The command that the front matter has for a response that the document shows without it (`asks`). */
export function askedAt({ asks }: TranscriptHead, index: number): AskedResponse | undefined {
  return asks?.find(({ at }) => at === `/${index}`);
}

/** Tells whether a message is no JSON on purpose (`invalid`). */
export function isInvalidAt({ invalid }: TranscriptHead, index: number): boolean {
  return invalid?.includes(`/${index}`) ?? false;
}
