import type { WireItem } from '../wire-item.ts';
import type { QapiModel } from '../../qapi/model.ts';
import type { RuleId } from './rules.ts';

/** What both schemas tell, so that a difference is one. */
export interface Known {
  /** QAPI source alone tells all flags of commands; introspection tells `oob`, the others none. */
  readonly flags: 'all' | 'oob' | 'none';
  /** Whether both tell conditions: introspection has none. */
  readonly conditions: boolean;
}

/** What two models tell both. */
export function knownOf(before: QapiModel, after: QapiModel): Known {
  const both = [before, after];
  const source = both.every(({ sources }) => sources.includes('qapi'));
  const oob = both.every(({ sources }) => sources.includes('qapi') || sources.includes('introspection'));
  return { flags: source ? 'all' : oob ? 'oob' : 'none', conditions: source };
}

const FLAGS = [
  { flag: 'oob', added: 'oob-allowed', removed: 'oob-refused' },
  { flag: 'preconfig', added: 'preconfig-allowed', removed: 'preconfig-refused' },
  { flag: 'unchecked-arguments', added: 'arguments-became-unchecked', removed: 'arguments-became-checked' },
  { flag: 'no-success-response', added: 'success-response-removed', removed: 'success-response-added' },
] as const satisfies readonly { flag: string; added: RuleId; removed: RuleId }[];

/** The rules by which the flags of a command differ. */
export function compareFlags(before: WireItem, after: WireItem, known: Known): readonly RuleId[] {
  if (before.flags.length === 0 && after.flags.length === 0) return [];
  return FLAGS.filter(({ flag }) => known.flags === 'all' || (known.flags === 'oob' && flag === 'oob'))
    .filter(({ flag }) => before.flags.includes(flag) !== after.flags.includes(flag))
    .map(({ flag, added, removed }) => (after.flags.includes(flag) ? added : removed));
}
