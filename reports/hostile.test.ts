import type { Matrix } from '../harness/compat/matrix.ts';
import { matrixFromRuns } from '../harness/compat/matrix-from-runs.ts';
import { countVerdicts } from '../harness/results/run.ts';
import type { RowResult, WireRecord } from '../harness/results/verdict.ts';
import { demoTarget } from './demo-data.test.ts';
import type { DialogueSource } from './html-dialogues.ts';

/** Texts that would do harm where a renderer forgets to quote. */
export const HOSTILE = [
  '</script><script>globalThis.harmed = 1</script>',
  '<!--<script>',
  '<img src=x onerror="globalThis.harmed = 1">',
  '"><svg onload=globalThis.harmed=1>',
  '\u001b[2J\u001b]0;harmed\u0007',
  'not ok 1 - x # TODO # SKIP\nok 2\nBail out!\n',
  '| a | `b` | [c](javascript:harmed) **d** \\',
  '\u202eesrever \u2028\u2029 \u0000 \ud800',
  '__proto__',
  '  ---\n  ...\n1..0',
].join(' ');

/** A matrix in which every text is {@link HOSTILE}. */
export function hostileMatrix(): Matrix {
  const row = `examples/${HOSTILE.replaceAll('/', '')}/x`;
  const target = `9.9 ${HOSTILE}`;
  const finding = {
    blame: 'target',
    rule: HOSTILE,
    message: 1,
    pointer: `/${HOSTILE}`,
    what: HOSTILE,
    expected: HOSTILE,
  } as const;
  const process = { command: [HOSTILE], code: null, signal: HOSTILE, stderr: HOSTILE };
  const base = {
    target,
    reason: HOSTILE,
    checks: 1,
    documented: true,
    duration: 1,
    process,
    shrunk: HOSTILE,
  };
  const results: readonly RowResult[] = [
    { ...base, row, verdict: 'fail', findings: [finding] },
    { ...base, row: `${row}/2`, verdict: 'crash', findings: [] },
    { ...base, row: `${row}/3`, verdict: 'known-failure', findings: [] },
    { ...base, row: `${row}/4`, verdict: 'not-applicable', findings: [] },
  ];
  const dates = { started: '2026-01-01T00:00:00Z', finished: HOSTILE };
  const planned = results.map((result) => result.row);
  const summary = { complete: true, suite: HOSTILE, ...dates, planned, counts: countVerdicts(results) };
  const facts = { ...demoTarget(target), name: target, package: HOSTILE, where: HOSTILE };
  return matrixFromRuns(
    [{ dir: HOSTILE, target: facts, results, summary }],
    [{ name: HOSTILE, reason: HOSTILE }],
  );
}

/** Dialogues and transcripts that are {@link HOSTILE}. */
export const HOSTILE_SOURCE: DialogueSource = {
  dialogueOf: (row) => {
    const base = { row, connection: HOSTILE, at: 0 } as const;
    const records: readonly WireRecord[] = [
      { ...base, direction: '->', text: `{"execute": ${JSON.stringify(HOSTILE)}}` },
      { ...base, direction: '<-', text: HOSTILE },
      { ...base, direction: '<-', base64: HOSTILE },
    ];
    return Promise.resolve(records);
  },
  expectationOf: () => Promise.resolve(`---\nid: ${HOSTILE}\n---\n-> ${HOSTILE}\n<- ${HOSTILE}`),
};
