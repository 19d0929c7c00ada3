import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { expect } from 'chai';
import { InputError } from '../errors.ts';
import { keyOfExample } from './collect-examples.ts';
import { readExampleCorpus } from './corpus.ts';
import { countCorpus } from './count-corpus.ts';
import { importExamples, sourceFromWord } from './import-examples.ts';
import { tableOfStats } from './report-examples.ts';
import { unreadExecutes } from './unread-executes.ts';
import { readDocumentation, type DocumentationSource } from './read-documentation.ts';

const frob = (more = ''): string => `-> { "execute": "frob"${more} }\n<- { "return": {} }\n`;
const comment = (definition: string, text: string): string =>
  `##\n# @${definition}:\n#\n# Example:\n#\n${text.replaceAll(/^(?=.)/gm, '# ')}##\n{ 'command': '${definition}' }\n`;

/** Trees of four ages: what each file holds. */
const TREES: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  '0.14': {
    'qmp-commands.hx': `SQMP\nfrob\n----\nExample:\n${frob()}\nEQMP\nSQMP\nold\n---\nExample:\n-> { "execute": "old" }\nEQMP\n`,
    'QMP/qmp-events.txt': 'FROBBED\n-------\nExample:\n{ "event": "FROBBED" }\n',
    'QMP/qmp-spec.txt': '3.1 Simple frob\n---------------\n\nC: { "execute": "frob" }\nS: { "return": {} }\n',
  },
  '2.8': {
    'docs/qmp-commands.txt': `frob\n----\nExample:\n${frob()}`,
    'qapi-schema.json': comment('frob', frob()) + "{ 'command': 'old' }\n{ 'include': 'qapi/event.json' }\n",
    'qapi/event.json': "{ 'event': 'FROBBED' }\n",
    'docs/frobs.md': `# Frobs\n\n## Frobbing\n\n\`\`\`json\n{ "execute": "frob" }\n\`\`\`\n`,
    'docs/qmp-spec.txt':
      '3.1 Simple frob\n---------------\n\nC: { "execute": "frob" }\nS: { "return": {} }\n',
  },
  '5.2': {
    'qapi/qapi-schema.json': "{ 'include': 'frob.json' }\n",
    'qapi/frob.json': comment('frob', `${frob()}\nor\n\n${frob(', "id": 1')}`),
    'qga/qapi-schema.json': comment('guest-frob', '-> { "execute": "guest-frob" }\n'),
    'storage-daemon/qapi/qapi-schema.json': `${comment('sd-frob', frob())}{ 'include': '../../qapi/frob.json' }\n`,
    'docs/interop/frobs.rst': 'Frobbing\n========\n\n::\n\n  { "execute": "frob" }\n',
    'docs/interop/qmp-spec.txt': 'The "execute" member.\n',
  },
  '10.0': {
    'qapi/qapi-schema.json': "{ 'include': 'frob.json' }\n",
    'qapi/frob.json': comment('frob', frob(', "id": 2')),
  },
};

