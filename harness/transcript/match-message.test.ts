import { expect } from 'chai';
import { readJson } from '../json/read-json.ts';
import type { JsonValue } from '../json/value.ts';
import { matchMessage, type Mismatch } from './match-message.ts';
import { readPattern } from './read-pattern.ts';
import type { MatchKind, MatchRule } from './transcript.ts';

type Rules = Readonly<Record<string, MatchKind>>;

function rulesFrom(rules: Rules): MatchRule[] {
  return Object.entries(rules).map(([at, as]) =>
    as === 'capture' ? { at, as, name: 'captured' } : { at, as },
  );
}

function match(expected: string, live: string, rules: Rules = {}): readonly Mismatch[] {
  const options = { rules: rulesFrom(rules), captures: new Map<string, JsonValue>() };
  return matchMessage(readPattern(expected), readJson(live), options).mismatches;
}

function capture(expected: string, live: string, at: string, rules: Rules = {}): JsonValue | undefined {
  const captures = new Map<string, JsonValue>();
  matchMessage(readPattern(expected), readJson(live), {
    rules: rulesFrom({ ...rules, [at]: 'capture' }),
    captures,
  });
  return captures.get('captured');
}

type Row = readonly [what: string, expected: string, live: string, rules: Rules, ...mismatches: string[]];

