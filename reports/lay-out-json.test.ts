import { expect } from 'chai';

interface Piece {
  readonly kind: string;
  readonly text: string;
}

interface LayOut {
  readonly layOutJson: (text: string) => readonly Piece[];
  readonly outerMembers: (text: string) => ReadonlyMap<string, string>;
}

/** The page's program is JavaScript without types. */
async function load(): Promise<LayOut> {
  return (await import(new URL('page/lay-out-json.js', import.meta.url).href)) as LayOut;
}

describe('layOutJson', () => {
  let page: LayOut;
  before(async () => {
    page = await load();
  });
  const layOut = (text: string) =>
    page
      .layOutJson(text)
      .map((piece) => piece.text)
      .join('');

  const table: readonly (readonly [string, string])[] = [
    ['{"a":1,"b":[1,2]}', '{ "a": 1, "b": [1, 2] }'],
    ['{}', '{}'],
    ['[ ]', '[]'],
    ['{"n":18446744073709551615}', '{ "n": 18446744073709551615 }'],
    ['{"n":1.50e+3}', '{ "n": 1.50e+3 }'],
    ['{"s":"{[,:]}\\""}', '{ "s": "{[,:]}\\"" }'],
    [`{"s":"${'x'.repeat(80)}","e":{}}`, `{\n  "s": "${'x'.repeat(80)}",\n  "e": {}\n}`],
    ['{"return": [1, "cut', '{\n  "return": [\n    1,\n    "cut'],
    ["{'a': 1}", "{ 'a': 1 }"],
    [']}', '] }'],
    ['', ''],
    ['not json', 'notjson'],
  ];
  for (const [text, expected] of table) {
    it(JSON.stringify(text.slice(0, 40)), () => expect(layOut(text).trim()).to.equal(expected));
  }

  it('says what each piece is', () => {
    const kinds = page
      .layOutJson('{"a": ["b", -1, true]}')
      .filter(({ kind }) => kind !== 'mark' && kind !== 'space');
    expect(kinds.map(({ kind }) => kind)).to.deep.equal(['name', 'string', 'number', 'word']);
  });

  it('takes linear time and space for the deepest nesting', () => {
    const pieces = page.layOutJson('['.repeat(20_000));
    expect(pieces.reduce((sum, { text }) => sum + text.length, 0)).to.be.below(20_000 * 60);
  });

  it('finds the members of the outermost object only', () => {
    const members = page.outerMembers('{"return": {"event": "x"}, "id": "y"}');
    expect([...members.keys()]).to.deep.equal(['return', 'id']);
    expect(members.get('id')).to.equal('"y"');
  });
});
