// Measures what each report of 2,000 rows on 4 targets costs, on this machine: `npm run benchmark:report`. Each is made
// in a process of its own, so that its memory is its own. It judges nothing; see docs/reports.md, "Figures".
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { makeDemo } from '../../reports/demo-data.test.ts';
import { renderHtml } from '../../reports/html.ts';
import { renderJunit } from '../../reports/junit.ts';
import { renderMarkdown } from '../../reports/markdown.ts';
import { renderNdjson } from '../../reports/ndjson.ts';
import { renderRunSarif } from '../../reports/run-sarif.ts';
import { renderSummary } from '../../reports/summary-markdown.ts';
import { renderTap } from '../../reports/tap.ts';
import { renderTerminal } from '../../reports/terminal.ts';

const ROWS = 2000;

type Demo = ReturnType<typeof makeDemo>;

const RENDERERS: Readonly<Record<string, (demo: Demo) => string | Promise<string>>> = {
  nothing: () => '',
  junit: ({ matrix }) => renderJunit(matrix),
  tap: ({ matrix }) => renderTap(matrix),
  sarif: ({ matrix }) => {
    const placeOf = (row: string) => ({ file: `recordings/${row}.qmp`, line: 1 });
    return renderRunSarif(matrix, { version: '0', exitCode: 1, placeOf });
  },
  markdown: ({ matrix }) => renderSummary(matrix),
  'matrix.md': ({ matrix }) => renderMarkdown(matrix),
  terminal: ({ matrix }) => renderTerminal(matrix, { columns: 120 }),
  ndjson: ({ matrix }) => renderNdjson(matrix, 1),
  html: ({ matrix, source }) => renderHtml(matrix, source),
};

const [asked] = process.argv.slice(2);
const render = asked === undefined ? undefined : RENDERERS[asked];
if (render === undefined) measureAll();
else await measure(render);

function measureAll(): void {
  const file = fileURLToPath(import.meta.url);
  for (const name of Object.keys(RENDERERS)) {
    const { stdout, stderr } = spawnSync(process.execPath, ['--import', 'tsx', file, name], {
      encoding: 'utf8',
    });
    process.stdout.write(`${name.padEnd(10)} ${stdout === '' ? stderr : stdout}`);
  }
}

async function measure(renderOne: (demo: Demo) => string | Promise<string>): Promise<void> {
  const demo = makeDemo(ROWS);
  const began = performance.now();
  const text = await renderOne(demo);
  const took = `${(performance.now() - began).toFixed(0)} ms`;
  const size = `${(Buffer.byteLength(text) / 1e6).toFixed(2)} MB`;
  const memory = `${Math.round(process.resourceUsage().maxRSS / 1024)} MB`;
  process.stdout.write(`${took.padStart(8)}  ${size.padStart(9)} written  ${memory.padStart(7)} of memory\n`);
}
