import { expect } from 'chai';
import { createHash, randomBytes } from 'node:crypto';
import { Script } from 'node:vm';
import { inflateRawSync } from 'node:zlib';
import { matrixFromRuns } from '../harness/compat/matrix-from-runs.ts';
import type { WireRecord } from '../harness/results/verdict.ts';
import { withPredictions } from '../harness/compat/predictions.ts';
import { makeDemo } from './demo-data.test.ts';
import { HOSTILE, HOSTILE_SOURCE, hostileMatrix } from './hostile.test.ts';
import { DIALOGUE_LIMITS, dialogueDataFrom, packedDialogues, type DialogueSource } from './html-dialogues.ts';
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

function unpacked(packed: unknown): Record<string, unknown> {
  return JSON.parse(inflateRawSync(Buffer.from(String(packed), 'base64')).toString()) as Record<
    string,
    unknown
  >;
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
    const { cells } = unpacked(embedded(html, 'dialogue-data'));
    expect(Object.keys(cells as object)).to.have.length(40 * 4);
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

  it('puts predicted releases between the targets, and counts none of their cells', async () => {
    const demo = makeDemo(3);
    const [first] = demo.matrix.rows;
    const matrix = withPredictions(demo.matrix, ['6.2'], () => (row) => {
      return row === first?.row ? { kind: 'absent', evidence: 'not in 6.2', documented: false } : undefined;
    });
    const html = await renderHtml(matrix, demo.source);
    const data = embedded(html, 'matrix-data');
    const targets = data['targets'] as { name: string; state: string; at?: number }[];
    expect(targets.map(({ name, state, at }) => [name, state, at])).to.deep.equal([
      ['5.2.0 x86_64 tcg', 'run', 0],
      ['6.2 schema', 'predicted', undefined],
      ['7.2.22 x86_64 tcg', 'run', 1],
      ['10.0.13 x86_64 tcg', 'run', 2],
      ['11.1.3 x86_64 kvm', 'missing', 3],
      ['11.1.3 x86_64 tcg', 'run', 4],
    ]);
    const rows = data['rows'] as { cells: unknown[] }[];
    expect(rows.map(({ cells }) => cells[1])).to.deep.equal([1, 0, 0]);
    expect((data['predictions'] as string[]).map((text) => JSON.parse(text) as unknown)).to.deep.equal([
      { kind: 'absent', evidence: 'not in 6.2', documented: false },
    ]);
    const modules = data['modules'] as { counts: { ran: number }[] }[];
    expect(modules.map(({ counts }) => counts[1]?.ran)).to.deep.equal(modules.map(() => 0));
  });

  it('holds the histories of three families, in less than 200 kB', async () => {
    const { matrix, source } = makeDemo(1);
    const histories = embedded(await renderHtml(matrix, source), 'history-data');
    expect(Object.keys(histories)).to.deep.equal(['qmp', 'qsd', 'qga']);
    expect(Object.values(histories).join('').length).to.be.below(200_000);
    const { commands } = unpacked(histories['qmp']) as { commands: Record<string, { in: string }> };
    expect(commands['query-migrate']?.in).to.equal('0.14-');
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

  it('makes 2,000 rows × 8 targets in less than 2 s', async function () {
    this.timeout(20_000);
    const versions = ['5.2.0', '6.2.0', '7.2.22', '8.2.0', '9.0.0', '10.0.13', '10.2.0', '11.1.3'];
    const { matrix, source } = makeDemo(
      2000,
      versions.map((version) => `${version} x86_64 tcg`),
    );
    const started = performance.now();
    const html = await renderHtml(matrix, source);
    const took = Math.round(performance.now() - started);
    console.log(`        16,000 cells: ${took} ms, ${(html.length / 1e6).toFixed(1)} MB`);
    expect(took).to.be.below(2000);
  });

  // What costs most: bytes that do not pack, characters of three bytes, and what is escaped.
  for (const [name, textOf] of [
    ['random', () => randomBytes(15_000).toString('base64')],
    ['Chinese', (count: number) => `${count}${'字'.repeat(20_000)}`],
    ['control characters', (count: number) => `${count}${'\u0001'.repeat(20_000)}`],
  ] as const) {
    it(`stays below 20 MB however much was said: ${name}`, async function () {
      this.timeout(20_000);
      let said = 0;
      const dialogueOf = () => Promise.resolve(records(textOf(said++)));
      const { matrix, source } = makeDemo(400);
      const html = await renderHtml(matrix, { ...source, dialogueOf });
      expect(Buffer.byteLength(html)).to.be.below(20_000_000);
    });
  }

  it('stays bounded whatever an archive holds', async () => {
    const demo = makeDemo(200);
    const runs = demo.runs.map((run) => ({
      ...run,
      results: run.results.map((result, index) => ({
        ...result,
        verdict: 'fail' as const,
        reason: randomBytes(40_000).toString('hex'),
        findings: Array.from({ length: 60 }, (_, at) => ({
          blame: 'target' as const,
          rule: `schema/${index}`,
          message: at,
          pointer: '/x',
          what: `${index} ${at} ${'字'.repeat(3000)}`,
          expected: '',
        })),
      })),
    }));
    const html = await renderHtml(matrixFromRuns(runs), demo.source);
    expect(Buffer.byteLength(html)).to.be.below(20_000_000);
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
    const limits = { perCell: 10, perPage: 301, packed: 1_000_000 };
    const { texts } = await dialogues(
      { dialogueOf: () => Promise.resolve(records('😀'.repeat(400))) },
      1,
      limits,
    );
    for (const text of texts) expect(text.isWellFormed(), text).to.equal(true);
  });

  it('packs what does not pack well in part', async () => {
    const dialogueOf = () => Promise.resolve(records(randomBytes(10_000).toString('base64')));
    const { matrix, source } = makeDemo(100);
    const limits = { ...DIALOGUE_LIMITS, packed: 1_000_000 };
    const packed = await packedDialogues(matrix, { ...source, dialogueOf }, limits);
    expect(packed.length).to.be.within(500_000, 1_000_000);
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
