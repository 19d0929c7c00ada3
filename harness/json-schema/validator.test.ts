import { expect } from 'chai';
import { InputError } from '../errors.ts';
import { readJson } from '../json/read-json.ts';
import type { JsonValue } from '../json/value.ts';
import { bundleOfText, TEAHOUSE } from './fixture-bundle.ts';
import { createValidator, type SchemaViolation } from './validator.ts';

const validator = createValidator(bundleOfText(TEAHOUSE));

/** `rule pointer` of each violation. */
function brief(violations: readonly SchemaViolation[]): string[] {
  return violations.map(({ rule, pointer }) => `${rule} ${pointer}`);
}

function command(text: string, open: readonly string[] = []): string[] {
  return brief(validator.checkCommand(readJson(text), { open: new Set(open) }));
}

function argumentsOf(name: string, text: string, open: readonly string[] = []): string[] {
  return command(`{ "execute": "${name}", "arguments": ${text} }`, open);
}

function event(text: string, open: readonly string[] = []): string[] {
  return brief(validator.checkEvent(readJson(text), { open: new Set(open) }));
}

const TIME = '"timestamp": { "seconds": 1, "microseconds": 2 }';

describe('createValidator', () => {
  it('knows its release, commands and events', () => {
    expect(validator.release).to.equal('10.0');
    expect(validator.hasCommand('brew')).to.equal(true);
    expect(validator.hasCommand('toString')).to.equal(false);
    expect(validator.hasEvent('BOILED')).to.equal(true);
    expect(validator.hasEvent('brew')).to.equal(false);
    expect(validator.eventNames()).to.deep.equal(['BOILED', 'CLOSED']);
    expect(validator.commandNames()).to.include.members(['brew', 'query-version']);
  });

  it('refuses what is no bundle', () => {
    expect(() => createValidator({})).to.throw(InputError);
    expect(() => createValidator({ $defs: {} })).to.throw(InputError);
  });

  it('says what stands there and what should', () => {
    const [violation] = validator.checkCommand({ execute: 'limits', arguments: { u8: 256 } });
    expect(violation).to.deep.equal({
      rule: 'schema/range',
      pointer: '/arguments/u8',
      what: 'number 256',
      expected: 'an integer of at most 255',
    });
  });
});

describe('checkCommand', () => {
  const good = [
    '{ "execute": "query-version" }',
    '{ "execute": "query-version", "arguments": {}, "id": [ { "any": null } ] }',
    '{ "exec-oob": "brew", "arguments": { "leaf": "none" } }',
    '{ "execute": "brew", "arguments": { "leaf": "green", "seconds": -128, "cups": 255 } }',
    '{ "execute": "brew", "arguments": { "leaf": "black", "with": "milk", "fat": 3.5 } }',
    '{ "execute": "brew", "arguments": { "leaf": "black", "with": "nothing", "again": { "leaf": "none" } } }',
    '{ "execute": "pour", "arguments": { "what": "assam" } }',
    '{ "execute": "pour", "arguments": { "what": null, "into": [], "note": [ 1, { "x": null } ] } }',
    '{ "execute": "pour", "arguments": { "what": { "leaf": "none" }, "into": [ { "name": "cup", "volume": 0 } ] } }',
    '{ "execute": "order", "arguments": { "what": "cake", "cream": true } }',
  ];
  for (const text of good) it(`takes ${text}`, () => expect(command(text)).to.deep.equal([]));

  const bad: readonly (readonly [string, ...string[]])[] = [
    ['[]', 'schema/envelope '],
    ['{}', 'schema/envelope '],
    ['{ "command": "brew" }', 'schema/envelope /command', 'schema/envelope '],
    ['{ "execute": "query-version", "data": {} }', 'schema/envelope /data'],
    ['{ "execute": "query-version", "a/b~": {} }', 'schema/envelope /a~1b~0'],
    ['{ "execute": "brew", "exec-oob": "brew" }', 'schema/envelope /exec-oob'],
    ['{ "execute": 7 }', 'schema/envelope /execute'],
    ['{ "execute": "query-version", "arguments": [] }', 'schema/envelope /arguments'],
    ['{ "execute": "query-version", "arguments": null }', 'schema/envelope /arguments'],
    ['{ "execute": "steep" }', 'schema/unknown-command /execute'],
    ['{ "execute": "__proto__" }', 'schema/unknown-command /execute'],
    ['{ "exec-oob": "pour", "arguments": { "what": "x" } }', 'schema/out-of-band /exec-oob'],
    ['{ "execute": "brew" }', 'schema/missing-member /arguments/leaf'],
    ['{ "execute": "order", "arguments": { "cream": true } }', 'schema/missing-member /arguments/what'],
    ['{ "execute": "order", "arguments": { "what": 1, "cream": true } }', 'schema/type /arguments/what'],
  ];
  for (const [text, ...violations] of bad)
    it(`refuses ${text}`, () => expect(command(text)).to.deep.equal(violations));
});

