import { expect } from 'chai';
import { InputError } from '../../errors.ts';
import { definitionsOfEvents, readEventList } from './read-event-list.ts';

function errorOf(text: string): string {
  try {
    readEventList(text, 'e.txt');
  } catch (error) {
    if (error instanceof InputError) return error.message;
    throw error;
  }
  return 'no error';
}

const member = (name: string, type: string, optional = false): object => ({
  name,
  type: { name: type },
  optional,
  features: [],
});

describe('readEventList', () => {
  it('reads events of several names, nested objects, and lines that go on', () => {
    const text = `   Events
   ======

TEA_READY
---------

Data: None.

CUP_FILLED, CUP_EMPTIED
-----------------------

Data:

- "cup": which one (json-object)
  - "id": its name (json-string, "a" or "b")
  - "ml": what it holds
    (json-int, optional)
- "by": whoever
- "at": how long (since then)
the kettle boiled (json-number)
- "stirred": one of (json-bool):
    "true": yes

{ "event": "CUP_FILLED", "data": { } }

- "no": member
`;
    const found = definitionsOfEvents(readEventList(text, 'e.txt'), 'docs/e.txt');
    expect(found.map(({ kind, name }) => `${kind} ${name}`)).to.deep.equal([
      'event TEA_READY',
      'struct q_obj_CUP_FILLED-arg-cup',
      'event CUP_FILLED',
      'struct q_obj_CUP_EMPTIED-arg-cup',
      'event CUP_EMPTIED',
    ]);
    expect(found[0]).to.deep.equal({
      kind: 'event',
      name: 'TEA_READY',
      place: { file: 'docs/e.txt', line: 4 },
      features: [],
      arguments: undefined,
    });
    expect(found[1]).to.deep.include({ members: [member('id', 'str'), member('ml', 'int', true)] });
    expect(found[4]).to.deep.include({
      place: { file: 'docs/e.txt', line: 9 },
      arguments: {
        members: [
          member('cup', 'q_obj_CUP_EMPTIED-arg-cup'),
          member('by', 'any'),
          member('at', 'number'),
          member('stirred', 'bool'),
        ],
      },
    });
  });

  const none = 'Data: None.\n';
  const badData = `expected 'Data: None.', or one list of members: - "name": text (json-type)`;
  for (const [what, text, error] of [
    ['an empty file', '', 'e.txt: no events; expected the event list of QMP'],
    ['prose', 'Tea\n===\n\nIs hot.\n', 'e.txt: no events; expected the event list of QMP'],
    [
      'a heading that is no event',
      `query-tea\n---\n${none}`,
      "e.txt:1:1: heading 'query-tea'; expected names of events",
    ],
    [
      'an event twice',
      `TEA\n---\n${none}\nTEA\n---\n${none}`,
      "e.txt:5:1: event 'TEA' was in line 1; expected each event once",
    ],
    [
      'an event without data',
      '\nTEA\n---\nIt is hot.\n',
      "e.txt:2:1: TEA without data; expected a line 'Data:'",
    ],
    ['data without members', 'TEA\n---\nData:\n\nsome\n', `e.txt:3:1: data of TEA; ${badData}`],
    ['a member without name', 'TEA\n---\nData:\n- hot and cold\n', `e.txt:3:1: data of TEA; ${badData}`],
    ['two lists', 'TEA\n---\nData:\n- "a": x\n\nand\n\n- "b": x\n', `e.txt:3:1: data of TEA; ${badData}`],
  ] as const) {
    it(`refuses ${what}`, () => {
      expect(errorOf(text)).to.equal(error);
    });
  }
});
