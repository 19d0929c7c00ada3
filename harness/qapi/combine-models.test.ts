import { expect } from 'chai';
import { combineModels, type CombinedModel } from './combine-models.ts';
import { modelOfText } from './introspection/model-of-text.ts';
import { modelFromIntrospection } from './introspection/read-introspection.ts';
import { introspectionFromModel } from './introspection/write-introspection.ts';
import { domainDefinition, domainSection, manualPage } from './manual-page/fixture-page.ts';
import { modelFromManualPage } from './manual-page/read-manual-page.ts';
import type { Definition, QapiModel } from './model.ts';

const SOURCE = `
{ 'enum': 'Mode', 'data': [ 'on', { 'name': 'off', 'if': 'CONFIG_OFF' }, 'auto' ] }
{ 'struct': 'Base', 'data': { 'mode': 'Mode', '*width': 'uint16' } }
{ 'struct': 'Leaf', 'data': { 'sizes': ['size'], 'name': { 'type': 'str', 'if': 'CONFIG_NAME' } } }
{ 'struct': 'Empty', 'data': { } }
{ 'struct': 'Derived', 'base': 'Base', 'data': { '*leaf': 'Leaf' } }
{ 'union': 'Either', 'base': 'Base', 'discriminator': 'mode', 'data': { 'on': 'Leaf', 'auto': 'Empty' } }
{ 'alternate': 'Choice', 'data': { 'none': 'null', 'number': 'uint8', 'object': 'Leaf' } }
{ 'struct': 'Unused', 'data': { 'choice': 'Choice' } }
{ 'command': 'set', 'data': 'Either', 'boxed': true, 'allow-oob': true }
{ 'command': 'get', 'data': { 'choice': 'Choice' }, 'returns': ['Derived'] }
{ 'command': 'ping', 'returns': 'Empty' }
{ 'command': 'rare', 'data': { 'n': 'int8' }, 'if': 'CONFIG_RARE', 'features': [ 'unstable' ], 'gen': false }
{ 'event': 'DONE', 'data': 'Leaf', 'boxed': true }
`;
const RELEASE = '10.0';
const source = modelOfText(SOURCE, RELEASE);

/** The introspection that a build gives. */
function introspect(model: QapiModel, on: readonly string[]): QapiModel {
  return modelFromIntrospection([...introspectionFromModel(model, { conditions: new Set(on) })], {
    release: `${RELEASE}.3`,
  });
}

function withoutOrigin(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutOrigin);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).filter(([key]) => key !== 'origin');
  return Object.fromEntries(entries.map(([key, part]) => [key, withoutOrigin(part)]));
}

function plain(model: QapiModel): unknown {
  return [...model.definitions.values()].map(withoutOrigin);
}

function part(combined: CombinedModel, name: string): Definition | undefined {
  return combined.model.definitions.get(name);
}

