import { expect } from 'chai';
import { buildHistory } from './build-history.ts';
import { historyOf, modelsOf } from './fixture-history.ts';
import type { History } from './history.ts';

const STOP = `{ 'command': 'stop' }`;
const ENUM = `{ 'enum': 'Kind', 'data': [ 'a', 'b' ] }`;

function rangeOf({ places }: History, path: string): string {
  const intervals = places.get(path)?.intervals ?? [];
  return intervals.map(({ from, until = '' }) => `${from}-${until}`).join(' ');
}

describe('buildHistory', () => {
  it('dates what comes, goes and comes again', () => {
    const history = historyOf({
      '9.0': STOP,
      '9.1': `${STOP} { 'command': 'cont', 'data': { 'x': 'int' } }`,
      '9.2': STOP,
      '10.0': `${STOP} { 'command': 'cont', 'data': { 'x': 'int' } }`,
    });
    expect(history.releases).to.deep.equal(['9.0', '9.1', '9.2', '10.0']);
    expect(rangeOf(history, 'stop')).to.equal('9.0-');
    expect(rangeOf(history, 'cont')).to.equal('9.1-9.2 10.0-');
    expect(rangeOf(history, 'cont/arguments/x')).to.equal('9.1-9.2 10.0-');
    expect([...history.places.keys()]).to.deep.equal([...history.places.keys()].sort());
  });

  it('sorts releases by number', () => {
    const [older, newer] = modelsOf({ '9.2': STOP, '10.0': STOP });
    if (older === undefined || newer === undefined) throw new Error('two models');
    expect(buildHistory([newer, older]).releases).to.deep.equal(['9.2', '10.0']);
  });

  it('refuses no models', () => expect(() => buildHistory([])).to.throw(RangeError));

  it('keeps what changes of a place', () => {
    const history = historyOf({
      '9.0': `{ 'command': 'stop', 'data': { 'x': 'int' } }`,
      '9.1': `{ 'command': 'stop', 'data': { '*x': { 'type': 'size', 'features': [ 'deprecated' ] } }, 'allow-oob': true }`,
      '9.2': `{ 'struct': 'Args', 'data': { '*x': { 'type': 'size', 'if': 'CONFIG_X' } } } { 'command': 'stop', 'data': 'Args', 'boxed': true }`,
    });
    const place = history.places.get('stop/arguments/x');
    expect(place?.types).to.deep.equal([
      { release: '9.0', value: 'int64' },
      { release: '9.1', value: 'uint64' },
    ]);
    expect(place?.optional).to.deep.equal([{ release: '9.1', value: true }]);
    expect(place?.features).to.deep.equal([
      { release: '9.1', value: ['deprecated'] },
      { release: '9.2', value: [] },
    ]);
    expect(place?.conditions).to.deep.equal([{ release: '9.2', value: ['CONFIG_X'] }]);
    expect(history.places.get('stop')?.flags).to.deep.equal([
      { release: '9.1', value: ['oob'] },
      { release: '9.2', value: [] },
    ]);
  });

  it('does not see the names of types', () => {
    const history = historyOf({
      '9.0': `{ 'struct': 'Old', 'data': { 'x': 'int' } } { 'command': 'stop', 'data': 'Old' }`,
      '9.1': `{ 'struct': 'Base', 'data': { 'x': 'int' } } { 'struct': 'New', 'base': 'Base', 'data': {} } { 'command': 'stop', 'data': 'New' }`,
    });
    expect(rangeOf(history, 'stop/arguments/x')).to.equal('9.0-');
    expect(history.places.get('stop/arguments/x')?.definitions).to.deep.equal([
      { release: '9.0', value: 'Old' },
      { release: '9.1', value: 'Base' },
    ]);
  });

  it('follows a member from the base into a branch, but not the branch of a value that goes', () => {
    const union = (base: string, a: string, values = `'a', 'b'`) =>
      `{ 'enum': 'Kind', 'data': [ ${values} ] } { 'struct': 'BranchA', 'data': { ${a} } } ` +
      `{ 'union': 'Which', 'base': { 'kind': 'Kind' ${base} }, 'discriminator': 'kind', 'data': { 'a': 'BranchA' } } ` +
      `{ 'command': 'stop', 'data': 'Which', 'boxed': true }`;
    const history = historyOf({
      '9.0': union(`, 'x': 'int'`, ''),
      '9.1': union('', `'x': 'int'`),
      '9.2': union('', `'y': 'int'`, `'a', 'c'`),
    });
    expect(history.places.get('stop/arguments/kind=a/x')?.movedFrom).to.equal('stop/arguments/x');
    expect(history.places.get('stop/arguments/kind=a/y')).not.to.have.property('movedFrom');
    expect(history.places.get('stop/arguments/kind=c')).not.to.have.property('movedFrom');
  });

  it('follows names that lose their x- or change their case', () => {
    const history = historyOf({
      '9.0': `{ 'command': 'x-stop', 'data': { 'x-fast': 'bool' } }`,
      '9.1': `{ 'command': 'stop', 'data': { 'x-fast': 'bool' } }`,
      '9.2': `{ 'command': 'stop', 'data': { 'fast': 'bool', 'x-new': 'bool' } }`,
    });
    expect(history.places.get('stop')?.renamedFrom).to.equal('x-stop');
    expect(history.places.get('stop/arguments/fast')?.renamedFrom).to.equal('stop/arguments/x-fast');
    expect(history.places.get('stop/arguments/x-new')).not.to.have.property('renamedFrom');
  });

  const opaque: readonly (readonly [what: string, before: string, after: string, path: string])[] = [
    [
      'values of what was a string',
      `{ 'command': 'stop', 'data': { 'kind': 'str' } }`,
      `${ENUM} { 'command': 'stop', 'data': { 'kind': 'Kind' } }`,
      'stop/arguments/kind=a',
    ],
    [
      'members of what was any value',
      `{ 'command': 'stop', 'data': { 'o': 'any' } }`,
      `{ 'struct': 'Obj', 'data': { 'x': 'int' } } { 'command': 'stop', 'data': { 'o': 'Obj' } }`,
      'stop/arguments/o/x',
    ],
    [
      'arguments that were not checked',
      `{ 'command': 'stop', 'data': { 'x': 'int' }, 'gen': false }`,
      `{ 'command': 'stop', 'data': { 'x': 'int', 'y': 'int' } }`,
      'stop/arguments/y',
    ],
  ];
  for (const [what, before, after, path] of opaque) {
    it(`says described, not added: ${what}`, () => {
      const history = historyOf({ '9.0': before, '9.1': after, '9.2': before, '10.0': after });
      expect(history.places.get(path)?.described).to.equal(true);
      expect(rangeOf(history, path), 'it stays while it is hidden').to.equal('9.1-');
    });
  }

  it('says added of what comes in a place that was described', () => {
    const history = historyOf({
      '9.0': `${ENUM} { 'command': 'stop', 'data': { 'kind': 'Kind' } }`,
      '9.1': `{ 'enum': 'Kind', 'data': [ 'a', 'b', 'c' ] } { 'command': 'stop', 'data': { 'kind': 'Kind' } }`,
    });
    expect(history.places.get('stop/arguments/kind=c')).not.to.have.property('described');
    expect(rangeOf(history, 'stop/arguments/kind=c')).to.equal('9.1-');
  });

  it('looks through places where a type comes again inside itself', () => {
    const history = historyOf({
      '9.0': `{ 'struct': 'Tree', 'data': { 'x': 'int', '*sub': 'Tree' } } { 'command': 'get', 'returns': 'Tree' }`,
      '9.1': `{ 'struct': 'Tree', 'data': { 'x': 'int', '*sub': 'Sub' } } { 'struct': 'Sub', 'data': { 'x': 'int', 'y': 'int' } } { 'command': 'get', 'returns': 'Tree' }`,
    });
    expect(rangeOf(history, 'get/returns/sub/x')).to.equal('9.0-');
    expect(rangeOf(history, 'get/returns/sub/y')).to.equal('9.1-');
  });

  it('takes absence in introspection for a removal only where no condition can explain it', () => {
    const history = historyOf(
      {
        '9.0': `${STOP} { 'command': 'spice', 'if': 'CONFIG_SPICE' } { 'command': 'gone' }`,
        '9.1': STOP,
      },
      { '9.1': ['introspection'] },
    );
    expect(rangeOf(history, 'spice')).to.equal('9.0-');
    expect(rangeOf(history, 'gone')).to.equal('9.0-9.1');
    expect(history.places.get('spice')?.conditions, 'a reply tells no conditions').to.have.length(1);
  });
});
