import { expect } from 'chai';
import { createHash } from 'node:crypto';
import { Script } from 'node:vm';
import type { WireRecord } from '../harness/results/verdict.ts';
import { makeDemo } from './demo-data.test.ts';
import { HOSTILE, HOSTILE_SOURCE, hostileMatrix } from './hostile.test.ts';
import { DIALOGUE_LIMITS, dialogueDataFrom, type DialogueSource } from './html-dialogues.ts';
import { joinModules, renderHtml } from './html.ts';

/** The contents of the page's elements of one kind, as a browser finds them: up to the next end tag. */
function elements(
  html: string,
  name: string,
): readonly { readonly attributes: string; readonly text: string }[] {
  const found = html.matchAll(new RegExp(`<${name}\\b([^>]*)>([\\s\\S]*?)</${name}>`, 'g'));
  return [...found].map(([, attributes = '', text = '']) => ({ attributes, text }));
}

function embedded(html: string, id: string): Record<string, unknown> {
  const element = elements(html, 'script').find(({ attributes }) => attributes.includes(`id="${id}"`));
  return JSON.parse(element?.text ?? '') as Record<string, unknown>;
}

interface DialogueData {
  readonly texts: readonly string[];
  readonly cells: Readonly<Record<string, { messages: readonly (readonly number[])[]; omitted: number }>>;
  readonly expectations: readonly number[];
}

async function dialogues(
  source: Partial<DialogueSource>,
  rows = 8,
  limits = DIALOGUE_LIMITS,
): Promise<DialogueData> {
  const demo = makeDemo(rows);
  return (await dialogueDataFrom(demo.matrix, { ...demo.source, ...source }, limits)) as DialogueData;
}

function records(...texts: readonly string[]): readonly WireRecord[] {
  return texts.map((text) => ({ row: 'r', connection: 'main', direction: '<-', at: 1, text }));
}

