import { expect } from 'chai';
import { shortErrorOf } from './fixture-schema.ts';

/** What some cases refer to; they stand on line 3. */
const BEFORE = `{ 'enum': 'Kind1', 'data': [ 'a' ] } { 'struct': 'Sub', 'data': { 'm': 'int' } }\n{ 'union': 'Uni', 'base': { 'k': 'Kind1' }, 'discriminator': 'k', 'data': { 'a': 'Sub' } }\n`;

function featureNames(count: number): string {
  return Array.from({ length: count }, (_, at) => `'f${at}'`).join(', ');
}

/** A schema, its error as {@link shortErrorOf} writes it, the release if not 10.0. */
type Case = readonly [text: string, error: string, release?: string];

const REFUSED: Readonly<Record<string, readonly Case[]>> = {
  text: [
    [`'x'`, '1 an expression must be an object'],
    [`'x'`, "1:1 expected '{'", '5.2'],
    [`[ 'x' `, "1:7 expected ',' or ']'"],
    [`{ 'a': 'b' `, "1:12 expected ',' or '}'"],
    [`{ 'a': 'b'\n\n`, "2:1 expected ',' or '}'"],
    [`{ 'enum': 'En', 'data': [ 'a' 'b' ] }`, "1:31 expected ',' or ']'"],
    [`{ 'enum': 'En', 'data': [ 'a', ] }`, "1:32 expected '{', '[', string, or boolean"],
    [`{ 'enum': 'En', }`, '1:17 expected string'],
    [`{ , }`, "1:3 expected string or '}'"],
    [`{ 'enum' 'En' }`, "1:10 expected ':'"],
    [`{ enum: 'En' }`, '1:3 unexpected enum'],
    [`{ 'enum': "En" }`, '1:11 unexpected "En"'],
    [`{ 'a': 1 }`, '1:8 unexpected 1'],
    [`{ 'a': \\ }`, '1:8 unexpected \\'],
    [`{ 'a': null }`, '1:8 unexpected null'],
    [
      `{ 'a': null }`,
      "1 an expression must have one of the keys 'enum', 'struct', 'union', 'alternate', 'command' or 'event', and only one",
      '4.1',
    ],
    [`{ 'a': truely }`, '1:12 unexpected ly'],
    [`{ true: 'En' }`, "1:3 expected string or '}'"],
    [`\n{ 'enum': 'En\n' }`, '2:11 string does not end on its line'],
    [`{ 'enum': 'En`, '1:11 string does not end on its line'],
    [`{ 'enum': 'é' }`, '1:11 string holds a character that is not printable ASCII'],
    [`{ 'enum': 'a\\nb' }`, '1:11 no such escape: \\n'],
    [`{ 'enum': 'En', 'enum': 'Fn' }`, "1:25 key 'enum' stands twice"],
    [`{\t'a' 'b' }`, "1:6 expected ':'"],
    [`{ 'a': ##\n 'b' }`, "1:8 expected '{', '[', string, or boolean"],
    [`{ 'a': ${'['.repeat(200)}`, '1:72 nesting of more than 64 levels'],
    [`\ufeff{}`, '1:1 unexpected ﻿'],
  ],
  directives: [
    [`{ 'include': 'a.json', 'if': 'X' }`, "1 'include' directive holds more than 'include'"],
    [`{ 'include': [ 'a.json' ] }`, "1 the value of 'include' must be a string"],
    [`{ 'pragma': { 'no-such': true } }`, "1 no such pragma: 'no-such'"],
    [`{ 'pragma': { 'doc-required': 'yes' } }`, "1 pragma 'doc-required' must be a boolean"],
    [
      `{ 'pragma': { 'returns-whitelist': [ true ] } }`,
      "1 pragma 'returns-whitelist' must be an array of strings",
      '5.2',
    ],
    [`{ 'pragma': { 'returns-whitelist': [] } }`, "1 no such pragma: 'returns-whitelist'", '6.0'],
    [`{ 'pragma': { 'member-name-exceptions': [] } }`, "1 no such pragma: 'member-name-exceptions'", '5.2'],
    [
      `{ 'pragma': { 'documentation-exceptions': [] } }`,
      "1 no such pragma: 'documentation-exceptions'",
      '8.2',
    ],
    [
      `{ 'pragma': { 'member-name-exceptions': 'x' } }`,
      "1 pragma 'member-name-exceptions' must be an array of strings",
    ],
    [`{ 'pragma': [] }`, "1 the value of 'pragma' must be an object"],
    [`{ 'pragma': {}, 'x': 'y' }`, "1 'pragma' directive holds more than 'pragma'"],
  ],
  shape: [
    [
      `{}`,
      "1 an expression must have one of the keys 'enum', 'struct', 'union', 'alternate', 'command' or 'event', and only one",
    ],
    [
      `{}`,
      "1 an expression must have one of the keys 'enum', 'struct', 'union', 'alternate', 'command' or 'event', and only one",
      '5.2',
    ],
    [
      `{ 'type': 'Ty', 'data': {} }`,
      "1 an expression must have one of the keys 'enum', 'struct', 'union', 'alternate', 'command' or 'event', and only one",
    ],
    [
      `{ 'struct': 'St', 'command': 'c', 'data': {} }`,
      "1 an expression must have one of the keys 'enum', 'struct', 'union', 'alternate', 'command' or 'event', and only one",
    ],
    [
      `{ 'struct': 'St', 'command': 'c', 'data': {} }`,
      "1 struct 'St': struct has unknown key 'command'",
      '5.2',
    ],
    [`{ 'struct': true, 'data': {} }`, "1 the name in 'struct' must be a string"],
    [`{ 'struct': 'St' }`, "1 struct 'St': struct misses key 'data'"],
    [`{ 'struct': 'St', 'data': {}, 'gen': false }`, "1 struct 'St': struct has unknown key 'gen'"],
    [`{ 'struct': 'St', 'data': [] }`, "1 struct 'St': 'data' should be an object or a type name"],
    [`{ 'struct': 'St', 'data': 'Ab' }`, "1 struct 'St': 'data' should be an object or a type name"],
    [`{ 'struct': 'St', 'data': {}, 'base': {} }`, "1 struct 'St': 'base' should be a type name"],
    [
      `{ 'struct': 'St', 'data': { 'a': { 'typ': 'int' } } }`,
      "1 struct 'St': 'data' member 'a' misses key 'type'",
    ],
    [
      `{ 'struct': 'St', 'data': { 'a': true } }`,
      "1 struct 'St': 'data' member 'a' should be a type name or an array that holds one",
    ],
    [
      `{ 'struct': 'St', 'data': { 'a': [ 'int', 'str' ] } }`,
      "1 struct 'St': 'data' member 'a': an array type holds one type name",
    ],
    [
      `{ 'struct': 'St', 'data': { 'a': [ [ 'int' ] ] } }`,
      "1 struct 'St': 'data' member 'a': an array type holds one type name",
    ],
    [
      `{ 'struct': 'St', 'data': { 'a': [] } }`,
      "1 struct 'St': 'data' member 'a': an array type holds one type name",
    ],
    [
      `{ 'struct': 'St', 'data': {}, 'features': 'x' }`,
      "1 struct 'St': 'features' of struct 'St' must be an array",
    ],
    [`{ 'struct': 'St', 'data': {}, 'features': [ 'x', 'x' ] }`, "1 struct 'St': feature 'x' stands twice"],
    [
      `{ 'struct': 'St', 'data': {}, 'features': [ { 'if': 'X' } ] }`,
      "1 struct 'St': feature of struct 'St' misses key 'name'",
    ],
    [
      `{ 'struct': 'St', 'data': {}, 'features': [ { 'name': true } ] }`,
      "1 struct 'St': the name of feature of struct 'St' must be a string",
    ],
    [
      `{ 'struct': 'St', 'data': {}, 'if': 'defined(X)' }`,
      "1 struct 'St': struct 'St': 'if' condition 'defined(X)' is not a valid identifier",
    ],
    [
      `{ 'struct': 'St', 'data': {}, 'if': { 'all': [ 'X' ], 'not': 'Y' } }`,
      "1 struct 'St': struct 'St': 'if' condition object must have exactly one of the keys 'all', 'any', 'not'",
    ],
    [
      `{ 'struct': 'St', 'data': {}, 'if': { 'all': 'X' } }`,
      "1 struct 'St': struct 'St': 'all' condition must be a list",
    ],
    [
      `{ 'struct': 'St', 'data': {}, 'if': { 'all': 'X' } }`,
      "1 struct 'St': struct 'St': 'if' condition must be a string or a list of strings",
      '5.2',
    ],
    [
      `{ 'struct': 'St', 'data': {}, 'if': [ '' ] }`,
      "1 struct 'St': struct 'St': 'if' condition '' says nothing",
      '5.2',
    ],
    [`{ 'enum': 'En', 'data': {} }`, "1 enum 'En': 'data' of an enum must be an array"],
    [`{ 'enum': 'En', 'data': [ true ] }`, "1 enum 'En': 'data' value must be a string or an object"],
    [`{ 'enum': 'En', 'data': [ 'a', 'a' ] }`, "1 enum 'En': value 'a' stands twice"],
    [
      `{ 'enum': 'En', 'data': [ { 'name': 'a', 'features': [] } ] }`,
      "1 enum 'En': 'data' value has unknown key 'features'",
      '6.1',
    ],
    [`{ 'enum': 'En', 'data': [], 'prefix': [] }`, "1 enum 'En': 'prefix' must be a string"],
    [`{ 'union': 'Un', 'data': {} }`, "1 union 'Un': union misses key 'base'"],
    [`{ 'union': 'Un', 'base': {}, 'data': {} }`, "1 union 'Un': 'base' requires 'discriminator'", '5.2'],
    [
      `{ 'union': 'Un', 'discriminator': 'k', 'data': {} }`,
      "1 union 'Un': 'discriminator' requires 'base'",
      '5.2',
    ],
    [
      `{ 'union': 'Un', 'discriminator': {}, 'base': 'Ba', 'data': {} }`,
      "1 union 'Un': 'discriminator' must be a string",
    ],
    [`{ 'alternate': 'Al', 'data': {} }`, "1 alternate 'Al': 'data' must not be empty"],
    [`{ 'alternate': 'Al', 'data': [] }`, "1 alternate 'Al': 'data' must be an object"],
    [
      `{ 'alternate': 'Al', 'data': { 'a': [ 'int' ] } }`,
      "1 alternate 'Al': 'data' member 'a' cannot be an array",
      '5.2',
    ],
    [`{ 'command': 'c', 'gen': 'no' }`, "1 command 'c': flag 'gen' may only have the value false"],
    [`{ 'command': 'c', 'gen': true }`, "1 command 'c': flag 'gen' may only have the value false"],
    [`{ 'command': 'c', 'allow-oob': 'x' }`, "1 command 'c': flag 'allow-oob' may only have the value true"],
    [
      `{ 'command': 'c', 'allow-preconfig': false }`,
      "1 command 'c': flag 'allow-preconfig' may only have the value true",
    ],
    [
      `{ 'command': 'c', 'success-response': true }`,
      "1 command 'c': flag 'success-response' may only have the value false",
    ],
    [
      `{ 'command': 'c', 'allow-oob': true, 'coroutine': true }`,
      "1 command 'c': a command has either 'allow-oob' or 'coroutine'",
    ],
    [
      `{ 'command': 'c', 'boxed': true, 'data': {} }`,
      "1 command 'c': 'boxed': true requires 'data' to be a type name",
    ],
    [`{ 'command': 'c', 'boxed': true }`, "1 command 'c': 'boxed': true requires 'data' to be a type name"],
    [
      `{ 'command': 'c', 'returns': {} }`,
      "1 command 'c': 'returns' should be a type name or an array that holds one",
    ],
    [`{ 'command': 'c', 'data': [ 'Ab' ] }`, "1 command 'c': 'data' should be an object or a type name"],
    [`{ 'event': 'EV', 'gen': false }`, "1 event 'EV': event has unknown key 'gen'"],
    [
      `{ 'event': 'EV', 'data': { 'a': { 'b': 'int' } } }`,
      "1 event 'EV': 'data' member 'a' misses key 'type'",
    ],
  ],
  names: [
    [`{ 'struct': '1x', 'data': {} }`, "1 struct '1x': struct '1x' is not a valid name"],
    [
      `{ 'struct': 'not-camel', 'data': {} }`,
      "1 struct 'not-camel': the name of a type must be in CamelCase",
    ],
    [`{ 'struct': 'UPPER', 'data': {} }`, "1 struct 'UPPER': the name of a type must be in CamelCase"],
    [`{ 'struct': 'OneList', 'data': {} }`, "1 struct 'OneList': a name that ends in 'List' is reserved"],
    [
      `{ 'struct': 'OneKind', 'data': {} }`,
      "1 struct 'OneKind': a name that ends in 'Kind' is reserved",
      '5.2',
    ],
    [
      `{ 'command': 'one-list', 'data': { 'A': 'int' } }`,
      "1 command 'one-list': 'data' member 'A' must not have upper case",
      '5.2',
    ],
    [`{ 'command': 'q-x' }`, "1 command 'q-x': command 'q-x' is not a valid name"],
    [`{ 'command': 'a_b' }`, "1 command 'a_b': the name of a command must not have '_'"],
    [`{ 'command': 'aB' }`, "1 command 'aB': the name of a command must not have upper case"],
    [`{ 'event': 'one' }`, "1 event 'one': the name of an event must be upper case and without '-'"],
    [`{ 'event': 'ONE-TWO' }`, "1 event 'ONE-TWO': the name of an event must be upper case and without '-'"],
    [
      `{ 'struct': 'St', 'data': { 'a b': 'int' } }`,
      "1 struct 'St': 'data' member 'a b' is not a valid name",
    ],
    [`{ 'struct': 'St', 'data': { 'a_b': 'int' } }`, "1 struct 'St': 'data' member 'a_b' must not have '_'"],
    [
      `{ 'struct': 'St', 'data': { 'Ab': 'int' } }`,
      "1 struct 'St': 'data' member 'Ab' must not have upper case",
    ],
    [
      `{ 'struct': 'St', 'data': { 'Ab': 'int' } }`,
      "1 struct 'St': 'data' member 'Ab' must not have upper case",
      '5.2',
    ],
    [`{ 'struct': 'St', 'data': { 'u': 'int' } }`, "1 struct 'St': 'data' member 'u' is a reserved name"],
    [
      `{ 'struct': 'St', 'data': { '*has-a': 'int' } }`,
      "1 struct 'St': 'data' member 'has-a' is a reserved name",
    ],
    [`{ 'struct': 'St', 'data': { '_a': 'int' } }`, "1 struct 'St': 'data' member '_a' is not a valid name"],
    [`{ 'enum': 'En', 'data': [ 'a.b' ] }`, "1 enum 'En': value 'a.b' is not a valid name"],
    [`{ 'enum': 'En', 'data': [ 'A' ] }`, "1 enum 'En': value 'A' must not have upper case"],
    [`{ 'enum': 'En', 'data': [ '' ] }`, "1 enum 'En': value '' is not a valid name"],
    [
      `{ 'struct': 'St', 'data': {}, 'features': [ 'Big' ] }`,
      "1 struct 'St': feature 'Big' must not have upper case",
    ],
    [
      `{ 'alternate': 'Al', 'data': { 'A': 'int' } }`,
      "1 alternate 'Al': branch 'A' must not have upper case",
    ],
    [`{ 'union': 'Un', 'data': { 'A': 'int' } }`, "1 union 'Un': branch 'A' must not have upper case", '5.2'],
  ],
  meaning: [
    [`{ 'struct': 'QType', 'data': {} }`, "1 struct 'QType': 'QType' is a built-in type"],
    [`{ 'command': 'int' }`, "1 command 'int': 'int' is a built-in type"],
    [
      `{ 'struct': 'St', 'data': {} }\n{ 'enum': 'St', 'data': [] }`,
      "2 enum 'St': second definition of 'St'\ntop.json: In struct 'St':\ntop.json:1: the first one",
    ],
    [`{ 'struct': 'St', 'data': { 'a': 'Xy' } }`, "1 struct 'St': member 'a' uses unknown type 'Xy'"],
    [
      `{ 'command': 'c' } { 'struct': 'St', 'data': { 'a': [ 'c' ] } }`,
      "1 struct 'St': member 'a' uses command 'c' as a type",
    ],
    [`{ 'struct': 'St', 'base': 'Xy', 'data': {} }`, "1 struct 'St': 'base' uses unknown type 'Xy'"],
    [`{ 'struct': 'St', 'base': 'int', 'data': {} }`, "1 struct 'St': 'base' cannot use built-in type 'int'"],
    [`{ 'struct': 'St', 'base': 'St', 'data': {} }`, "1 struct 'St': 'St' contains itself"],
    [
      `{ 'struct': 'Ba', 'base': 'St', 'data': {} }\n{ 'struct': 'St', 'base': 'Ba', 'data': {} }`,
      "1 struct 'Ba': 'Ba' contains itself",
    ],
    [
      `{ 'struct': 'Ba', 'data': { 'a': 'int' } }\n{ 'struct': 'St', 'base': 'Ba', 'data': { '*a': 'str' } }`,
      "2 struct 'St': member 'a' clashes with 'a'",
    ],
    [
      `{ 'struct': 'St', 'data': { 'a-b': 'int', 'a_b': 'int' } }`,
      "1 struct 'St': member 'a_b' clashes with 'a-b'",
      '5.2',
    ],
    [`{ 'enum': 'En', 'data': [ 'a-b', 'a_b' ] }`, "1 enum 'En': value 'a_b' clashes with 'a-b'", '5.2'],
    [`{ 'command': 'c', 'data': 'Xy' }`, "1 command 'c': 'data' uses unknown type 'Xy'"],
    [`{ 'command': 'c', 'data': { 'a': 'Xy' } }`, "1 command 'c': member 'a' uses unknown type 'Xy'"],
    [`{ 'command': 'c', 'returns': 'Xy' }`, "1 command 'c': 'returns' uses unknown type 'Xy'"],
    [
      `{ 'command': 'c', 'returns': 'int' }`,
      "1 command 'c': 'returns' cannot use built-in type 'int', as it is no object",
    ],
    [
      `{ 'command': 'c', 'returns': [ 'str' ] }`,
      "1 command 'c': 'returns' cannot use built-in type 'str', as it is no object",
    ],
    [
      `{ 'enum': 'En', 'data': [] } { 'event': 'EV', 'data': 'En' }`,
      "1 event 'EV': 'data' cannot use enum type 'En'",
    ],
    [
      `{ 'struct': 'St', 'data': {}, 'features': [ 'deprecated' ] }`,
      "1 struct 'St': a type cannot have the feature 'deprecated'",
    ],
    [
      `{ 'enum': 'En', 'data': [], 'features': [ 'unstable' ] }`,
      "1 enum 'En': a type cannot have the feature 'unstable'",
    ],
    [
      `{ 'command': 'c', 'data': { 'a': { 'type': 'int', 'if': 'X' } } }`,
      "1 command 'c': conditional member 'a' in 'data' requires 'boxed': true",
    ],
    [
      `{ 'struct': 'St', 'data': { 'a': { 'type': 'int', 'if': 'X' } } }\n{ 'event': 'EV', 'data': 'St' }`,
      "2 event 'EV': conditional member 'a' in 'data' requires 'boxed': true",
    ],
    [
      `{ 'command': 'c', 'features': [ ${featureNames(63)} ] }`,
      "1 command 'c': feature 65 of a schema that may have 64",
    ],
    [
      `{ 'alternate': 'Al', 'data': { 'a': 'int', 'b': 'number' } }`,
      "1 alternate 'Al': branch 'b' cannot be told from 'a'",
    ],
    [
      `{ 'alternate': 'Al', 'data': { 'a': 'int', 'b': 'str' } }`,
      "1 alternate 'Al': branch 'b' cannot be told from 'a'",
    ],
    [
      `{ 'alternate': 'Al', 'data': { 'a': 'any' } }`,
      "1 alternate 'Al': branch 'a' cannot use built-in type 'any'",
    ],
    [
      `{ 'alternate': 'Al', 'data': { 'a': [ 'int' ], 'b': [ 'str' ] } }`,
      "1 alternate 'Al': branch 'b' cannot be told from 'a'",
    ],
    [
      `{ 'enum': 'En', 'data': [ 'on' ] }\n{ 'alternate': 'Al', 'data': { 'a': 'bool', 'b': 'En' } }`,
      "2 alternate 'Al': branch 'b' cannot be told from 'a'",
    ],
    [
      `{ 'enum': 'En', 'data': [ '1' ] }\n{ 'alternate': 'Al', 'data': { 'a': 'En', 'b': 'int' } }`,
      "2 alternate 'Al': branch 'b' cannot be told from 'a'",
    ],
    [
      `{ 'struct': 'St', 'data': {} }\n{ 'alternate': 'Al', 'data': { 'a': 'St', 'b': 'St' } }`,
      "2 alternate 'Al': branch 'b' cannot be told from 'a'",
    ],
    [
      `{ 'alternate': 'Al', 'data': { 'a': 'bool' } }\n{ 'alternate': 'Bl', 'data': { 'a': 'Al' } }`,
      "2 alternate 'Bl': branch 'a' cannot use alternate type 'Al'",
    ],
    [`{ 'alternate': 'Al', 'data': { 'a': 'Xy' } }`, "1 alternate 'Al': branch 'a' uses unknown type 'Xy'"],
    [
      `${BEFORE}{ 'union': 'Un', 'base': { 'k': 'Kind1' }, 'discriminator': 'x', 'data': { 'a': 'Sub' } }`,
      "3 union 'Un': discriminator 'x' is not a member of 'base'",
    ],
    [
      `${BEFORE}{ 'union': 'Un', 'base': { '*k': 'Kind1' }, 'discriminator': 'k', 'data': { 'a': 'Sub' } }`,
      "3 union 'Un': discriminator 'k' must not be optional",
    ],
    [
      `${BEFORE}{ 'union': 'Un', 'base': { 'k': { 'type': 'Kind1', 'if': 'X' } }, 'discriminator': 'k', 'data': { 'a': 'Sub' } }`,
      "3 union 'Un': discriminator 'k' must not be conditional",
    ],
    [
      `${BEFORE}{ 'union': 'Un', 'base': { 'k': 'str' }, 'discriminator': 'k', 'data': { 'a': 'Sub' } }`,
      "3 union 'Un': discriminator 'k' must be of enum type",
    ],
    [
      `${BEFORE}{ 'union': 'Un', 'base': { 'k': 'Kind1' }, 'discriminator': 'k', 'data': { 'z': 'Sub' } }`,
      "3 union 'Un': branch 'z' is not a value of enum 'Kind1'",
    ],
    [
      `${BEFORE}{ 'union': 'Un', 'base': { 'k': 'Kind1' }, 'discriminator': 'k', 'data': { 'a': 'int' } }`,
      "3 union 'Un': branch 'a' cannot use built-in type 'int'",
    ],
    [
      `${BEFORE}{ 'union': 'Un', 'base': { 'k': 'Kind1' }, 'discriminator': 'k', 'data': { 'a': [ 'Sub' ] } }`,
      "3 union 'Un': 'data' member 'a' cannot be an array",
    ],
    [
      `${BEFORE}{ 'union': 'Un', 'base': { 'k': 'Kind1', 'm': 'int' }, 'discriminator': 'k', 'data': { 'a': 'Sub' } }`,
      "3 union 'Un': branch 'a': member 'm' clashes with 'm'",
    ],
    [
      `${BEFORE}{ 'union': 'Un', 'base': { 'x': 'Kind1', 'm': 'int' }, 'discriminator': 'x', 'data': { 'a': 'Uni' } }`,
      "3 union 'Un': branch 'a': member 'm' clashes with 'm'",
    ],
    [
      `${BEFORE}{ 'union': 'Un', 'base': { 'x': 'Kind1' }, 'discriminator': 'x', 'data': { 'a': 'Uni' } }`,
      "3 union 'Un': branch 'a' cannot use union type 'Uni'",
      '7.2',
    ],
    [
      `${BEFORE}{ 'union': 'Un', 'base': { 'x': 'Kind1' }, 'discriminator': 'x', 'data': { 'a': 'Un' } }`,
      "3 union 'Un': 'Un' contains itself",
    ],
    [
      `${BEFORE}{ 'union': 'Un', 'base': 'Uni', 'discriminator': 'k', 'data': { 'a': 'Sub' } }`,
      "3 union 'Un': 'base' cannot use union type 'Uni'",
    ],
    [
      `${BEFORE}{ 'union': 'Un', 'base': 'Sub', 'discriminator': '*m', 'data': { 'a': 'Sub' } }`,
      "3 union 'Un': discriminator '*m' is not a member of 'base'",
    ],
    [
      `${BEFORE}{ 'command': 'c', 'data': 'Uni' }`,
      "3 command 'c': 'data' can use union type 'Uni' only with 'boxed': true",
    ],
    [
      `{ 'enum': 'En', 'data': [] }\n{ 'union': 'Un', 'base': { 'k': 'En' }, 'discriminator': 'k', 'data': {} }`,
      "2 union 'Un': union has no branches",
    ],
    [`{ 'union': 'Un', 'data': { 'a': 'Xy' } }`, "1 union 'Un': member 'data' uses unknown type 'Xy'", '5.2'],
    [
      `{ 'union': 'Un', 'data': { 'a-b': 'int', 'a_b': 'str' } }`,
      "1 union 'Un': value 'a_b' clashes with 'a-b'",
      '5.2',
    ],
  ],
};