describe('arguments: one violation for one wrong place', () => {
  const cases: readonly (readonly [string, string, ...string[]])[] = [
    ['query-version', '{ "x": 1 }', 'schema/unknown-member /arguments/x'],
    ['query-version', '{ "__proto__": 1 }', 'schema/unknown-member /arguments/__proto__'],
    ['brew', '{ "leaf": "none", "seconds": 1 }', 'schema/unknown-member /arguments/seconds'],
    ['brew', '{ "leaf": "green" }', 'schema/missing-member /arguments/seconds'],
    ['brew', '{ "leaf": "green", "seconds": 1, "fat": 2 }', 'schema/unknown-member /arguments/fat'],
    ['brew', '{ "leaf": "red", "seconds": 1 }', 'schema/branch /arguments/leaf'],
    ['brew', '{ "leaf": 3, "seconds": 1 }', 'schema/type /arguments/leaf'],
    ['brew', '{ "seconds": 1 }', 'schema/missing-member /arguments/leaf'],
    [
      'brew',
      '{ "seconds": 1, "cups": "two" }',
      'schema/missing-member /arguments/leaf',
      'schema/type /arguments/cups',
    ],
    ['brew', '{ "leaf": "black" }', 'schema/missing-member /arguments/with'],
    ['brew', '{ "leaf": "black", "with": "rum", "fat": 1 }', 'schema/branch /arguments/with'],
    ['brew', '{ "leaf": "black", "with": "milk", "fat": "full" }', 'schema/type /arguments/fat'],
    ['brew', '{ "leaf": "black", "with": "nothing", "fat": 1 }', 'schema/unknown-member /arguments/fat'],
    ['brew', '{ "leaf": "none", "again": [] }', 'schema/type /arguments/again'],
    [
      'brew',
      '{ "leaf": "none", "again": { "leaf": "none", "again": { "leaf": "green", "seconds": 200 }, "x": 1 } }',
      'schema/range /arguments/again/again/seconds',
      'schema/unknown-member /arguments/again/x',
    ],
    ['pour', '{ "what": 7 }', 'schema/type /arguments/what'],
    ['pour', '{ "what": { "leaf": "none", "x": 1 } }', 'schema/unknown-member /arguments/what/x'],
    ['pour', '{ "what": { "leaf": "blue" } }', 'schema/branch /arguments/what/leaf'],
    ['pour', '{ "what": "", "into": {} }', 'schema/type /arguments/into'],
    [
      'pour',
      '{ "what": "", "into": [ {}, 1 ] }',
      'schema/missing-member /arguments/into/0/name',
      'schema/type /arguments/into/1',
    ],
    ['pour', '{ "what": "", "into": [ { "name": null } ] }', 'schema/type /arguments/into/0/name'],
    ['qmp_capabilities', '{ "enable": [ "oob", "wings" ] }', 'schema/enum-value /arguments/enable/1'],
    ['qmp_capabilities', '{ "enable": [ 1 ] }', 'schema/type /arguments/enable/0'],
  ];
  for (const [name, text, ...violations] of cases) {
    it(`${name} ${text}`, () => expect(argumentsOf(name, text).sort()).to.deep.equal(violations.sort()));
  }
});