describe('combineModels', () => {
  const ALL = ['CONFIG_OFF', 'CONFIG_NAME', 'CONFIG_RARE'];

  it('gives names, widths, bases and conditions back to the introspection of a whole build', () => {
    const { model, conflicts } = combineModels(introspect(source, ALL), source, { keep: 'present' });
    expect(conflicts).to.deep.equal([]);
    expect(model).to.deep.include({ sources: ['introspection', 'qapi'], family: 'qmp', release: '10.0.3' });
    const used = [...source.definitions.values()].filter(({ name }) => name !== 'Unused');
    expect(plain(model)).to.deep.equal(used.map(withoutOrigin));
  });

  it('keeps what the build has', () => {
    const combined = combineModels(introspect(source, []), source, { keep: 'present' });
    expect([...combined.model.definitions.keys()]).to.not.include.members(['rare', 'Unused']);
    expect(part(combined, 'Mode')).to.deep.include({
      values: [
        { name: 'on', features: [] },
        { name: 'auto', features: [] },
      ],
    });
    expect(withoutOrigin(part(combined, 'Leaf'))).to.deep.include({
      members: [{ name: 'sizes', type: { array: { name: 'size' } }, optional: false, features: [] }],
    });
    expect(withoutOrigin(part(combined, 'Either'))).to.deep.include({
      branches: [
        { name: 'on', type: { name: 'Leaf' } },
        { name: 'auto', type: { name: 'Empty' } },
      ],
    });
    expect(combined.conflicts).to.deep.equal([]);
  });

  it('keeps all, and says who knows of it', () => {
    const combined = combineModels(introspect(source, []), source, { keep: 'all' });
    expect(plain(combined.model)).to.deep.equal(plain(source));
    const documented = { presence: 'qapi', type: 'qapi', documents: 'qapi' };
    expect(part(combined, 'rare')).to.deep.include({ origin: documented });
    expect(part(combined, 'Unused')).to.deep.include({ origin: { presence: 'qapi', type: 'qapi' } });
    expect(part(combined, 'Leaf')).to.deep.include({ origin: { type: 'qapi' } });
    expect(part(combined, 'Leaf')).to.have.nested.property('members[0].origin').deep.equal({ type: 'qapi' });
    expect(part(combined, 'Leaf')).to.have.nested.property('members[1].origin').deep.equal(documented);
    expect(part(combined, 'Mode')).to.not.have.nested.property('values[0].origin');
  });

  it('says of what only the introspection has that it is integer, and where its type got a name', () => {
    const less = modelOfText(
      SOURCE.replace(", '*width': 'uint16'", '').replace("'choice': 'Choice' }, 'returns'", " }, 'returns'"),
      RELEASE,
    );
    const more = modelOfText(
      `${SOURCE.replace("'sizes': ['size'],", "'sizes': ['size'], 'n': 'int32', 'mode2': 'Mode',")}
      { 'struct': 'New', 'data': { 'leaf': 'Leaf' } }
      { 'command': 'new', 'data': { 'a': 'New' }, 'returns': 'Leaf' }`,
      RELEASE,
    );
    const combined = combineModels(introspect(more, ALL), less, { keep: 'present' });
    expect(combined.conflicts).to.deep.equal([]);
    expect(part(combined, 'Leaf')).to.deep.include({
      members: [
        {
          name: 'sizes',
          type: { array: { name: 'size' } },
          optional: false,
          features: [],
          origin: { type: 'qapi' },
        },
        {
          name: 'name',
          type: { name: 'str' },
          optional: false,
          condition: { symbol: 'CONFIG_NAME' },
          features: [],
          origin: { type: 'qapi', documents: 'qapi' },
        },
        { name: 'n', type: { name: 'integer' }, optional: false, features: [] },
        { name: 'mode2', type: { name: 'Mode' }, optional: false, features: [] },
      ],
    });
    expect(part(combined, 'new')).to.deep.include({ returns: { name: 'Leaf' } });
    expect(part(combined, 'new')).to.not.have.property('origin');
    const masked = part(combined, 'new');
    const given =
      masked?.kind === 'command' && masked.arguments !== undefined && 'members' in masked.arguments;
    expect(given && masked.arguments.members[0]?.type)
      .to.have.property('name')
      .match(/^t\d+$/);
  });

  it('gives what is new in a base to all that have it, each once', () => {
    const rooted = `${SOURCE} { 'command': 'base', 'returns': 'Base' }`;
    const less = modelOfText(rooted.replace(", '*width': 'uint16'", ''), RELEASE);
    const { model, conflicts } = combineModels(introspect(modelOfText(rooted, RELEASE), ALL), less, {
      keep: 'present',
    });
    expect(conflicts).to.deep.equal([]);
    const width = { name: 'width', type: { name: 'integer' }, optional: true, features: [] };
    expect(model.definitions.get('Base')).to.have.nested.property('members[1]').deep.equal(width);
    expect(model.definitions.get('Derived')).to.have.property('members').with.length(1);
    expect(model.definitions.get('Either')).to.have.property('base', 'Base');
  });

  it('writes out the base of a union that has more than its base', () => {
    const less = modelOfText(SOURCE.replace(", '*width': 'uint16'", ''), RELEASE);
    const { model } = combineModels(introspect(source, ALL), less, { keep: 'present' });
    expect(withoutOrigin(model.definitions.get('Either')))
      .to.have.property('base')
      .deep.equal([
        { name: 'mode', type: { name: 'Mode' }, optional: false, features: [] },
        { name: 'width', type: { name: 'integer' }, optional: true, features: [] },
      ]);
    expect(model.definitions.get('Base')).to.have.property('members').with.length(1);
    expect(model.definitions.get('Derived')).to.have.nested.property('members[1].name', 'width');
  });

  it('takes two names for one type, each at its place', () => {
    const documents = modelOfText(
      `{ 'struct': 'Aa', 'data': { 'n': 'uint8' } }
       { 'struct': 'Bb', 'data': { 'n': 'uint16' } }
       { 'command': 'a', 'returns': 'Aa' }
       { 'command': 'b', 'returns': 'Bb' }`,
      RELEASE,
    );
    const shared = modelOfText(
      `{ 'struct': 'Ss', 'data': { 'n': 'int' } }
       { 'command': 'a', 'returns': 'Ss' }
       { 'command': 'b', 'returns': 'Ss' }
       { 'command': 'c', 'returns': 'Ss' }`,
      RELEASE,
    );
    const { model, conflicts } = combineModels(introspect(shared, []), documents, { keep: 'present' });
    expect(conflicts).to.deep.equal([]);
    const returns = ['a', 'b', 'c'].map((name) => {
      const command = model.definitions.get(name);
      return command?.kind === 'command' ? command.returns : undefined;
    });
    expect(returns).to.deep.equal([{ name: 'Aa' }, { name: 'Bb' }, { name: 'Aa' }]);
  });

  const contradictions: readonly (readonly [string, string, string, string, string, string])[] = [
    ['a type', "'*width': 'uint16'", "'*width': 'str'", 'Base.width', 'integer', 'str'],
    ['an array', "'sizes': ['size']", "'sizes': 'size'", 'Leaf.sizes', '[integer]', 'size'],
    ['an enum', "'*leaf': 'Leaf'", "'*leaf': 'Mode'", 'Derived.leaf', 'struct', 'enum Mode'],
    ['a branch', "'on': 'Leaf', ", '', 'Either.on', 'struct', 'no members'],
    [
      'a discriminator',
      "'discriminator': 'mode'",
      "'discriminator': 'other'",
      'set',
      'union',
      "union Either by 'other'",
    ],
    ['optional', "'*width'", "'width'", 'Base.width', 'optional', 'mandatory'],
    [
      'what returns',
      "'returns': ['Derived']",
      "'returns': 'Derived'",
      'get.return',
      '[struct',
      'struct Derived',
    ],
    ['that nothing returns', ", 'returns': ['Derived']", '', 'get.return', '[struct', 'nothing'],
    ['an alternative', "'number': 'uint8'", "'number': 'number'", 'Choice.number', 'integer', 'number'],
  ];
  for (const [what, right, wrong, place, presence, documents] of contradictions) {
    it(`tells of contradictions: ${what}`, () => {
      const base = wrong.includes('other')
        ? SOURCE.replace("'mode': 'Mode', '*w", "'mode': 'Mode', 'other': 'Mode', '*w")
        : SOURCE;
      const claims = modelOfText(base.replace(right, wrong), RELEASE);
      const { conflicts } = combineModels(introspect(source, ALL), claims, { keep: 'all' });
      const told = conflicts.map((conflict) => [conflict.place, conflict.documents]);
      expect(told).to.deep.equal([[place, documents]]);
      expect(conflicts[0]?.presence.startsWith(presence)).to.equal(true);
    });
  }

  it('tells of contradictions: a kind', () => {
    const documents = modelFromManualPage(manualPage(domainDefinition('Command DONE')), 'frob.7');
    const combined = combineModels(introspect(source, ALL), documents, { keep: 'all' });
    expect(combined.conflicts).to.deep.equal([{ place: 'DONE', presence: 'event', documents: 'command' }]);
    expect(part(combined, 'DONE')).to.have.property('kind', 'event');
  });

  it('takes the side of the introspection', () => {
    const claims = modelOfText(SOURCE.replace("'*width': 'uint16'", "'width': 'str'"), RELEASE);
    const combined = combineModels(introspect(source, ALL), claims, { keep: 'all' });
    expect(part(combined, 'Base'))
      .to.have.nested.property('members[1]')
      .deep.equal({
        name: 'width',
        type: { name: 'integer' },
        optional: true,
        features: [],
      });
  });

  it('takes features of the introspection, and flags where documents do not know them', () => {
    const page = manualPage(
      [
        domainDefinition(
          'Command rare (Since: 9.2)',
          domainSection('Arguments', '\\fBn\\fP (\\fBint\\fP) \\-\\- x'),
        ),
        domainDefinition(
          'Object Base',
          domainSection('Members', '\\fBonly\\fP (\\fBstring\\fP) \\-\\- x (since 2.0)'),
        ),
      ].join('\n'),
    );
    const documents = modelFromManualPage(page, 'frob.7');
    const combined = combineModels(introspect(source, ALL), documents, { keep: 'all' });
    expect(part(combined, 'rare')).to.deep.equal({
      kind: 'command',
      name: 'rare',
      since: '9.2',
      features: [{ name: 'unstable' }],
      arguments: {
        members: [
          {
            name: 'n',
            type: { name: 'integer' },
            optional: false,
            features: [],
            origin: { type: 'manual-page' },
          },
        ],
      },
      returns: undefined,
      gen: true,
      successResponse: true,
      allowOob: false,
      allowPreconfig: false,
      origin: { type: 'manual-page', documents: 'manual-page' },
    });
    expect(part(combined, 'Base')).to.have.nested.property('members[0].origin').deep.equal({
      presence: 'manual-page',
      type: 'manual-page',
      documents: 'manual-page',
    });
    expect(part(combined, 'set')).to.deep.include({ allowOob: true });
  });

  it('fills in what an older manual page does not tell', () => {
    const page = manualPage(
      '.SS \\fBget\\fP (Command)\n.SS \\fBset\\fP (Command)\n.SS \\fBDONE\\fP (Event)',
      '"QEMU-QMP-REF" "7" "d" "7.2.0" "QEMU"',
    );
    const documents = modelFromManualPage(page, 'frob.7');
    const combined = combineModels(introspect(source, ALL), documents, { keep: 'present' });
    expect(part(combined, 'get')).to.not.have.any.keys('argumentsUnknown', 'replyUnknown');
    expect(part(combined, 'get')).to.have.nested.property('arguments.members[0].name', 'choice');
    expect(part(combined, 'get'))
      .to.have.nested.property('returns.array.name')
      .match(/^t\d+$/);
    expect(part(combined, 'DONE')).to.have.nested.property('arguments.members[0].name', 'sizes');
    expect(combined.conflicts).to.deep.equal([]);
  });

  it('sees a union in what a manual page shows as a struct', () => {
    const bare = modelOfText(
      `{ 'enum': 'Mode', 'data': [ 'on', 'off' ] }
       { 'struct': 'Empty', 'data': { } }
       { 'union': 'Uu', 'base': { 'mode': 'Mode' }, 'discriminator': 'mode', 'data': { 'on': 'Empty' } }
       { 'command': 'c', 'data': 'Uu', 'boxed': true }`,
      RELEASE,
    );
    const page = manualPage(
      [
        domainDefinition('Enum Mode', domainSection('Values', '\\fBon\\fP \\-\\- x', '\\fBoff\\fP \\-\\- x')),
        domainDefinition('Object Uu', domainSection('Members', '\\fBmode\\fP (\\fBMode\\fP) \\-\\- x')),
        domainDefinition('Command c', domainSection('Arguments', 'The members of \\fBUu\\fP\\&.')),
      ].join('\n'),
    );
    const documents = modelFromManualPage(page, 'frob.7');
    const combined = combineModels(introspect(bare, []), documents, { keep: 'present' });
    expect(combined.conflicts).to.deep.equal([]);
    expect(part(combined, 'Uu')).to.deep.include({
      kind: 'union',
      discriminator: 'mode',
      branches: [
        { name: 'on', type: undefined },
        { name: 'off', type: undefined },
      ],
    });
  });
});
