import { expect } from 'chai';
import type { JsonValue } from '../json/value.ts';
import { bundleOfText } from '../json-schema/fixture-bundle.ts';
import { checkerOfProperties } from './qom-value.ts';

const BUNDLE = bundleOfText(`
{ 'enum': 'OnOffAuto', 'data': [ 'auto', 'on', 'off' ] }
{ 'struct': 'Pair', 'data': { 'a': 'uint8', 'b': 'bool' } }
`);

/** Type, value, and the rule that is broken; '' for none, '?' for a type of which nothing is known. */
const CASES: readonly (readonly [string, JsonValue, string])[] = [
  ['bool', true, ''],
  ['bool', 'true', 'qom/type'],
  ['bool', 1, 'qom/type'],
  ['str', '', ''],
  ['str', null, 'qom/type'],
  ['string', 1, 'qom/type'],
  ['child<lamp>', '/machine/lamp', ''],
  ['child<lamp>', {}, 'qom/type'],
  ['link<lamp>', '', ''],
  ['link<lamp>', null, 'qom/type'],
  ['uint8', 255, ''],
  ['uint8', 256, 'qom/range'],
  ['uint8', -1, 'qom/range'],
  ['uint8', 1.5, 'qom/type'],
  ['uint16', 65536, 'qom/range'],
  ['uint32', 4294967295, ''],
  ['uint32', 4294967296, 'qom/range'],
  ['uint64', 18446744073709551615n, ''],
  ['uint64', 18446744073709551616n, 'qom/range'],
  ['size', 9223372036854775808n, ''],
  ['size', -1, 'qom/range'],
  ['int8', -128, ''],
  ['int8', -129, 'qom/range'],
  ['int8', 128, 'qom/range'],
  ['int', 9223372036854775807n, ''],
  ['int', 9223372036854775808n, 'qom/range'],
  ['int', [], 'qom/type'],
  ['double', 0.5, ''],
  ['double', '0.5', 'qom/type'],
  ['struct tm', { tm_year: 1 }, ''],
  ['struct tm', 'now', 'qom/type'],
  ['OnOffAuto', 'auto', ''],
  ['OnOffAuto', 'maybe', 'qom/enum-value'],
  ['OnOffAuto', true, 'qom/type'],
  ['Pair', { a: 1, b: true }, ''],
  ['Pair', { a: 256, b: true }, 'qom/range'],
  ['Pair', { a: 1 }, 'qom/missing-member'],
  ['Pair', [], 'qom/type'],
  ['Lamp', 1, '?'],
  // A key of the schema, and no name of a type.
  ['toString', 1, '?'],
  ['hasOwnProperty', 1, '?'],
];

describe('checkerOfProperties', () => {
  const check = checkerOfProperties(BUNDLE);
  for (const [type, value, rule] of CASES) {
    const shown = typeof value === 'bigint' ? value.toString() : JSON.stringify(value);
    it(`says ${rule === '' ? 'nothing' : rule} of ${shown} as ${type}`, () => {
      const complaints = check(type, value, '/return');
      expect(complaints === undefined ? '?' : complaints.map((one) => one.rule).join()).to.equal(rule);
      for (const { pointer } of complaints ?? []) expect(pointer).to.match(/^\/return/);
    });
  }

  it('knows the types of no schema without one', () => {
    expect(checkerOfProperties(undefined)('OnOffAuto', 'maybe', '')).to.equal(undefined);
  });
});
