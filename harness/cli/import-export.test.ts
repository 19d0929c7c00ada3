import { execFile } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect } from 'chai';
import { exportTranscript } from '../export/export-transcript.ts';
import { importLog } from '../import/import-log.ts';
import { findOnPath } from '../target/child-process.ts';
import { writeScript } from '../target/fake-machine.ts';
import { installTool } from '../target/install-tool.ts';
import { cacheFolder, readReleases } from '../target/release-cache.ts';
import { binaryOfRelease } from '../target/release-programs.ts';
import { baseArguments, startQemu } from '../target/start-qemu.ts';
import { runnable } from '../target/unpacked-tree.ts';
import { readTranscript } from '../transcript/read-transcript.ts';
import { runCommand } from './testing-cli.ts';

const RECORDING = `---
id: wire/test
---
<- {"QMP": {"version": {"qemu": {"micro": 0, "minor": 0, "major": 10}, "package": ""}, "capabilities": ["oob"]}}
-> {"execute": "qmp_capabilities", "arguments": {"enable": ["oob"]}}
<- {"return": {}}
-> {"execute": "query-status", "id": "it's; $(touch HOSTILE) \`touch HOSTILE\` \\" %s \\\\ !x"}
<- {"return": {"status": "running", "running": true}, "id": "x"}
-> {"execute": "stop"}
<- {"event": "STOP", "timestamp": {"seconds": 1, "microseconds": 1}}
<- {"return": {}}
->x 00
<- {"error": {"class": "GenericError", "desc": ""}}
-> {"exec-oob": "query-yank"}
<- {"return": []}
1-> {"execute": "qmp_capabilities"}
1<- {"return": {}}
1-> {"execute": "quit"}
1<- {"return": {}}
1<- {"event": "SHUTDOWN", "timestamp": {"seconds": 1, "microseconds": 1}}
`;

describe('a recording on its way through other tools and a real QEMU', function () {
  this.timeout(300_000);
  let dir = '';
  beforeEach(() => {
    dir = mkdtempSync(join(tmpdir(), 'qmpc-socat-'));
  });
  afterEach(() => rmSync(dir, { recursive: true, force: true }));

  it('has releases to run on', () => {
    expect(
      readReleases(cacheFolder()),
      'no release is here; run qmp-conformance qemu install',
    ).not.to.deep.equal([]);
  });

  for (const release of readReleases(cacheFolder())) {
    it(`is said by the script to ${release.version}, and read again from what QEMU logs`, async () => {
      const binary = binaryOfRelease(release);
      const monitor = ['-chardev', 'socket,id=m,path=q.sock,server=on,wait=off,logfile=chardev.log'];
      const trace = ['-trace', 'handle_qmp_command', '-trace', 'monitor_qmp_respond', '-D', 'trace.log'];
      const args = [
        ...baseArguments('tcg'),
        '-machine',
        'none',
        ...monitor,
        '-mon',
        'chardev=m,mode=control',
        ...trace,
      ];
      const qemu = await startQemu(binary, args, { dir });
      try {
        const { text } = exportTranscript(readTranscript(RECORDING, 'x.qmp'), 'socat');
        writeFileSync(join(dir, 'say.sh'), text);
        const run = promisify(execFile);
        const PATH = await pathWithSocat(dir);
        const options = { cwd: dir, env: { PATH, TMPDIR: dir }, timeout: 60_000 };
        const { stdout } = await run('sh', ['say.sh', `UNIX-CONNECT:${dir}/q.sock`], options);
        await qemu.exited;
        checkSaid(stdout);
        expect(existsSync(join(dir, 'HOSTILE'))).to.equal(false);
        checkLogs(dir, stdout);
      } finally {
        await qemu.kill();
      }
    });
  }
});