describe('integers', () => {
  const limits: readonly (readonly [string, bigint, bigint])[] = [
    ['i8', -(2n ** 7n), 2n ** 7n - 1n],
    ['i16', -(2n ** 15n), 2n ** 15n - 1n],
    ['i32', -(2n ** 31n), 2n ** 31n - 1n],
    ['i64', -(2n ** 63n), 2n ** 63n - 1n],
    ['int', -(2n ** 63n), 2n ** 63n - 1n],
    ['u8', 0n, 2n ** 8n - 1n],
    ['u16', 0n, 2n ** 16n - 1n],
    ['u32', 0n, 2n ** 32n - 1n],
    ['u64', 0n, 2n ** 64n - 1n],
    ['size', 0n, 2n ** 64n - 1n],
  ];
  for (const [name, least, most] of limits) {
    it(`${name} from ${least} to ${most}`, () => {
      const at = (value: bigint): string[] => argumentsOf('limits', `{ "${name}": ${value} }`);
      const range = [`schema/range /arguments/${name}`];
      expect(at(least)).to.deep.equal([]);
      expect(at(most)).to.deep.equal([]);
      expect(at(least - 1n)).to.deep.equal(range);
      expect(at(most + 1n)).to.deep.equal(range);
    });
  }

  for (const value of ['1.5', '"1"', 'true', 'null', '[]', '{}']) {
    it(`${value} is none`, () =>
      expect(argumentsOf('limits', `{ "u64": ${value} }`)).to.deep.equal(['schema/type /arguments/u64']));
  }

  it('are numbers, of any size', () => {
    for (const value of ['1', '-1.5', '1e300', '18446744073709551616']) {
      expect(argumentsOf('limits', `{ "n": ${value} }`)).to.deep.equal([]);
    }
    expect(argumentsOf('limits', '{ "n": "1" }')).to.deep.equal(['schema/type /arguments/n']);
  });
});

describe('checkSuccess', () => {
  const cases: readonly (readonly [string, string, ...string[]])[] = [
    ['query-version', '{ "return": { "major": 9, "package": "" }, "id": 1 }'],
    ['brew', '{ "return": [ { "name": "k", "watts": 65535 } ] }'],
    ['brew', '{ "return": [ { "name": "k", "watts": 1, "lid": true } ] }'],
    ['pour', '{ "return": {} }'],
    ['pour', '{ "return": { "x": 1 } }', 'schema/unknown-member /return/x'],
    ['pour', '{}', 'schema/envelope /return'],
    ['pour', '{ "return": {}, "error": {} }', 'schema/envelope /error'],
    ['pour', '7', 'schema/envelope '],
    ['brew', '{ "return": {} }', 'schema/type /return'],
    ['brew', '{ "return": [ { "name": "k", "watts": 65536 } ] }', 'schema/range /return/0/watts'],
    ['brew', '{ "return": [ { "watts": 1 } ] }', 'schema/missing-member /return/0/name'],
    ['brew', '{ "return": [ { "name": "k", "watts": 1, "lid": 0 } ] }', 'schema/type /return/0/lid'],
    ['close', '{ "return": {} }', 'schema/envelope /return'],
    ['steep', '{ "return": {} }', 'schema/unknown-command '],
  ];
  for (const [name, text, ...violations] of cases) {
    it(`${name} ${text}`, () =>
      expect(brief(validator.checkSuccess(name, readJson(text)))).to.deep.equal(violations));
  }
});

describe('checkError', () => {
  const cases: readonly (readonly [string, ...string[]])[] = [
    ['{ "error": { "class": "GenericError", "desc": "" } }'],
    ['{ "error": { "class": "GenericError", "desc": "" }, "id": {} }'],
    ['{ "error": { "class": "OtherError", "desc": "" } }', 'schema/enum-value /error/class'],
    ['{ "error": { "class": 1, "desc": "" } }', 'schema/envelope /error/class'],
    ['{ "error": { "class": "GenericError" } }', 'schema/envelope /error/desc'],
    ['{ "error": { "class": "GenericError", "desc": "", "data": {} } }', 'schema/envelope /error/data'],
    ['{ "error": "x" }', 'schema/envelope /error'],
    ['{ "return": {} }', 'schema/envelope /error', 'schema/envelope /return'],
  ];
  for (const [text, ...violations] of cases) {
    it(text, () => expect(brief(validator.checkError(readJson(text))).sort()).to.deep.equal(violations));
  }
});

