import { execFileSync } from 'node:child_process';
import { expect } from 'chai';
import fc from 'fast-check';
import { isJsonArray, isJsonObject, type JsonValue } from '../json/value.ts';
import { writeJson } from '../json/write-json.ts';
import { pasteLine } from './paste-line.ts';
import { shrinkJson, simplerValues } from './shrink-json.ts';
import { shrinkList } from './shrink-list.ts';
import { shrinkMessages } from './shrink-messages.ts';

describe('shrinkList', () => {
  const numbers = Array.from({ length: 100 }, (_, index) => index);
  const cases: readonly (readonly [string, readonly number[]])[] = [
    ['the first', [0]],
    ['the last', [99]],
    ['one in the middle', [41]],
    ['two that are far apart', [3, 97]],
    ['neighbours across a half', [49, 50]],
    ['many', [1, 2, 30, 55, 56, 98]],
  ];
  for (const [title, guilty] of cases) {
    it(`finds ${title}`, async () => {
      const fails = (items: readonly number[]): boolean => guilty.every((item) => items.includes(item));
      const { value, finished } = await shrinkList(numbers, fails);
      expect(value).to.deep.equal(guilty);
      expect(finished).to.equal(true);
    });
  }

  it('leaves nothing where nothing is needed', async () => {
    expect((await shrinkList([1, 2, 3], () => true)).value).to.deep.equal([]);
  });

  it('keeps all of a list that fails only whole, or is empty', async () => {
    expect((await shrinkList([1, 2, 3], () => false)).value).to.deep.equal([1, 2, 3]);
    expect(await shrinkList([], () => true)).to.deep.equal({ value: [], attempts: 0, finished: true });
  });

  it('asks no more often than it may, and says so', async () => {
    const shrunk = await shrinkList(numbers, (items) => items.includes(41) && items.includes(3), {
      attempts: 5,
    });
    expect(shrunk.attempts).to.equal(5);
    expect(shrunk.finished).to.equal(false);
    expect(shrunk.value).to.include.members([3, 41]);
  });

  it('gives a list that fails, and nothing of which can be left out alone', async () => {
    // Any set of conjunctions: fails when all of one group are there.
    const arbitrary = fc.record({
      length: fc.integer({ min: 1, max: 40 }),
      groups: fc.array(fc.array(fc.nat(39), { minLength: 1, maxLength: 5 }), { minLength: 1, maxLength: 3 }),
    });
    await fc.assert(
      fc.asyncProperty(arbitrary, async ({ length, groups }) => {
        const items = Array.from({ length }, (_, index) => index);
        const fails = (some: readonly number[]): boolean =>
          groups.some((group) => group.every((item) => some.includes(item)));
        fc.pre(fails(items));
        const { value, finished } = await shrinkList(items, fails, { attempts: 5000 });
        expect(finished).to.equal(true);
        expect(fails(value)).to.equal(true);
        for (const index of value.keys()) expect(fails(value.toSpliced(index, 1))).to.equal(false);
        expect(value).to.deep.equal([...value].sort((a, b) => a - b));
      }),
    );
  });
});

describe('shrinkJson', () => {
  const long = { execute: 'x', arguments: { a: [1, { b: 'needle in text', c: 12 }], d: 2n ** 64n }, id: [1] };
  const cases: readonly (readonly [string, (value: JsonValue) => boolean, JsonValue])[] = [
    ['a member at the top', (value) => isJsonObject(value) && 'id' in value, { id: null }],
    ['a nested member', (value) => writeJson(value).includes('"c"'), { arguments: { a: { c: 0 } } }],
    [
      'a number beyond a bound',
      (value) =>
        isJsonObject(value) && isJsonObject(value['arguments']) && Number(value['arguments']['d']) > 1000,
      { arguments: { d: 1024 } },
    ],
    ['anything', () => true, {}],
  ];
  for (const [title, fails, expected] of cases) {
    it(`keeps only ${title}`, async () => {
      const shrunk = await shrinkJson(long, fails);
      expect(shrunk.value).to.deep.equal(expected);
      expect(shrunk.finished).to.equal(true);
    });
  }

  it('asks no more often than it may, and says so', async () => {
    const shrunk = await shrinkJson(long, (value) => writeJson(value).includes('needle'), { attempts: 3 });
    expect(shrunk).to.include({ attempts: 3, finished: false });
    expect(writeJson(shrunk.value)).to.include('needle');
  });

  it('gives a value that fails, and none that is a step simpler', async () => {
    const types = fc.constantFrom<(value: JsonValue) => boolean>(
      (value) => typeof value === 'string' && value !== '',
      (value) => typeof value === 'number' && value > 9,
      (value) => value === true,
      (value) => isJsonArray(value) && value.length > 1,
      (value) => isJsonObject(value) && Object.keys(value).length > 1,
    );
    await fc.assert(
      fc.asyncProperty(fc.jsonValue({ maxDepth: 4 }), types, async (json, isGuilty) => {
        const value = json as JsonValue;
        const fails = (candidate: JsonValue): boolean => holds(candidate, isGuilty);
        fc.pre(fails(value));
        const shrunk = await shrinkJson(value, fails, { attempts: 20_000 });
        expect(shrunk.finished).to.equal(true);
        expect(fails(shrunk.value)).to.equal(true);
        for (const simpler of simplerValues(shrunk.value)) expect(fails(simpler)).to.equal(false);
      }),
      { numRuns: 200 },
    );
  });

  it('steps only down: always replacing by something simpler ends', () => {
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 3 }), fc.infiniteStream(fc.nat(1000)), (json, picks) => {
        let value = json as JsonValue;
        for (let step = 0; ; step++) {
          expect(step).to.be.lessThan(20_000);
          const simpler = [...simplerValues(value)];
          const [pick = 0] = picks.take(1);
          const next = simpler[pick % Math.max(1, simpler.length)];
          if (next === undefined) break;
          value = next;
        }
      }),
      { numRuns: 50 },
    );
  });
});

