import type { Validator } from '../json-schema/validator.ts';
import { explainDifference } from '../replay/explain-difference.ts';
import type { PlannedReplay } from '../replay/plan-replay.ts';
import type { DialogueView } from './dialogue-view.ts';

/** Tells programs what happens: a JSON object to a line, each with `type` and, in milliseconds from the start, `at`. */
export function createDialogueJson(write: (text: string) => void): DialogueView {
  const state = {
    began: undefined as number | undefined,
    replay: undefined as PlannedReplay | undefined,
    validator: undefined as Validator | undefined,
  };
  const put = (type: string, content: object, at = performance.now()): void => {
    const offset = Math.round(Math.max(0, at - (state.began ??= at)) * 1000) / 1000;
    write(`${JSON.stringify({ type, at: offset, ...content })}\n`);
  };
  return {
    begin: (replay, validator) => {
      Object.assign(state, { began: undefined, replay, validator });
      const { file, head } = replay.transcript;
      put('replay', { file, id: head.id, target: replay.target.facts.name });
    },
    opened: (connection, at) => put('opened', { connection }, at),
    closed: (connection, by, at) => put('closed', { connection, by }, at),
    sent: ({ index, connection, text }, at) => put('sent', { message: index, connection, text }, at),
    came: ({ connection, incoming, violations }) => {
      const { kind, text, at } = incoming;
      put('came', { connection, kind, text, violations }, at);
    },
    compared: (index, live, complaints) => {
      const { replay, validator } = state;
      if (replay === undefined || validator === undefined) return;
      const differences = complaints.map((one) =>
        explainDifference(replay.transcript, index, live, one, validator),
      );
      put('compared', { message: index, line: replay.transcript.messages[index]?.line, differences });
    },
    missed: (finding) => put('missed', finding),
    end: (
      { transcript, target },
      { performance: { verdict, reason, findings, checks, process }, contradictions },
    ) =>
      put('verdict', {
        id: transcript.head.id,
        target: target.facts.name,
        verdict,
        ...(reason !== undefined && { reason }),
        checks,
        findings,
        contradictions,
        ...(process && { process }),
      }),
  };
}
