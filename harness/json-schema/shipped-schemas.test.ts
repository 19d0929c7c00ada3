import { expect } from 'chai';
import fc from 'fast-check';
import { InputError } from '../errors.ts';
import { stepsOfPointer } from '../json/pointer.ts';
import { isJsonArray, isJsonObject, type JsonObject, type JsonValue } from '../json/value.ts';
import { definitionsOf } from './describe-definition.ts';
import { loadSchema, shippedReleases } from './load-schema.ts';
import { keyOf } from './references.ts';
import { createValidator } from './validator.ts';
import { openOracle, valuesOf } from './fixture-ajv.ts';

describe('shipped schemas', () => {
  it('are listed by number', () => {
    const releases = shippedReleases();
    expect(releases).to.include.members(['5.2', '7.2', '10.0', '10.2', '11.1']);
    expect(releases.indexOf('7.2')).to.be.lessThan(releases.indexOf('10.0'));
  });

  it('are found by release and by point release', () => {
    expect(loadSchema('7.2.22')['qapi-release']).to.equal('7.2');
    expect(() => loadSchema('7.9')).to.throw(
      InputError,
      "no qmp schema of release '7.9'; there are: 0.14, 0.15, 1.0",
    );
    expect(() => loadSchema('../7.2')).to.throw(InputError);
    expect(() => loadSchema('2.0', 'qsd')).to.throw(InputError, 'there are: 5.0');
  });
});

/** Picks, reproducibly, what a made-up value consists of. */
interface Dice {
  /** A whole number from 0 to below `sides`. */
  readonly roll: (sides: number) => number;
}

const DEFECTS: readonly JsonValue[] = [null, true, -1, 1.5, 300, 'no such', [], {}, [{}], { x: 1 }];

/** A value of a schema, with a defect now and then. */
function makeValue(defs: JsonObject, schema: JsonValue | undefined, dice: Dice, depth = 0): JsonValue {
  if (dice.roll(30) === 0) return DEFECTS[dice.roll(DEFECTS.length)] ?? null;
  if (!isJsonObject(schema)) return DEFECTS[dice.roll(DEFECTS.length)] ?? null;
  if (isJsonArray(schema['enum'])) return schema['enum'][dice.roll(schema['enum'].length)] ?? null;
  if (schema['type'] === 'object') return makeObject(defs, schema, dice, depth);
  if (typeof schema['$ref'] === 'string') return makeValue(defs, target(defs, schema['$ref']), dice, depth);
  if (isJsonArray(schema['anyOf'])) {
    const alternative = schema['anyOf'][dice.roll(schema['anyOf'].length)];
    const meant = isJsonObject(alternative) ? { $ref: alternative['$ref'] ?? '' } : true;
    return makeValue(defs, meant, dice, depth);
  }
  if (schema['type'] === 'array')
    return dice.roll(2) === 0 ? [] : [makeValue(defs, schema['items'], dice, depth + 1)];
  const scalars: JsonObject = { string: 'text', boolean: true, integer: dice.roll(200), number: 0.5 };
  return typeof schema['type'] === 'string' ? (scalars[schema['type']] ?? null) : null;
}

function makeObject(defs: JsonObject, schema: JsonObject, dice: Dice, depth: number): JsonObject {
  const base = typeof schema['$ref'] === 'string' ? target(defs, schema['$ref']) : undefined;
  const object: Record<string, JsonValue> = isJsonObject(base)
    ? { ...makeObject(defs, base, dice, depth) }
    : {};
  const required = isJsonArray(schema['required']) ? schema['required'] : [];
  for (const [name, type] of Object.entries(isJsonObject(schema['properties']) ? schema['properties'] : {})) {
    const isThere = required.includes(name) ? dice.roll(40) > 0 : depth < 3 && dice.roll(4) === 0;
    if (isThere) object[name] = makeValue(defs, type, dice, depth + 1);
  }
  const tag =
    typeof schema['qapi-discriminator'] === 'string' ? object[schema['qapi-discriminator']] : undefined;
  for (const branch of isJsonArray(schema['allOf']) ? schema['allOf'] : []) {
    if (!isJsonObject(branch) || [...valuesOf(branch, 'const')][0] !== tag) continue;
    const then = isJsonObject(branch['then']) ? branch['then']['$ref'] : undefined;
    const members = typeof then === 'string' ? target(defs, then) : undefined;
    if (isJsonObject(members)) Object.assign(object, makeObject(defs, members, dice, depth));
  }
  if (dice.roll(60) === 0) object['no-such-member'] = 1;
  return object;
}

function target(defs: JsonObject, reference: string): JsonValue | undefined {
  return defs[stepsOfPointer(reference.slice(1))[1] ?? ''];
}

/** What fast-check drew, as dice; the draws are used again from the start when they run out. */
function diceOf(draws: readonly number[]): Dice {
  let at = 0;
  return { roll: (sides) => (draws[at++ % draws.length] ?? 0) % sides };
}

describe('our validator and one that knows nothing of QAPI', () => {
  const bundle = loadSchema('10.2');
  const defs = definitionsOf(bundle);
  const validator = createValidator(bundle);
  const oracles = openOracle(bundle);
  const commands = [
    'blockdev-add',
    'migrate-set-parameters',
    'object-add',
    'chardev-add',
    'netdev_add',
    'transaction',
  ];
  const queries = [
    'query-block',
    'query-migrate',
    'query-stats',
    'query-block-jobs',
    'query-cpus-fast',
    'query-chardev',
  ];
  const draws = fc.array(fc.nat(), { minLength: 60, maxLength: 120 });
  const RUNS = { seed: 1, numRuns: 300 };

  for (const name of commands) {
    it(`agree on arguments of ${name}`, () => {
      const oracle = oracles.compile(keyOf.arguments(name));
      let valid = 0;
      fc.assert(
        fc.property(draws, (drawn) => {
          const value = makeValue(defs, defs[keyOf.arguments(name)], diceOf(drawn));
          if (!isJsonObject(value)) return;
          const violations = validator.checkCommand({ execute: name, arguments: value });
          if (oracle(value)) valid++;
          expect(violations.length === 0, JSON.stringify({ value, violations })).to.equal(oracle(value));
        }),
        RUNS,
      );
      expect(valid, 'valid ones').to.be.within(20, 290);
    });
  }

  for (const name of queries) {
    it(`agree on what ${name} returns`, () => {
      const oracle = oracles.compile(keyOf.returns(name));
      fc.assert(
        fc.property(draws, (drawn) => {
          const value = makeValue(defs, defs[keyOf.returns(name)], diceOf(drawn));
          const violations = validator.checkSuccess(name, { return: value });
          expect(violations.length === 0, JSON.stringify({ value, violations })).to.equal(oracle(value));
        }),
        RUNS,
      );
    });
  }
});
