import { InputError } from '../errors.ts';
import { parseReleaseRange, rangeHolds } from '../release/release-range.ts';
import type { Transcript } from '../transcript/transcript.ts';
import type { AnswerSources, SourceDialogue } from './lenient-answers.ts';
import { readDialogue } from './recorded-dialogue.ts';
import { versionIn } from './serve.ts';
import { findServedRelease, servedRelease, type ServedRelease } from './served-release.ts';

/** What a server is to be made of. */
export interface WantedSources {
  /** What the user named, in that order: captures, which say what was. */
  readonly captures: readonly Transcript[];
  /** A release that is to be served by what is documented of it. */
  readonly release?: string;
  readonly documented?: readonly Transcript[];
  /** The release that requests are held against, where it is not that of the above. */
  readonly checkedBy?: string;
}

/**
 * Puts together what a server answers from.
 * @throws {InputError} for a release of which no schema is shipped, and where nothing of the captures could be served
 */
export function readSources({ captures, release, documented = [], checkedBy }: WantedSources): AnswerSources {
  const dialogues = captures.map((transcript): SourceDialogue => ({
    dialogue: readDialogue(transcript),
    trusted: true,
    about: new Set(),
  }));
  const empty = dialogues.find(({ dialogue }) => dialogue.exchanges.length === 0);
  if (empty !== undefined)
    throw new InputError(`${empty.dialogue.file}:1:1: no command that is answered; expected one`);
  const named = checkedBy ?? release;
  const known = named === undefined ? releaseIn(dialogues) : servedRelease(named);
  const version = release ?? known?.version ?? '';
  const fitting = documented.filter((transcript) => isOf(transcript, version));
  return {
    release: known,
    dialogues: [...dialogues, ...fitting.map((transcript) => documentedDialogue(transcript, known))],
  };
}

function releaseIn(dialogues: readonly SourceDialogue[]): ServedRelease | undefined {
  for (const { dialogue } of dialogues) {
    const version = versionIn(dialogue);
    if (version !== undefined) return findServedRelease(version);
  }
  return undefined;
}

/** A recording without provenance is its author's own claim, and holds for every release that it does not exclude. */
function isOf({ head }: Transcript, version: string): boolean {
  const holds = (range: string): boolean => rangeHolds(parseReleaseRange(range), version);
  if (head.requires?.releases !== undefined && !holds(head.requires.releases)) return false;
  return head.source.length === 0 || head.source.some(({ releases }) => holds(releases));
}

/** Commands of other programs, such as the guest agent, are none of this server. */
function documentedDialogue(transcript: Transcript, release: ServedRelease | undefined): SourceDialogue {
  const dialogue = readDialogue(transcript);
  const exchanges = dialogue.exchanges.filter(
    ({ command }) => release?.validator.hasCommand(command) !== false,
  );
  const about = new Set(transcript.head.source.map(({ definition }) => definition));
  return { dialogue: { ...dialogue, exchanges }, trusted: false, about };
}