/** Mismatches are written `rule pointer`. */
const ROWS: readonly Row[] = [
  // shape
  ['equal scalars', '1', '1', {}],
  ['other value of one type', '{"a": 1}', '{"a": 2.5}', {}],
  ['bigint and number are one type', '{"a": 1}', '{"a": 18446744073709551615}', {}],
  ['further members', '{"a": 1}', '{"b": 2, "a": 1}', {}],
  ['missing member', '{"a": {"b": 1}}', '{"a": {}}', {}, 'shape/missing-member /a/b'],
  ['each missing member', '{"a": 1, "b": 2}', '{}', {}, 'shape/missing-member /a', 'shape/missing-member /b'],
  ['wrong type', '{"a": "x"}', '{"a": 1}', {}, 'shape/type /a'],
  ['null for a value', '{"a": 1}', '{"a": null}', {}, 'shape/type /a'],
  ['a value for null', '{"a": null}', '{"a": 1}', {}, 'shape/type /a'],
  ['array for object', '{"a": {}}', '{"a": []}', {}, 'shape/type /a'],
  ['object for array', '{"a": []}', '{"a": {}}', {}, 'shape/type /a'],
  ['inherited names are not there', '{"toString": 1}', '{}', {}, 'shape/missing-member /toString'],
  ['escaped pointer', '{"a/b": {"~": 1}}', '{"a/b": {}}', {}, 'shape/missing-member /a~1b/~0'],
  // elisions
  ['an elided message', '...', '[1]', {}],
  ['an elided value', '{"a": ...}', '{"a": [1]}', {}],
  ['an elided value must be there', '{"a": ...}', '{}', {}, 'shape/missing-member /a'],
  ['an open object', '{"a": 1, ...}', '{"a": 1, "b": 1}', {}],
  ['an open object keeps its members', '{"a": 1, ...}', '{"b": 1}', {}, 'shape/missing-member /a'],
  ['an open array may be empty', '[ ... ]', '[]', {}],
  // arrays
  ['longer', '[1]', '[1, 2, 3]', {}],
  ['shorter', '[1, 2, 3]', '[1]', {}],
  ['empty shown', '[]', '[1]', {}],
  ['empty came', '[1]', '[]', {}, 'shape/empty-array '],
  ['any order', '[1, "a"]', '["a", 1]', {}],
  ['elements of another kind more', '[1]', '["a", 1]', {}],
  ['element of another kind', '[1]', '["a"]', {}, 'shape/no-such-element /0'],
  ['only the distinct', '[{"a": 1}, {"a": 2}, {"b": 1}]', '[{"a": 1}]', {}, 'shape/no-such-element /2'],
  ['nested', '[[1], ["a"]]', '[[2, 3]]', {}, 'shape/no-such-element /1'],
  ['open element', '[{"a": 1, ...}]', '[{"a": 1, "b": 2}]', {}],
  // protocol
  [
    'error class',
    '{"error": {"class": "A", "desc": "x"}}',
    '{"error": {"class": "B", "desc": "x"}}',
    {},
    'exact/value /error/class',
  ],
  [
    'desc is not compared',
    '{"error": {"class": "A", "desc": "x"}}',
    '{"error": {"class": "A", "desc": "y"}}',
    {},
  ],
  [
    'desc is a string',
    '{"error": {"class": "A", "desc": "x"}}',
    '{"error": {"class": "A", "desc": 1}}',
    {},
    'type/string /error/desc',
  ],
  [
    'desc is there',
    '{"error": {"class": "A", "desc": "x"}}',
    '{"error": {"class": "A"}}',
    {},
    'shape/missing-member /error/desc',
  ],
  ['desc that is not shown', '{"error": {"class": "A", ...}}', '{"error": {"class": "A"}}', {}],
  [
    'error for success',
    '{"return": {"a": 1}}',
    '{"error": {"class": "A", "desc": ""}}',
    {},
    'shape/outcome ',
  ],
  ['success for error', '{"error": {"class": "A", "desc": ""}}', '{"return": {}}', {}, 'shape/outcome '],
  ['id', '{"return": {}, "id": "a"}', '{"return": {}, "id": "b"}', {}, 'exact/value /id'],
  ['id is missing', '{"return": {}, "id": "a"}', '{"return": {}}', {}, 'shape/missing-member /id'],
  ['id as object', '{"return": {}, "id": {"a": [1]}}', '{"return": {}, "id": {"a": [1.0]}}', {}],
  [
    'id with more in it',
    '{"return": {}, "id": {"a": 1}}',
    '{"return": {}, "id": {"a": 1, "b": 1}}',
    {},
    'exact/unknown-member /id/b',
  ],
  ['id elided', '{"return": {}, "id": ...}', '{"return": {}, "id": 7}', {}],
  ['event name', '{"event": "STOP"}', '{"event": "RESUME"}', {}, 'exact/value /event'],
  ['timestamp', '{"event": "STOP", "timestamp": {"seconds": 1}}', '{"event": "STOP", "timestamp": {}}', {}],
  [
    'timestamp type',
    '{"event": "STOP", "timestamp": {"seconds": 1}}',
    '{"event": "STOP", "timestamp": 1}',
    {},
    'type/object /timestamp',
  ],
  [
    'timestamp is missing',
    '{"event": "STOP", "timestamp": {...}}',
    '{"event": "STOP"}',
    {},
    'shape/missing-member /timestamp',
  ],
  [
    'id and event deeper down are data',
    '{"return": {"id": 1, "event": "a", "error": {"class": "A"}}}',
    '{"return": {"id": 2, "event": "b", "error": {"class": "B"}}}',
    {},
  ],
  [
    'a rule beats the protocol',
    '{"error": {"class": "A", "desc": "x"}}',
    '{"error": {"class": "B", "desc": "x"}}',
    { '/error/class': 'string' },
  ],
  // exact
  ['exact', '{"a": [1, {"b": null}]}', '{"a": [1, {"b": null}]}', { '': 'exact' }],
  ['exact value', '{"a": 1}', '{"a": 2}', { '/a': 'exact' }, 'exact/value /a'],
  ['exact type', '{"a": 1}', '{"a": "1"}', { '/a': 'exact' }, 'exact/type /a'],
  ['number spelling', '[1, 1.0, 1e2]', '[1.0, 1, 100]', { '': 'exact' }],
  ['2^64-1', '[18446744073709551615]', '[18446744073709551615]', { '': 'exact' }],
  [
    '2^64-1 is not 2^64-2',
    '[18446744073709551615]',
    '[18446744073709551614]',
    { '': 'exact' },
    'exact/value /0',
  ],
  [
    '2^64-1 is not 2^64',
    '[18446744073709551615]',
    '[1.8446744073709551616e19]',
    { '': 'exact' },
    'exact/value /0',
  ],
  ['exact unknown member', '{"a": 1}', '{"a": 1, "b": 2}', { '': 'exact' }, 'exact/unknown-member /b'],
  ['exact open object', '{"a": 1, ...}', '{"a": 1, "b": 2}', { '': 'exact' }],
  ['exact missing member', '{"a": 1}', '{}', { '': 'exact' }, 'exact/missing-member /a'],
  ['exact length', '[1, 2]', '[1]', { '': 'exact' }, 'exact/length '],
  ['exact order', '[1, 2]', '[2, 1]', { '': 'exact' }, 'exact/value /0', 'exact/value /1'],
  ['exact open array', '[1, ..., 3]', '[0, 1, 2, 3]', { '': 'exact' }],
  ['exact open array in its order', '[1, ..., 3]', '[3, 1]', { '': 'exact' }, 'exact/no-such-element /1'],
  ['shape within exact', '{"a": 1, "b": 1}', '{"a": 2, "b": 1}', { '': 'exact', '/a': 'shape' }],
  // absent, any
  ['optional', '{"a": 1}', '{}', { '/a': 'optional' }],
  ['optional has its shape', '{"a": 1}', '{"a": ""}', { '/a': 'optional' }, 'shape/type /a'],
  ['any', '{"a": 1}', '{"a": ""}', { '/a': 'any' }],
  ['any may be absent', '{"a": 1}', '{}', { '/a': 'any' }],
  ['optional element', '[1, "a"]', '[1]', { '/1': 'optional' }],
  ['all optional', '[1]', '[]', { '/*': 'optional' }],
  // types
  ['string', '{"a": 1}', '{"a": ""}', { '/a': 'string' }],
  ['no string', '{"a": ""}', '{"a": 1}', { '/a': 'string' }, 'type/string /a'],
  ['integer', '[1, 2]', '[3.0, 18446744073709551615]', { '/*': 'integer' }],
  ['no integer', '{"a": 1}', '{"a": 1.5}', { '/a': 'integer' }, 'type/integer /a'],
  ['number', '{"a": 1}', '{"a": 1.5}', { '/a': 'number' }],
  ['boolean', '{"a": 1}', '{"a": 1}', { '/a': 'boolean' }, 'type/boolean /a'],
  ['null', '{"a": 1}', '{"a": null}', { '/a': 'null' }],
  ['array', '{"a": 1}', '{"a": {}}', { '/a': 'array' }, 'type/array /a'],
  ['object', '{"a": 1}', '{"a": []}', { '/a': 'object' }, 'type/object /a'],
  ['type must be there', '{"a": 1}', '{}', { '/a': 'string' }, 'shape/missing-member /a'],
  // star
  ['star in array', '[{"a": 1}, {"a": 2}]', '[{"a": 2}, {"a": 1}]', { '/*/a': 'exact' }],
  [
    'star in array, none',
    '[{"a": 1}, {"a": 2}]',
    '[{"a": 2}, {"a": 3}]',
    { '/*/a': 'exact' },
    'shape/no-such-element /0',
  ],
  ['star in object', '{"a": {"x": 1}, "b": {"x": 1}}', '{"a": {}, "b": {}}', { '/*/x': 'any' }],
  [
    'a named step beats the star',
    '{"a": 1, "b": 1}',
    '{"a": 2, "b": 2}',
    { '/*': 'exact', '/a': 'shape' },
    'exact/value /b',
  ],
  // rules behind elisions
  ['behind an elision', '{"a": ...}', '{"a": {"b": "x"}}', { '/a/b': 'integer' }, 'type/integer /a/b'],
  ['absent behind an elision', '{"a": ...}', '{"a": {}}', { '/a/b': 'integer' }, 'shape/missing-member /a/b'],
  ['optional behind an elision', '{"a": ...}', '{"a": {}}', { '/a/b': 'optional' }],
  ['in an open object', '{ ... }', '{"b": "x"}', { '/b': 'integer' }, 'type/integer /b'],
  ['star in an open object', '{ "a": 1, ... }', '{"a": 1, "b": "x"}', { '/*': 'integer' }, 'type/integer /b'],
  ['star in an open array', '[ ... ]', '[1, "x"]', { '/*': 'integer' }, 'type/integer /1'],
  ['in a scalar instead', '{"a": ...}', '{"a": 1}', { '/a/b': 'integer' }, 'shape/missing-member /a/b'],
  // set
  ['set in any order', '[1, "a", {"x": 1}]', '[{"x": 2}, 3, "b"]', { '': 'set' }],
  ['set with one more', '[1]', '[1, 2]', { '': 'set' }, 'set/extra-element '],
  ['set with one fewer', '[1, 2]', '[1]', { '': 'set' }, 'set/no-such-element /1'],
  ['set, open', '[1, ...]', '[1, 2]', { '': 'set' }],
  ['set, open, fewer', '[1, 2, ...]', '[1]', { '': 'set' }, 'set/no-such-element /1'],
  ['set, empty', '[]', '[]', { '': 'set' }],
  [
    'set with other elements',
    '[1, "a"]',
    '[1, 2]',
    { '': 'set' },
    'set/no-such-element /1',
    'set/extra-element ',
  ],
  [
    'set needs another partner',
    '[{"a": 1}, {"a": 1, "b": 1}]',
    '[{"a": 1, "b": 1}, {"a": 1}]',
    { '': 'set' },
  ],
  ['set of values', '[1, 2, 3]', '[3, 1, 2]', { '': 'set', '/*': 'exact' }],
  [
    'set of values, twice one',
    '[1, 2, 2]',
    '[2, 1, 1]',
    { '': 'set', '/*': 'exact' },
    'set/no-such-element /2',
    'set/extra-element ',
  ],
  ['set with optional', '[1, "a"]', '[1]', { '': 'set', '/1': 'optional' }],
  ['set that is none', '[1]', '{}', { '': 'set' }, 'shape/type '],
];