/** Schemas of releases in which what is refused elsewhere was allowed. */
const ACCEPTED: readonly (readonly [text: string, release?: string])[] = [
  [`{ 'struct': 'lower', 'data': { 'a_b': 'int' } }`, '5.2'],
  [`{ 'command': 'a_b' }`, '5.2'],
  [`{ 'event': 'one' }`, '5.2'],
  [`{ 'struct': 'OneKind', 'data': {} }`, '6.2'],
  [`{ 'struct': 'St', 'data': { 'Ab': 'int' } }`, '5.1'],
  [`{ 'alternate': 'Al', 'data': { 'a': [ 'int' ], 'b': 'int' } }`, '7.0'],
  [
    `${BEFORE}{ 'union': 'Un', 'base': { 'x': 'Kind1' }, 'discriminator': 'x', 'data': { 'a': 'Uni' } }`,
    '8.1',
  ],
  [`{ 'command': 'c', 'data': { 'a': { 'type': 'int', 'if': 'X' } } }`, '7.2'],
  [`{ 'command': 'c', 'returns': 'int' }`, '2.8'],
  [`{ 'alternate': 'Al', 'data': { 'a': 'int', 'b': 'str' } }`, '2.9'],
  [`{ 'struct': 'St', 'data': {}, 'features': [ 'unstable' ] }`, '6.1'],
  [`{ 'struct': 'St', 'data': {}, 'if': [ 'defined(X)', 'Y' ] }`, '6.1'],
  [`{ 'command': 'c', 'features': [ ${featureNames(70)} ] }`, '9.2'],
  [`{ 'struct': '__com.example_x-Thing', 'data': { '__com.example_x-a-b': 'int' } }`, '5.2'],
  [`${BEFORE}{ 'union': 'Un', 'base': { 'k': 'Kind1' }, 'discriminator': 'k', 'data': {} }`],
];

describe('rules of the language', () => {
  for (const [stage, cases] of Object.entries(REFUSED)) {
    describe(`${stage}: refuses`, () => {
      for (const [text, error, release] of cases) {
        it(`${release ?? '10.0'}: ${JSON.stringify(text.replace(BEFORE, '')).slice(0, 90)}`, () =>
          expect(shortErrorOf(text, release)).to.equal(error));
      }
    });
  }
  describe('accepts', () => {
    for (const [text, release] of ACCEPTED) {
      it(`${release ?? '10.0'}: ${JSON.stringify(text.replace(BEFORE, '')).slice(0, 90)}`, () =>
        expect(shortErrorOf(text, release)).to.equal('no error'));
    }
  });
});
