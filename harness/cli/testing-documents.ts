import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { domainDefinition, domainSection, manualPage } from '../qapi/manual-page/fixture-page.ts';
import { writeScript } from '../target/fake-machine.ts';

// What stands in for the files that documented command lines name.

/** A client's traffic: what newer releases refuse, and what none has. */
export const CLIENT = `---
id: wire/my-client
---
-> { "execute": "migrate", "arguments": { "uri": "tcp:x", "blk": true } }
<- { "return": {} }
-> { "execute": "block-commit", "arguments": { "device": "d", "base": "x" } }
<- { "return": {} }
`;

export const CAPTURE = `---
id: wire/capture
---
-> {"execute": "query-version"}
<- {"return": {"qemu": {"micro": 0, "minor": 2, "major": 7}, "package": ""}}
`;

/** A client that says what CAPTURE has, to an address in either form. */
export const ASKING = `#!${process.execPath}
const path = process.argv[2].replace('unix:', '');
const words = ['qmp_capabilities', 'query-version'].map((execute) => JSON.stringify({ execute }));
require('net').connect(path).end(words.join('')).resume();
`;

/** A recording that is replayed on every release. */
export const REPLAYED = `---
id: wire/client
---
-> { "execute": "query-name" }
<- { "return": {} }
`;
/** A transparent proxy between two unix sockets. */
export const PUMP = `import { connect, createServer } from 'node:net';
const [listen, server] = process.argv.slice(2);
createServer((client) => client.pipe(connect(server)).pipe(client)).listen(listen);
`;
export const REPLY = `{ "return": [ { "name": "0", "meta-type": "object", "members": [] },
  { "name": "stop", "meta-type": "command", "arg-type": "0", "ret-type": "0" } ] }`;

const EXAMPLE = ['.IP "Example:"', '.EX', '\\-> { "execute": "stop" }', '<\\- { "return": {} }', '.EE'];

export const PAGE = manualPage(
  [
    domainDefinition('Enum Mode', domainSection('Values', '\\fBa\\fP \\-\\- x')),
    domainDefinition('Command stop', ...EXAMPLE),
  ].join('\n'),
);

export const DOCUMENTED = `##
# @frob:
#
# .. qmp-example::
#
#    -> { "execute": "frob" }
#    <- { "return": {} }
##
{ 'command': 'frob' }
`;

/** The results of one row on one target. */
export const STREAM = [
  {
    type: 'run',
    format: 1,
    targets: [
      {
        name: '10.0.2 x86_64 tcg',
        kind: 'qemu',
        version: '10.0.2',
        package: '',
        architecture: 'x86_64',
        accelerator: 'tcg',
        where: 'qemu-system-x86_64',
        schema: '10.0',
        planned: 1,
        runs: [
          { suite: '0.1.0', started: '2026-01-01T00:00:00Z', finished: '2026-01-01T00:00:01Z', planned: 1 },
        ],
      },
    ],
  },
  {
    type: 'result',
    row: 'examples/control/query-version',
    target: '10.0.2 x86_64 tcg',
    verdict: 'pass',
    findings: [],
    checks: 1,
    documented: true,
    duration: 1,
  },
  { type: 'end', counts: { pass: 1 }, whole: true, exitCode: 0 },
]
  .map((line) => `${JSON.stringify(line)}\n`)
  .join('');

/** A ledger of flaky rows that has learned nothing yet. */
export const LEDGER = '{"format":1,"kind":"flaky-ledger","learned":[]}\n';

/** Words of documented lines that name something outside of the line's folder, and what stands there instead. */
export const ELSEWHERE: readonly (readonly [word: RegExp, inFolder: string])[] = [
  [/unix:\/run\/[\w/.]+/g, 'unix:qmp.sock'],
  [/socat UNIX-LISTEN:\{listen\},fork UNIX-CONNECT:\{server\}/g, 'node ./pump.mjs {listen} {server}'],
  [/\/usr\/bin\/qemu-system-x86_64/g, '$PWD/build/qemu-system-x86_64'],
  [/--qemu PATH/g, '--qemu $PWD/build/qemu-system-x86_64'],
  [/--qapi TREE/g, '--qapi qemu-10.2'],
  [/--release X\.Y/g, '--release 10.2'],
  // Large words are for large machines.
  [/--repeat 20/g, '--repeat 2'],
  [/'\*\* @ /g, "'examples/control/** @ "],
  [/queries\/x86_64\/\*\/qom-\*/g, 'queries/x86_64/none/qom-list'],
  [/examples lint --fail-on never/g, 'examples lint --fail-on never --release 10.2'],
  [/--suite protocol --connect \{\}/g, "--suite protocol --connect {} --grep 'protocol/R6/**'"],
  // The run that stands in has one target, of whatever release is the newest here.
  [/\.tap@10\.0/g, '.tap'],
];

/** A client that ends the server, for lines that wait for one. */
export const QUITTER =
  'node -e \'const client = require("net").connect(process.argv[1]); client.resume().on("close", () => process.exit());' +
  ' client.write("{\\"execute\\":\\"qmp_capabilities\\"}{\\"execute\\":\\"quit\\"}")\'';

/** `qmp-conformance`, `npx` and `jq` for the lines. */
export function writePrograms(folder: string): void {
  mkdirSync(folder);
  const run = `exec '${process.execPath}' "$DOCUMENTED/harness/cli/bin.js"`;
  writeScript(join(folder, 'qmp-conformance'), `#!/bin/sh\n${run} "$@"\n`);
  writeScript(
    join(folder, 'npx'),
    `#!/bin/sh\nname=$1\nshift\nexec "$DOCUMENTED/node_modules/.bin/$name" "$@"\n`,
  );
  const pick = 'process.argv[1].split(".").slice(1).reduce((value, name) => value[name], JSON.parse(text))';
  const jq = `let text = ""; process.stdin.on("data", (some) => (text += some)).on("end", () => console.log(${pick}))`;
  writeScript(join(folder, 'jq'), `#!/bin/sh\nexec '${process.execPath}' -e '${jq}' "$@"\n`);
}
