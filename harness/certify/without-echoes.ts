import type { WireRecord } from '../results/verdict.ts';

/**
 * An event goes to every monitor. The monitor of a capture's stage and the capture's first connection have one name in
 * the log; of an event that came on both the second is left out.
 */
export function withoutEchoes(records: readonly WireRecord[]): readonly WireRecord[] {
  const seen = new Set<string>();
  return records.filter(({ connection, direction, phase, text }) => {
    if (connection !== 'main' || direction !== '<-' || phase !== undefined) return true;
    if (text === undefined || !text.includes('"event"') || !text.includes('"timestamp"')) return true;
    if (seen.delete(text)) return false;
    seen.add(text);
    return true;
  });
}
