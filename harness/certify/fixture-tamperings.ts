import type { KeyObject } from 'node:crypto';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { FEW_ROWS, type TamperedBundle } from './fixture-bundle.ts';
import type { RuleId } from './rules.ts';

const { event, absent, erratum, crash, secret } = FEW_ROWS;

/** For tests: who signs again what was changed. */
export type Signer = 'nobody' | 'the vendor' | 'a stranger';

interface Keys {
  readonly vendor: KeyObject;
  readonly stranger: KeyObject;
}

/** For tests: what somebody does to a bundle, and the rules that are then broken. */
export interface Tampering {
  readonly what: string;
  readonly change: (bundle: TamperedBundle, keys: Keys) => Promise<void>;
  readonly signer?: Signer;
  readonly rules: readonly RuleId[];
  /** Part of what is said of it. */
  readonly says?: string;
}

/** For tests: tells whether a line is of a row. */
export const ofRow =
  (row: string) =>
  (line: string): boolean =>
    line.includes(`"row":"${row}"`);

/** For tests: changes the verdict of a row. */
export const editResult = (row: string, from: string, to: string) => (bundle: TamperedBundle) =>
  bundle.editLines('results.ndjson', (lines) =>
    lines.map((line) => (ofRow(row)(line) ? line.replace(from, to) : line)),
  );

const editWire = (row: string, from: string, to: string) => (bundle: TamperedBundle) =>
  bundle.editLines('wire.ndjson', (lines) =>
    lines.map((line) => (ofRow(row)(line) ? line.replace(from, to) : line)),
  );

const withoutRow = (row: string) => async (bundle: TamperedBundle) => {
  await bundle.editLines('results.ndjson', (lines) => lines.filter((line) => !ofRow(row)(line)));
  await bundle.editLines('wire.ndjson', (lines) => lines.filter((line) => !ofRow(row)(line)));
};

