import type { Transcript } from '../transcript/transcript.ts';
import type { CorpusStats } from './count-corpus.ts';
import type { ImportResult } from './import-examples.ts';

/** What an import did, for people. */
export function reportOfImport({ read, examples, findings }: ImportResult): string {
  const counted = read.map(({ release, kind, ...counts }) => [
    release,
    kind,
    ...[
      counts.blocks,
      counts.examples,
      counts.messages,
      counts.client ?? 0,
      counts.arrowless,
      counts.malformed,
    ].map(String),
  ]);
  const head = ['release', 'source', 'blocks', 'examples', 'messages', 'client', 'arrowless', 'malformed'];
  const found = findings.map(
    ({ release, place, definition, kind, text }) => `${place}: ${kind}: ${text} (${definition}, ${release})`,
  );
  const changes = { new: 0, provenance: 0, none: 0 };
  for (const { change } of examples) changes[change]++;
  return [
    ...table([head, ...counted]),
    ...found,
    `${changes.new} new, ${changes.provenance} with other releases, ${changes.none} unchanged`,
    '',
  ].join('\n');
}

/** The same for programs. */
export function jsonOfImport({ read, examples, findings }: ImportResult): string {
  const changed = examples
    .filter(({ change }) => change !== 'none')
    .map(({ head, change }) => ({ id: head.id, change, source: head.source }));
  return `${JSON.stringify({ read, changed, findings }, undefined, 2)}\n`;
}

/** One example to a line: identity and where it stands. */
export function linesOfExamples(transcripts: readonly Transcript[]): string {
  const rows = transcripts.map(({ head }) => [
    head.id,
    head.source.map(({ document, releases }) => `${document} ${releases}`).join('; '),
  ]);
  return table(rows)
    .map((line) => `${line}\n`)
    .join('');
}

/** The same for programs, with what each example needs. */
export function jsonOfExamples(transcripts: readonly Transcript[]): string {
  const list = transcripts.map(({ head, messages }) => {
    const { id, source, stage, missing, requires } = head;
    return { id, source, stage, missing, requires, messages: messages.length };
  });
  return `${JSON.stringify(list, undefined, 2)}\n`;
}

const COUNTED = ['examples', 'messages', 'client', 'malformed'] as const;

/** The counts, by release and by module. A number with `!` differs from what the documentation has. */
export function tableOfStats(stats: CorpusStats): string {
  const releases = stats.releases.map(({ found, held }) => [
    found.release,
    found.kind,
    String(found.blocks),
    ...COUNTED.map((name) => {
      const all = held[name] + (found.repeated?.[name] ?? 0);
      const documented = found[name] ?? all;
      return all === documented ? String(all) : `${all} of ${documented} !`;
    }),
    String(found.arrowless),
    String(found.repeated?.examples ?? 0),
  ]);
  const modules = stats.modules.map(({ module, examples, messages, client, malformed }) => [
    module,
    ...[examples, messages, client, malformed].map(String),
  ]);
  const total = ['all', ...[stats.transcripts, stats.messages, stats.client, stats.malformed].map(String)];
  return [
    ...table([
      ['release', 'source', 'blocks', 'examples', 'messages', 'client', 'malformed', 'arrowless', 'repeated'],
      ...releases,
    ]),
    '',
    ...table([['module', 'transcripts', 'messages', 'client', 'malformed'], ...modules, total]),
    '',
  ].join('\n');
}

function table(rows: readonly (readonly string[])[]): string[] {
  const widths: number[] = [];
  for (const row of rows) {
    row.forEach((cell, column) => (widths[column] = Math.max(widths[column] ?? 0, cell.length)));
  }
  return rows.map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd(),
  );
}