function holds(value: JsonValue, isGuilty: (value: JsonValue) => boolean): boolean {
  if (isGuilty(value)) return true;
  if (isJsonArray(value)) return value.some((element) => holds(element, isGuilty));
  return isJsonObject(value) && Object.values(value).some((member) => holds(member, isGuilty));
}

describe('shrinkMessages', () => {
  const dialogue: readonly JsonValue[] = [
    { execute: 'qmp_capabilities', arguments: { enable: ['oob'] }, id: 0 },
    { execute: 'query-status', id: 1 },
    { execute: 'blockdev-add', arguments: { driver: 'null-co', 'node-name': 'n' }, id: 2 },
    { execute: 'blockdev-del', arguments: { 'node-name': 'n' }, id: 3 },
  ];
  /** A server that dies of deleting a node once it has left negotiation. */
  const dies = (messages: readonly JsonValue[]): boolean => {
    const commands = messages.map((message) => (isJsonObject(message) ? message['execute'] : undefined));
    return commands[0] === 'qmp_capabilities' && commands.indexOf('blockdev-del', 1) > 0;
  };

  it('leaves the messages that are needed, with what is needed of them', async () => {
    expect(await shrinkMessages(dialogue, dies)).to.deep.include({
      value: [{ execute: 'qmp_capabilities' }, { execute: 'blockdev-del' }],
      finished: true,
    });
  });

  it('leaves capabilities negotiation out where it is not needed', async () => {
    const atAll = (messages: readonly JsonValue[]): boolean => writeJson(messages).includes('blockdev-del');
    expect((await shrinkMessages(dialogue, atAll)).value).to.deep.equal([{ execute: 'blockdev-del' }]);
  });

  it('asks no more often than it may', async () => {
    let asked = 0;
    const counted = (messages: readonly JsonValue[]): boolean => {
      asked++;
      return dies(messages);
    };
    const shrunk = await shrinkMessages(dialogue, counted, { attempts: 7 });
    expect([asked, shrunk.attempts, shrunk.finished]).to.deep.equal([7, 7, false]);
    expect(dies(shrunk.value)).to.equal(true);
  });
});

describe('pasteLine', () => {
  const texts = [
    '{"execute":"qmp_capabilities"}',
    `{"a":"it's \\" \\\\ %s $HOME \`id\` !x \\n"}`,
    '{"é": "𝄞 * ?"}',
    "'",
    '',
    '-n',
  ];

  it('sends through sh exactly what it was told, a line each', () => {
    const out = execFileSync('sh', ['-c', pasteLine(['cat'], texts)], { encoding: 'utf8' });
    expect(out).to.equal(texts.map((text) => `${text}\n`).join(''));
  });

  it('gives the program the words that it was told', () => {
    const words = ['a b', "it's", '$HOME', '', 'driver=null-co,node-name=n', '{"a": 1}', '~', '#', '*'];
    const line = pasteLine(['printf', '%s\\n', ...words], ['x']);
    const out = execFileSync('sh', ['-c', line], { encoding: 'utf8' });
    expect(out).to.equal(words.map((word) => `${word}\n`).join(''));
  });

  it('quotes no more than it must', () => {
    expect(pasteLine(['qemu-system-x86_64', '-machine', 'none', '-qmp', 'stdio'], ['{}'])).to.equal(
      "printf '%s\\n' '{}' | qemu-system-x86_64 -machine none -qmp stdio",
    );
  });
});