describe('matchMessage', () => {
  for (const [what, expected, live, rules, ...mismatches] of ROWS) {
    it(`${what}: ${expected} and ${live}`, () => {
      expect(match(expected, live, rules).map(({ rule, pointer }) => `${rule} ${pointer}`)).to.deep.equal(
        mismatches,
      );
    });
  }

  it('says what stands there and what was expected', () => {
    expect(match('{"a": "x"}', '{"a": 1}')).to.deep.equal([
      { rule: 'shape/type', pointer: '/a', what: 'number 1', expected: 'a string' },
    ]);
    expect(match('[{"a": 1, "b": "x"}]', '[{}, {"a": 1, "b": 2}]')).to.deep.equal([
      {
        rule: 'shape/no-such-element',
        pointer: '/0',
        what: 'none of 2 elements fits; the nearest has number 2 at /b',
        expected: 'a string',
      },
    ]);
    expect(match('{"return": {}}', '{"error": {"class": "GenericError", "desc": "no"}}')[0]?.what).to.equal(
      'error GenericError: no',
    );
  });

  describe('captures', () => {
    it('a scalar, an object, all of it', () => {
      expect(capture('{"return": {"id": "a"}}', '{"return": {"id": "b"}}', '/return/id')).to.equal('b');
      expect(
        capture('{"return": {"id": 1}}', '{"return": {"id": 18446744073709551615}}', '/return/id'),
      ).to.equal(2n ** 64n - 1n);
      expect(capture('{"return": ...}', '{"return": {"id": [1]}}', '/return/id/0')).to.equal(1);
      expect(capture('1', '2', '')).to.equal(2);
    });
    it('from the element that fits, not from the first', () => {
      const live = '[{"a": 1}, {"b": "x", "c": 2}]';
      expect(capture('[{"b": "", "c": 1}]', live, '/0/c')).to.equal(2);
      expect(capture('[{"b": "", "c": 1}]', live, '/0/c', { '': 'set' })).to.equal(2);
    });
    it('nothing where nothing is', () => expect(capture('{"a": 1}', '{}', '/a')).to.equal(undefined));
  });
});
