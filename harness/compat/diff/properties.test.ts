import fc from 'fast-check';
import { expect } from 'chai';
import type { Definition, QapiModel } from '../../qapi/model.ts';
import { flattenModel, openWire } from '../flatten-model.ts';
import { compareWire } from './compare-wire.ts';
import { diffModels } from './diff-models.ts';
import { command, enumOf, event, membersOf, modelOf, struct, union, type Written } from './fixture-models.ts';
import type { RuleId } from './rules.ts';
import type { ChangeKind } from './rules.ts';
import { unchangedTypes } from './unchanged-types.ts';
import { findItem } from './wire-shapes.ts';

const TYPES = ['str', 'int', 'uint8', 'bool', 'any', 'E', 'S0', 'S1', 'S2', 'U'] as const;
const type = fc.oneof(
  fc.constantFrom(...TYPES),
  fc.constantFrom(...TYPES).map((name) => [name] as const),
);
const name = fc.constantFrom('a', 'b', 'c', 'd', '*e', '*f', '*g', '*h');
const written: fc.Arbitrary<Written> = fc.dictionary(name, type, { maxKeys: 4 });
const values = fc.uniqueArray(fc.constantFrom('v', 'w', 'x', 'y'), { minLength: 1 });

/** Small schemas whose types hold each other in any order; `probe` and `PROBE` stand beside them. */
const definitions: fc.Arbitrary<readonly Definition[]> = fc
  .record({ s0: written, s1: written, s2: written, sent: written, got: type, event: written, values })
  .map((parts) => [
    enumOf('E', parts.values),
    struct('S0', parts.s0),
    struct('S1', parts.s1),
    struct('S2', parts.s2, { base: 'Base' }),
    struct('Base', { base: 'int' }),
    union('U', { k: 'E' }, 'k', Object.fromEntries(parts.values.map((value) => [value, 'S2']))),
    command('one', parts.sent, parts.got),
    event('ONE', parts.event),
  ]);

const PROBE = command('probe', { m: 'str', '*n': 'int', e: 'P' }, 'R');
const PROBES: readonly Definition[] = [
  PROBE,
  event('PROBE', { m: 'str' }),
  enumOf('P', ['p', 'q']),
  struct('R', { m: 'str', '*n': 'int', e: 'Q' }),
  enumOf('Q', ['p', 'q']),
];

/** One change of the definitions above, and the rules that tell it. */
const MUTATIONS: readonly (readonly [RuleId, Definition | string])[] = [
  ['command-added', command('other')],
  ['command-removed', 'probe'],
  ['event-removed', 'PROBE'],
  ['argument-added', command('probe', { m: 'str', '*n': 'int', e: 'P', '*z': 'S0' }, 'R')],
  ['mandatory-argument-added', command('probe', { m: 'str', '*n': 'int', e: 'P', z: 'S0' }, 'R')],
  ['argument-removed', command('probe', { m: 'str', e: 'P' }, 'R')],
  ['argument-became-optional', command('probe', { '*m': 'str', '*n': 'int', e: 'P' }, 'R')],
  ['argument-became-mandatory', command('probe', { m: 'str', n: 'int', e: 'P' }, 'R')],
  ['argument-type-changed', command('probe', { m: 'bool', '*n': 'int', e: 'P' }, 'R')],
  ['argument-range-narrowed', command('probe', { m: 'str', '*n': 'uint8', e: 'P' }, 'R')],
  ['value-added-to-argument', enumOf('P', ['p', 'q', 'r'])],
  ['value-removed-from-argument', enumOf('P', ['p'])],
  ['value-added-to-reply', enumOf('Q', ['p', 'q', 'r'])],
  ['value-removed-from-reply', enumOf('Q', ['p'])],
  ['reply-member-added', struct('R', { m: 'str', '*n': 'int', e: 'Q', z: 'S1' })],
  ['reply-member-removed', struct('R', { '*n': 'int', e: 'Q' })],
  ['optional-reply-member-removed', struct('R', { m: 'str', e: 'Q' })],
  ['reply-member-became-optional', struct('R', { '*m': 'str', '*n': 'int', e: 'Q' })],
  ['reply-member-became-mandatory', struct('R', { m: 'str', n: 'int', e: 'Q' })],
  ['deprecation-announced', { ...PROBE, features: [{ name: 'deprecated' }] }],
  ['became-conditional', { ...PROBE, condition: { symbol: 'A' } }],
  ['argument-added', command('probe', [...membersOf({ m: 'str', '*n': 'int', e: 'P', '*y': ['U'] })], 'R')],
];