/** For tests: rows, verdicts, messages, waivers and facts that are other than they were. */
export const TAMPERINGS: readonly Tampering[] = [
  {
    what: 'one row removed',
    change: withoutRow(event),
    rules: ['bundle/digest'],
  },
  {
    what: 'one row removed, and signed by the vendor',
    change: withoutRow(event),
    signer: 'the vendor',
    rules: ['bundle/missing-row'],
    says: event,
  },
  {
    what: 'one row removed, and signed by a stranger',
    change: withoutRow(event),
    signer: 'a stranger',
    rules: ['bundle/key'],
  },
  {
    what: 'a failure that is called a pass',
    change: async (bundle) => {
      await editResult(crash, '"verdict":"known-failure"', '"verdict":"pass"')(bundle);
      await rm(join(bundle.folder, 'waivers.yaml'));
    },
    signer: 'the vendor',
    rules: ['bundle/verdict-differs', 'bundle/red-row'],
    says: crash,
  },
  {
    what: 'a row that passes called not applicable',
    change: editResult(
      event,
      '"verdict":"pass"',
      '"verdict":"not-applicable","reason":"this build lacks what the stage needs: /x: invalid option"',
    ),
    signer: 'the vendor',
    rules: ['bundle/verdict-differs'],
    says: event,
  },
  {
    what: 'a row that passes called not applicable, its messages removed',
    change: async (bundle) => {
      await editResult(event, '"verdict":"pass"', '"verdict":"untestable","reason":"needs luck"')(bundle);
      await bundle.editLines('wire.ndjson', (lines) => lines.filter((line) => !ofRow(event)(line)));
    },
    signer: 'the vendor',
    rules: ['bundle/verdict-differs', 'bundle/red-row'],
    says: event,
  },
  {
    what: 'findings that are left out',
    change: (bundle) =>
      bundle.editLines('results.ndjson', (lines) =>
        lines.map((line) =>
          ofRow(erratum)(line) ? line.replace(/"findings":\[.*\],"checks"/, '"findings":[],"checks"') : line,
        ),
      ),
    signer: 'the vendor',
    rules: ['bundle/verdict-differs'],
    says: 'findings []',
  },
  {
    what: 'evidence of another kind',
    change: editResult(absent, 'requires releases', 'requires the release'),
    signer: 'the vendor',
    rules: ['bundle/verdict-differs'],
    says: 'reason',
  },
  {
    what: 'an event removed from the log',
    change: (bundle) =>
      bundle.editLines('wire.ndjson', (lines) =>
        lines.filter((line) => !(ofRow(event)(line) && line.includes('\\"STOP\\"'))),
      ),
    signer: 'the vendor',
    rules: ['bundle/verdict-differs', 'bundle/red-row'],
    says: 'no event STOP within 10 s',
  },
  {
    what: 'a reply of the log that is other than the schema has it',
    change: editWire(secret, '\\"return\\": {}}\\r', '\\"return\\": {\\"x\\": 1}}\\r'),
    signer: 'the vendor',
    rules: ['bundle/verdict-differs', 'bundle/red-row'],
    says: "member 'x'",
  },
  {
    what: 'a command of the log that the row does not send',
    change: editWire(event, '\\"stop\\"', '\\"cont\\"'),
    signer: 'the vendor',
    rules: ['bundle/log-differs', 'bundle/verdict-differs', 'bundle/red-row'],
    says: '\'{"execute":"stop","id"',
  },
  {
    what: 'a message of the log that the row has no use for',
    change: (bundle) =>
      bundle.editLines('wire.ndjson', (lines) =>
        lines.flatMap((line, at) =>
          ofRow(event)(line) && !(lines[at + 1] ?? '').includes(event)
            ? [line, line.replace('"<-"', '"->"')]
            : [line],
        ),
      ),
    signer: 'the vendor',
    rules: ['bundle/log-differs'],
    says: event,
  },
  {
    what: 'a verdict of another target mixed in',
    change: editResult(event, 'x86_64 tcg', 'x86_64 kvm'),
    signer: 'the vendor',
    rules: ['bundle/other-target', 'bundle/missing-row'],
    says: 'x86_64 kvm',
  },
  {
    what: 'messages of another target mixed in',
    change: editWire(event, '\\"major\\": 10', '\\"major\\": 9'),
    signer: 'the vendor',
    rules: ['bundle/other-target'],
    says: 'a greeting of 9.',
  },
  {
    what: 'another binary in the facts',
    change: (bundle) =>
      bundle.edit('bundle.json', (text) => text.replace(/"digest": "[0-9a-f]{4}/, '"digest": "0000')),
    signer: 'the vendor',
    rules: ['bundle/other-target'],
    says: 'a statement about qemu-system-x86_64',
  },
  {
    what: 'a row in the profile fewer',
    change: async (bundle) => {
      await withoutRow(event)(bundle);
      await bundle.edit('profile.yaml', (text) => text.replace(`  - ${event}\n`, ''));
    },
    signer: 'the vendor',
    rules: ['bundle/profile'],
  },
  {
    what: 'a row that the profile does not have',
    change: (bundle) =>
      bundle.editLines('results.ndjson', (lines) => [
        ...lines,
        (lines[0] ?? '').replace(/"row":"[^"]*"/, '"row":"examples/other"'),
      ]),
    signer: 'the vendor',
    rules: ['bundle/foreign-row'],
    says: 'examples/other',
  },
  {
    what: 'two verdicts of a row',
    change: (bundle) => bundle.editLines('results.ndjson', (lines) => [...lines, lines[0] ?? '']),
    signer: 'the vendor',
    rules: ['bundle/double-row'],
  },
  {
    what: 'a waiver for every row',
    change: (bundle) => bundle.edit('waivers.yaml', (text) => `${text}${text.replace(crash, "'**'")}`),
    signer: 'the vendor',
    rules: ['bundle/waiver'],
    says: "the waiver of '**' waives nothing",
  },
  {
    what: 'a waiver widened to all releases',
    change: (bundle) => bundle.edit('waivers.yaml', (text) => text.replace(/ {2}scope: .*\n/, '')),
    signer: 'the vendor',
    rules: ['bundle/waiver'],
    says: "'scope'",
  },
  {
    what: 'a waiver of another release',
    change: (bundle) =>
      bundle.edit('waivers.yaml', (text) => text.replace('releases: 10.0', 'releases: 9.0')),
    signer: 'the vendor',
    rules: ['bundle/red-row', 'bundle/waiver'],
  },
  {
    what: 'a waiver that had ended',
    change: (bundle) => bundle.edit('waivers.yaml', (text) => text.replace('2099', '2019')),
    signer: 'the vendor',
    rules: ['bundle/red-row', 'bundle/waiver'],
    says: 'ended on 2019-12-31',
  },
];
