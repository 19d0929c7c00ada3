import { expect } from 'chai';
import { errorOf, shortErrorOf } from './fixture-schema.ts';

describe('files of a schema', () => {
  it('an include cycle', () => {
    const files = { 'top.json': `{ 'include': 'a.json' }`, 'a.json': `\n{ 'include': './top.json' }` };
    expect(errorOf(files)).to.equal(
      'In file included from top.json:1:\na.json:2: file includes itself: ./top.json',
    );
  });

  it('an include that is not there', () =>
    expect(errorOf({ 'top.json': `{ 'include': 'a.json' }` })).to.equal(
      "top.json:1: can't read include file 'a.json': no such file or directory",
    ));

  it('a top file that is not there', () =>
    expect(errorOf({})).to.equal("can't read schema file 'top.json': no such file or directory"));

  it('an include that is a folder', () =>
    expect(errorOf({ 'top.json': `{ 'include': 'a' }`, 'a/b.json': '' })).to.equal(
      "top.json:1: can't read include file 'a': illegal operation on a directory",
    ));

  it('text that is not UTF-8, at the character', () =>
    expect(errorOf({ 'top.json': Buffer.from('{}\n# a\xe9\n', 'latin1') })).to.equal(
      'top.json:2:4: text is not UTF-8',
    ));

  it('an error in an included file, with the whole chain', () => {
    const files = {
      'top.json': `{ 'include': 'a.json' }`,
      'a.json': `# one\n{ 'include': 'b.json' }`,
      'b.json': `\n\n{ 'struct': 'St', 'data': { 'a': 'Xy' } }`,
    };
    const chain = 'In file included from top.json:1:\nIn file included from a.json:2:\n';
    const error = "b.json: In struct 'St':\nb.json:3: member 'a' uses unknown type 'Xy'";
    expect(errorOf(files)).to.equal(`${chain}${error}`);
  });

  it('names the second place of a name, with its own chain', () => {
    const files = {
      'top.json': `{ 'include': 'a.json' }\n{ 'command': 'c' }`,
      'a.json': `{ 'command': 'c' }`,
    };
    expect(errorOf(files)).to.equal(
      "top.json: In command 'c':\ntop.json:2: second definition of 'c'\n" +
        "In file included from top.json:1:\na.json: In command 'c':\na.json:1: the first one",
    );
  });

  it('reports errors in text before those in shape, and these before those in meaning', () => {
    const meaning = `{ 'struct': 'St', 'data': { 'a': 'Xy' } }`;
    const shape = `{ 'struct': 'Tt' }`;
    expect(shortErrorOf(`${meaning}\n${shape}\n{ x`)).to.equal('3:3 unexpected x');
    expect(shortErrorOf(`${meaning}\n${shape}`)).to.match(/^2 struct 'Tt'/);
  });

  it('a release that is none', () => expect(errorOf({ 'top.json': '' }, 'new')).to.match(/^release 'new'/));
});
