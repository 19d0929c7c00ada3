import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { expect } from 'chai';
import { InputError } from '../../errors.ts';
import type { Definition } from '../model.ts';
import { domainDefinition, domainSection, manualPage, termList } from './fixture-page.ts';
import { modelFromManualPage } from './read-manual-page.ts';
import { readPageFile } from './read-page-file.ts';

const MODE = domainDefinition(
  'Enum Mode',
  domainSection('Values', '\\fBa\\-b\\fP \\-\\- x', '\\fBc\\fP \\-\\- y (since 9.0)'),
);
const BASE = domainDefinition(
  'Object Base',
  domainSection('Members', '\\fBmode\\fP (\\fBMode\\fP) \\-\\- x'),
);

function definition(name: string, ...bodies: readonly string[]): Definition | undefined {
  return modelFromManualPage(manualPage(bodies.join('\n')), 'frob.7').definitions.get(name);
}

describe('modelFromManualPage, of 10.0 and later', () => {
  it('knows family and release by the title', () => {
    for (const [title, family] of [
      ['QEMU-QMP-REF', 'qmp'],
      ['QEMU-GA-REF', 'qga'],
      ['QEMU\\-STORAGE\\-DAEMON\\-QMP\\-REF', 'qsd'],
    ] as const) {
      const model = modelFromManualPage(manualPage(MODE, `"${title}" "7" "d" "10.2.1" "QEMU"`), 'frob.7');
      expect(model).to.deep.include({ sources: ['manual-page'], family, release: '10.2.1' });
      expect([...model.definitions.keys()]).to.deep.equal(['Mode']);
    }
  });

  it('reads enum values with their since', () =>
    expect(definition('Mode', MODE)).to.deep.equal({
      kind: 'enum',
      name: 'Mode',
      features: [],
      values: [
        { name: 'a-b', features: [] },
        { name: 'c', features: [], since: '9.0' },
      ],
    }));

  it('reads members, their types, and what stands above the description', () => {
    const body = domainDefinition(
      'Object S (Since: 1.2)',
      'This object is unstable/experimental.\\fIAvailability\\fP: \\fBCONFIG_A and not (CONFIG_B or CONFIG_C)\\fP.INDENT 7.0',
      '.TP',
      '.B Members',
      '.INDENT 7.0',
      '.IP \\(bu 2',
      '\\fBn\\-1\\fP (\\fB[\\fP\\fBint\\fP\\fB]\\fP, \\fIoptional\\fP) \\-\\- x',
      '.INDENT 2.0',
      '.IP \\(bu 2',
      'a list in the text',
      '.UNINDENT',
      '.IP \\(bu 2',
      '\\fBm\\fP (\\fI\\%Mode\\fP) \\-\\- x (Since: 2.4)',
      '.IP \\(bu 2',
      'The members of \\fBBase\\fP\\&.',
      '.UNINDENT',
      '.UNINDENT',
    );
    expect(definition('S', MODE, BASE, body)).to.deep.equal({
      kind: 'struct',
      name: 'S',
      since: '1.2',
      condition: {
        all: [{ symbol: 'CONFIG_A' }, { not: { any: [{ symbol: 'CONFIG_B' }, { symbol: 'CONFIG_C' }] } }],
      },
      features: [{ name: 'unstable' }],
      base: 'Base',
      members: [
        { name: 'n-1', type: { array: { name: 'integer' } }, optional: true, features: [] },
        { name: 'm', type: { name: 'Mode' }, optional: false, features: [], since: '2.4' },
      ],
    });
  });

  it('reads a union, with branches for all values of its discriminator', () => {
    const body = domainDefinition(
      'Object U',
      domainSection(
        'Members',
        'The members of \\fBBase\\fP\\&.',
        'When \\fBmode\\fP is \\fBc\\fP: The members of \\fBLeaf\\fP\\&.',
      ),
    );
    const leaf = domainDefinition('Object Leaf');
    expect(definition('U', MODE, BASE, leaf, body)).to.deep.equal({
      kind: 'union',
      name: 'U',
      features: [],
      base: 'Base',
      discriminator: 'mode',
      branches: [
        { name: 'c', type: { name: 'Leaf' } },
        { name: 'a-b', type: undefined },
      ],
    });
  });

  it('reads an alternate', () => {
    const body = domainDefinition(
      'Alternate A',
      domainSection(
        'Alternatives',
        '\\fBs\\fP (\\fBstring\\fP) \\-\\- x',
        '\\fBn\\fP (\\fBnull\\fP) \\-\\- x',
      ),
    );
    expect(definition('A', body)).to.deep.include({
      alternatives: [
        { name: 's', type: { name: 'str' } },
        { name: 'n', type: { name: 'null' } },
      ],
    });
  });

  it('gives features to whom the page says', () => {
    const body = domainDefinition(
      'Command c',
      'This command is deprecated.',
      domainSection(
        'Arguments',
        '\\fBx\\-a\\fP (\\fBint\\fP) \\-\\- x',
        '\\fBb\\fP (\\fBvalue\\fP) \\-\\- x',
      ),
      domainSection(
        'Features',
        '\\fBdeprecated\\fP \\-\\- use another',
        '\\fBunstable\\fP \\-\\- Members \\fBx\\-a\\fP and\n\\fBb\\fP are experimental.',
        '\\fBfdset\\fP \\-\\- Member \\fBb\\fP is special',
      ),
    );
    expect(definition('c', body)).to.deep.include({
      features: [{ name: 'deprecated' }, { name: 'fdset' }],
      arguments: {
        members: [
          { name: 'x-a', type: { name: 'integer' }, optional: false, features: [{ name: 'unstable' }] },
          { name: 'b', type: { name: 'any' }, optional: false, features: [{ name: 'unstable' }] },
        ],
      },
    });
  });

  it('leaves a special feature out where nobody says whose it is', () => {
    const body = domainDefinition('Command c', domainSection('Features', '\\fBunstable\\fP \\-\\- beware'));
    expect(definition('c', body)).to.deep.include({ features: [] });
  });

  it('reads what a command returns, and takes arguments by name', () => {
    const body = domainDefinition(
      'Command c',
      domainSection('Arguments', 'The members of \\fBBase\\fP\\&.'),
      '.INDENT 7.0',
      '.TP',
      '.B Return',
      '\\fB[\\fP\\fBMode\\fP\\fB]\\fP \\-\\- all of them',
      'and more words',
      '.UNINDENT',
    );
    expect(definition('c', MODE, BASE, body)).to.deep.include({
      arguments: { type: 'Base' },
      returns: { array: { name: 'Mode' } },
    });
    expect(definition('d', domainDefinition('Command d'))).to.deep.include({ returns: undefined });
  });

  it('does not claim that nothing is returned before 10.1', () => {
    const page = manualPage(domainDefinition('Command c'), '"QEMU-QMP-REF" "7" "d" "10.0.2" "QEMU"');
    const command = modelFromManualPage(page, 'frob.7').definitions.get('c');
    expect(command).to.deep.include({ returns: { name: 'any' }, replyUnknown: true });
  });
});

