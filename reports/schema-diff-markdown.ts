import { SEVERITIES } from '../harness/compat/diff/rules.ts';
import type { SchemaChange, SchemaDiff } from '../harness/compat/diff/schema-diff.ts';
import { codeText, escapeMarkdown } from './markdown.ts';
import { detailsOfChange, headOfDiff, noteOfDiff, pathOfChange, signOfChange } from './schema-diff-words.ts';

/** A diff as GitHub-flavoured Markdown: a table for each severity, the worst first. */
export function renderSchemaDiffMarkdown(diff: SchemaDiff): string {
  const tables = SEVERITIES.flatMap((severity) => {
    const changes = diff.changes.filter((change) => change.severity === severity);
    if (changes.length === 0) return [];
    const rows = [['', 'path', 'rule', 'details'], ['---', '---', '---', '---'], ...changes.map(cellsOf)];
    return [`## ${severity}\n\n${rows.map((cells) => `| ${cells.join(' | ')} |`).join('\n')}`];
  });
  const note = noteOfDiff(diff);
  const head = [`# ${escapeMarkdown(headOfDiff(diff))}`, ...(note === undefined ? [] : [`Note: ${note}.`])];
  return `${[...head, ...tables].join('\n\n')}\n`;
}

function cellsOf(change: SchemaChange): string[] {
  return [
    `\`${signOfChange(change)}\``,
    `\`${codeText(pathOfChange(change))}\``,
    change.rule,
    escapeMarkdown(detailsOfChange(change)),
  ];
}
