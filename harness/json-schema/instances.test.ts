import { expect } from 'chai';
import fc from 'fast-check';
import { writeJson } from '../json/write-json.ts';
import type { JsonObject, JsonValue } from '../json/value.ts';
import type { Definition, QapiModel, SchemaFamily } from '../qapi/model.ts';
import { openOracle, withDoubles, type Oracle } from './fixture-ajv.ts';
import { bundleOfText, modelOfText, TEAHOUSE } from './fixture-bundle.ts';
import {
  DEFECTS,
  diceOf,
  makeArguments,
  makeInstance,
  type Defect,
  type Dice,
  type Instance,
} from './fixture-instances.ts';
import { loadSchema } from './load-schema.ts';
import { modelFromSchema } from './model-from-schema.ts';
import { keyOf } from './references.ts';
import { carriesData } from './schemas-of-definition.ts';
import { createValidator, type SchemaViolation, type Validator } from './validator.ts';

/** A part of a message whose type the model tells. */
interface Part {
  readonly key: string;
  readonly make: (dice: Dice) => Instance;
  readonly check: (value: JsonValue) => readonly SchemaViolation[];
}

const TIMESTAMP = { seconds: -1, microseconds: -1 };

function partsOf(model: QapiModel, validator: Validator, definition: Definition): Part[] {
  const { name } = definition;
  if (definition.kind === 'event' && carriesData(model, definition)) {
    return [
      {
        key: keyOf.data(name),
        make: (dice) => makeArguments(model, definition.arguments, dice, true),
        check: (data) => validator.checkEvent({ event: name, data, timestamp: TIMESTAMP }),
      },
    ];
  }
  if (definition.kind !== 'command') return [];
  const { returns } = definition;
  const taken: Part = {
    key: keyOf.arguments(name),
    make: (dice) =>
      makeArguments(model, definition.arguments, dice, definition.gen && !definition.argumentsUnknown),
    check: (value) => validator.checkCommand({ execute: name, arguments: value }),
  };
  if (!definition.successResponse) return [taken];
  const given: Part = {
    key: keyOf.returns(name),
    make: (dice) =>
      returns === undefined
        ? makeArguments(model, undefined, dice, true)
        : makeInstance(model, returns, dice),
    check: (value) => validator.checkSuccess(name, { return: value }),
  };
  return [taken, given];
}

const draws = fc.array(fc.nat(), { minLength: 40, maxLength: 80 });
const RUNS = { seed: 20260101, numRuns: 4 };
/** Of each instance so many defects of each kind are tried, at most. */
const MOST_DEFECTS = 2;

function someOfEach(defects: readonly Defect[], first: number): Defect[] {
  return DEFECTS.flatMap((kind) => {
    const all = defects.filter((defect) => defect.kind === kind);
    const step = Math.max(1, Math.ceil(all.length / MOST_DEFECTS));
    return all.filter((_, at) => at % step === first % step);
  });
}

/** Checks a part on made-up values; counts what was tried. */
function checkPart(part: Part, oracle: Oracle, counts: Map<string, number>): void {
  const plain = oracle.compile(part.key);
  const count = (what: string): void => void counts.set(what, (counts.get(what) ?? 0) + 1);
  const property = fc.property(draws, fc.nat(), (drawn, first) => {
    const { value, defects } = part.make(diceOf(drawn));
    count('instance');
    const text = `${part.key}: ${writeJson(value)}`;
    expect(part.check(value), text).to.deep.equal([]);
    expect(plain(withDoubles(value)), text).to.equal(true);
    for (const defect of someOfEach(defects, first)) {
      count(defect.kind);
      const wrong = `${part.key}: ${defect.kind}: ${writeJson(defect.value)}`;
      expect(part.check(defect.value), wrong).not.to.deep.equal([]);
      if (defect.seenByDoubles) expect(plain(withDoubles(defect.value)), wrong).to.equal(false);
    }
  });
  fc.assert(property, RUNS);
}

function checkModel(model: QapiModel, bundle: JsonObject): ReadonlyMap<string, number> {
  const validator = createValidator(bundle);
  const oracle = openOracle(bundle);
  const counts = new Map<string, number>();
  for (const definition of model.definitions.values())
    for (const part of partsOf(model, validator, definition)) checkPart(part, oracle, counts);
  return counts;
}

describe('a value made from the model fits the schema, and with any single defect it does not:', () => {
  const bundles: readonly (readonly [SchemaFamily, string])[] = [
    ['qmp', '0.14'],
    ['qmp', '2.5'],
    ['qmp', '5.2'],
    ['qmp', '10.2'],
    ['qmp', '11.1'],
    ['qga', '10.2'],
    ['qsd', '10.2'],
  ];
  it('a schema with one of each thing', () => {
    const counts = checkModel(modelOfText(TEAHOUSE), bundleOfText(TEAHOUSE));
    for (const kind of DEFECTS) expect(counts.get(kind), kind).to.be.greaterThan(0);
  });
  for (const [family, release] of bundles) {
    it(`${family} ${release}`, () => {
      const bundle = loadSchema(release, family);
      const counts = checkModel(modelFromSchema(bundle), bundle);
      expect(counts.get('instance')).to.be.greaterThan(100);
    });
  }
});