/** The dialogue that the script prints has what the recording has, with QEMU's own answers. */
function checkSaid(stdout: string): void {
  const kinds = stdout
    .trimEnd()
    .split('\n')
    .filter((line) => line.includes('<- '))
    .map((line) => /"(QMP|return|error|event)"/.exec(line)?.[1]);
  // query-yank came with 6.0.
  const last = kinds[6] === 'error' ? 'error' : 'return';
  expect(kinds.slice(0, 8)).to.have.members([
    'QMP',
    'return',
    'return',
    'event',
    'return',
    'error',
    last,
    'QMP',
  ]);
  expect(stdout).to.match(
    /^<- \{"return": \{.*"id": "it's; \$\(touch HOSTILE\) `touch HOSTILE` \\" %s \\\\ !x"\}$/m,
  );
  expect(stdout).to.match(/"SHUTDOWN"/);
}

/** What the script was told is in the log of the character device; what it said and was told, in the trace. */
function checkLogs(dir: string, stdout: string): void {
  const heard = stdout.split('\n').flatMap((line) => /<- (.*)$/.exec(line)?.[1] ?? []);
  const chardev = importLog(readFileSync(join(dir, 'chardev.log')), 'chardev.log');
  expect(chardev.format).to.equal('chardev-log');
  const logged = readTranscript(chardev.text, 'made.qmp').messages;
  expect(logged.map(({ text }) => text)).to.include.members(heard.filter((text) => !text.includes('"QMP"')));
  expect(new Set(logged.map(({ connection }) => connection)).size).to.be.at.least(2);
  const trace = importLog(readFileSync(join(dir, 'trace.log')), 'trace.log');
  expect(trace.format).to.equal('trace');
  const commands = readTranscript(trace.text, 'made.qmp').messages.filter(
    ({ direction }) => direction === '->',
  );
  const names = commands.map(({ text }) => /"exec(?:ute|-oob)": "([^"]+)"/.exec(text)?.[1]);
  const said = ['qmp_capabilities', 'query-status', 'stop', 'query-yank', 'qmp_capabilities', 'quit'];
  // The trace has the monitor of the harness, too.
  expect(names).to.include.members(said);
}

async function pathWithSocat(dir: string): Promise<string> {
  const path = process.env['PATH'] ?? '';
  if (findOnPath('socat') !== undefined) return path;
  const words = runnable(await installTool('socat'), 'usr/bin/socat');
  writeScript(join(dir, 'socat'), `#!/bin/sh\nexec ${words.map((word) => `'${word}'`).join(' ')} "$@"\n`);
  return `${dir}:${path}`;
}

describe('import and export', function () {
  this.timeout(60_000);
  let dir = '';
  beforeEach(() => {
    dir = mkdtempSync(join(tmpdir(), 'qmpc-import-'));
    writeFileSync(join(dir, 'test.qmp'), RECORDING);
    writeFileSync(join(dir, 'x.replies'), '{"execute": "stop"}\n\n{"return": {}}\n');
    writeFileSync(join(dir, 'cut.replies'), '{"execute": "stop"}\n\n{"return": {\n');
  });
  afterEach(() => rmSync(dir, { recursive: true, force: true }));

  const LINES: readonly (readonly [words: string, code: number, stdout: RegExp, stderr: RegExp])[] = [
    [
      'import x.replies',
      0,
      /^---\nid: wire\/x\n---\n-> \{"execute": "stop"\}\n<- \{"return": \{\}\}\n$/,
      /^$/,
    ],
    ['import libvirt-replies x.replies --id a/b', 0, /id: a\/b/, /^$/],
    ['import x.replies -o made.qmp', 0, /^$/, /made\.qmp: 2 messages, read as libvirt-replies/],
    ['import x.replies -o made.qmp --json', 0, /"format": "libvirt-replies"/, /^$/],
    ['import cut.replies', 2, /^$/, /cut\.replies:3:1: a message that does not end in this file/],
    ['import trace x.replies', 2, /^$/, /x\.replies:1:1: no message/],
    ['import none.log', 2, /^$/, /none\.log: not there/],
    ['import nonsense x.replies', 2, /^$/, /'nonsense'; expected a format/],
    ['import x.replies --json', 2, /^$/, /expected both/],
    ['import x.replies -o no/made.qmp', 2, /^$/, /no\/made\.qmp: there is no such folder; make it first/],
    ['import test.qmp', 2, /^$/, /this is a recording already/],
    ['export socat test.qmp', 0, /^#!\/bin\/sh\n[^]*'\{"exec-oob": "query-yank"\}'/, /^$/],
    ['export qmp-shell test.qmp', 1, /^query-status\nstop\n$/, /test\.qmp:12: no JSON object/],
    ['export libvirt-replies test.qmp -o made.replies', 1, /^$/, /an event/],
    ['export nonsense test.qmp', 2, /^$/, /'nonsense'; expected a format/],
    ['export socat none.qmp', 2, /^$/, /none\.qmp: not there/],
    ['export socat x.replies', 2, /^$/, /x\.replies:1:1: no front matter/],
  ];
  for (const [words, code, stdout, stderr] of LINES) {
    it(words, async () => {
      const given = words
        .split(' ')
        .map((word) => (/[./]/.test(word) && !word.startsWith('a/') ? join(dir, word) : word));
      const end = await runCommand(given);
      expect(end.code, end.stderr).to.equal(code);
      expect(end.stdout).to.match(stdout);
      expect(end.stderr).to.match(stderr);
      expect(end.stderr).not.to.match(/^ {4}at /m);
    });
  }
});
