import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'chai';
import { InputError } from '../../errors.ts';
import { inTemporaryFolder } from '../../target/temporary-folder.ts';
import { startFakeServer } from '../capture/fixture-server.ts';
import { planFor } from '../fixtures/plan-for.ts';
import { replayTranscript } from '../replay-transcript.ts';
import { readAllowances } from './allowances.ts';

const OPEN =
  '@0 -- opened\n@0 <- {"QMP": {"version": {"qemu": {"micro": 0, "minor": 0, "major": 10}, "package": ""}, "capabilities": []}}\n' +
  '@0 -> {"execute": "qmp_capabilities"}\n@0 <- {"return": {}}\n';
const ASKED = '-> {"execute": "query-name", "id": 1}\n<- {"return": {"name": "vm"}, "id": 1}\n';
const CAPTURE = 'match:\n  - { at: /4/return/name, as: capture, name: n }\n';

interface Row {
  readonly title: string;
  /** What the server gives as its name, as JSON. */
  readonly name: string;
  /** The client's last message, where `${n}` stands for that. */
  readonly sends: string;
  /** Place in that message, and the value that is sent there. */
  readonly put: readonly [at: string, value: string];
  readonly allow?: string;
  /** What it is refused with; nothing where it is sent. */
  readonly refused?: string;
  /** What stands between the answer and that message. */
  readonly between?: string;
}

const MIGRATE = '{"execute": "migrate", "arguments": {"uri": "fd:x"}}';
const ADD =
  '{"execute": "blockdev-add", "arguments": {"driver": "file", "node-name": "n", "filename": "disk"}}';
const NAMED = '{"execute": "job-dismiss", "arguments": {"id": "job"}}';
const PASSED = 'with what the server has answered; expected';

const ROWS: readonly Row[] = [
  { title: 'a name', name: '"vm"', sends: NAMED, put: ['/arguments/id', '${n}'] },
  { title: 'a number', name: '18446744073709551615', sends: NAMED, put: ['/arguments/id', '${n}'] },
  { title: 'a descriptor', name: '"fd:other"', sends: MIGRATE, put: ['/arguments/uri', '${n}'] },
  { title: 'a file of the folder', name: '"other.img"', sends: ADD, put: ['/arguments/filename', '${n}'] },
  {
    title: 'a program',
    name: '"exec:reboot"',
    sends: MIGRATE,
    put: ['/arguments/uri', '${n}'],
    refused: `x.qmp:14:48: the program 'reboot', ${PASSED} no program (--allow exec `,
  },
  {
    title: 'a program, with another thing allowed',
    name: '"exec:reboot"',
    sends: MIGRATE,
    put: ['/arguments/uri', '${n}'],
    allow: 'paths,network',
    refused: '--allow exec ',
  },
  {
    title: 'a program that is allowed',
    name: '"exec:true"',
    sends: MIGRATE,
    put: ['/arguments/uri', '${n}'],
    allow: 'exec',
  },
  {
    title: 'half of a program',
    name: '"ec:reboot"',
    sends: MIGRATE,
    put: ['/arguments/uri', 'ex${n}'],
    allow: 'network',
    refused: "the program 'reboot'",
  },
  {
    title: 'an absolute path',
    name: '"/etc/passwd"',
    sends: ADD,
    put: ['/arguments/filename', '${n}'],
    refused: PASSED,
  },
  {
    title: 'a path out of the folder',
    name: '"../../x"',
    sends: ADD,
    put: ['/arguments/filename', 'a/${n}'],
    refused: PASSED,
  },
  {
    title: 'a path where a name was',
    name: '"/etc/passwd"',
    sends: NAMED,
    put: ['/arguments/id', '${n}'],
    refused: PASSED,
  },
  {
    title: 'whole arguments',
    name: '{"channels": [{"addr": {"transport": "exec", "args": ["/bin/sh"]}}]}',
    sends: MIGRATE,
    put: ['/arguments', '${n}'],
    refused: "x.qmp:14:40: the program '/bin/sh'",
  },
  {
    title: 'another host',
    name: '"tcp:192.0.2.1:4444"',
    sends: MIGRATE,
    put: ['/arguments/uri', '${n}'],
    refused: '(--allow network ',
  },
  {
    title: 'a command of a guest agent',
    name: '"guest-shutdown"',
    sends: NAMED,
    put: ['/execute', '${n}'],
    refused: '(--allow guest ',
  },
  {
    title: 'line ends and control characters',
    name: String.raw`"exec:a\n\u001b[2Jb"`,
    sends: MIGRATE,
    put: ['/arguments/uri', '${n}'],
    refused: "the program 'a⏎",
  },
  {
    title: 'a command in a string, behind what is no JSON',
    name: `"{'execute': 'migrate', 'arguments': {'uri': 'exec:id'}}"`,
    sends: NAMED,
    put: ['/arguments/id', '${n}'],
    between: '->x 22\n',
    refused: "the program 'id'",
  },
];

describe('guardSending', () => {
  for (const { title, name, sends, put, allow, refused, between = '' } of ROWS) {
    it(`${refused === undefined ? 'lets out' : 'refuses'} ${title}`, () =>
      inTemporaryFolder(async (dir) => {
        const last = between === '' ? 5 : 6;
        const head = `---\nid: wire/x\n${CAPTURE}substitute:\n  - { at: /${last}${put[0]}, value: '${put[1]}' }\n---\n`;
        const file = join(dir, 'x.qmp');
        await writeFile(file, `${head}${OPEN}${ASKED}${between}-> ${sends}\n<- {"return": {}}\n`);
        const gives = { 'query-name': [`{"return": {"name": ${name}}, "id": ID}`] };
        const done = { migrate: ['{"return": {}, "id": ID}'], '': [] };
        const answers = { ...gives, ...done, 'blockdev-add': done.migrate, 'job-dismiss': done.migrate };
        const fake = await startFakeServer(dir, [{}, { answers }]);
        try {
          const { log, error } = await perform(file, fake.address, allow, fake.log);
          if (refused === undefined) {
            expect(error).to.equal(undefined);
            expect(log.at(-1)).to.match(/^1: (?:migrate|blockdev-add|job-dismiss)/);
          } else {
            expect(error).to.be.instanceOf(InputError);
            expect(String(error))
              .to.include(refused)
              .and.not.to.match(/[\r\n]/);
            // Nothing of the message has gone out.
            expect(log.at(-1)).to.be.oneOf(['1: query-name 1', '1: "']);
          }
        } finally {
          fake.close();
        }
      }));
  }
});

async function perform(
  file: string,
  address: string,
  allow: string | undefined,
  log: readonly string[],
): Promise<{ readonly log: readonly string[]; readonly error: unknown }> {
  const { replays } = await planFor(file, {
    allowed: new Set(allow === undefined ? [] : readAllowances(allow)),
    connect: [address],
    patience: 500,
  });
  const [replay] = replays;
  if (replay === undefined) throw new TypeError('no target');
  const error: unknown = await replayTranscript(replay).then(
    () => undefined,
    (reason: unknown) => reason,
  );
  return { log, error };
}