function mutate(model: QapiModel, mutation: Definition | string): QapiModel {
  const changed = new Map(model.definitions);
  if (typeof mutation === 'string') changed.delete(mutation);
  else changed.set(mutation.name, mutation);
  return { ...model, definitions: changed };
}

/** The same with other names of types. */
function renameTypes(model: QapiModel): QapiModel {
  const types = [...model.definitions.values()].filter(({ kind }) => kind !== 'command' && kind !== 'event');
  const names = types.map((definition) => definition.name).join('|');
  const text = JSON.stringify([...model.definitions.values()]);
  const renamed = text
    .replaceAll(new RegExp(`"name":"(${names})"`, 'g'), '"name":"New$1"')
    .replaceAll(new RegExp(`"(type|base)":"(${names})"`, 'g'), '"$1":"New$2"');
  return modelOf(JSON.parse(renamed) as Definition[]);
}

describe('schema diff of any schemas', () => {
  it('is empty for a schema and itself, and whatever its types are called', () => {
    fc.assert(
      fc.property(definitions, (list) => {
        const model = modelOf(list);
        expect(diffModels(model, model).changes).to.deep.equal([]);
        expect(diffModels(model, renameTypes(model)).changes).to.deep.equal([]);
      }),
    );
  });

  it('says of one change exactly what it is', () => {
    fc.assert(
      fc.property(definitions, fc.constantFrom(...MUTATIONS), (list, [rule, mutation]) => {
        const model = modelOf([...list, ...PROBES]);
        const { changes } = diffModels(model, mutate(model, mutation));
        expect(changes.map((change) => change.rule)).to.deep.equal([rule]);
        expect(changes[0]?.paths).to.have.length(1);
      }),
    );
  });

  it('adds one way what it removes the other way', () => {
    const named = (before: QapiModel, after: QapiModel, kind: ChangeKind): readonly string[] =>
      diffModels(before, after)
        .changes.filter(({ change, rule }) => change === kind && !rule.includes('branches'))
        .map(({ definition = '', name }) => `${definition} ${name}`);
    fc.assert(
      fc.property(definitions, definitions, (left, right) => {
        const [before, after] = [modelOf(left), modelOf(right)];
        expect(new Set(named(before, after, 'added'))).to.deep.equal(
          new Set(named(after, before, 'removed')),
        );
      }),
    );
  });

  it('is the same when types that did not change are looked at, too', () => {
    const parts = fc.subarray(['E', 'S0', 'S1', 'S2', 'U', 'one', 'ONE']);
    fc.assert(
      fc.property(definitions, definitions, parts, (left, right, taken) => {
        const before = modelOf(left);
        const after = right.filter(({ name }) => taken.includes(name)).reduce(mutate, before);
        const changes = (unchanged: ReadonlySet<string>): unknown =>
          compareWire({
            ...{ flags: 'all', conditions: true, unchanged },
            ...{ before: openWire(before), after: openWire(after) },
          });
        expect(changes(unchangedTypes(before, after))).to.deep.equal(changes(new Set()));
      }),
    );
  });
});

describe('a wire that is opened place by place', () => {
  it('has at every path what the whole has', () => {
    fc.assert(
      fc.property(definitions, (list) => {
        const model = modelOf(list);
        for (const [path, item] of flattenModel(model).items) {
          expect(findItem(openWire(model), path), path).to.deep.equal(item);
          expect(findItem(openWire(model), `${path}/none`), path).to.equal(undefined);
        }
      }),
    );
  });
});
