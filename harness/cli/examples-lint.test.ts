import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect } from 'chai';
import { Command } from 'commander';
import { makeTree } from '../qapi/language/fixture-tree.ts';
import { domainDefinition, manualPage } from '../qapi/manual-page/fixture-page.ts';
import { addLint } from './examples-lint.ts';

const DOCUMENTED = (example: string): string => `##
# @nap:
#
# @hours: how long
#
# .. qmp-example::
#
${example.replaceAll(/^/gm, '#     ')}
##
{ 'command': 'nap', 'data': { '*hours': 'int' } }
`;

const GOOD = DOCUMENTED('-> { "execute": "nap", "arguments": { "hours": 2 } }\n<- { "return": {} }');
const BAD = DOCUMENTED('-> { "execute": "nap",\n     "arguments": { "hour": 2 } }\n<- { "return": {} }');
const DOUBTFUL = DOCUMENTED('<- { "return": {} }');

const TRANSCRIPT = (releases: string, command: string): string => `---
id: examples/block/${command}
source:
  - { document: qapi/block.json, definition: ${command}, releases: "${releases}" }
---
-> { "execute": "${command}",
     "arguments": { "nothing": 1 } }
<- { "return": {} }
`;

describe('examples lint', () => {
  const run = async (...words: readonly string[]): Promise<{ text: string; code: number }> => {
    const program = new Command().exitOverride().configureOutput({ writeErr: () => undefined });
    addLint(program);
    let text = '';
    const write = process.stdout.write.bind(process.stdout);
    process.stdout.write = (part: string | Uint8Array): boolean => ((text += String(part)), true);
    try {
      await program.parseAsync(['lint', ...words], { from: 'user' });
    } finally {
      process.stdout.write = write;
    }
    const code = Number(process.exitCode ?? 0);
    process.exitCode = 0;
    return { text, code };
  };
  const treeOf = (schema: string): ReturnType<typeof makeTree> =>
    makeTree({ 'qapi/qapi-schema.json': schema, VERSION: '10.2.0\n' });

  it('judges the documentation of a tree by its schema', async () => {
    using tree = treeOf(GOOD);
    expect(await run('--qapi', tree.folder)).to.deep.equal({
      text: 'nothing wrong in 1 example of 10.2\n',
      code: 0,
    });
  });

  it('tells place, definition, finding, rule, and what would be right', async () => {
    using tree = treeOf(BAD);
    const { text, code } = await run('--qapi', tree.folder);
    expect(text).to.equal(
      `qapi/qapi-schema.json:9: nap: member 'hour'; expected members hours [example/unknown-member]
    right: 'hours' for 'hour'
    -      "arguments": { "hour": 2 } }
    +      "arguments": { "hours": 2 } }
1 error in 1 example of 10.2
`,
    );
    expect(code).to.equal(1);
  });

  it('takes a top file, too', async () => {
    using tree = treeOf(BAD);
    const { text } = await run('--qapi', join(tree.folder, 'qapi/qapi-schema.json'));
    expect(text).to.include('qapi/qapi-schema.json:9: nap: ');
  });

  it('fails from the severity on that it is told', async () => {
    using bad = treeOf(BAD);
    using doubtful = treeOf(DOUBTFUL);
    expect((await run('--qapi', bad.folder, '--fail-on', 'never')).code).to.equal(0);
    expect((await run('--qapi', bad.folder, '--fail-on', 'warning')).code).to.equal(1);
    expect((await run('--qapi', doubtful.folder)).code).to.equal(0);
    expect((await run('--qapi', doubtful.folder, '--fail-on', 'warning')).code).to.equal(1);
  });

  it('writes JSON, SARIF and Markdown', async () => {
    using tree = treeOf(BAD);
    const json = JSON.parse((await run('--qapi', tree.folder, '--format', 'json')).text) as {
      findings: { rule: string; line: number; fix: { text: string } }[];
    };
    expect(json.findings.map(({ rule, line }) => `${line} ${rule}`)).to.deep.equal([
      '9 example/unknown-member',
    ]);
    expect(json.findings[0]?.fix.text).to.include('{ "hours": 2 }');
    const out = join(tree.folder, 'out.sarif');
    await run('--qapi', tree.folder, '--format', 'sarif', '-o', out);
    const sarif = JSON.parse(readFileSync(out, 'utf8')) as {
      runs: { results: { ruleId: string; level: string }[] }[];
    };
    expect(sarif.runs[0]?.results.map(({ ruleId, level }) => `${level} ${ruleId}`)).to.deep.equal([
      'error example/unknown-member',
    ]);
    expect((await run('--qapi', tree.folder, '--format', 'markdown')).text).to.match(
      /^\| 9 \| nap \| .*'hours' for/m,
    );
  });

  it('judges a corpus, each finding once with its releases', async () => {
    using tree = makeTree({});
    const corpus = join(tree.folder, 'examples');
    for (const [releases, command] of [
      ['7.2-10.0', 'stop'],
      ['10.2', 'cont'],
    ] as const) {
      const file = join(corpus, `block/${command}.qmp`);
      mkdirSync(dirname(file), { recursive: true });
      writeFileSync(file, TRANSCRIPT(releases, command));
    }
    const { text, code } = await run('--from', corpus);
    expect(text).to.match(/block\/stop\.qmp:7: stop: member 'nothing'; .* \(7\.2-10\.0\)$/m);
    expect(text).to.match(/block\/cont\.qmp:7: cont: member 'nothing'; .* \(10\.2\)$/m);
    expect(text).to.match(/^2 errors in \d+ examples of \d+ releases, 7\.2 to 10\.2$/m);
    expect(code).to.equal(1);
    const one = await run('--from', corpus, '--release', '10.2');
    expect(one.text)
      .to.match(/^1 error in 1 example of 10\.2$/m)
      .and.not.include('stop');
    expect((await run('--from', corpus, '--family', 'qga')).text).to.match(/^nothing wrong in 0 examples/);
  });

  it('lists the rules', async () => {
    expect((await run('--rules')).text).to.match(/^example\/not-json \(error\): A message is JSON/m);
  });

  it('refuses what it cannot judge, in one line', async () => {
    using tree = treeOf(`{ 'command': 'nap' }`);
    using bare = makeTree({ 'other.txt': '', 'page.7': '.TH "LS" "1" "" "" ""\n' });
    using page = makeTree({
      'page.7': manualPage(domainDefinition('Command stop (Since: 0.14)')),
    });
    const cases: readonly (readonly [readonly string[], RegExp])[] = [
      [['--qapi', tree.folder], /^InputError: .*: no .*; expected .*$/],
      [['--qapi', bare.folder], /expected the release to be given$/],
      [['--qapi', join(bare.folder, 'none')], /: no such file; expected a QEMU source tree or a schema$/],
      [['--qapi', tree.folder, '--man', 'x'], /expected one of them$/],
      [['--man', join(bare.folder, 'page.7')], /page\.7:1:1: .*; expected the manual page of one of/],
      [['--man', join(page.folder, 'page.7')], /page\.7: .*expected/],
      [['--man', 'x', '--family', 'qga'], /expected the page alone, which tells it$/],
      [['--from', join(bare.folder, 'none')], /: no such folder; expected a corpus of examples$/],
      [['--release', 'x'], /^InputError: --release x; expected X\.Y$/],
      [['--release', '9.9'], /: no qmp schema of release '9\.9'; there are: 0\.14, /],
      [['--from', bare.folder, '--release', '10.2'], /: no example of release '10\.2'; expected some$/],
    ];
    for (const [words, message] of cases) {
      const said = await run(...words).then(
        () => 'no error',
        (error: unknown) => String(error),
      );
      expect(said, words.join(' ')).to.match(message).and.not.include('\n');
    }
  });
});