describe('modelFromManualPage, before 10.0', () => {
  const TITLE = '"QEMU-QMP-REF" "7" "d" "5.2.0" "QEMU"';
  const read = (body: string): ReadonlyMap<string, Definition> =>
    modelFromManualPage(manualPage(body, TITLE), 'frob.7').definitions;

  it('reads members with conditions, where docutils writes their terms without .B', () => {
    const body = [
      '.SS \\fBS\\fP (Object)',
      termList(
        'Members',
        '.B \\fBa\\fP: \\fBarray of string\\fP (optional)',
        '\\fBb\\fP: \\fBint\\fP (optional) (\\fBIf: \\fP\\fBdefined(A)\\fP, \\fBdefined(B)\\fP)',
      ),
      '.SS Since\n.sp\n1.2, maybe\n.SS If\n.sp\n\\fBdefined(CONFIG_X)\\fP.SS \\fBT\\fP (Object)',
    ].join('\n');
    const definitions = read(body);
    expect(definitions.get('S')).to.deep.equal({
      kind: 'struct',
      name: 'S',
      since: '1.2',
      condition: { symbol: 'CONFIG_X' },
      features: [],
      members: [
        { name: 'a', type: { array: { name: 'str' } }, optional: true, features: [] },
        {
          name: 'b',
          type: { name: 'integer' },
          optional: true,
          condition: { all: [{ symbol: 'A' }, { symbol: 'B' }] },
          features: [],
        },
      ],
    });
    expect(definitions.has('T')).to.equal(true);
  });

  it('reads a flat union', () => {
    const body = [
      '.SS \\fBE\\fP (Enum)',
      termList('Values', '.B \\fBa\\fP', '\\fBb\\fP (\\fBIf: \\fP\\fBX or Y\\fP)'),
      '.SS \\fBL\\fP (Object)',
      '.SS \\fBU\\fP (Object)',
      termList(
        'Members',
        '.B \\fBe\\fP: \\fBE\\fP',
        '.B The members of \\fBL\\fP when \\fBe\\fP is \\fB"a"\\fP (\\fBIf: \\fP\\fBX\\fP)',
      ),
    ].join('\n');
    expect(read(body).get('U')).to.deep.include({
      discriminator: 'e',
      branches: [
        { name: 'a', type: { name: 'L' }, condition: { symbol: 'X' } },
        { name: 'b', type: undefined, condition: { any: [{ symbol: 'X' }, { symbol: 'Y' }] } },
      ],
    });
  });

  it('reads a simple union as the flat one that it abbreviates', () => {
    const body = [
      '.SS \\fBU\\fP (Object)',
      termList(
        'Members',
        '.B \\fBtype\\fP',
        '.B \\fBdata\\fP: \\fBint\\fP when \\fBtype\\fP is \\fB\\(dqn\\(dq\\fP',
      ),
    ].join('\n');
    const definitions = read(body);
    expect(definitions.get('U')).to.deep.include({
      base: [{ name: 'type', type: { name: 'UKind' }, optional: false, features: [] }],
      branches: [{ name: 'n', type: { name: 'q_obj_int-wrapper' } }],
    });
    expect(definitions.get('UKind')).to.deep.include({ values: [{ name: 'n', features: [] }] });
    expect(definitions.get('q_obj_int-wrapper')).to.deep.include({
      members: [{ name: 'data', type: { name: 'integer' }, optional: false, features: [] }],
    });
  });

  it('does not claim what it cannot know: what returns, whether there are arguments', () => {
    const definitions = read('.SS \\fBc\\fP (Command)\n.SS \\fBE\\fP (Event)');
    expect(definitions.get('c')).to.deep.include({ argumentsUnknown: true, replyUnknown: true });
    expect(definitions.get('E')).to.deep.include({ argumentsUnknown: true });
  });
});

