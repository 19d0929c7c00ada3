import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { expect } from 'chai';
import { InputError } from '../errors.ts';
import { readExampleCorpus } from './corpus.ts';
import { countCorpus, examplesOfRelease } from './count-corpus.ts';
import { importExamples, sourceFromWord, type ImportResult } from './import-examples.ts';
import { reportOfImport, tableOfStats } from './report-examples.ts';

const OLD = `##
# @frob:
#
# Example:
#
# 1. Frob one
# -> { "execute": "frob" }
# <- { "return": {} }
# 2. Frob two
# -> { "execute": "frob", "arguments": { "n": 2 } }
#
# Since: 1.0
##
{ 'command': 'frob' }
`;
const NEW = `##
# @frob:
#
# .. qmp-example::
#    :title: Frob one
#
#     -> { "execute": "frob" }
#     <- { "return": { "n": 1 } }
#
# .. qmp-example::
#    :title: Frob two
#
#     -> { "execute": "frob", "arguments": { "n": 2 } }
##
{ 'command': 'frob' }
`;
const PAGE = `.SH FROBS
.B Command frob
.INDENT 0.0
.IP "Example: Frob two"
.EX
\\-> { \\(dqexecute\\(dq: \\(dqfrob\\(dq, \\(dqarguments\\(dq: { \\(dqn\\(dq: 2 } }
.EE
.UNINDENT
`;