describe('checkEvent', () => {
  const cases: readonly (readonly [string, ...string[]])[] = [
    [`{ "event": "CLOSED", ${TIME} }`],
    [`{ "event": "BOILED", "data": { "kettle": { "name": "k", "watts": 1 } }, ${TIME} }`],
    [`{ "event": "CLOSED", "timestamp": { "seconds": -1, "microseconds": -1 } }`],
    ['{ "event": "CLOSED" }', 'schema/envelope /timestamp'],
    ['{ "event": "CLOSED", "timestamp": { "seconds": 1 } }', 'schema/envelope /timestamp/microseconds'],
    [
      '{ "event": "CLOSED", "timestamp": { "seconds": 1, "microseconds": 1000000 } }',
      'schema/envelope /timestamp/microseconds',
    ],
    [
      '{ "event": "CLOSED", "timestamp": { "seconds": 1.5, "microseconds": 0 } }',
      'schema/envelope /timestamp/seconds',
    ],
    [`{ "event": "CLOSED", "data": {}, ${TIME} }`, 'schema/unknown-member /data'],
    [`{ "event": "CLOSED", "id": 1, ${TIME} }`, 'schema/envelope /id'],
    [`{ "event": "OPENED", ${TIME} }`, 'schema/unknown-event /event'],
    [`{ "event": 1, ${TIME} }`, 'schema/envelope /event'],
    [`{ ${TIME} }`, 'schema/envelope /event'],
    [`{ "event": "BOILED", ${TIME} }`, 'schema/missing-member /data'],
    [
      `{ "event": "BOILED", "data": { "kettle": {} }, ${TIME} }`,
      ...['name', 'watts'].map((name) => `schema/missing-member /data/kettle/${name}`),
    ],
    [`{ "event": "BOILED", "data": [], ${TIME} }`, 'schema/type /data'],
    ['null', 'schema/envelope '],
  ];
  for (const [text, ...violations] of cases)
    it(text, () => expect(event(text).sort()).to.deep.equal(violations));
});

describe('checkGreeting', () => {
  const cases: readonly (readonly [string, ...string[]])[] = [
    ['{ "QMP": { "version": { "major": 1, "package": "" }, "capabilities": [ "oob" ] } }'],
    ['{ "QMP": { "version": { "major": 1, "package": "" } } }', 'schema/envelope /QMP/capabilities'],
    ['{ "QMP": { "version": { "major": 1 }, "capabilities": [] } }', 'schema/envelope /QMP/version/package'],
    [
      '{ "QMP": { "version": { "major": 1, "package": "", "x": 1 }, "capabilities": [] } }',
      'schema/envelope /QMP/version/x',
    ],
    [
      '{ "QMP": { "version": { "major": 1, "package": "" }, "capabilities": [ "x" ] } }',
      'schema/enum-value /QMP/capabilities/0',
    ],
    ['{ "return": {} }', 'schema/envelope /QMP', 'schema/envelope /return'],
  ];
  for (const [text, ...violations] of cases) {
    it(text, () => expect(brief(validator.checkGreeting(readJson(text))).sort()).to.deep.equal(violations));
  }
});

describe('a value of the greatest depth', () => {
  it('is checked to its end', () => {
    const depth = 1000;
    const text = `${'{ "leaf": "none", "again": '.repeat(depth)}{ "leaf": "red" }${' }'.repeat(depth)}`;
    expect(argumentsOf('brew', text)).to.deep.equal([
      `schema/branch /arguments${'/again'.repeat(depth)}/leaf`,
    ]);
  });
});

