import { expect } from 'chai';
import { beginProgress, chooseExchange } from './choose-exchange.ts';

/** Questions in the order in which they are asked: by letter, with the index of the exchange that answers. */
const CASES: readonly (readonly [
  title: string,
  exchanges: Readonly<Record<string, readonly number[]>>,
  changes: readonly number[],
  asked: readonly (readonly [question: string, chosen: number])[],
])[] = [
  [
    'answers one by one, the last again and again',
    { q: [0, 1, 2] },
    [],
    [
      ['q', 0],
      ['q', 1],
      ['q', 2],
      ['q', 2],
    ],
  ],
  [
    'keeps the answers of a state until the client changes it',
    { q: [0, 2], s: [1] },
    [1],
    [
      ['q', 0],
      ['q', 0],
      ['s', 1],
      ['q', 2],
      ['q', 2],
    ],
  ],
  [
    'knows the state when nothing was asked in the one before',
    { q: [0, 2], s: [1] },
    [1],
    [
      ['s', 1],
      ['q', 2],
    ],
  ],
  ['gives what comes later where nothing else is known', { q: [3], s: [1] }, [1], [['q', 3]]],
  [
    'goes on from there',
    { q: [3, 4, 6], s: [1], t: [5] },
    [1, 5],
    [
      ['q', 3],
      ['q', 4],
      ['q', 4],
      ['t', 5],
      ['q', 6],
    ],
  ],
  [
    'takes of two other states the nearer one',
    { q: [0, 4], s: [1], t: [2], u: [3], v: [5] },
    [1, 2, 3, 5],
    [
      ['q', 0],
      ['s', 1],
      ['q', 0],
      ['t', 2],
      ['q', 4],
    ],
  ],
  [
    'goes back when a change is made again',
    { q: [0, 2, 4], s: [1], c: [3] },
    [1, 3],
    [
      ['s', 1],
      ['q', 2],
      ['c', 3],
      ['q', 4],
      ['s', 1],
      ['q', 2],
      ['c', 3],
      ['q', 4],
    ],
  ],
  [
    'answers a change in recorded order, and its last answer again',
    { s: [0, 4] },
    [0, 4],
    [
      ['s', 0],
      ['s', 4],
      ['s', 4],
    ],
  ],
  [
    'lets other questions alone',
    { q: [0, 1], r: [2] },
    [],
    [
      ['r', 2],
      ['q', 0],
      ['r', 2],
      ['q', 1],
    ],
  ],
];

describe('chooseExchange', () => {
  for (const [title, exchanges, changes, asked] of CASES) {
    it(title, () => {
      const progress = beginProgress();
      const chosen = asked.map(([question]) =>
        chooseExchange(exchanges[question] ?? [], changes, progress, question),
      );
      expect(chosen).to.deep.equal(asked.map(([, at]) => at));
    });
  }
});
