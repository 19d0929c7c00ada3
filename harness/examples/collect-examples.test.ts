import { expect } from 'chai';
import type { Transcript } from '../transcript/transcript.ts';
import { collectExamples, type Collection, type ReleaseExamples } from './collect-examples.ts';
import type { ExampleBlock } from './example-block.ts';

interface Example {
  readonly text: string;
  readonly definition?: string;
  readonly document?: string;
  readonly label?: string;
  readonly heading?: string;
}

const release = (number: string, ...examples: (string | Example)[]): ReleaseExamples => ({
  release: number,
  kind: 'qapi',
  left: [],
  documents: new Set(['qapi/frob.json', 'qapi/quux.json', 'qemu-qmp-ref(7)']),
  modules: new Map(),
  blocks: examples.map((example, index) =>
    blockOf(typeof example === 'string' ? { text: example } : example, index),
  ),
});

const blockOf = ({ text, ...rest }: Example, index: number): ExampleBlock => ({
  document: 'qapi/frob.json',
  definition: 'query-frob',
  line: index * 10 + 1,
  section: index * 10 + 1,
  ...rest,
  lines: text.split('\n').map((line, at) => ({ line: index * 10 + at + 2, text: line })),
});

const transcriptsOf = ({ examples }: Collection): Transcript[] =>
  examples.map(({ head, messages }) => ({ file: '', head, messages }));

const standings = ({ examples }: Collection): string[][] =>
  examples.map(({ head }) => [
    head.id.replace('examples/', ''),
    ...head.source.map(({ document, releases }) => `${document} ${releases}`),
  ]);

const ONE = '-> {"execute": "query-frob"}\n<- {"return": {"status": "active", "a": 1}}';
const ONE_AGAIN =
  '   -> { "execute" : "query-frob" }\n   <- { "return": { "a": 1,\n      "status": "active" } }';
const TWO = '-> {"execute": "query-frob"}\n<- {"return": {"status": "active", "a": 1, "b": 2}}';

