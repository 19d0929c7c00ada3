import { mkdtempSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync, chmodSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { Command } from 'commander';
import { addRedactCommand } from './redact.ts';

const TEXT = `---
id: wire/x
---
# with hunter2
-> {"execute":"change-vnc-password","arguments":{"password":"hunter2"}}
<- {"return":{}}
-> {"execute":"screendump","arguments":{"filename":"/home/alice/x.ppm"}}
`;
const REDACTED = TEXT.replaceAll('hunter2', '(redacted)');

/** What an InputError says: mocha and the dynamic imports of the actions load its class twice. */
function inputErrorIn(thrown: unknown): string {
  return thrown instanceof Error && thrown.name === 'InputError'
    ? thrown.message
    : `no InputError: ${String(thrown)}`;
}

describe('redact', () => {
  let folder = '';
  const file = (name: string, text: string): string => {
    const path = join(folder, name);
    writeFileSync(path, text);
    return path;
  };
  beforeEach(() => void (folder = mkdtempSync(join(tmpdir(), 'redact-'))));
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  const run = async (
    ...words: readonly string[]
  ): Promise<{ readonly out: string; readonly err: string }> => {
    const program = new Command().exitOverride().configureOutput({ writeErr: () => undefined });
    addRedactCommand(program);
    const texts = { out: '', err: '' };
    const [out, err] = [process.stdout.write.bind(process.stdout), process.stderr.write.bind(process.stderr)];
    process.stdout.write = (part: string | Uint8Array): boolean => ((texts.out += String(part)), true);
    process.stderr.write = (part: string | Uint8Array): boolean => ((texts.err += String(part)), true);
    try {
      await program.parseAsync(['redact', ...words], { from: 'user' });
    } finally {
      process.stdout.write = out;
      process.stderr.write = err;
    }
    return { out: texts.out, err: texts.err.replaceAll(folder, '~') };
  };

  it('prints a recording without its secrets, and leaves the file', async () => {
    const path = file('a.qmp', TEXT);
    expect(await run(path)).to.deep.equal({ out: REDACTED, err: '' });
    expect(readFileSync(path, 'utf8')).to.equal(TEXT);
  });

  it('writes to a file', async () => {
    await run(file('a.qmp', TEXT), '-o', join(folder, 'b.qmp'));
    expect(readFileSync(join(folder, 'b.qmp'), 'utf8')).to.equal(REDACTED);
  });

  it('changes recordings themselves, and says how much', async () => {
    const path = file('a.qmp', TEXT);
    chmodSync(path, 0o600);
    file('b.qmp', REDACTED);
    const { out, err } = await run(folder, '--in-place');
    expect([out, err]).to.deep.equal(['', '~/a.qmp: 1 message changed\n~/b.qmp: 0 messages changed\n']);
    expect(readFileSync(path, 'utf8')).to.equal(REDACTED);
    expect(statSync(path).mode & 0o777).to.equal(0o600);
    expect(readdirSync(folder)).to.deep.equal(['a.qmp', 'b.qmp']);
  });

  it('puts in stand-ins', async () =>
    expect((await run(file('a.qmp', TEXT), '--stand-ins')).out).to.equal(
      REDACTED.replace('/home/alice/x.ppm', '/home/name-1/name-2.ppm'),
    ));

  it("takes a user's rules before its own", async () => {
    const rules = file(
      'rules.yaml',
      '- { command: screendump, at: /arguments/filename }\n- { at: /arguments/password, as: keep }\n',
    );
    expect((await run(file('a.qmp', TEXT), '--redact-rule', rules)).out).to.equal(
      TEXT.replace('/home/alice/x.ppm', '(redacted)'),
    );
  });

  const refused: readonly (readonly [
    title: string,
    words: (a: string, b: string) => readonly string[],
    error: RegExp,
  ])[] = [
    [
      'several recordings without a place for them',
      (a, b) => [a, b],
      /^2 recordings; expected one, or --in-place$/,
    ],
    ['two places', (a) => [a, '--in-place', '-o', 'x'], /^--in-place with --output; expected /],
    ['a file that is not there', (a) => [`${a}x`], /: not there; expected a recording \(\.qmp\)$/],
    [
      'rules that are not there',
      (a) => [a, '--redact-rule', `${a}x`],
      /: cannot be read; expected a file of redaction rules$/,
    ],
    ['rules that are none', (a) => [a, '--redact-rule', a], /a\.qmp:\d+:\d+: .*; expected /],
  ];
  for (const [title, words, error] of refused)
    it(`refuses ${title}`, async () => {
      const given = words(file('a.qmp', TEXT), file('b.qmp', TEXT));
      const end = await run(...given).catch((thrown: unknown) => thrown);
      expect(inputErrorIn(end)).to.match(error);
      expect(readFileSync(join(folder, 'a.qmp'), 'utf8')).to.equal(TEXT);
    });

  it('refuses what is no recording, and leaves it', async () => {
    const path = file('a.qmp', '{"password":"hunter2"}\n');
    const end = await run(path, '--in-place').catch((thrown: unknown) => thrown);
    expect(inputErrorIn(end)).to.contain('no front matter');
    expect(readFileSync(path, 'utf8')).to.equal('{"password":"hunter2"}\n');
  });
});
