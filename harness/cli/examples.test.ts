import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { Command } from 'commander';
import { InputError } from '../errors.ts';
import { addExamplesCommand } from './examples.ts';

const SCHEMA = `##
# @frob:
#
# Example:
#
# -> { "execute": "frob" }
# <- { "return": {} }
##
{ 'command': 'frob' }
`;

describe('qmp-conformance examples', () => {
  let root = '';
  let printed = '';
  const write = process.stdout.write.bind(process.stdout);
  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), 'examples-cli-'));
    mkdirSync(join(root, 'qapi'));
    writeFileSync(join(root, 'qapi/qapi-schema.json'), SCHEMA);
    printed = '';
  });
  afterEach(() => {
    rmSync(root, { recursive: true });
    process.exitCode = 0;
  });

  const run = async (...words: string[]): Promise<string> => {
    const program = new Command().exitOverride();
    addExamplesCommand(program);
    printed = '';
    process.stdout.write = (text: string | Uint8Array): boolean => ((printed += String(text)), true);
    try {
      await program.parseAsync(['examples', ...words], { from: 'user' });
    } finally {
      process.stdout.write = write;
    }
    return printed;
  };
  const corpus = (): string => join(root, 'corpus');
  const importFrob = (release: string, ...words: string[]): Promise<string> =>
    run('import', '--qapi', `${release}=${root}`, '--into', corpus(), ...words);

  it('imports, and imports again', async () => {
    expect(await importFrob('7.2')).to.include('1 new, 0 with other releases, 0 unchanged');
    expect(await importFrob('7.2')).to.include('0 new, 0 with other releases, 1 unchanged');
    expect(await importFrob('10.0', '--dry-run')).to.include('0 new, 1 with other releases, 0 unchanged');
    expect(process.exitCode ?? 0).to.equal(0);
  });

  it('lists, of one release too', async () => {
    await importFrob('7.2');
    expect(await run('list', '--from', corpus())).to.equal(
      'examples/qapi-schema/frob  qapi/qapi-schema.json 7.2\n',
    );
    expect(await run('list', '--from', corpus(), '--release', '10.0')).to.equal('');
    const [only] = JSON.parse(await run('list', '--from', corpus(), '--json')) as unknown[];
    expect(only).to.deep.include({ id: 'examples/qapi-schema/frob', messages: 2 });
  });

  it('counts', async () => {
    await importFrob('7.2');
    expect(await run('list', '--stats', '--from', corpus())).to.match(/^7\.2 +qapi +1 +1 +2 +1 +0 +0 +0$/m);
    expect(JSON.parse(await run('list', '--stats', '--json', '--from', corpus()))).to.include({
      transcripts: 1,
    });
  });

  it('exits with 1 when an example is gone that the corpus says to stand there', async () => {
    await importFrob('7.2');
    writeFileSync(join(root, 'qapi/qapi-schema.json'), SCHEMA.replace('{} }', '{ "n": 1 } }'));
    const result = JSON.parse(await importFrob('7.2', '--json')) as { findings: { kind: string }[] };
    expect(result.findings.map(({ kind }) => kind)).to.deep.equal(['gone']);
    expect(process.exitCode).to.equal(1);
  });

  it('refuses to import nothing', async () => {
    const error: unknown = await run('import', '--into', corpus()).catch((reason: unknown) => reason);
    expect(error).to.be.instanceOf(InputError);
  });
});
