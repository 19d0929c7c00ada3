import { readFile } from 'node:fs/promises';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { expect } from 'chai';
import { parse } from 'yaml';
import { InputError } from '../errors.ts';
import { readStage } from './read-stage.ts';
import { completeStages, readStageBook, stageNamed, type StageBook } from './stage-book.ts';

const bookOf = (files: Readonly<Record<string, string>>): StageBook =>
  completeStages(Object.entries(files).map(([name, text]) => readStage(text, `${name}.yaml`, name)));

/** The published schema, which other people's editors use, must agree with our reader. */
const schema = new Ajv2020().compile(
  JSON.parse(await readFile(new URL('../../schemas/formats/stage.json', import.meta.url), 'utf8')) as object,
);

const WRONG: readonly (readonly [title: string, text: string, message: string, inSchema: boolean])[] = [
  ['no about', 'memory: 32M', "s.yaml:1:1: no 'about'; expected the key 'about'", true],
  ['a mistyped key', 'about: x\nmachin: pc', "s.yaml:2:1: unknown key 'machin'; expected 'machine'", true],
  [
    'a paused that is no boolean',
    'about: x\npaused: maybe',
    "s.yaml:2:9: 'maybe'; expected true or false",
    true,
  ],
  ['images that are no list', 'about: x\nimages: {}', 's.yaml:2:9: a mapping; expected a list', true],
  [
    'an image outside the folder',
    'about: x\nimages: [{ name: ../a, format: raw, size: 1M }]',
    "s.yaml:2:10: image '../a'; expected a plain file name",
    true,
  ],
  [
    'an image format',
    'about: x\nimages: [{ name: a, format: rwa, size: 1M }]',
    "s.yaml:2:29: 'rwa'; expected 'raw'",
    true,
  ],
  [
    'an image without size',
    'about: x\nimages: [{ name: a, format: raw }]',
    "s.yaml:2:10: no 'size'; expected the key 'size'",
    true,
  ],
  [
    'a range of releases',
    'about: x\narguments: [{ releases: new, add: -S }]',
    "s.yaml:2:25: 'new'; expected a range of releases such as 6.0-9.2",
    false,
  ],
  [
    'a step without verb',
    'about: x\nprepare: [{ on: peer }]',
    's.yaml:2:11: a step without a verb; expected one of',
    true,
  ],
  [
    'a key of another step',
    'about: x\nprepare: [{ execute: stop, returns: {} }]',
    "s.yaml:2:28: unknown key 'returns'",
    true,
  ],
  [
    'a side that is none',
    'about: x\nprepare: [{ execute: stop, on: pear }]',
    "s.yaml:2:32: 'pear'; expected 'peer'",
    true,
  ],
  [
    'arguments that are no mapping',
    'about: x\nprepare: [{ execute: stop, arguments: [1] }]',
    's.yaml:2:39: a list; expected a mapping of arguments',
    true,
  ],
  [
    'an until without returns',
    'about: x\nprepare: [{ until: { execute: query-status } }]',
    "s.yaml:2:11: no 'returns'; expected the reply to wait for",
    true,
  ],
];

describe('readStage', () => {
  for (const [title, text, message, inSchema] of WRONG) {
    it(`refuses ${title}`, () => {
      expect(() => readStage(text, 's.yaml', 's')).to.throw(InputError, message);
      if (inSchema) expect(schema(parse(text)), text).to.equal(false);
    });
  }

  it('keeps numbers of arguments exact', () => {
    const { prepare } = readStage(
      'about: x\nprepare: [{ execute: balloon, arguments: { value: 18446744073709551615 } }]',
      's.yaml',
      's',
    );
    expect(prepare).to.deep.equal([
      { kind: 'execute', on: 'main', command: 'balloon', arguments: { value: 18446744073709551615n } },
    ]);
  });
});

describe('a book of stages', () => {
  it('puts a stage on top of the one that it extends', () => {
    const book = bookOf({
      base: 'about: b\nmemory: 64M\narguments: [-a 1]\nprepare: [{ execute: stop }]',
      top: 'about: t\nextends: base\narguments: [-b]\nguest: idle\nprepare: [{ event: STOP }]',
    });
    const top = book.get('top');
    expect(top?.memory).to.equal('64M');
    expect(top?.paused).to.equal(false);
    expect(top?.arguments.map(({ words }) => words)).to.deep.equal([['-a', '1'], ['-b']]);
    expect(top?.prepare.map(({ kind }) => kind)).to.deep.equal(['execute', 'event']);
  });

  const wrong: readonly (readonly [string, Readonly<Record<string, string>>, string])[] = [
    [
      'an unknown base',
      { a: 'about: x\nextends: bsae', base: 'about: y' },
      "a.yaml:2:10: stage 'bsae'; expected 'base'",
    ],
    [
      'an unknown peer',
      { a: 'about: x\npeer: nobody' },
      "a.yaml:2:7: stage 'nobody'; expected the name of a stage",
    ],
    ['a circle', { a: 'about: x\nextends: b', b: 'about: y\nextends: a' }, 'a circle: a → b → a'],
    ['itself', { a: 'about: x\nextends: a' }, 'a circle: a → a'],
  ];
  it('refuses two stages of one name', () => {
    const stage = readStage('about: x', 'a.yaml', 'a');
    expect(() => completeStages([stage, stage])).to.throw(InputError, "a.yaml: stage 'a' is a.yaml already");
  });

  for (const [title, files, message] of wrong) {
    it(`refuses ${title}`, () => expect(() => bookOf(files)).to.throw(InputError, message));
  }

  it('suggests a name for one that is mistyped', () => {
    expect(() => stageNamed(bookOf({ media: 'about: x' }), 'medai', 'r.qmp')).to.throw(
      InputError,
      "r.qmp: stage 'medai' is not known; expected 'media'",
    );
  });

  it('holds every stage of the project, each as the published schema demands', async () => {
    const book = await readStageBook();
    expect(book.has('bare')).to.equal(true);
    for (const stage of book.values()) {
      const valid = schema(parse(await readFile(stage.file, 'utf8')));
      expect(valid, `${stage.file}: ${JSON.stringify(schema.errors)}`).to.equal(true);
    }
  });
});
