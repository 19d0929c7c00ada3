import axe, { type AxeResults } from 'axe-core';
import { expect } from 'chai';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Browser, Page } from 'playwright-core';
import { withPredictions } from '../harness/compat/predictions.ts';
import { makeDemo } from './demo-data.test.ts';
import { HOSTILE, HOSTILE_SOURCE, hostileMatrix } from './hostile.test.ts';
import { renderHtml } from './html.ts';
import { findChromium, openBrowser } from './open-browser.ts';

const VERSIONS = ['5.2.0', '6.2.0', '7.2.22', '8.2.0', '9.0.0', '10.0.13', '10.2.0', '11.1.3'];

/** What runs in the page is JavaScript without types. */
const BACKGROUND = 'getComputedStyle(document.body).backgroundColor';

const chromium = findChromium();

/** Without a browser each test is pending, and says why. */
function inBrowser(title: string, test: () => Promise<void>): void {
  if (chromium === undefined) it(`${title} (no chromium on PATH)`);
  else it(title, test);
}

describe('the page in a browser', function () {
  this.timeout(20_000);
  let folder: string;
  let browser: Browser | undefined;
  let page: Page;
  /** What the page complains of, and whatever it asks for. */
  let complaints: string[];
  const pages = new Map<string, Promise<string>>();

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'site-'));
    if (chromium === undefined) return;
    browser = await openBrowser(chromium);
  });
  after(async () => {
    await browser?.close();
    await rm(folder, { recursive: true });
  });
  beforeEach(async () => {
    complaints = [];
    if (browser === undefined) return;
    page = await browser.newPage({ viewport: { width: 1280, height: 800 }, colorScheme: 'light' });
    page.on('console', (message) => complaints.push(`console: ${message.text()}`));
    page.on('pageerror', (error) => complaints.push(`error: ${error.message}`));
    page.on('dialog', (dialog) => {
      complaints.push(`dialog: ${dialog.message()}`);
      void dialog.dismiss();
    });
    page.on('request', (request) => {
      if (!request.url().startsWith('file:')) complaints.push(`request: ${request.url()}`);
    });
  });
  afterEach(async () => {
    if (browser === undefined) return;
    await page.close();
    expect(complaints).to.deep.equal([]);
  });

  async function write(name: string, make: () => Promise<string>): Promise<string> {
    const file = join(folder, `${name}.html`);
    await writeFile(file, await make());
    return pathToFileURL(file).href;
  }

  function site(name: string, make: () => Promise<string>): Promise<string> {
    const made = pages.get(name) ?? write(name, make);
    pages.set(name, made);
    return made;
  }

  function demo(rows: number, columns: number): Promise<string> {
    return site(`demo-${rows}-${columns}`, () => {
      const targets = Array.from({ length: columns }, (_, index) => {
        return `${VERSIONS[index % VERSIONS.length] ?? ''} x86_64 tcg${index < VERSIONS.length ? '' : ` build-${index}`}`;
      });
      const { matrix, source } = makeDemo(rows, targets);
      const kinds = ['absent', 'refused', 'fits'] as const;
      const predicted = withPredictions(matrix, ['4.2'], () => {
        let next = 0;
        return () => ({
          kind: kinds[next++ % 3] ?? 'fits',
          evidence: 'command x is not in 4.2',
          documented: false,
        });
      });
      return renderHtml(predicted, source);
    });
  }

  const query = () => page.getByRole('searchbox', { name: /^Query/ });
  const shown = () => page.locator('.rows-shown').textContent();
  const focused = () => page.evaluate<string>("document.activeElement?.getAttribute('aria-label') ?? ''");

  /** Milliseconds from the key to the painted result, as the page itself sees them. */
  function timeOf(text: string): Promise<number> {
    return page.evaluate<number>(`(async () => {
      const field = document.querySelector('input[type=search]');
      const started = performance.now();
      field.value = ${JSON.stringify(text)};
      field.dispatchEvent(new Event('input'));
      await new Promise((resolve) => requestAnimationFrame(() => setTimeout(resolve)));
      return performance.now() - started;
    })()`);
  }

  async function violations(): Promise<readonly string[]> {
    await page.evaluate(axe.source);
    const { violations: found } = await page.evaluate<AxeResults>('axe.run()');
    return found.map(({ id, nodes }) => {
      return `${id}: ${nodes
        .slice(0, 3)
        .map(({ html, failureSummary = '' }) => html + failureSummary)
        .join(' ')}`;
    });
  }

  inBrowser('opens 2,000 rows × 8 from disk and filters them in less than 1 s', async () => {
    const url = await demo(2000, 8);
    let opened = Infinity;
    // Something else may have kept the machine busy: then it is tried again.
    for (let tries = 0; tries < 3 && opened > 1000; tries++) {
      await page.goto('about:blank');
      const started = performance.now();
      await page.goto(url);
      expect(await shown()).to.equal('2,000 of 2,000 rows');
      opened = performance.now() - started;
    }
    const took = await timeOf('passed in 9.0, fails in 10.0 or crashed');
    console.log(`        open ${Math.round(opened)} ms, filter ${Math.round(took)} ms`);
    expect(await shown()).to.match(/^\d+ of 2,000 rows$/);
    expect(await shown()).to.not.match(/^(?:0|2,000) of/);
    expect(opened).to.be.below(1000);
    expect(took).to.be.below(1000);
  });

  inBrowser('scrolls and filters 50,000 cells without stutter', async () => {
    await page.goto(await demo(2000, 25));
    const took = await timeOf('fails not module:migration');
    await timeOf('');
    expect(await shown()).to.equal('2,000 of 2,000 rows');
    const session = await page.context().newCDPSession(page);
    // Processor time: other tests may run beside.
    await session.send('Performance.enable', { timeDomain: 'threadTicks' });
    const spent = async () => {
      const { metrics } = await session.send('Performance.getMetrics');
      return 1000 * (metrics.find(({ name }) => name === 'TaskDuration')?.value ?? Infinity);
    };
    // 300 pixels a frame are 18,000 a second: some twenty pages, faster than anybody flicks.
    const scroll = async (): Promise<number> => {
      const before = await spent();
      await page.evaluate(`(async () => {
        const box = document.querySelector('.scroll');
        box.scrollTop = 0;
        for (let step = 0; step < 20; step++) {
          box.scrollTop += 300;
          await new Promise((resolve) => requestAnimationFrame(resolve));
        }
      })()`);
      return ((await spent()) - before) / 20;
    };
    // The first time the browser compiles; whoever scrolls does so more than once.
    const frame = Math.min(await scroll(), await scroll(), await scroll());
    const cells = await page.locator('.cell').count();
    console.log(
      `        filter ${Math.round(took)} ms, a frame ${Math.round(frame)} ms; ${cells} cells in the document`,
    );
    expect(took).to.be.below(1000);
    // What takes less than 50 ms people do not see.
    expect(frame).to.be.below(50);
    expect(cells).to.be.within(500, 5000);
  });

  inBrowser('opens a cell: verdict, finding, rule, pointer, dialogue, history of the row', async () => {
    await page.goto(`${await demo(120, 8)}#q=row%3A*%2Fquery-migrate`);
    expect(await shown()).to.equal('1 of 120 rows');
    await page
      .getByRole('button', { name: 'examples/migration/query-migrate @ 9.0.0 x86_64 tcg: fail' })
      .click();
    const dialog = page.getByRole('dialog');
    const text = await dialog.innerText();
    for (const words of [
      'schema/unknown-member',
      '/return/ram/downtime-bytes',
      'QAPI: an object has only members that its type has in this release.',
      'first bad: 7.2.22 x86_64 tcg (passes on 6.2.0 x86_64 tcg)',
    ]) {
      expect(text).to.include(words);
    }
    await dialog.getByText('success response').first().waitFor();
    expect(await dialog.getByText('18446744073709551615').count()).to.be.above(0);
    expect(page.url()).to.match(/#q=row.*&cell=examples%2Fmigration%2Fquery-migrate\+%40\+9\.0\.0/);
    await page.keyboard.press('ArrowRight');
    expect(await dialog.locator('header p').textContent()).to.equal('10.0.13 x86_64 tcg');
    await dialog.getByRole('button', { name: '4.2 schema: predicted: ' }).click();
    expect(await dialog.innerText()).to.include('Not run; predicted by the schema.');
    await page.reload();
    expect(await dialog.locator('header p').textContent()).to.equal('4.2 schema');
    await page.keyboard.press('Escape');
    await page.waitForURL((address) => !address.hash.includes('cell='));
    expect(await dialog.count()).to.equal(0);
  });

  inBrowser('asks from a finding when a member came', async () => {
    await page.goto(`${await demo(120, 8)}#cell=examples%2Fmigration%2Fquery-migrate+%40+9.0.0+x86_64+tcg`);
    await page.getByRole('button', { name: 'Since when is there query-migrate.ram.downtime-bytes?' }).click();
    const answer = page.getByRole('region', { name: 'Answer' });
    await answer.getByText('query-migrate/returns/ram/downtime-bytes').waitFor();
    expect(await answer.innerText()).to.include('since 7.0; still in 11.1');
  });

  inBrowser('tells since when and until when there is a command, event or member', async () => {
    await page.goto(await demo(120, 8));
    await page.getByRole('tab', { name: 'Can I use' }).click();
    const field = page.getByRole('combobox', { name: /^Can I use/ });
    const answer = page.getByRole('region', { name: 'Answer' });
    for (const [name, words] of [
      ['migrate.blk', 'since 0.14 or before, gone in 9.1; deprecated since 8.2'],
      ['MIGRATION', 'since 2.4; still in 11.1'],
      ['query-status/returns/singlestep', 'gone in 9.0'],
      ['query-cpus', 'gone in 6.0'],
      ['downtime-bytes', 'query-migrate/returns/ram/downtime-bytes'],
      ['query-migratee', "No release from 0.14 to 11.1 has 'query-migratee'."],
      [HOSTILE, 'No release from 0.14 to 11.1 has'],
    ] as const) {
      await field.fill(name);
      await answer.getByText(words).first().waitFor();
    }
    await field.fill('query-block');
    await answer.getByRole('button', { name: /^Show \d rows$/ }).click();
    expect(await shown()).to.match(/^[1-9] of 120 rows$/);
    await page.getByRole('tab', { name: 'Can I use' }).click();
    await page.getByRole('combobox', { name: 'Of which program' }).selectOption('qga');
    await field.fill('guest-ping');
    await answer.getByText('since 0.15 or before').waitFor();
  });

  inBrowser('shows where a query is wrong, and keeps the rows of the last right one', async () => {
    await page.goto(await demo(120, 8));
    await query().fill('fails in 10.0');
    const rows = await shown();
    await query().fill('fails in 10.0 and (');
    expect(await page.locator('.query-error').textContent()).to.equal(
      'column 20: the query ends here; expected a condition',
    );
    expect(await query().getAttribute('aria-invalid')).to.equal('true');
    expect(await shown()).to.equal(rows);
    await query().press('Escape');
    expect(await shown()).to.equal('120 of 120 rows');
    expect(page.url()).to.not.include('#');
  });

  inBrowser('is walked through by keyboard', async () => {
    await page.goto(await demo(2000, 8));
    await page.keyboard.press('/');
    expect(await focused()).to.match(/^Query/);
    await query().fill('module:ui not row:*/example-*');
    await page.locator('button.cell').first().focus();
    expect(await focused()).to.match(/^examples\/ui\/query-vnc @ 4\.2 schema: not run; predicted/);
    await page.keyboard.press('ArrowRight');
    expect(await focused()).to.equal('examples/ui/query-vnc @ 5.2.0 x86_64 tcg: pass');
    await page.keyboard.press('ArrowDown');
    expect(await focused()).to.equal('examples/ui/screendump @ 5.2.0 x86_64 tcg: pass');
    await page.keyboard.press('End');
    expect(await focused()).to.equal('examples/ui/screendump @ 11.1.3 x86_64 tcg: pass');
    await page.keyboard.press('Home');
    await page.keyboard.press('ArrowUp');
    await page.keyboard.press('Enter');
    expect(await page.getByRole('dialog').getByRole('heading', { level: 2 }).textContent()).to.equal(
      'examples/ui/query-vnc',
    );
    await page.keyboard.press('Escape');
    expect(await focused()).to.match(/^examples\/ui\/query-vnc @ 4\.2 schema/);
    await page.keyboard.press('?');
    expect(await page.getByRole('dialog', { name: 'Query and keys' }).count()).to.equal(1);
    await page.keyboard.press('Escape');
    await query().fill('');
    await page.locator('button.cell').first().focus();
    await page.keyboard.press('Control+End');
    const last = await focused();
    expect(last).to.match(/^examples\/ui\/send-key\/example-\d+ @/);
    await page.keyboard.press('Control+Home');
    await page.keyboard.press('PageDown');
    expect(await focused()).to.match(/^examples\/acpi\/.*example-\d+ @/);
  });

  inBrowser('has no accessibility violations, in light and dark', async () => {
    await page.goto(await demo(40, 4));
    expect(await violations()).to.deep.equal([]);
    for (const name of ['Causes', 'Targets', 'Can I use']) {
      await page.getByRole('tab', { name }).click();
      if (name === 'Can I use') {
        await page.getByRole('combobox', { name: /^Can I use/ }).fill('migrate');
        await page.getByText('What the runs say').waitFor();
      }
      expect(await violations(), name).to.deep.equal([]);
    }
    await page.emulateMedia({ colorScheme: 'dark' });
    expect(await violations(), 'dark').to.deep.equal([]);
    await page.getByRole('tab', { name: 'Matrix' }).click();
    expect(await violations(), 'dark').to.deep.equal([]);
    await page.goto(`${await demo(40, 4)}#cell=examples%2Fmigration%2Fquery-migrate+%40+8.2.0+x86_64+tcg`);
    await page.reload();
    await page.getByText('success response').first().waitFor();
    expect(await violations(), 'dialog').to.deep.equal([]);
    await page.emulateMedia({ colorScheme: 'light' });
    expect(await violations(), 'dialog').to.deep.equal([]);
    await page.keyboard.press('Escape');
    await page.keyboard.press('?');
    expect(await violations(), 'help').to.deep.equal([]);
  });

  inBrowser('prints all rows', async () => {
    await page.goto(await demo(600, 8));
    const rows = page.locator('tbody th .name');
    expect(await rows.count()).to.be.below(100);
    await page.emulateMedia({ media: 'print' });
    await rows.nth(599).waitFor({ state: 'attached' });
    expect(await rows.count()).to.equal(600);
    expect(await page.locator('.controls').first().isVisible()).to.equal(false);
    expect(await page.evaluate(BACKGROUND)).to.equal('rgb(255, 255, 255)');
    await page.emulateMedia({ media: 'screen' });
    await rows.nth(599).waitFor({ state: 'detached' });
  });

  inBrowser('is dark where the reader wants it', async () => {
    await page.emulateMedia({ colorScheme: 'dark' });
    await page.goto(await demo(120, 8));
    expect(await page.evaluate(BACKGROUND)).to.equal('rgb(18, 21, 26)');
  });

  inBrowser('shows hostile texts, and does nothing that they say', async () => {
    const url = await site('hostile', () => renderHtml(hostileMatrix(), HOSTILE_SOURCE, { title: HOSTILE }));
    for (const hash of [
      '',
      '#<img src=x onerror=harmed=1>',
      '#q="><svg onload=harmed=1>',
      '#cell=javascript:harmed',
      '#view=__proto__',
      '#%E0%A4%A',
    ]) {
      await page.goto('about:blank');
      await page.goto(url + hash);
      expect(await page.locator('button.cell').count(), hash).to.equal(4);
      for (let row = 0; row < 4; row++) {
        await page.locator('button.cell').nth(row).click();
        await page.getByRole('dialog').getByText('Transcript', { exact: true }).waitFor();
        await page.keyboard.press('Escape');
        if (hash !== '') break;
      }
    }
    for (const name of ['Causes', 'Targets']) {
      await page.getByRole('tab', { name }).click();
      for (const summary of await page.locator('summary:visible').all()) await summary.click();
    }
    const harm = await page.evaluate(`({
      harmed: 'harmed' in globalThis,
      foreign: document.querySelectorAll('img, svg, iframe, object, link, base, form, a').length,
      scripts: document.scripts.length,
    })`);
    expect(harm).to.deep.equal({ harmed: false, foreign: 0, scripts: 4 });
    expect(await page.title()).to.include('</script><script>');
    // Nothing turns around what stands beside it.
    const text = await page.evaluate<string>("document.querySelector('main').textContent");
    expect(text)
      .to.include('\\u202eesrever')
      .and.not.match(/[\u202a-\u202e]/);
  });

  inBrowser('lets no script run that is not its own', async () => {
    await page.goto(await demo(120, 8));
    const ran = await page.evaluate(`(() => {
      const script = document.createElement('script');
      script.textContent = 'globalThis.harmed = 1';
      document.body.append(script);
      return 'harmed' in globalThis;
    })()`);
    expect(ran).to.equal(false);
    expect(complaints.splice(0).join()).to.match(/Content Security Policy/);
  });
});