describe('manual pages that are refused', () => {
  const member = (text: string): string => domainDefinition('Object S', domainSection('Members', text));
  const rows: readonly (readonly [string, string, string])[] = [
    ['no page', 'prose', 'frob.7:1:1: no title line (.TH); expected the manual page of one of QEMU-QMP-REF'],
    ['a page of another program', manualPage(MODE, 'LS "1" "d" "9.1" "GNU"'), 'frob.7:1:1: title line LS'],
    [
      'a page of another section',
      manualPage(MODE, 'QEMU-QMP-REF "1" "d" "9.1" "x"'),
      'frob.7:1:1: title line',
    ],
    ['a release that is none', manualPage(MODE, '"QEMU-QMP-REF" "7" "d" "new" "x"'), "release 'new'"],
    ['no definition', manualPage('prose'), 'frob.7:1:1: no definition in it'],
    [
      'a page that breaks off',
      manualPage(MODE).split('\n').slice(0, 12).join('\n'),
      'frob.7:12:1: page breaks off',
    ],
    ['a page without its end', manualPage(MODE).replace(/\.\\".*/, ''), 'page breaks off'],
    [
      'a literal block without end',
      manualPage(`${MODE}\n.EX\nx`),
      'literal block does not end; expected .EE',
    ],
    ['a name twice', manualPage(`${MODE}\n${MODE}`), "'Mode' is described a second time (first in line 5)"],
    [
      'an item that is no member',
      manualPage(member('prose')),
      'frob.7:10:1: item is none of a list of members',
    ],
    ['an unknown type', manualPage(member('\\fBa\\fP (\\fBNone\\fP) \\-\\- x')), "'S' refers to 'None'"],
    [
      'a type that is none',
      manualPage(member('\\fBa\\fP (\\fBno such\\fP) \\-\\- x')),
      "'no such' is no type",
    ],
    [
      'a command as a type',
      manualPage(`${domainDefinition('Command c')}\n${member('\\fBa\\fP (\\fBc\\fP) \\-\\- x')}`),
      "'c'",
    ],
    ['an unknown base', manualPage(member('The members of \\fBNone\\fP\\&.')), "'S' refers to 'None'"],
    ['an escape that is none', manualPage(member('\\fBa\\[xy]\\fP \\-\\- x')), 'roff escape \\['],
    [
      'a feature that is none',
      manualPage(domainDefinition('Event E', domainSection('Features', 'x'))),
      'a list of features',
    ],
    [
      'a return that is no type',
      manualPage(domainDefinition('Command c', domainSection('Return', '\\-\\- x'))),
      "'-- x' is no type",
    ],
    [
      'a term that is no member',
      manualPage('.SS \\fBS\\fP (Object)\n' + termList('Members', '.B prose')),
      'term is no member',
    ],
  ];
  for (const [what, text, message] of rows) {
    it(what, () => expect(() => modelFromManualPage(text, 'frob.7')).to.throw(InputError, message));
  }
});

describe('readPageFile', () => {
  const folder = mkdtempSync(join(tmpdir(), 'qmpc-page-'));
  after(() => rmSync(folder, { recursive: true }));
  const write = (name: string, bytes: string | Buffer): string => {
    writeFileSync(join(folder, name), bytes);
    return join(folder, name);
  };

  it('reads plain and compressed pages', () => {
    expect(readPageFile(write('plain.7', 'text'))).to.equal('text');
    expect(readPageFile(write('packed.7.gz', gzipSync('text')))).to.equal('text');
  });

  it('refuses what is no page', () => {
    const whole = gzipSync('text '.repeat(1000));
    const rows: readonly (readonly [string, string])[] = [
      [join(folder, 'none'), 'expected a manual page'],
      [
        write('broken.gz', whole.subarray(0, 20)),
        'broken.gz:1:1: gzip data are broken, or too long; expected a whole gzip file',
      ],
      [write('garbage.gz', Buffer.from([0x1f, 0x8b, 1, 2, 3])), 'gzip data are broken'],
      [write('bomb.gz', gzipSync(Buffer.alloc(65 * 1024 * 1024))), 'or too long'],
      [write('program', Buffer.from([0x7f, 0x45, 0, 0])), 'binary data'],
    ];
    for (const [path, message] of rows) expect(() => readPageFile(path), path).to.throw(InputError, message);
  });
});