describe('renderHtml', () => {
  it('embeds every row, target, verdict and dialogue', async () => {
    const { matrix, source } = makeDemo(40);
    const html = await renderHtml(matrix, source, { title: 'A & B <c>' });
    const data = embedded(html, 'matrix-data');
    const rows = data['rows'] as { row: string; cells: (0 | [number, ...unknown[]])[] }[];
    const verdicts = data['verdicts'] as { word: string }[];
    const shown = rows.map(({ row, cells }) => [
      row,
      ...cells.map((cell) => (cell === 0 ? 0 : verdicts[cell[0]]?.word)),
    ]);
    expect(shown).to.deep.equal(
      matrix.rows.map(({ row, cells }) => [row, ...cells.map((cell) => cell?.verdict ?? 0)]),
    );
    const shrunk = rows.flatMap(({ cells }) =>
      cells.flatMap((cell) => (cell === 0 ? [] : ((data['texts'] as string[])[Number(cell[7])] ?? []))),
    );
    expect(shrunk).to.have.length.above(0);
    expect(shrunk).to.deep.equal(
      matrix.rows.flatMap(({ cells }) => cells.flatMap((cell) => cell?.shrunk ?? [])),
    );
    expect(Object.keys(embedded(html, 'dialogue-data')['cells'] as object)).to.have.length(40 * 4);
    expect(html).to.include('<title>A &amp; B &lt;c&gt;</title>');
  });

  it('is one file: nothing is loaded, and only its own program may run', async () => {
    const { matrix, source } = makeDemo(5);
    const html = await renderHtml(matrix, source);
    const outsideData = html.replaceAll(/<script type="application\/json"[\s\S]*?<\/script>/g, '');
    expect(outsideData).to.not.match(/\b(?:src|href)=|url\(|@import|https?:/);
    expect(outsideData).to.not.match(
      /innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\b|new Function|setHTML/,
    );
    const program =
      elements(html, 'script').find(({ attributes }) => attributes.includes('module'))?.text ?? '';
    const style = elements(html, 'style')[0]?.text ?? '';
    for (const text of [program, style]) {
      expect(html).to.include(`'sha256-${createHash('sha256').update(text).digest('base64')}'`);
    }
    expect(html).to.include("default-src 'none'");
    // Compiles, so that no two of the joined modules declare the same name.
    expect(new Script(program)).to.be.instanceOf(Script);
    expect(program).to.not.match(/^(?:import|export) /m);
  });

  it('keeps hostile texts from becoming markup', async () => {
    const clean = makeDemo(4);
    const html = await renderHtml(hostileMatrix(), HOSTILE_SOURCE, { title: HOSTILE });
    const tags = (text: string) => [...text.matchAll(/<\/?[a-z!][^\s>]*/gi)].map(([tag]) => tag);
    const expected = await renderHtml(clean.matrix, clean.source);
    expect(tags(html)).to.deep.equal(tags(expected));
    const texts = embedded(html, 'matrix-data')['texts'] as readonly string[];
    expect(texts).to.include(HOSTILE);
  });

  it('makes 5,000 cells in good time and size', async function () {
    this.timeout(20_000);
    const { matrix, source } = makeDemo(1250);
    const started = performance.now();
    const html = await renderHtml(matrix, source);
    const took = Math.round(performance.now() - started);
    console.log(`        5,000 cells: ${took} ms, ${(html.length / 1e6).toFixed(1)} MB`);
    expect(html.length).to.be.below(15_000_000);
  });

  it('stays bounded however much was said', async () => {
    let said = 0;
    const dialogueOf = () => Promise.resolve(records(`"${said++}${'x'.repeat(400_000)}"`));
    const { matrix, source } = makeDemo(300);
    const html = await renderHtml(matrix, { ...source, dialogueOf });
    expect(html.length).to.be.below(15_000_000);
  });
});

describe('dialogueDataFrom', () => {
  it('keeps a text that many cells share once', async () => {
    const { texts } = await dialogues({ dialogueOf: () => Promise.resolve(records('"same"', '"same"')) });
    expect(texts.filter((text) => text === '"same"')).to.have.length(1);
  });

  it('cuts a long message, says how long it was, and leaves room for what follows', async () => {
    const long = `"${'x'.repeat(50_000)}"`;
    const { texts, cells } = await dialogues({ dialogueOf: () => Promise.resolve(records(long, '"after"')) });
    const [first, second] = cells['0:0']?.messages ?? [];
    expect(texts[first?.[3] ?? -1]).to.have.length(15_000);
    expect(first?.[4]).to.equal(50_002);
    expect(texts[second?.[3] ?? -1]).to.equal('"after"');
  });

  it('does not cut a character in two', async () => {
    const limits = { perCell: 10, perPage: 301 };
    const { texts } = await dialogues(
      { dialogueOf: () => Promise.resolve(records('😀'.repeat(400))) },
      1,
      limits,
    );
    for (const text of texts) expect(text.isWellFormed(), text).to.equal(true);
  });

  it('leaves messages out of a flood, and counts them', async () => {
    const flood = records(...Array.from({ length: 1000 }, (_, index) => `"${index}"`));
    const { cells } = await dialogues({ dialogueOf: () => Promise.resolve(flood) });
    expect(cells['0:0']).to.include({ omitted: 800 });
  });

  it('spends the room of the page on what is red first', async () => {
    const { matrix } = makeDemo(40);
    const order: string[] = [];
    await dialogues(
      { dialogueOf: (row, target) => Promise.resolve((order.push(`${row} @ ${target}`), [])) },
      40,
    );
    const verdicts = new Map(
      matrix.rows.flatMap(({ cells }) =>
        cells.map((cell) => [`${cell?.row ?? ''} @ ${cell?.target ?? ''}`, cell?.verdict]),
      ),
    );
    const passes = order.map((name) => verdicts.get(name) === 'pass');
    expect(passes.indexOf(true)).to.equal(passes.filter((isPass) => !isPass).length);
  });

  it('says which transcripts are not at hand', async () => {
    const { expectations } = await dialogues({ expectationOf: () => Promise.resolve(undefined) });
    expect(new Set(expectations)).to.deep.equal(new Set([-1]));
  });
});

describe('joinModules', () => {
  it('takes out imports and exports only', () => {
    const text = joinModules([
      "import { a,\n  b } from './x.js';\nimport './y.js';\nexport function c() {}\nexport const d = 'import x';\n",
    ]);
    expect(text).to.equal("\nfunction c() {}\nconst d = 'import x';\n");
  });
});
