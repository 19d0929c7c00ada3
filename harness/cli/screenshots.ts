// Makes the pictures of the documentation: `npm run screenshots -- out`, of a run's archives, with the machine's Chromium.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import type { Page } from 'playwright-core';
import { findChromium, openBrowser } from '../../reports/open-browser.ts';
import { runCommand } from './testing-cli.ts';

const DOCS = fileURLToPath(new URL('../../docs/', import.meta.url));

/** A picture: its height, and the steps that bring the page to what it shows. */
interface Picture {
  readonly file: string;
  readonly height: number;
  readonly hash: string;
  readonly prepare: (page: Page) => Promise<void>;
}

const PICTURES: readonly Picture[] = [
  {
    file: 'matrix.png',
    height: 720,
    hash: '#module=migration',
    prepare: (page) => page.locator('button.cell').first().waitFor(),
  },
  {
    file: 'matrix-cell.png',
    height: 800,
    hash: `#${new URLSearchParams({ q: 'first-bad:* row:*/query-cpus-fast/from-*' }).toString()}`,
    prepare: async (page) => {
      await page.locator('button.cell.turn').first().click();
      await page.locator('ol.dialogue').last().waitFor();
    },
  },
  {
    file: 'can-i-use.png',
    height: 760,
    hash: `#${new URLSearchParams({ view: 'Can I use', use: 'query-cpus' }).toString()}`,
    prepare: (page) => page.getByText('What the runs say').waitFor(),
  },
];

const [out = 'out'] = process.argv.slice(2);
const chromium = findChromium();
if (chromium === undefined) throw new Error('no chromium on PATH; expected one to make pictures with');
const folder = await mkdtemp(join(tmpdir(), 'screenshots-'));
try {
  const { code, stderr } = await runCommand(['matrix', out, '-o', folder]);
  if (code !== 0 && code !== 1) throw new Error(stderr);
  const browser = await openBrowser(chromium);
  try {
    for (const { file, height, hash, prepare } of PICTURES) {
      const page = await browser.newPage({ viewport: { width: 1280, height }, colorScheme: 'light' });
      await page.goto(pathToFileURL(join(folder, 'index.html')).href + hash);
      await prepare(page);
      await page.screenshot({ path: join(DOCS, file) });
      await page.close();
      process.stdout.write(`docs/${file}\n`);
    }
  } finally {
    await browser.close();
  }
} finally {
  await rm(folder, { recursive: true });
}
