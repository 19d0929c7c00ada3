import { rename, rm, symlink, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { FEW_ROWS } from './fixture-bundle.ts';
import { editResult, ofRow, type Tampering } from './fixture-tamperings.ts';
import type { RuleId } from './rules.ts';

const { event } = FEW_ROWS;

/** Changes one byte in the middle. */
const flip = (text: string): string => {
  const at = Math.floor(text.length / 2);
  return `${text.slice(0, at)}${text.charAt(at) === 'x' ? 'y' : 'x'}${text.slice(at + 1)}`;
};

const BYTES: readonly Tampering[] = [
  ['bundle.json', 'bundle/digest'],
  ['profile.yaml', 'bundle/digest'],
  ['results.ndjson', 'bundle/digest'],
  ['waivers.yaml', 'bundle/digest'],
  ['wire.ndjson', 'bundle/digest'],
  ['attestation.json', 'bundle/signature'],
  ['public-key.pem', 'bundle/signature'],
].map(([file = '', rule]): Tampering => ({
  what: `one byte of ${file} changed`,
  change: (bundle) => bundle.edit(file, flip),
  rules: [rule as RuleId],
  says: rule === 'bundle/digest' ? file : '',
}));

/** For tests: files, spellings and envelopes that no certify makes. */
export const HOSTILE: readonly Tampering[] = [
  ...BYTES,
  {
    what: 'a suite with other recordings',
    change: (bundle) =>
      bundle.edit('bundle.json', (text) => text.replace(/"recordings": "[0-9a-f]{4}/, '"recordings": "0000')),
    signer: 'the vendor',
    rules: ['bundle/other-suite'],
    says: 'recordings of suite',
  },
  {
    what: 'a target of a release that nobody knows',
    change: (bundle) =>
      bundle.edit('bundle.json', (text) => text.replace('"schema": "10.0"', '"schema": "99.0"')),
    signer: 'the vendor',
    rules: ['bundle/other-suite'],
    says: "schema '99.0'",
  },
  {
    what: 'a format of the future',
    change: (bundle) => bundle.edit('bundle.json', (text) => text.replace('"format": 1', '"format": 2')),
    signer: 'the vendor',
    rules: ['bundle/format'],
    says: 'format 2',
  },
  {
    what: 'a member twice',
    change: (bundle) =>
      bundle.edit('bundle.json', (text) => text.replace('"format": 1,', '"format": 1,\n  "format": 1,')),
    signer: 'the vendor',
    rules: ['bundle/record'],
  },
  {
    what: 'a member of a verdict twice',
    change: editResult(event, '"verdict":"pass"', '"verdict":"fail","verdict":"pass"'),
    signer: 'the vendor',
    rules: ['bundle/record'],
  },
  {
    what: 'a log whose last line was cut off',
    change: (bundle) => bundle.edit('wire.ndjson', (text) => text.slice(0, -10)),
    signer: 'the vendor',
    rules: ['bundle/record'],
  },
  {
    what: 'a row whose messages do not stand together',
    change: (bundle) => bundle.editLines('wire.ndjson', (lines) => [...lines.slice(1), lines[0] ?? '']),
    signer: 'the vendor',
    rules: ['bundle/record'],
  },
  {
    what: 'a verdict nested without end',
    change: editResult(event, '"findings":[]', `"findings":${'['.repeat(200_000)}${']'.repeat(200_000)}`),
    signer: 'the vendor',
    rules: ['bundle/record'],
  },
  {
    what: 'a log of a gigabyte',
    change: (bundle) => truncate(join(bundle.folder, 'wire.ndjson'), 1024 ** 3),
    rules: ['bundle/file'],
    says: '1073741824 bytes',
  },
  {
    what: 'an envelope of a gigabyte',
    change: (bundle) => truncate(join(bundle.folder, 'attestation.json'), 1024 ** 3),
    rules: ['bundle/file'],
  },
  {
    what: 'too many messages of one row',
    change: (bundle) =>
      bundle.editLines('wire.ndjson', (lines) => {
        const line = lines.find(ofRow(event)) ?? '';
        return [
          ...lines,
          ...Array.from({ length: 40 }, () =>
            line.replace(event, 'x').replace('"text":"', `"text":"${' '.repeat(1e6)}`),
          ),
        ];
      }),
    signer: 'the vendor',
    rules: ['bundle/file'],
  },
  {
    what: 'a link in place of a file',
    change: async (bundle) => {
      const file = join(bundle.folder, 'wire.ndjson');
      await rename(file, `${bundle.folder}.wire`);
      await symlink(`${bundle.folder}.wire`, file);
    },
    rules: ['bundle/file'],
  },
  {
    what: 'a file more',
    change: (bundle) => writeFile(join(bundle.folder, '..data'), ''),
    rules: ['bundle/file'],
  },
  {
    what: 'a file fewer',
    change: (bundle) => rm(join(bundle.folder, 'results.ndjson')),
    rules: ['bundle/file'],
  },
  {
    what: 'a statement about a file elsewhere',
    change: (bundle, { vendor }) =>
      bundle.sign(vendor, (statement) => {
        const { predicate } = statement;
        const [first, ...others] = predicate.configuration;
        const configuration = [
          { name: '../../etc/passwd', digest: first?.digest ?? { sha256: '' } },
          ...others,
        ];
        return { ...statement, predicate: { ...predicate, configuration } };
      }),
    rules: ['bundle/digest'],
  },
  {
    what: 'a statement that says PASSED',
    change: (bundle, { vendor }) =>
      bundle.sign(vendor, (statement) => ({
        ...statement,
        predicate: { ...statement.predicate, result: 'PASSED' },
      })),
    rules: ['bundle/statement-differs'],
  },
  {
    what: 'a statement that hides what was waived',
    change: (bundle, { vendor }) =>
      bundle.sign(vendor, (statement) => ({
        ...statement,
        predicate: { ...statement.predicate, warnedTests: [] },
      })),
    rules: ['bundle/statement-differs'],
  },
  {
    what: 'a statement of another type',
    change: (bundle, { vendor }) =>
      bundle.signPayload('{"_type":"https://in-toto.io/Statement/v0.1","predicate":{}}', vendor),
    rules: ['bundle/record'],
    says: 'Statement/v1',
  },
  {
    what: 'an envelope with another payload type',
    change: (bundle) => bundle.edit('attestation.json', (text) => text.replace('vnd.in-toto+json', 'json')),
    rules: ['bundle/envelope'],
    says: 'application/json',
  },
  {
    what: 'an envelope with two signatures',
    change: (bundle) =>
      bundle.edit('attestation.json', (text) => {
        const envelope = JSON.parse(text) as { signatures: unknown[] };
        return JSON.stringify({ ...envelope, signatures: [...envelope.signatures, ...envelope.signatures] });
      }),
    rules: ['bundle/envelope'],
    says: '2 signatures',
  },
  {
    what: 'an envelope without signatures',
    change: (bundle) =>
      bundle.edit('attestation.json', (text) => text.replace(/"signatures": \[[^\]]*\]/, '"signatures": []')),
    rules: ['bundle/envelope'],
  },
  {
    what: 'an envelope that is no JSON',
    change: (bundle) => bundle.edit('attestation.json', () => '['.repeat(500_000)),
    rules: ['bundle/envelope'],
  },
  {
    what: 'a member of the envelope twice',
    change: (bundle) => bundle.edit('attestation.json', (text) => text.replace('{', '{"payload": "e30=",')),
    rules: ['bundle/record'],
  },
  {
    what: 'the whole signed by a stranger',
    change: (bundle, { stranger }) => bundle.sign(stranger),
    rules: ['bundle/key'],
  },
];
