import type { SchemaChange, SchemaDiff } from '../harness/compat/diff/schema-diff.ts';
import { countChanges } from '../harness/compat/diff/schema-diff.ts';
import { ruleOf } from '../harness/compat/diff/rules.ts';
import { plural } from './figures.ts';

/** `qmp 9.0.0 -> 9.1.0: 4 breaking, 32 risky, 22 compatible`. */
export function headOfDiff(diff: SchemaDiff): string {
  const { before, after } = diff;
  const { breaking, risky, compatible } = countChanges(diff);
  const family = before.family === after.family ? before.family : `${before.family}, ${after.family}`;
  const counts = `${breaking} breaking, ${risky} risky, ${compatible} compatible`;
  const words = diff.changes.length === 0 ? 'no differences' : counts;
  return `${family} ${before.release} -> ${after.release}: ${words}`;
}

/** What a reader must know of the whole diff; nothing mostly. */
export function noteOfDiff({ conditionsUnknown }: SchemaDiff): string | undefined {
  if (conditionsUnknown !== true) return undefined;
  return 'introspection tells no conditions: what came or went may only be switched off in one of the builds';
}

/** `+` for what came, `-` for what went, `!` for what changed so that clients break, `~` for other changes. */
export function signOfChange({ change, severity }: SchemaChange): string {
  if (change === 'added') return '+';
  if (change === 'removed') return '-';
  return severity === 'breaking' ? '!' : '~';
}

/** The path at which a change shows first. */
export function pathOfChange({ paths, name }: SchemaChange): string {
  return paths[0] ?? name;
}

/** What is to be said beside rule and path: what was and is, where else, whether it was announced. */
export function detailsOfChange(change: SchemaChange): string {
  const { was, now, paths, definition, unstable, announcement } = change;
  const parts = [
    change.rule === 'absent-in-build' ? `depends on ${was ?? now ?? 'a condition'}` : turnOf(change),
    paths.length > 1 ? `${definition ?? 'one type'}, ${plural(paths.length, 'path')}` : '',
    unstable === true ? 'unstable' : '',
    announcement?.text ?? '',
  ];
  return parts.filter((part) => part !== '').join('; ');
}

function turnOf({ was, now }: SchemaChange): string {
  return was === undefined ? (now ?? '') : `${was} -> ${now ?? 'none'}`;
}

/** A change as a sentence that stands alone. */
export function sentenceOfChange(change: SchemaChange): string {
  const details = detailsOfChange(change);
  return `${pathOfChange(change)}: ${change.rule}, ${ruleOf(change.rule).text}${details === '' ? '' : ` (${details})`}`;
}
