import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { expect } from 'chai';
import { parse } from 'yaml';
import { InputError } from '../errors.ts';
import { readTranscript } from './read-transcript.ts';
import type { Transcript } from './transcript.ts';
import { writeTranscript } from './write-transcript.ts';

const corpus = fileURLToPath(new URL('./corpus/', import.meta.url));
const schemaFile = new URL('../../schemas/formats/transcript.json', import.meta.url);

function namesIn(folder: string): readonly string[] {
  return readdirSync(`${corpus}${folder}`).flatMap((name) => /^(.+)\.qmp$/.exec(name)?.[1] ?? []);
}

function errorOf(text: string, file: string): string {
  try {
    readTranscript(text, file);
  } catch (error) {
    if (error instanceof InputError) return error.message;
    throw error;
  }
  return '';
}

/** What the format holds of a transcript: no line numbers, and bytes without their spelling. */
function contentOf({ head, messages, marks }: Transcript): object {
  const texts = messages.map(({ text, body }) => (body.kind === 'bytes' ? '' : text));
  return {
    head,
    texts,
    messages: messages.map((message) => ({ ...message, text: '', line: 0 })),
    marks: marks?.map((mark) => ({ ...mark, line: 0 })),
  };
}

/** The front matter as any YAML reader sees it; undefined where there is none to see. */
function frontMatterOf(text: string): unknown {
  const yaml = /^\uFEFF?---\r?\n([^]*?)^---\r?$/m.exec(text)?.[1];
  if (yaml === undefined) return undefined;
  try {
    return parse(yaml, { maxAliasCount: 0 });
  } catch {
    return undefined;
  }
}

describe('corpus of transcripts', () => {
  const validate = new Ajv2020({ allErrors: true }).compile(
    JSON.parse(readFileSync(schemaFile, 'utf8')) as object,
  );

  describe('valid', () => {
    const names = namesIn('valid');
    it('holds at least 15 files', () => expect(names.length).to.be.at.least(15));
    for (const name of names) {
      const text = readFileSync(`${corpus}valid/${name}.qmp`, 'utf8');
      it(`${name} is read, and survives writing`, () => {
        const transcript = readTranscript(text, name);
        const written = writeTranscript(transcript);
        const again = readTranscript(written, name);
        expect(contentOf(again)).to.deep.equal(contentOf(transcript));
        expect(writeTranscript(again)).to.equal(written);
      });
      it(`${name} fits the JSON Schema`, () => {
        expect(validate(frontMatterOf(text)), JSON.stringify(validate.errors)).to.equal(true);
      });
    }
    for (const name of [
      'minimal',
      'documented',
      'wire-capture',
      'malformed',
      'releases-and-descriptors',
      'marks',
    ]) {
      it(`${name} is canonical, to the byte`, () => {
        const text = readFileSync(`${corpus}valid/${name}.qmp`, 'utf8');
        expect(writeTranscript(readTranscript(text, name))).to.equal(text);
      });
    }
  });

  describe('invalid', () => {
    const names = namesIn('invalid');
    it('holds at least 40 files', () => expect(names.length).to.be.at.least(40));
    for (const name of names) {
      const file = `${name}.qmp`;
      const text = readFileSync(`${corpus}invalid/${file}`, 'utf8');
      const golden = `${corpus}invalid/${name}.err`;
      it(`${name} is refused, in the words of its golden`, () => {
        const message = errorOf(text, file);
        expect(message).to.match(/^[^:]+:\d+:\d+: .+; expected .+$/);
        if (process.env['UPDATE_GOLDENS'] === '1') writeFileSync(golden, `${message}\n`);
        expect(`${message}\n`).to.equal(readFileSync(golden, 'utf8'));
      });
      const matter = frontMatterOf(text);
      if (matter === undefined) continue;
      it(`${name} is ${name.startsWith('shape-') ? 'refused' : 'accepted'} by the JSON Schema`, () => {
        expect(validate(matter)).to.equal(!name.startsWith('shape-'));
      });
    }
  });
});
