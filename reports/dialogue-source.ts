import { readDialogue } from '../harness/results/read-dialogue.ts';
import type { Run } from '../harness/results/run.ts';
import type { DialogueSource } from './html-dialogues.ts';

/** Dialogues out of the wire logs of `runs`; the transcripts' texts are the caller's to find. */
export function dialogueSourceOf(
  runs: readonly Run[],
  expectationOf: DialogueSource['expectationOf'],
): DialogueSource {
  // Several runs can be of one target, each with a share of its rows.
  const shares = runs.map((run) => ({ run, rows: new Set(run.results.map(({ row }) => row)) }));
  const dialogueOf: DialogueSource['dialogueOf'] = async (row, target) => {
    const share = shares.find(({ run, rows }) => run.target.name === target && rows.has(row));
    return share === undefined ? [] : readDialogue(share.run, row);
  };
  return { dialogueOf, expectationOf };
}
