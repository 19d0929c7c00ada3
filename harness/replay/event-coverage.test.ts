import { expect } from 'chai';
import { loadSchema } from '../json-schema/load-schema.ts';
import { modelFromSchema } from '../json-schema/model-from-schema.ts';
import { createValidator } from '../json-schema/validator.ts';
import { judgeTranscript } from '../lint/judge-transcript.ts';
import { classifyMessage } from '../transcript/classify-message.ts';
import { valueOfPattern } from '../transcript/read-pattern.ts';
import type { Transcript } from '../transcript/transcript.ts';
import { isJsonObject, stringAt } from '../json/value.ts';
import { findApplicability, isDocumentedIn } from './find-applicability.ts';
import { readRecordings } from './read-recordings.ts';

/** The releases that a package archive of today offers. */
const LIVE = ['5.2', '7.2', '10.0', '11.1'];

/**
 * Events that no row shows, on none of these releases, without anything of the host that few have. Each of their rows
 * says what is missing. An event that is seen from now on leaves this list.
 */
const UNSEEN: readonly string[] = [
  'CPU_POLARIZATION_CHANGE',
  'HV_BALLOON_STATUS_REPORT',
  'PR_MANAGER_STATUS_CHANGED',
  'RDMA_GID_STATUS_CHANGED',
  'VFIO_MIGRATION',
  'VFU_CLIENT_HANGUP',
];

describe('events of the live releases', function () {
  this.timeout(60_000);
  let known: ReadonlySet<string>;
  let rows: ReadonlyMap<string, readonly Transcript[]>;

  before(async () => {
    known = new Set(LIVE.flatMap(eventsOf));
    rows = rowsByEvent(await readRecordings());
  });

  it('are each shown by a row that is performed, or stand in the list of those that are not', () => {
    const performed = LIVE.flatMap((release) => performedOn(release, rows));
    const unseen = [...known].filter((event) => !performed.includes(event)).sort();
    expect(unseen).to.deep.equal([...UNSEEN].sort());
  });

  for (const event of UNSEEN) {
    it(`${event} has a row that says what is missing`, () => {
      const heads = (rows.get(event) ?? []).map(({ head }) => head);
      expect(heads.some(({ missing, hardware }) => (missing ?? hardware) !== undefined)).to.equal(true);
    });
  }
});

function eventsOf(release: string): readonly string[] {
  const { definitions } = modelFromSchema(loadSchema(release));
  return [...definitions.values()].filter(({ kind }) => kind === 'event').map(({ name }) => name);
}

function rowsByEvent(transcripts: readonly Transcript[]): ReadonlyMap<string, readonly Transcript[]> {
  const rows = new Map<string, Transcript[]>();
  for (const transcript of transcripts) {
    for (const event of eventsIn(transcript)) rows.set(event, [...(rows.get(event) ?? []), transcript]);
  }
  return rows;
}

function eventsIn({ messages }: Transcript): ReadonlySet<string> {
  const events = messages.filter((message) => classifyMessage(message) === 'event');
  return new Set(
    events.flatMap(({ body }) => {
      const value = body.kind === 'pattern' ? valueOfPattern(body.pattern).value : undefined;
      return isJsonObject(value) ? [stringAt(value, 'event')] : [];
    }),
  );
}

/** Events of rows that a run performs on a release, and that need nothing of the host. */
function performedOn(release: string, rows: ReadonlyMap<string, readonly Transcript[]>): readonly string[] {
  const validator = createValidator(loadSchema(release));
  const isPerformed = (transcript: Transcript): boolean => {
    if (!isDocumentedIn(transcript, release) || transcript.head.hardware !== undefined) return false;
    const judgement = judgeTranscript(transcript, validator);
    const scope = {
      version: release,
      architecture: 'x86_64',
      accelerator: transcript.head.requires?.accelerator ?? 'tcg',
      commands: new Set(judgement.commands),
      events: new Set(judgement.events),
      complete: true,
    };
    return findApplicability(transcript, judgement, scope, 'qemu').kind === 'perform';
  };
  return [...rows].filter(([, shown]) => shown.some(isPerformed)).map(([event]) => event);
}
