import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import type { Matrix } from '../harness/compat/matrix.ts';
import { htmlDataFrom } from './html-data.ts';
import { packedDialogues, type DialogueLimits, type DialogueSource } from './html-dialogues.ts';
import { packedHistories } from './html-history.ts';

/** How the page is made. */
export interface HtmlOptions {
  readonly title?: string;
  readonly limits?: DialogueLimits;
}

/** The page's program, in the order of its imports; `page/*.js` are modules that are joined into one. */
const PROGRAM = [
  'dom.js',
  'page-state.js',
  'lay-out-json.js',
  'match-words.js',
  'query.js',
  'grid-lines.js',
  'grid-cells.js',
  'grid.js',
  'help.js',
  'filter.js',
  'message-view.js',
  'row-history.js',
  'cell-dialog.js',
  'causes-view.js',
  'targets-view.js',
  'read-history.js',
  'can-i-use.js',
  'main.js',
] as const;

/**
 * The matrix as one page that needs nothing else: no network, no server. Data is embedded as JSON, or packed, and
 * shown as text; a policy in the page allows the one program that we wrote and no other, whatever a target may have
 * said.
 */
export async function renderHtml(
  matrix: Matrix,
  source: DialogueSource,
  options: HtmlOptions = {},
): Promise<string> {
  const title = options.title ?? 'QMP conformance';
  const style = await readPagePart('page.css');
  const program = await readProgram();
  const policy = `default-src 'none'; style-src ${hashOf(style)}; script-src ${hashOf(program)}; base-uri 'none'; form-action 'none'`;
  return [
    '<!doctype html>',
    '<html lang="en">',
    '<head>',
    '<meta charset="utf-8">',
    `<meta http-equiv="Content-Security-Policy" content="${policy}">`,
    '<meta name="viewport" content="width=device-width, initial-scale=1">',
    '<meta name="color-scheme" content="light dark">',
    `<title>${escapeText(title)}</title>`,
    `<style>${style}</style>`,
    '</head>',
    '<body>',
    '<noscript>This page shows its data with a script. matrix.md holds the same tables.</noscript>',
    '<div id="app"></div>',
    embed('matrix-data', htmlDataFrom(matrix, title)),
    embed('dialogue-data', await packedDialogues(matrix, source, options.limits)),
    embed('history-data', await packedHistories()),
    `<script type="module">${program}</script>`,
    '</body>',
    '</html>',
    '',
  ].join('\n');
}

/** JSON in a script element: without `<` nothing in it can end the element or open a comment. */
function embed(id: string, data: unknown): string {
  return `<script type="application/json" id="${id}">${JSON.stringify(data).replaceAll('<', '\\u003c')}</script>`;
}

async function readProgram(): Promise<string> {
  const parts = await Promise.all(PROGRAM.map(readPagePart));
  return joinModules(parts);
}

/** Joins modules whose top-level names differ: without their imports and exports they are one module. */
export function joinModules(sources: readonly string[]): string {
  const bodies = sources.map((source) =>
    source.replaceAll(/^import [^;]*;\n/gm, '').replaceAll(/^export /gm, ''),
  );
  return `\n${bodies.join('\n')}`;
}

function readPagePart(name: string): Promise<string> {
  return readFile(new URL(`page/${name}`, import.meta.url), 'utf8');
}

function hashOf(text: string): string {
  return `'sha256-${createHash('sha256').update(text).digest('base64')}'`;
}

function escapeText(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
