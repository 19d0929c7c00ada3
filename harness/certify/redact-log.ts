import { defaultRedactRules } from '../redact/default-rules.ts';
import { createRedactor } from '../redact/redactor.ts';
import type { RedactRule } from '../redact/rule.ts';
import type { WireRecord } from '../results/verdict.ts';

/** Takes the secrets out of the messages of one row, as recordings are redacted: by QAPI's own rules. */
export function redactLog(
  records: readonly WireRecord[],
  rules: readonly RedactRule[] = defaultRedactRules(),
): readonly WireRecord[] {
  const redactor = createRedactor(rules);
  const numberOf = numbering();
  return records.map((record): WireRecord => {
    const { text, base64, direction, connection } = record;
    if (text !== undefined) {
      const redacted = redactor.redactMessage(text, direction, numberOf(connection));
      return redacted === text ? record : { ...record, text: redacted };
    }
    const bytes = Buffer.from(base64 ?? '', 'base64').toString('latin1');
    const redacted = redactor.redactPart(bytes, direction, numberOf(connection));
    return redacted === bytes
      ? record
      : { ...record, base64: Buffer.from(redacted, 'latin1').toString('base64') };
  });
}

/** Makes what tells, for one row, how a message that is sent stands in a log without secrets. */
export function sentAsRedacted(
  rules: readonly RedactRule[],
): () => (text: string, connection: string) => string {
  return () => {
    const redactor = createRedactor(rules);
    const numberOf = numbering();
    return (text, connection) => redactor.redactMessage(text, '->', numberOf(connection));
  };
}

function numbering(): (connection: string) => number {
  const numbers = new Map<string, number>();
  return (connection) => {
    const number = numbers.get(connection) ?? numbers.size;
    numbers.set(connection, number);
    return number;
  };
}
