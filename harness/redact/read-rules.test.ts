import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { expect } from 'chai';
import { parse } from 'yaml';
import { InputError } from '../errors.ts';
import { defaultRedactRules } from './default-rules.ts';
import { loadRedactRules, readRedactRules } from './read-rules.ts';

const corpus = fileURLToPath(new URL('./corpus/', import.meta.url));
const schemaFile = new URL('../../schemas/formats/redact-rules.json', import.meta.url);

function namesIn(folder: string): readonly string[] {
  return readdirSync(`${corpus}${folder}`).flatMap((name) => /^(.+)\.yaml$/.exec(name)?.[1] ?? []);
}

function errorOf(text: string, file: string): string {
  try {
    readRedactRules(text, file);
  } catch (error) {
    if (error instanceof InputError) return error.message;
    throw error;
  }
  return '';
}

describe('corpus of redaction rules', () => {
  const validate = new Ajv2020({ allErrors: true }).compile(
    JSON.parse(readFileSync(schemaFile, 'utf8')) as object,
  );
  const fits = (text: string): boolean => {
    const document: unknown = parse(text);
    return validate(document);
  };

  for (const name of namesIn('valid')) {
    const text = readFileSync(`${corpus}valid/${name}.yaml`, 'utf8');
    it(`${name} is read, and fits the JSON Schema`, () => {
      expect(errorOf(text, name)).to.equal('');
      expect(fits(text), JSON.stringify(validate.errors)).to.equal(true);
    });
  }

  it('holds more that is wrong than that is right', () =>
    expect(namesIn('invalid').length).to.be.above(4 * namesIn('valid').length));

  for (const name of namesIn('invalid')) {
    const text = readFileSync(`${corpus}invalid/${name}.yaml`, 'utf8');
    it(`${name} is refused with its place`, () => {
      const error = errorOf(text, `${name}.yaml`);
      expect(error).to.match(/^[\w-]+\.yaml:\d+:\d+: .+; expected .+/);
      const golden = `${corpus}invalid/${name}.err`;
      if (process.env['UPDATE_GOLDENS'] === '1') writeFileSync(golden, `${error}\n`);
      expect(`${error}\n`).to.equal(readFileSync(golden, 'utf8'));
    });
    if (name.startsWith('syntax-')) continue;
    it(`${name} ${name.startsWith('shape-') ? 'does not fit' : 'fits'} the JSON Schema`, () =>
      expect(fits(text)).to.equal(!name.startsWith('shape-')));
  }
});

describe('readRedactRules', () => {
  it('reads every member', () => {
    const [rule] = readRedactRules(readFileSync(`${corpus}valid/all-keys.yaml`, 'utf8'), 'x');
    expect(rule).to.deep.equal({
      command: 'guest-file-*',
      event: '*',
      at: '/return/**/buf-b64',
      when: new Map([
        ['path', ['/etc/shadow']],
        ['mode', ['r', 'r*', '10']],
      ]),
      as: 'base64',
      remember: false,
    });
  });

  it('takes text for a rule that says nothing else, and remembers', () =>
    expect(readRedactRules('- at: /arguments/x', 'x')).to.deep.equal([
      { command: '*', event: '*', at: '/arguments/x', when: new Map(), as: 'text', remember: true },
    ]));

  it('refuses a place of more steps than any message has', () =>
    expect(errorOf(`- at: /arguments${'/x'.repeat(51)}`, 'x')).to.match(
      /^x:1:7: 52 steps; expected at most 50/,
    ));

  it('says which file cannot be read', () =>
    expect(() => loadRedactRules('/nowhere/rules.yaml')).to.throw(
      InputError,
      '/nowhere/rules.yaml: cannot be read',
    ));

  it('reads the default rules', () => expect(defaultRedactRules().length).to.be.above(40));
});
