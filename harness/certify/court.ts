import { readRecordings } from '../replay/read-recordings.ts';
import { defaultRedactRules } from '../redact/default-rules.ts';
import { compileKnownFailures } from '../results/apply-known-failures.ts';
import { readExpectations } from '../results/expectation-files.ts';
import type { KnownFailure } from '../results/known-failures.ts';
import type { RowResult, WireRecord } from '../results/verdict.ts';
import { readStageBook, type StageBook } from '../stage/stage-book.ts';
import type { Transcript } from '../transcript/transcript.ts';
import { factsOfCertified, type CertifiedTarget } from './bundle-facts.ts';
import { readProfiles, type Profile } from './profile.ts';
import { recordOf } from './result-record.ts';
import { recordedTarget } from './recorded-target.ts';
import { sentAsRedacted } from './redact-log.ts';
import { createRejudge, type Rejudged } from './rejudge.ts';
import { scoredRows } from './scored-rows.ts';
import { EXPECTATIONS_FOLDER, suiteFacts, type SuiteFacts } from './suite-facts.ts';

/** All that judges a target for a profile: the part of this suite that it takes. */
export interface Court {
  readonly facts: SuiteFacts;
  /** By identity, sorted. */
  readonly scored: ReadonlyMap<string, Transcript>;
  /**
   * Judges a row again by its messages.
   * @param claimed what the submission says of it
   */
  readonly judge: (claimed: RowResult, records: readonly WireRecord[]) => Promise<Rejudged>;
}

/** What a suite judges by, all of it. */
export interface Suite {
  readonly corpus: readonly Transcript[];
  readonly stages: StageBook;
  readonly expectations: readonly KnownFailure[];
  readonly profiles: readonly Profile[];
}

/** Reads this suite; profiles may be those of another folder. @throws {InputError} */
export async function readSuite(profiles?: string): Promise<Suite> {
  const [corpus, stages, expectations, read] = await Promise.all([
    readRecordings(),
    readStageBook(),
    readExpectations(EXPECTATIONS_FOLDER).then(({ entries }) => entries),
    readProfiles(profiles),
  ]);
  return { corpus, stages, expectations, profiles: read };
}

/**
 * Takes of a suite what judges a target.
 * @throws {InputError} for a target that this suite cannot judge, and a profile with rows that it has not
 */
export async function openCourt(
  { corpus, stages, expectations }: Suite,
  profile: Profile,
  target: CertifiedTarget,
): Promise<Court> {
  const rows = scoredRows(profile, corpus, target.version);
  const scored = new Map(rows.map((row) => [row.head.id, row]));
  const facts = factsOfCertified(target);
  const expect = compileKnownFailures(expectations);
  const rejudge = createRejudge(
    recordedTarget(facts, target.programs),
    stages,
    sentAsRedacted(defaultRedactRules()),
  );
  return {
    facts: await suiteFacts(profile, rows, target.version),
    scored,
    judge: async (claimed, records) => {
      const row = scored.get(claimed.row);
      if (row === undefined) throw new TypeError(`${claimed.row} is not scored`);
      const { result, mismatch } = await rejudge(row, claimed, records);
      return { result: recordOf(expect(result, facts)), ...(mismatch && { mismatch }) };
    },
  };
}
