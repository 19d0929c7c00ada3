import { fileURLToPath } from 'node:url';
import { loadRedactRules } from './read-rules.ts';
import type { RedactRule } from './rule.ts';

/** The rules for QAPI's own secrets: `default-rules.yaml`. Those of a user belong before them. */
export function defaultRedactRules(): readonly RedactRule[] {
  return loadRedactRules(fileURLToPath(new URL('default-rules.yaml', import.meta.url)));
}
