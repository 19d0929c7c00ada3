import pc from 'picocolors';
import { SEVERITIES, type Severity } from '../harness/compat/diff/rules.ts';
import type { SchemaChange, SchemaDiff } from '../harness/compat/diff/schema-diff.ts';
import { detailsOfChange, headOfDiff, noteOfDiff, pathOfChange, signOfChange } from './schema-diff-words.ts';
import { oneLine } from './text.ts';

/** How a diff is shown as text. */
export interface SchemaDiffTextOptions {
  /** ANSI colours; off unless asked for. */
  readonly colour?: boolean;
}

type Colours = ReturnType<typeof pc.createColors>;

/**
 * One line a change, as QEMU's maintainers asked for it, the worst first:
 * `- 9.1.0: migrate/arguments/blk  argument-removed; announced since 8.2, 2 releases before 9.1`. Ends with a line end.
 */
export function renderSchemaDiffText(diff: SchemaDiff, options: SchemaDiffTextOptions = {}): string {
  const colours = pc.createColors(options.colour === true);
  const sections = SEVERITIES.flatMap((severity) => {
    const changes = diff.changes.filter((change) => change.severity === severity);
    if (changes.length === 0) return [];
    const lines = changes.map((change) => lineOf(change, diff.after.release, colours));
    return [[paint(severity, colours)(severity), ...lines].join('\n')];
  });
  const note = noteOfDiff(diff);
  const head = [oneLine(headOfDiff(diff)), ...(note === undefined ? [] : [`note: ${note}`])].join('\n');
  return `${[head, ...sections].join('\n\n')}\n`;
}

function lineOf(change: SchemaChange, release: string, colours: Colours): string {
  const details = detailsOfChange(change);
  const start = `${signOfChange(change)} ${oneLine(release)}: ${oneLine(pathOfChange(change))}`;
  const rest = `${change.rule}${details === '' ? '' : `; ${oneLine(details)}`}`;
  return `${paint(change.severity, colours)(start)}  ${colours.dim(rest)}`;
}

function paint(severity: Severity, colours: Colours): (text: string) => string {
  switch (severity) {
    case 'breaking':
      return colours.red;
    case 'risky':
      return colours.yellow;
    case 'compatible':
      return colours.green;
  }
}