describe('importExamples of whole trees', () => {
  let root = '';
  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), 'trees-'));
    for (const [release, files] of Object.entries(TREES)) {
      for (const [name, text] of Object.entries(files)) {
        const file = join(root, release, name);
        mkdirSync(dirname(file), { recursive: true });
        writeFileSync(file, text);
      }
    }
  });
  afterEach(() => rmSync(root, { recursive: true }));

  const sources = (...releases: readonly string[]): DocumentationSource[] =>
    releases.map((release) => ({ kind: 'qapi', release, path: join(root, release) }));
  const all = Object.keys(TREES);

  /** Imports step by step, and says what each identity stands for after each step. */
  const importSteps = (corpus: string, ...steps: readonly (readonly string[])[]): Map<string, string>[] =>
    steps.map((step) => {
      importExamples(sources(...step), join(root, corpus), { dryRun: false });
      const { transcripts } = readExampleCorpus(join(root, corpus));
      return new Map(transcripts.map(({ head, messages }) => [head.id, keyOfExample('', messages)]));
    });

  it('makes one transcript of what stands in several kinds of documents', () => {
    importSteps('corpus', all);
    const { transcripts } = readExampleCorpus(join(root, 'corpus'));
    const places = transcripts.map(({ head }) => [
      head.id.replace('examples/', ''),
      ...head.source.map(({ document, releases }) => `${document} ${releases}`),
    ]);
    expect(places).to.deep.equal([
      ['docs/frobs/frobbing/frob', 'docs/frobs.md 2.8', 'docs/interop/frobs.rst 5.2'],
      ['event/FROBBED', 'QMP/qmp-events.txt 0.14'],
      [
        'frob/frob',
        'qmp-commands.hx 0.14',
        'qapi-schema.json 2.8',
        'docs/qmp-commands.txt 2.8',
        'qapi/frob.json 5.2',
      ],
      ['frob/frob/from-10.0', 'qapi/frob.json 10.0'],
      ['frob/frob/id', 'qapi/frob.json 5.2'],
      ['qapi-schema/old', 'qmp-commands.hx 0.14'],
      ['qapi-schema/sd-frob', 'storage-daemon/qapi/qapi-schema.json 5.2'],
      ['qga/guest-frob', 'qga/qapi-schema.json 5.2'],
      ['spec/simple-frob', 'QMP/qmp-spec.txt 0.14', 'docs/qmp-spec.txt 2.8'],
    ]);
  });

  const orders: readonly (readonly [string, readonly (readonly string[])[]])[] = [
    ['oldest first', all.map((release) => [release])],
    ['newest first', [...all].reverse().map((release) => [release])],
    ['the new ones, then all', [['5.2', '10.0'], all]],
    ['every second, then the others', [['0.14', '5.2'], ['2.8', '10.0'], all]],
  ];
  for (const [what, steps] of orders) {
    it(`never changes an identity: ${what}`, () => {
      const states = importSteps('corpus', ...steps);
      const last = states.at(-1);
      for (const state of states) for (const [id, key] of state) expect(last?.get(id)).to.equal(key);
      const [once] = importSteps('once', all);
      expect([...(last?.values() ?? [])].sort()).to.deep.equal([...(once?.values() ?? [])].sort());
      const again = importExamples(sources(...all), join(root, 'corpus'), { dryRun: true });
      expect(again.examples.filter(({ change }) => change !== 'none')).to.deep.equal([]);
      expect(again.findings.filter(({ kind }) => kind === 'gone')).to.deep.equal([]);
      expect(tableOfStats(countCorpus(readExampleCorpus(join(root, 'corpus'))))).to.not.include('!');
    });
  }

  it('counts by kind of document, messages of the client apart', () => {
    importSteps('corpus', all);
    const { imported } = readExampleCorpus(join(root, 'corpus'));
    expect(
      imported.map(({ release, kind, messages, client }) => [release, kind, messages, client]),
    ).to.deep.equal([
      ['0.14', 'hx', 3, 2],
      ['0.14', 'events', 1, 0],
      ['0.14', 'specification', 2, 1],
      ['2.8', 'qapi', 2, 1],
      ['2.8', 'hx', 2, 1],
      ['2.8', 'specification', 2, 1],
      ['2.8', 'docs', 1, 1],
      ['5.2', 'qapi', 4, 2],
      ['5.2', 'docs', 1, 1],
      ['5.2', 'qga', 1, 1],
      ['5.2', 'qsd', 2, 1],
      ['10.0', 'qapi', 2, 1],
    ]);
  });

  it('counts what stands twice, and does not call it lost', () => {
    const file = join(root, '2.8', 'docs', 'frobs.md');
    writeFileSync(file, '{ "execute": "frob" }\n\nAgain:\n\n{ "execute": "frob" }\n');
    importSteps('corpus', ['2.8']);
    const corpus = readExampleCorpus(join(root, 'corpus'));
    expect(corpus.imported.find(({ kind }) => kind === 'docs')).to.deep.include({
      examples: 2,
      repeated: { examples: 1, messages: 1, client: 1, malformed: 0 },
    });
    expect(tableOfStats(countCorpus(corpus))).to.not.include('!');
  });

  it('finds every line that executes and is in no example', () => {
    const tree = join(root, '5.2');
    writeFileSync(join(tree, 'docs', 'lost.txt'), 'see: [ { "execute": 1\n');
    writeFileSync(join(tree, 'qga', 'lost.json'), '# { "execute": "lost" }\n');
    const unread = unreadExecutes(tree).map(({ document, line, reason }) => [document, line, reason]);
    expect(unread).to.deep.equal([
      ['docs/interop/qmp-spec.txt', 1, 'mentioned in prose'],
      ['docs/lost.txt', 1, 'message that does not end in its line'],
      ['qga/lost.json', 1, undefined],
    ]);
  });

  describe('and of fragments', () => {
    const fragment = (name: string, text: string): DocumentationSource => {
      writeFileSync(join(root, name), text);
      return { kind: 'fragment', release: '7.0', path: join(root, name) };
    };
    const idsAfter = (source: DocumentationSource): string[] => {
      importSteps('corpus', all);
      const { examples } = importExamples([source], join(root, 'corpus'), { dryRun: false });
      importSteps('corpus', all);
      return examples
        .filter(({ change }) => change === 'new')
        .map(({ head }) => JSON.stringify([head.id, head.source]));
    };

    it('imports what stands in no release, and adds nothing to what does', () => {
      const text = `# cut off\n#\n# Example:\n#\n# -> { "execute": "frob", "id": 3 }\n##\n${comment('frob', frob())}`;
      expect(idsAfter(fragment('frob.json', text))).to.deep.equal([
        '["examples/frob/frob/id-from-7.0",[{"document":"frob.json (unreleased)","definition":"frob","releases":"7.0","line":5}]]',
      ]);
    });

    it('keeps both releases for which one fragment was given', () => {
      const source = fragment('frob.json', comment('frob', frob(', "id": 3')));
      const into = join(root, 'corpus');
      for (const release of ['6.2', '7.0']) importExamples([{ ...source, release }], into, { dryRun: false });
      const [transcript] = readExampleCorpus(into).transcripts;
      expect(transcript?.head.source.map(({ releases }) => releases)).to.deep.equal(['6.2-7.0']);
    });

    it('imports pieces of a command table and of a text', () => {
      const table = `${frob(', "id": 4')}EQMP\nSQMP\nnew\n---\nExample:\n-> { "execute": "new" }\n`;
      const ids = idsAfter(fragment('piece.hx', table)).map((text) => text.split('"')[1]);
      expect(ids).to.deep.equal(['examples/frob/frob/from-7.0', 'examples/unreleased/new']);
      const { blocks } = readDocumentation(fragment('notes.txt', frob()))[0] ?? { blocks: [] };
      expect(blocks).to.have.length(1);
    });

    it('refuses one that is not there, or whose release is unknown', () => {
      const none = join(root, 'none.json');
      expect(() => readDocumentation({ kind: 'fragment', release: '7.0', path: none })).to.throw(
        InputError,
        'cannot be read',
      );
      expect(() => sourceFromWord('fragment', none, undefined)).to.throw(InputError, 'of which release?');
    });
  });
});