describe('importExamples', () => {
  let root = '';
  let corpus = '';
  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), 'examples-'));
    corpus = join(root, 'recordings');
  });
  afterEach(() => rmSync(root, { recursive: true }));

  const tree = (release: string, text: string): string => {
    const path = join(root, `qemu-${release}`);
    mkdirSync(join(path, 'qapi'), { recursive: true });
    writeFileSync(join(path, 'qapi', 'qapi-schema.json'), "{ 'include': 'frob.json' }\n");
    writeFileSync(join(path, 'qapi', 'frob.json'), text);
    return path;
  };

  const importAll = (dryRun = false): ImportResult => {
    const page = join(root, 'frob.7.gz');
    writeFileSync(page, gzipSync(PAGE));
    return importExamples(
      [
        sourceFromWord('qapi', `5.2=${tree('5.2', OLD)}`, undefined),
        sourceFromWord('qapi', tree('10.0', NEW), '10.0.3'),
        sourceFromWord('manual-page', `11.1=${page}`, undefined),
      ],
      corpus,
      { dryRun },
    );
  };

  const files = (): Record<string, string> =>
    Object.fromEntries(
      readdirSync(corpus, { recursive: true, encoding: 'utf8' })
        .filter((name) => /\.(?:qmp|json)$/.test(name))
        .map((name) => [name, readFileSync(join(corpus, name), 'utf8')]),
    );

  it('writes one file per example, and what was read', () => {
    importAll();
    expect(Object.keys(files()).sort()).to.deep.equal([
      'frob/frob/frob-one-from-10.0.qmp',
      'frob/frob/frob-one.qmp',
      'frob/frob/frob-two.qmp',
      'releases.json',
    ]);
    expect(files()['frob/frob/frob-two.qmp']).to.equal(
      [
        '---',
        'id: examples/frob/frob/frob-two',
        'source:',
        '  - { document: qapi/frob.json, definition: frob, releases: "5.2-10.0", line: 10, title: "Frob two" }',
        '  - { document: "qemu-qmp-ref(7)", definition: frob, releases: "11.1", line: 4, title: "Frob two" }',
        '---',
        '-> { "execute": "frob", "arguments": { "n": 2 } }',
        '',
      ].join('\n'),
    );
    expect(files()['releases.json']?.split('\n')[1]).to.equal(
      '  {"release": "5.2", "kind": "qapi", "blocks": 1, "examples": 2, "messages": 3, "client": 2, "malformed": 0, "arrowless": 0},',
    );
  });

  it('changes nothing when it is done again', () => {
    importAll();
    const before = files();
    const again = importAll();
    expect(again.examples.map(({ change }) => change)).to.deep.equal(['none', 'none', 'none']);
    expect(files()).to.deep.equal(before);
  });

  it('comes to the same when the releases are imported one after the other', () => {
    importAll();
    const before = files();
    rmSync(corpus, { recursive: true });
    importExamples([sourceFromWord('qapi', join(root, 'qemu-5.2'), '5.2')], corpus, { dryRun: false });
    importExamples([sourceFromWord('qapi', join(root, 'qemu-10.0'), '10.0')], corpus, { dryRun: false });
    importAll();
    expect(files()).to.deep.equal(before);
  });

  it('keeps to the letter what people wrote', () => {
    importExamples([sourceFromWord('qapi', tree('5.2', OLD), '5.2')], corpus, { dryRun: false });
    const file = join(corpus, 'frob/frob/frob-two.qmp');
    const edited = readFileSync(file, 'utf8')
      .replace('source:', 'stage:   frob/active   # by hand\nsource:')
      .replace('---\n->', 'match:\n- at: /1/return\n  as: any\n---\n# a remark\n->')
      .concat('<- { "return": {} }\n');
    writeFileSync(file, edited);
    // The reply was written by hand, so that the documentation no longer has this example.
    importAll();
    expect(readFileSync(file, 'utf8')).to.equal(edited);
    writeFileSync(
      file,
      edited.replace('<- { "return": {} }\n', '').replace('match:\n- at: /1/return\n  as: any\n', ''),
    );
    rmSync(join(corpus, 'frob/frob/frob-two-from-5.2.qmp'));
    importAll();
    expect(readFileSync(file, 'utf8')).to.equal(
      [
        '---',
        'id: examples/frob/frob/frob-two',
        'stage:   frob/active   # by hand',
        'source:',
        '  - { document: qapi/frob.json, definition: frob, releases: "5.2-10.0", line: 10, title: "Frob two" }',
        '  - { document: "qemu-qmp-ref(7)", definition: frob, releases: "11.1", line: 4, title: "Frob two" }',
        '---',
        '# a remark',
        '-> { "execute": "frob", "arguments": { "n": 2 } }',
        '',
      ].join('\n'),
    );
  });

  it('writes nothing in a dry run', () => {
    const { examples } = importAll(true);
    expect(examples).to.have.length(3);
    expect(() => files()).to.throw('ENOENT');
  });

  it('counts the corpus against what was read', () => {
    importAll();
    const stats = countCorpus(readExampleCorpus(corpus));
    expect(
      stats.releases.map(({ found, held }) => [found.release, found.blocks, found.messages, held]),
    ).to.deep.equal([
      ['5.2', 1, 3, { examples: 2, messages: 3, client: 2, malformed: 0 }],
      ['10.0', 2, 3, { examples: 2, messages: 3, client: 2, malformed: 0 }],
      ['11.1', 1, 1, { examples: 1, messages: 1, client: 1, malformed: 0 }],
    ]);
    expect(stats).to.deep.include({ transcripts: 3, messages: 5 });
    expect(tableOfStats(stats)).to.not.include('!');
    expect(examplesOfRelease(readExampleCorpus(corpus), '11.1').map(({ head }) => head.id)).to.deep.equal([
      'examples/frob/frob/frob-two',
    ]);
  });

  it('shows in the counts that an example was lost', () => {
    importAll();
    rmSync(join(corpus, 'frob/frob/frob-two.qmp'));
    expect(tableOfStats(countCorpus(readExampleCorpus(corpus)))).to.include('1 of 2 !');
  });

  it('reports findings with their place', () => {
    const path = tree('7.2', OLD.replace('-> { "execute": "frob" }', '{ "execute": "frob" };'));
    const result = importExamples([sourceFromWord('qapi', path, '7.2')], corpus, { dryRun: true });
    expect(reportOfImport(result)).to.include(
      "qapi/frob.json:7: malformed: 1:22: ';'; expected end of text (frob, 7.2)",
    );
    expect(reportOfImport(result)).to.include(
      'qapi/frob.json:7: no-arrow: a message without an arrow (frob, 7.2)',
    );
  });

  const wrong: readonly [string, () => unknown, string][] = [
    [
      'a tree without a schema',
      () => importExamples([{ kind: 'qapi', release: '5.2', path: root }], corpus, { dryRun: false }),
      'no documentation of QMP in it',
    ],
    [
      'a manual page that is not there',
      () =>
        importExamples([{ kind: 'manual-page', release: '11.1', path: join(root, 'none') }], corpus, {
          dryRun: false,
        }),
      'expected a manual page',
    ],
    ['a tree of an unknown release', () => sourceFromWord('qapi', root, undefined), 'of which release?'],
    [
      'a page of an unknown release',
      () => sourceFromWord('manual-page', 'frob.7', undefined),
      'of which release?',
    ],
    ['a release that is none', () => sourceFromWord('qapi', root, 'ten'), "release 'ten'"],
  ];
  for (const [what, act, message] of wrong) {
    it(`refuses ${what}`, () => expect(act).to.throw(InputError, message));
  }

  it('reads the release of a tree from its VERSION', () => {
    writeFileSync(join(root, 'VERSION'), '10.2.1\n');
    expect(sourceFromWord('qapi', root, undefined).release).to.equal('10.2');
    expect(sourceFromWord('qapi', `9.1=${root}`, undefined).release).to.equal('9.1');
  });

  it('refuses a corpus with a file whose id is not its path, and a broken list of releases', () => {
    importAll();
    const file = join(corpus, 'frob/frob/frob-two.qmp');
    const text = readFileSync(file, 'utf8');
    writeFileSync(file, text.replace('frob-two\n', 'frob-three\n'));
    expect(() => readExampleCorpus(corpus)).to.throw(InputError, 'expected examples/frob/frob/frob-two');
    writeFileSync(file, text);
    for (const broken of [
      '{}',
      '[1]',
      '[{"release": "5.2"}]',
      '[{"release": "5.2", "kind": "qapi", "blocks": "x"}]',
    ]) {
      writeFileSync(join(corpus, 'releases.json'), broken);
      expect(() => readExampleCorpus(corpus)).to.throw(InputError, 'releases.json');
    }
  });
});