describe('collectExamples', () => {
  it('makes one transcript of what differs in layout and in the order of members', () => {
    const all = collectExamples([release('5.2', ONE), release('7.2', ONE_AGAIN)], [], []);
    expect(standings(all)).to.deep.equal([['frob/query-frob', 'qapi/frob.json 5.2-7.2']]);
    expect(all.examples[0]?.messages[0]?.text).to.equal('{ "execute" : "query-frob" }');
  });

  it('makes one of malformed examples that differ in white space, and none of those that differ in more', () => {
    const texts = ['<- {"return": {}', '<-  { "return":\n     {}', '<- {"return": {'];
    const all = collectExamples(
      texts.map((text, index) => release(`${index + 1}.0`, text)),
      [],
      [],
    );
    expect(standings(all)).to.deep.equal([
      ['frob/query-frob', 'qapi/frob.json 1.0-2.0'],
      ['frob/query-frob/from-3.0', 'qapi/frob.json 3.0'],
    ]);
    expect(all.findings.map(({ kind, place }) => [kind, place])).to.deep.equal([
      ['malformed', 'qapi/frob.json:2'],
      ['malformed', 'qapi/frob.json:2'],
      ['malformed', 'qapi/frob.json:2'],
    ]);
  });

  it('keeps equal examples of different definitions apart, and has twins once, with a finding', () => {
    const all = collectExamples([release('5.2', ONE, ONE, { text: ONE, definition: 'other' })], [], []);
    expect(standings(all).map(([id]) => id)).to.deep.equal(['frob/query-frob', 'frob/other']);
    expect(all.findings.map(({ kind, place, text }) => [kind, place, text])).to.deep.equal([
      ['repeated', 'qapi/frob.json:11', 'the same example as qapi/frob.json:1'],
    ]);
  });

  it('makes one of equal examples in the command table and, later, in the schema', () => {
    const table: ReleaseExamples = {
      ...release('2.6', { text: ONE, document: 'qmp-commands.hx' }),
      kind: 'hx',
    };
    const all = collectExamples([release('2.9', ONE_AGAIN), table], [], []);
    expect(standings(all)).to.deep.equal([['frob/query-frob', 'qmp-commands.hx 2.6', 'qapi/frob.json 2.9']]);
  });

  it('names what only the command table has after the module of the newest schema, or after the table', () => {
    const table = (text: string, definition: string): Example => ({
      text,
      definition,
      document: 'qmp-commands.hx',
    });
    const releases = [
      { ...release('0.14', table(ONE, 'old'), table(ONE, 'gone')), modules: new Map() },
      { ...release('2.12'), modules: new Map([['old', 'misc']]) },
      { ...release('2.6'), modules: new Map([['old', 'qapi-schema']]) },
    ];
    const ids = standings(collectExamples(releases, [], [])).map(([id]) => id);
    expect(ids).to.deep.equal(['misc/old', 'qmp-commands/gone']);
  });

  it('gives the guest agent, the specification and texts folders of their own', () => {
    const all = collectExamples(
      [
        release(
          '5.2',
          { text: ONE, document: 'qga/qapi-schema.json', definition: 'guest-frob' },
          { text: ONE, document: 'qga/qapi-schema.json', definition: '-' },
          { text: ONE, document: 'docs/interop/qmp-spec.txt', definition: '-', label: 'Simple frob' },
          { text: ONE, document: 'docs/frobs.md', definition: '-', heading: 'Frobbing' },
        ),
        release('7.2', {
          text: ONE,
          document: 'docs/system/frobs.rst',
          definition: '-',
          heading: 'Frobbing',
        }),
      ],
      [],
      [],
    );
    expect(standings(all)).to.deep.equal([
      ['qga/guest-frob', 'qga/qapi-schema.json 5.2'],
      ['qga/notation', 'qga/qapi-schema.json 5.2'],
      ['spec/simple-frob', 'docs/interop/qmp-spec.txt 5.2'],
      ['docs/frobs/frobbing/query-frob', 'docs/frobs.md 5.2', 'docs/system/frobs.rst 7.2'],
    ]);
    expect(all.examples.map(({ head }) => head.missing !== undefined)).to.deep.equal([
      false,
      true,
      false,
      false,
    ]);
  });

  it('tells namesakes in a text by heading, then by command, then by value, then by number', () => {
    const at = (heading: string, text: string): Example => {
      return { text, heading, label: 'Wait', document: 'docs/frobs.md', definition: '-' };
    };
    const stop = '-> {"execute": "stop"}';
    const cont = '-> {"execute": "cont"}';
    const all = collectExamples(
      [
        release(
          '5.2',
          at('One', stop),
          at('Two', cont),
          at('Two', '<- {"return": {}}'),
          at('Two', '-> {"execute": "cont", "id": "x"}'),
          at('Two', '-> {"execute": "quit"}'),
        ),
      ],
      [],
      [],
    );
    expect(standings(all).map(([id]) => id)).to.deep.equal([
      'docs/frobs/one/stop',
      'docs/frobs/two/cont',
      'docs/frobs/two',
      'docs/frobs/two/cont-x',
      'docs/frobs/two/quit',
    ]);
  });

  it('names a later text after the release in which it comes', () => {
    const all = collectExamples([release('10.0', TWO), release('9.2', ONE), release('10.2', TWO)], [], []);
    expect(standings(all)).to.deep.equal([
      ['frob/query-frob', 'qapi/frob.json 9.2'],
      ['frob/query-frob/from-10.0', 'qapi/frob.json 10.0-10.2'],
    ]);
  });

  it('names neighbours after what tells them apart', () => {
    const of = (data: string): string => `-> {"execute": "query-frob", "arguments": ${data}}`;
    const all = collectExamples(
      [
        release(
          '5.2',
          of('{"type": "file", "n": 1}'),
          of('{"type": "Unix", "n": 1}'),
          of('{"n": 1}'),
          of('{"n": 2}'),
        ),
      ],
      [],
      [],
    );
    expect(standings(all).map(([id]) => id)).to.deep.equal([
      'frob/query-frob/file',
      'frob/query-frob/unix',
      'frob/query-frob/3',
      'frob/query-frob/n-2',
    ]);
  });

  it('names titled examples after the title of the newest release', () => {
    const titled = (label: string): Example => ({ text: ONE, label });
    const all = collectExamples(
      [
        release('5.2', titled('Old words')),
        release('7.2', titled("The frob's last state has been a very long title")),
      ],
      [],
      [],
    );
    expect(standings(all).map(([id]) => id)).to.deep.equal(['frob/query-frob/frob-last-state-very-long']);
    expect(all.examples[0]?.head.source[0]?.title).to.equal('Old words');
  });

  it('lists every document in which an example has stood, and names it after the newest', () => {
    const moved = { text: ONE, document: 'qapi/quux.json' };
    const all = collectExamples([release('5.2', ONE), release('7.2', moved)], [], []);
    expect(standings(all)).to.deep.equal([['quux/query-frob', 'qapi/frob.json 5.2', 'qapi/quux.json 7.2']]);
  });

  it('finds the module of a manual page by definition, then by heading', () => {
    const page = (example: Example): Example => ({
      ...example,
      document: 'qemu-qmp-ref(7)',
      heading: 'FROBS',
    });
    const manual: ReleaseExamples = {
      ...release('11.1', page({ text: ONE }), page({ text: ONE, definition: 'new' })),
      kind: 'manual-page',
    };
    expect(standings(collectExamples([release('10.2', ONE), manual], [], []))).to.deep.equal([
      ['frob/query-frob', 'qapi/frob.json 10.2', 'qemu-qmp-ref(7) 11.1'],
      ['frob/new', 'qemu-qmp-ref(7) 11.1'],
    ]);
  });

  it('reports what is lost', () => {
    const all = collectExamples(
      [
        {
          ...release('5.2', 'only prose', '<-\n-> {}', '{}'),
          left: [{ document: 'qapi/frob.json', line: 7, lines: 1, reason: 'a table' }],
        },
      ],
      [],
      [],
    );
    expect(all.findings.map(({ kind, place }) => [kind, place])).to.deep.equal([
      ['outside-example', 'qapi/frob.json:7'],
      ['no-message', 'qapi/frob.json:1'],
      ['no-text', 'qapi/frob.json:12'],
      ['no-arrow', 'qapi/frob.json:22'],
    ]);
  });

  describe('on a corpus that stands', () => {
    const first = transcriptsOf(collectExamples([release('5.2', ONE)], [], []));

    it('changes nothing when the same is imported again', () => {
      const again = collectExamples([release('5.2', ONE_AGAIN)], first, ['5.2']);
      expect(again.examples.map(({ change, head }) => [change, head])).to.deep.equal([
        ['none', first[0]?.head],
      ]);
      expect(again.findings).to.deep.equal([]);
    });

    it('keeps identity, text and what people wrote; another text gets another identity', () => {
      const edited = first.map((one) => ({ ...one, head: { ...one.head, stage: 'frob/active' } }));
      const labelled = { text: ONE_AGAIN, label: 'A title now' };
      const next = collectExamples([release('7.2', labelled, { text: TWO, label: 'Another one' })], edited, [
        '5.2',
      ]);
      expect(standings(next)).to.deep.equal([
        ['frob/query-frob', 'qapi/frob.json 5.2-7.2'],
        ['frob/query-frob/another-one', 'qapi/frob.json 7.2'],
      ]);
      expect(next.examples[0]).to.deep.include({ change: 'provenance', messages: edited[0]?.messages });
      expect(next.examples[0]?.head.stage).to.equal('frob/active');
    });

    it('splits a range when a release between turns out not to have the text', () => {
      const two = transcriptsOf(collectExamples([release('5.2', ONE), release('7.2', ONE)], [], []));
      const next = collectExamples([release('6.2', TWO)], two, ['5.2', '7.2']);
      expect(standings(next)).to.deep.equal([
        ['frob/query-frob', 'qapi/frob.json 5.2, 7.2'],
        ['frob/query-frob/from-6.2', 'qapi/frob.json 6.2'],
      ]);
    });

    it('reports an example that is said to stand where it does not, and keeps it', () => {
      const next = collectExamples([release('5.2', TWO)], first, ['5.2']);
      expect(next.findings.map(({ kind, text }) => [kind, text])).to.deep.equal([
        ['gone', 'examples/frob/query-frob is said to stand here and does not'],
      ]);
      expect(next.examples).to.have.length(2);
    });

    it('leaves provenance alone that speaks of releases which were never imported', () => {
      const byHand = first.map((one) => ({
        ...one,
        head: {
          ...one.head,
          source: [{ document: 'docs/frob.txt', definition: 'query-frob', releases: '1.0-2.0' }],
        },
      }));
      expect(standings(collectExamples([release('7.2', TWO)], byHand, ['5.2']))[0]).to.deep.equal([
        'frob/query-frob',
        'docs/frob.txt 1.0-2.0',
      ]);
    });
  });
});
