// A proxy between two unix sockets that does one thing wrong on purpose: node fixture-proxy.js LISTEN SERVER MISDEED
import { connect, createServer } from 'node:net';

const [, , listen, server, misdeed = 'none'] = process.argv;

const lines = (from, put) => {
  let text = '';
  from.on('data', (chunk) => {
    text += chunk;
    const all = text.split('\n');
    text = all.pop();
    for (const line of all) put(`${line}\n`);
  });
};

let held = '';

function toClient(client, line, behind) {
  const isReply = line.includes('"return": {"status"') || line.includes('"return": {"running"');
  if (misdeed === 'drop' && line.includes('"STOP"')) return;
  if (misdeed === 'add' && isReply)
    client.write('{"event": "STOP", "timestamp": {"seconds": 1, "microseconds": 2}}\r\n');
  if (misdeed === 'rewrite' && isReply) client.write(line.replace(/"status": "\w+"/, '"status": "running"'));
  else if (misdeed === 'respell' && isReply) client.write(`${JSON.stringify(JSON.parse(line))}\r\n`);
  else if (misdeed === 'reorder' && line.includes('"id": 1')) held = line;
  else if (misdeed === 'reorder' && held !== '') {
    client.write(line + held);
    held = '';
  } else if (misdeed === 'delay' && isReply) setTimeout(() => client.write(line), 80);
  else if (misdeed === 'close-server' && line.includes('"id": 3')) {
    behind.once('close', () => client.write(line));
    behind.end();
  } else client.write(line);
  if (misdeed === 'close' && line.includes('"id": 2')) client.destroy();
}

function toServer(behind, line) {
  if (misdeed === 'drop-command' && line.includes('query-name')) return;
  if (misdeed === 'rewrite-command' && line.includes('query-name'))
    behind.write(line.replace('"id": 1', '"id": 9'));
  else behind.write(line);
}

if (misdeed === 'end') process.exit(7);
if (misdeed !== 'deaf') {
  createServer((client) => {
    const behind = connect(server);
    lines(client, (line) => toServer(behind, line));
    lines(behind, (line) => toClient(client, line, behind));
    client.on('error', () => behind.destroy());
    behind.on('error', () => client.destroy());
    client.on('end', () => behind.end());
    if (misdeed !== 'close-server') behind.on('end', () => client.end());
  }).listen(listen, () => process.stdout.write('listening\n'));
} else createServer().listen(`${listen}.elsewhere`);
