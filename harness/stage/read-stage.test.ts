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
  [
    'a mistyped program',
    'about: x\nprogram: qemu-system-s390',
    "s.yaml:2:10: 'qemu-system-s390'; expected 'qemu-system-s390x'",
    false,
  ],
  [
    'a program that QEMU does not have',
    'about: x\nprogram: virtiofsd',
    "s.yaml:2:10: 'virtiofsd'; expected one of qemu-system-aarch64, qemu-system-alpha",
    true,
  ],
  [
    'a program with a folder',
    'about: x\nprogram: ./qemu-system-s390x',
    "s.yaml:2:10: './qemu-system-s390x'; expected 'qemu-system-s390x'",
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
    "s.yaml:2:25: releases 'new'; expected a range of releases such as 2.9-8.0",
    true,
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
    'a range of a step',
    'about: x\nprepare: [{ event: STOP, releases: new }]',
    "s.yaml:2:36: releases 'new'; expected a range of releases",
    true,
  ],
  [
    'files that are no list',
    'about: x\nfiles: { name: a, text: b }',
    's.yaml:2:8: a mapping; expected a list',
    true,
  ],
  ['a file without name', 'about: x\nfiles: [{ text: b }]', "s.yaml:2:9: no 'name'; expected", true],
  [
    'a file of nothing',
    'about: x\nfiles: [{ name: a }]',
    's.yaml:2:9: a name alone; expected one of text, hex, fifo, folder, certificates',
    true,
  ],
  [
    'a file that is two things',
    'about: x\nfiles: [{ name: a, fifo: true, text: b }]',
    's.yaml:2:9: text and fifo; expected one of text, hex',
    true,
  ],
  [
    'bytes that are half',
    'about: x\nfiles: [{ name: a, hex: abc }]',
    "s.yaml:2:25: 'abc'; expected bytes, each as two digits",
    true,
  ],
  [
    'bytes that are none',
    'about: x\nfiles: [{ name: a, hex: 0x00 }]',
    "s.yaml:2:25: '0'; expected a string",
    true,
  ],
  ['an empty file', "about: x\nfiles: [{ name: a, text: '' }]", "s.yaml:2:26: ''; expected a string", true],
  [
    'a FIFO that is none',
    'about: x\nfiles: [{ name: a, fifo: false }]',
    "s.yaml:2:26: 'false'; expected true",
    true,
  ],
  [
    'a file outside the folder',
    'about: x\nfiles: [{ name: a/../../b, text: c }]',
    "s.yaml:2:17: 'a/../../b'; expected the name of a file in the folder of the row",
    true,
  ],
  [
    'a file twice',
    'about: x\nfiles: [{ name: a, text: b }, { name: a, folder: true }]',
    "s.yaml:2:31: 'a' again; expected each file once",
    false,
  ],
  [
    'a descriptor of nothing',
    'about: x\nprepare: [{ execute: getfd, descriptor: {} }]',
    "s.yaml:2:41: no descriptor; expected 'file' or 'socketpair'",
    true,
  ],
  [
    'a capture of no pointer',
    'about: x\nprepare: [{ execute: add-fd, capture: { fd: fd } }]',
    "s.yaml:2:45: 'fd'; expected a JSON Pointer such as /fd",
    true,
  ],
  [
    'a SPICE client that goes elsewhere',
    'about: x\nprepare: [{ spice: /run/spice.sock }]',
    "s.yaml:2:20: '/run/spice.sock'; expected the name of a file in the folder of the row",
    true,
  ],
  [
    'a SPICE client of a side',
    'about: x\nprepare: [{ spice: a, on: peer }]',
    "s.yaml:2:23: unknown key 'on'",
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

  const machines: readonly (readonly [program: string, machine: string])[] = [
    ['qemu-system-s390x', 's390-ccw-virtio'],
    ['qemu-system-aarch64', 'virt'],
    ['qemu-system-tricore', 'none'],
  ];
  for (const [program, machine] of machines) {
    it(`gives ${program} the machine ${machine} where none is named`, () => {
      const book = bookOf({ base: `about: b\nprogram: ${program}`, top: 'about: t\nextends: base' });
      expect(book.get('top')).to.include({ program, machine });
    });
  }

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
    [
      'an unknown earlier one',
      { a: 'about: x\nearlier: bb', b: 'about: y' },
      "a.yaml:2:10: stage 'bb'; expected 'b'",
    ],
    [
      'an earlier one of an earlier one',
      { a: 'about: x\nearlier: b', b: 'about: y\nearlier: c', c: 'about: z' },
      "a.yaml:2:10: stage 'b' has an earlier one itself; expected one that has none",
    ],
    [
      'itself as the earlier one',
      { a: 'about: x\nearlier: a' },
      "a.yaml:2:10: stage 'a' has an earlier one itself",
    ],
    [
      'an earlier one with a peer that it inherits',
      { a: 'about: x\nearlier: b', b: 'about: y\nextends: c', c: 'about: z\npeer: d', d: 'about: d' },
      "a.yaml:2:10: stage 'b' has a peer; expected one that has none",
    ],
    [
      'a machine of a program without one',
      { a: 'about: x\nprogram: qemu-storage-daemon\nmachine: pc' },
      'a.yaml:3:10: machine of qemu-storage-daemon; expected no such key for this program',
    ],
    [
      'the same where the program is inherited',
      { a: 'about: x\nextends: b\npaused: true', b: 'about: y\nprogram: qemu-storage-daemon' },
      'a.yaml:3:9: paused of qemu-storage-daemon; expected no such key',
    ],
    [
      'orders for a guest agent',
      { a: 'about: x\nprogram: qemu-ga\narguments: [--allow-rpcs=guest-shutdown]' },
      'a.yaml:3:12: arguments of qemu-ga; expected no such key',
    ],
    [
      'a guest for x86 on another architecture',
      { a: 'about: x\nprogram: qemu-system-s390x\nguest: idle' },
      "a.yaml:3:8: 'idle' is code for x86; expected a guest that qemu-system-s390x can run",
    ],
    [
      'a guest of another architecture on x86',
      { a: 'about: x\nguest: s390x/identifying' },
      "a.yaml:2:8: 's390x/identifying' is code for s390x; expected a guest that qemu-system-x86_64 can run",
    ],
    [
      'a guest in a folder of no architecture, on an inherited program',
      { a: 'about: x\nextends: b\nguest: s390/idle', b: 'about: y\nprogram: qemu-system-s390x' },
      "a.yaml:3:8: 's390/idle' is in no folder of guests; expected a guest that qemu-system-s390x can run",
    ],
    [
      'a guest on an architecture without guests',
      { a: 'about: x\nprogram: qemu-system-aarch64\nguest: idle' },
      'a.yaml:3:8: guest of qemu-system-aarch64; expected no such key',
    ],
    [
      'a program on top of a stage of another one',
      { a: 'about: x\nextends: b\nprogram: qemu-ga', b: 'about: y\narguments: [-a]' },
      "a.yaml:3:10: 'qemu-ga', and 'b' is a stage of the target's own binary; expected the same program",
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
