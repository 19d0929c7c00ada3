import { domainDefinition, domainSection, manualPage } from '../qapi/manual-page/fixture-page.ts';

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