describe('elisions', () => {
  const explained: readonly (readonly [string, string, readonly string[]])[] = [
    ['a missing member of an open object', '{ "execute": "brew", "arguments": {} }', ['/arguments']],
    ['arguments, in an open message', '{ "execute": "brew" }', ['']],
    ['the command itself', '{}', ['']],
    ['the name of the command', '{ "execute": null, "arguments": { "x": 1 } }', ['/execute']],
    ['arguments as a whole', '{ "execute": "brew", "arguments": null }', ['/arguments']],
    [
      'a value',
      '{ "execute": "brew", "arguments": { "leaf": "green", "seconds": null } }',
      ['/arguments/seconds'],
    ],
    [
      'the discriminator, and so any member',
      '{ "execute": "brew", "arguments": { "leaf": null, "fat": 1, "rum": 2 } }',
      ['/arguments/leaf'],
    ],
    [
      'a discriminator that was left out',
      '{ "execute": "brew", "arguments": { "fat": 1, "rum": 2 } }',
      ['/arguments'],
    ],
    [
      'the discriminator of the inner union',
      '{ "execute": "brew", "arguments": { "leaf": "black", "fat": 1 } }',
      ['/arguments'],
    ],
    [
      'an element',
      '{ "execute": "pour", "arguments": { "what": "", "into": [ null ] } }',
      ['/arguments/into/0'],
    ],
    ['an alternate', '{ "execute": "limits", "arguments": { "u8": null } }', ['/arguments/u8']],
  ];
  for (const [what, text, open] of explained) {
    it(`explain ${what}`, () => {
      expect(command(text, open)).to.deep.equal([]);
      expect(command(text), 'without the elision').not.to.deep.equal([]);
    });
  }

  const not: readonly (readonly [string, string, readonly string[], string])[] = [
    [
      'an unknown member',
      '{ "execute": "limits", "arguments": { "x": 1 } }',
      ['/arguments'],
      'schema/unknown-member /arguments/x',
    ],
    [
      'a wrong type in an open object',
      '{ "execute": "brew", "arguments": { "cups": "x" } }',
      ['/arguments'],
      'schema/type /arguments/cups',
    ],
    [
      'a missing member of an object inside',
      '{ "execute": "pour", "arguments": { "what": "", "into": [ {} ] } }',
      ['/arguments', '/arguments/into'],
      'schema/missing-member /arguments/into/0/name',
    ],
    [
      'a member that the known branch has not',
      '{ "execute": "brew", "arguments": { "leaf": "none", "fat": 1 } }',
      ['/arguments'],
      'schema/unknown-member /arguments/fat',
    ],
    [
      'null that is no elision',
      '{ "execute": "limits", "arguments": { "u8": null } }',
      [''],
      'schema/type /arguments/u8',
    ],
    [
      'an object where a string belongs',
      '{ "execute": "order", "arguments": { "what": {} } }',
      ['/arguments/what'],
      'schema/type /arguments/what',
    ],
  ];
  for (const [what, text, open, violation] of not) {
    it(`do not explain ${what}`, () => expect(command(text, open)).to.deep.equal([violation]));
  }

  it('explain what an event leaves out', () => {
    expect(event('{ "event": "BOILED" }', [''])).to.deep.equal([]);
    expect(
      event('{ "event": "BOILED", "data": null, "timestamp": null }', ['/data', '/timestamp']),
    ).to.deep.equal([]);
    expect(event('{ "event": "CLOSED", "timestamp": {} }', ['/timestamp'])).to.deep.equal([]);
    expect(event('{ "event": "OPENED" }', [''])).to.deep.equal(['schema/unknown-event /event']);
  });

  it('explain a whole message', () => {
    const open = new Set(['']);
    for (const violations of [
      validator.checkSuccess('brew', null, { open }),
      validator.checkError(null, { open }),
      validator.checkEvent(null, { open }),
      validator.checkCommand(null, { open }),
      validator.checkGreeting(null, { open }),
    ]) {
      expect(violations).to.deep.equal([]);
    }
  });
});

describe('a guest agent', () => {
  it('neither greets nor tells events', () => {
    const agent = createValidator(bundleOfText(`{ 'command': 'guest-ping' }`));
    expect(brief(agent.checkGreeting({}))).to.deep.equal(['schema/envelope ']);
    expect(brief(agent.checkEvent({ event: 'X' }))).to.deep.equal([
      'schema/envelope ',
      'schema/unknown-event /event',
    ]);
  });

  it('has the known error classes where the schema does not list them', () => {
    const agent = createValidator(bundleOfText(`{ 'command': 'guest-ping' }`));
    const error = (name: JsonValue): string[] =>
      brief(agent.checkError({ error: { class: name, desc: '' } }));
    expect(error('KVMMissingCap')).to.deep.equal([]);
    expect(error('KVMMissing')).to.deep.equal(['schema/enum-value /error/class']);
  });
});
