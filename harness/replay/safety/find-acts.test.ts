import { expect } from 'chai';
import { InputError } from '../../errors.ts';
import { loadSchema, shippedReleases } from '../../json-schema/load-schema.ts';
import { modelFromSchema } from '../../json-schema/model-from-schema.ts';
import { readJson } from '../../json/read-json.ts';
import type { Definition, Member, QapiModel, TypeRef } from '../../qapi/model.ts';
import { readTranscript } from '../../transcript/read-transcript.ts';
import { readRecordings } from '../read-recordings.ts';
import { readAllowances } from './allowances.ts';
import { findActs } from './find-acts.ts';
import { findTranscriptActs } from './find-transcript-acts.ts';
import { kindOfMember } from './member-kinds.ts';
import { refuseActs } from './refuse-acts.ts';

/** A command, and what of it is refused: `allowance pointer`, without the step `/arguments`. */
type Row = readonly [command: string, ...refused: readonly string[]];

const call = (name: string, given: string): string => `{"execute": "${name}", "arguments": ${given}}`;
const add = (options: string): string => call('blockdev-add', options);
const hmp = (line: string): string => call('human-monitor-command', JSON.stringify({ 'command-line': line }));
const migrate = (uri: string): string => call('migrate', `{"uri": "${uri}"}`);

const REFUSED: readonly Row[] = [
  // programs
  [migrate('exec:cat > /tmp/x'), 'exec /uri'],
  [call('migrate-incoming', '{"uri": "exec:cat /etc/passwd"}'), 'exec /uri'],
  [migrate('EXEC:true'), 'exec /uri'],
  [
    call(
      'migrate',
      '{"channels": [{"channel-type": "main", "addr": {"transport": "exec", "args": ["/bin/sh", "-c", "id"]}}]}',
    ),
    'exec /channels/0/addr/args/0',
    'exec /channels/0/addr/args/1',
    'exec /channels/0/addr/args/2',
  ],
  [call('migrate-set-parameters', '{"cpr-exec-command": ["reboot"]}'), 'exec /cpr-exec-command/0'],
  [call('netdev_add', '{"type": "tap", "id": "n"}'), 'network /type', 'exec /type', 'exec /type'],
  [
    call(
      'netdev_add',
      '{"type": "tap", "id": "n", "ifname": "tap0", "script": "/tmp/up", "downscript": "no"}',
    ),
    'network /ifname',
    'network /type',
    'exec /script',
  ],
  [call('netdev_add', '{"type": "bridge", "id": "n", "br": "br0"}'), 'exec /type', 'network /br'],
  [call('netdev_add', '{"type": "passt", "id": "n", "path": "/usr/bin/passt"}'), 'exec /type', 'paths /path'],
  [
    call('netdev_add', '{"type": "user", "id": "n", "guestfwd": [{"str": "tcp:10.0.2.1:1-cmd:id"}]}'),
    'exec /guestfwd',
  ],
  // files outside of the folder
  [add('{"driver": "file", "node-name": "n", "filename": "/etc/passwd"}'), 'paths /filename'],
  [
    add('{"driver": "qcow2", "node-name": "n", "file": {"driver": "file", "filename": "/a"}}'),
    'paths /file/filename',
  ],
  [add('{"driver": "qcow2", "node-name": "n", "file.filename": "/a"}'), 'paths /file.filename'],
  [add('{"driver": "file", "node-name": "n", "filename": "../other/disk.img"}'), 'paths /filename'],
  [add('{"driver": "file", "node-name": "n", "filename": "a/../../b"}'), 'paths /filename'],
  [add('{"driver": "file", "node-name": "n", "filename": "file:/etc/passwd"}'), 'paths /filename'],
  [add('{"driver": "file", "node-name": "n", "filename": "file:///etc/passwd"}'), 'paths /filename'],
  [
    add(
      String.raw`{"driver": "raw", "node-name": "n", "file": "json:{\"driver\": \"file\", \"filename\": \"/etc/x\"}"}`,
    ),
    'paths /file',
  ],
  [add('{"driver": "raw", "node-name": "n", "file": "json:{not json"}'), 'paths /file'],
  [add('{"driver": "raw", "node-name": "n", "file": "blkdebug:/a.conf:b.img"}'), 'paths /file'],
  [add('{"driver": "raw", "node-name": "n", "file": "blkdebug:a.conf:/b.img"}'), 'paths /file'],
  [add('{"driver": "vvfat", "node-name": "n", "dir": "/home"}'), 'paths /dir'],
  [add('{"driver": "nvme", "node-name": "n", "device": "0000:01:00.0", "namespace": 1}'), 'paths /driver'],
  [add('{"driver": "host_device", "node-name": "n", "filename": "/dev/sda"}'), 'paths /filename'],
  [
    call('blockdev-snapshot-sync', '{"device": "d", "snapshot-file": "/tmp/s.qcow2"}'),
    'paths /snapshot-file',
  ],
  [call('drive-mirror', '{"device": "d", "target": "/tmp/t", "sync": "full"}'), 'paths /target'],
  [call('drive-backup', '{"device": "d", "target": "fat:rw:/home", "sync": "full"}'), 'paths /target'],
  [
    call('change-backing-file', '{"device": "d", "image-node-name": "n", "backing-file": "/b"}'),
    'paths /backing-file',
  ],
  [
    call(
      'transaction',
      '{"actions": [{"type": "blockdev-snapshot-sync", "data": {"device": "d", "snapshot-file": "/s"}}]}',
    ),
    'paths /actions/0/data/snapshot-file',
  ],
  [call('screendump', '{"filename": "/tmp/shot.ppm"}'), 'paths /filename'],
  [call('pmemsave', '{"val": 0, "size": 1, "filename": "/tmp/m"}'), 'paths /filename'],
  [call('memsave', '{"val": 0, "size": 1, "filename": "/tmp/m"}'), 'paths /filename'],
  [call('dump-guest-memory', '{"paging": false, "protocol": "file:/tmp/d"}'), 'paths /protocol'],
  [call('dumpdtb', '{"filename": "/tmp/d"}'), 'paths /filename'],
  [call('xen-save-devices-state', '{"filename": "/tmp/d"}'), 'paths /filename'],
  [migrate('unix:/run/other.sock'), 'paths /uri'],
  [migrate('file:/tmp/vm,offset=0x1000'), 'paths /uri'],
  [
    call('chardev-add', '{"id": "c", "backend": {"type": "file", "data": {"out": "/tmp/o"}}}'),
    'paths /backend/data/out',
  ],
  [
    call('chardev-add', '{"id": "c", "backend": {"type": "file", "data": {"in": "/i", "out": "o"}}}'),
    'paths /backend/data/in',
  ],
  [
    call('chardev-add', '{"id": "c", "backend": {"type": "null", "data": {"logfile": "/tmp/l"}}}'),
    'paths /backend/data/logfile',
  ],
  [
    call('chardev-add', '{"id": "c", "backend": {"type": "serial", "data": {"device": "/dev/ttyS0"}}}'),
    'paths /backend/data/device',
  ],
  [
    call(
      'chardev-add',
      '{"id": "c", "backend": {"type": "socket", "data": {"addr": {"type": "unix", "data": {"path": "/run/x"}}}}}',
    ),
    'paths /backend/data/addr/data/path',
  ],
  [call('object-add', '{"qom-type": "secret", "id": "s", "file": "/etc/shadow"}'), 'paths /file'],
  [
    call('object-add', '{"qom-type": "memory-backend-file", "id": "m", "mem-path": "/dev/shm/x"}'),
    'paths /mem-path',
  ],
  [
    call('object-add', '{"qom-type": "memory-backend-file", "id": "m", "props": {"mem-path": "/x"}}'),
    'paths /props/mem-path',
  ],
  [
    call('object-add', '{"qom-type": "input-linux", "id": "i", "evdev": "/dev/input/event0"}'),
    'paths /evdev',
  ],
  [call('object-add', '{"qom-type": "tls-creds-x509", "id": "t", "dir": "/etc/pki"}'), 'paths /dir'],
  [call('device_add', '{"driver": "e1000", "romfile": "/tmp/rom"}'), 'paths /romfile'],
  [call('device_add', '{"driver": "vfio-pci", "host": "0000:01:00.0"}'), 'paths /driver', 'network /host'],
  [call('device_add', '{"driver": "usb-host", "hostbus": 1}'), 'paths /driver'],
  [call('qom-set', '{"path": "/objects/x", "property": "filename", "value": "/etc/x"}'), 'paths /value'],
  [call('change', '{"device": "ide1-cd0", "target": "/iso"}'), 'paths /target'],
  [call('blockdev-change-medium', '{"id": "ide1", "filename": "/iso"}'), 'paths /filename'],
  [
    call('block-export-add', '{"type": "fuse", "id": "e", "node-name": "n", "mountpoint": "/mnt"}'),
    'paths /mountpoint',
  ],
  [call('some-future-command', '{"new-member": "/etc/x"}'), 'paths /new-member'],
  [call('qom-list', '{"path": "//etc"}'), 'paths /path'],
  // other hosts
  [migrate('tcp:192.0.2.1:4444'), 'network /uri'],
  [migrate('tcp::4444'), 'network /uri'],
  [migrate('tcp:0.0.0.0:4444'), 'network /uri'],
  [migrate('tcp:[::]:4444'), 'network /uri'],
  [migrate('rdma:127.0.0.1:4444'), 'network /uri'],
  [
    call('nbd-server-start', '{"addr": {"type": "inet", "data": {"host": "0.0.0.0", "port": "10809"}}}'),
    'network /addr/data/host',
  ],
  [
    call('nbd-server-start', '{"addr": {"type": "inet", "data": {"host": "", "port": "10809"}}}'),
    'network /addr/data/host',
  ],
  [
    call(
      'display-update',
      '{"type": "vnc", "addresses": [{"type": "inet", "host": "192.0.2.1", "port": "1"}]}',
    ),
    'network /addresses/0/host',
  ],
  [
    add('{"driver": "https", "node-name": "n", "url": "https://example.org/x"}'),
    'network /driver',
    'network /url',
  ],
  [add('{"driver": "raw", "node-name": "n", "file": "nbd:192.0.2.1:10809"}'), 'network /file'],
  [add('{"driver": "raw", "node-name": "n", "file": "nbd+unix:///x?socket=/run/nbd"}'), 'paths /file'],
  [add('{"driver": "raw", "node-name": "n", "file": "ssh://h/x"}'), 'network /file'],
  [add('{"driver": "rbd", "node-name": "n", "pool": "p", "image": "i"}'), 'network /driver'],
  [
    call('netdev_add', '{"type": "user", "id": "n", "hostfwd": [{"str": "tcp::2222-:22"}]}'),
    'network /hostfwd',
  ],
  [call('netdev_add', '{"type": "socket", "id": "n", "listen": ":1234"}'), 'network /listen'],
  [call('netdev_add', '{"type": "socket", "id": "n", "mcast": "230.0.0.1:1234"}'), 'network /mcast'],
  [
    call('netdev_add', '{"type": "vhost-vdpa", "id": "n", "vhostdev": "/dev/vhost-vdpa-0"}'),
    'network /type',
    'paths /vhostdev',
  ],
  [
    call('object-add', '{"qom-type": "can-host-socketcan", "id": "c", "if": "can0"}'),
    'network /qom-type',
    'network /if',
  ],
  // the human monitor
  [hmp('migrate "exec:cat > x"'), 'exec /command-line'],
  [hmp('screendump /tmp/x'), 'paths /command-line'],
  [hmp('logfile ../x'), 'paths /command-line'],
  [hmp('chardev-add file,id=c,path=/tmp/x'), 'paths /command-line'],
  [hmp('drive_add 0 if=none,file=/etc/passwd'), 'paths /command-line'],
  [hmp('gdbserver tcp::1234'), 'network /command-line'],
  [hmp('nbd_server_start 0.0.0.0:10809'), 'network /command-line'],
  [hmp('hostfwd_add tcp::1-:2'), 'network /command-line'],
  // the guest agent
  ['{"execute": "guest-shutdown"}', 'guest execute'],
  [call('guest-exec', '{"path": "/bin/sh"}'), 'guest execute', 'paths /path'],
  ['{"execute": "guest-something-new"}', 'guest execute'],
  // out of band as well
  ['{"exec-oob": "migrate-recover", "arguments": {"uri": "tcp:192.0.2.1:1"}}', 'network /uri'],
  ["{'execute': 'migrate', 'arguments': {'uri': 'exec:id'}}", 'exec /uri'],
];

const PERFORMED: readonly string[] = [
  '{"execute": "query-status"}',
  '[]',
  '{"execute": 3}',
  migrate('fd:migfd'),
  migrate('unix:peer.sock'),
  migrate('tcp:127.0.0.1:4444'),
  migrate('tcp:[::1]:4444'),
  migrate('tcp:localhost:4444'),
  migrate('file:vm.state'),
  add('{"driver": "qcow2", "node-name": "n", "file": {"driver": "file", "filename": "disk.qcow2"}}'),
  add('{"driver": "file", "node-name": "n", "filename": "/dev/fdset/3"}'),
  add('{"driver": "null-co", "node-name": "n", "size": 1024}'),
  add(
    String.raw`{"driver": "raw", "node-name": "n", "file": "json:{\"driver\": \"file\", \"filename\": \"x\"}"}`,
  ),
  call('object-add', '{"qom-type": "rng-random", "id": "r", "filename": "/dev/urandom"}'),
  call('object-add', '{"qom-type": "secret", "id": "s", "data": "/9j/4AAQ", "format": "base64"}'),
  call('set_password', '{"protocol": "vnc", "password": "/a/b"}'),
  call('qom-get', '{"path": "/machine/unattached/device[0]", "property": "type"}'),
  call('qom-list', '{"path": "/"}'),
  call('device_del', '{"id": "/machine/peripheral/x"}'),
  call('device_add', '{"driver": "nvme", "serial": "x", "drive": "d"}'),
  call(
    'chardev-add',
    '{"id": "c", "backend": {"type": "socket", "data": {"addr": {"type": "unix", "data": {"path": "c.sock"}}}}}',
  ),
  call('netdev_add', '{"type": "user", "id": "n"}'),
  call('netdev_add', '{"type": "user", "id": "n", "hostfwd": [{"str": "tcp:127.0.0.1:2222-:22"}]}'),
  call('netdev_add', '{"type": "tap", "id": "n", "fd": "tapfd"}'),
  call('netdev_add', '{"type": "socket", "id": "n", "listen": "127.0.0.1:1234"}'),
  call('nbd-server-start', '{"addr": {"type": "unix", "data": {"path": "nbd.sock"}}}'),
  call('dump-guest-memory', '{"paging": false, "protocol": "fd:x"}'),
  hmp('info block'),
  hmp('x/4i 0x7c00'),
  hmp('savevm one'),
  hmp('screendump shot.ppm'),
  '{"execute": "guest-ping"}',
];

describe('findActs', () => {
  for (const [command, ...refused] of REFUSED) {
    it(`refuses ${command}`, () => {
      const acts = findActs(readJson(command, { singleQuotes: true }));
      const told = acts.map(
        ({ allowance, pointer }) => `${allowance} ${pointer.replace(/^\/(arguments(?=\/))?/, '')}`,
      );
      expect(told.sort()).to.deep.equal([...refused].sort());
    });
  }
  for (const command of PERFORMED) {
    it(`performs ${command}`, () => expect(findActs(readJson(command))).to.deep.equal([]));
  }
  it('looks into no more JSON in JSON than it can bear', () => {
    let text = '{"filename": "/etc/x"}';
    for (let at = 0; at < 12; at++) text = JSON.stringify({ file: `json:${text}` });
    const [act] = findActs(readJson(add(text)));
    expect(act).to.include({ allowance: 'paths', pointer: '/arguments/file' });
  });
});

describe('kindOfMember', () => {
  it('knows each member that holds a string in the arguments of a command of any release', () => {
    const names = new Set<string>();
    for (const family of ['qmp', 'qsd'] as const)
      for (const release of shippedReleases(family))
        stringsOf(modelFromSchema(loadSchema(release, family)), names);
    expect(names.size).to.be.above(200);
    expect([...names].filter((name) => kindOfMember(name) === undefined)).to.deep.equal([]);
  }).timeout(60_000);
});

/** Adds the names of all members that hold strings in what commands take. */
function stringsOf({ definitions }: QapiModel, names: Set<string>): void {
  const seen = new Set<string>();
  const visitMembers = (members: readonly Member[]): void =>
    members.forEach(({ name, type }) => visit(name, type));
  const visit = (name: string, type: TypeRef): void => {
    if ('array' in type) return visit(name, type.array);
    if (type.name === 'str' || type.name === 'any') names.add(name);
    else visitDefinition(definitions.get(type.name));
  };
  const visitDefinition = (definition: Definition | undefined): void => {
    if (definition === undefined || seen.has(definition.name)) return;
    seen.add(definition.name);
    if (definition.kind === 'struct') {
      visitDefinition(definitions.get(definition.base ?? ''));
      visitMembers(definition.members);
    } else if (definition.kind === 'union') {
      if (typeof definition.base === 'string') visitDefinition(definitions.get(definition.base));
      else visitMembers(definition.base);
      for (const { name, type } of definition.branches) if (type !== undefined) visit(name, type);
    } else if (definition.kind === 'alternate') {
      for (const { name, type } of definition.alternatives) visit(name, type);
    }
  };
  for (const definition of definitions.values()) {
    if (definition.kind !== 'command' || definition.arguments === undefined) continue;
    if ('members' in definition.arguments) visitMembers(definition.arguments.members);
    else visitDefinition(definitions.get(definition.arguments.type));
  }
}

const HEAD = '---\nid: wire/x\n---\n';
const MIGRATE = '{"execute": "migrate", "arguments": {"uri": "exec:id"}}';
const hex = (text: string): string =>
  Buffer.from(text)
    .toString('hex')
    .replaceAll(/..(?=.)/g, '$& ');

/** A transcript, what is allowed, and the error; '' where it is replayed. */
const TRANSCRIPTS: readonly (readonly [title: string, text: string, allowed: string, error: string])[] = [
  [
    'a place, and how to allow it',
    `${HEAD}-> {"execute": "query-name"}\n@1.5 2-> ${MIGRATE}\n`,
    '',
    "x.qmp:5:54: the program 'id'; expected no program (--allow exec replays it all the same)",
  ],
  ['the same, allowed', `${HEAD}-> ${MIGRATE}\n`, 'exec', ''],
  ['the same, and another allowed', `${HEAD}-> ${MIGRATE}\n`, 'paths,network', 'x.qmp:4:'],
  [
    'a place on a later line of a message',
    `${HEAD}-> {"execute": "screendump",\n  "arguments": {\n    "filename": "/x" } }\n`,
    '',
    'x.qmp:6:17: ',
  ],
  [
    'several, all told',
    `${HEAD}-> ${MIGRATE}\n-> {"execute": "screendump", "arguments": {"filename": "/x"}}\n`,
    '',
    ', and 1 more; expected no program (--allow exec,paths ',
  ],
  [
    'what a substitution makes harmless',
    `---\nid: wire/x\nsubstitute:\n  - { at: /0/arguments/filename, value: x.ppm }\n---\n-> {"execute": "screendump", "arguments": {"filename": "/x"}}\n`,
    '',
    '',
  ],
  [
    'what a substitution makes harmful',
    `---\nid: wire/x\nsubstitute:\n  - { at: /0/arguments/filename, value: /x.ppm }\n---\n-> {"execute": "screendump", "arguments": {"filename": "x"}}\n`,
    '',
    "'/x.ppm', which is an absolute path",
  ],
  [
    'a step of the preparation',
    `---\nid: wire/x\nprepare:\n  - { execute: migrate, arguments: { uri: "exec:id" } }\n---\n-> {"execute": "query-name"}\n`,
    '',
    'x.qmp:1:1: the program',
  ],
  [
    'a command that the front matter asks',
    `---\nid: wire/x\nasks:\n  - { at: /0, execute: screendump, arguments: { filename: /x } }\n---\n<- { "return": {} }\n`,
    '',
    'x.qmp:1:1: ',
  ],
  ['a command as bytes', `${HEAD}->x ${hex(MIGRATE)}\n`, '', 'x.qmp:4:1: the program'],
  [
    'a command in two pieces',
    `${HEAD}->x ${hex(MIGRATE.slice(0, 9))}\n->x ${hex(MIGRATE.slice(9))}\n`,
    '',
    'the program',
  ],
  ['a command behind a mistake', `${HEAD}->x ${hex(`{ @ ${MIGRATE}`)}\n`, '', 'the program'],
  [
    'a command with its name in escapes',
    `${HEAD}->x ${hex(MIGRATE.replace('execute', String.raw`e\u0078ecute`))}\n`,
    '',
    'the program',
  ],
  [
    'a command in a string, behind a quote too many',
    `${HEAD}->x 22\n-> {"execute": "query-name", "id": "{'execute': 'migrate', 'arguments': {'uri': 'exec:id'}}"}\n`,
    '',
    'the program',
  ],
  ['bytes that begin nothing', `${HEAD}->x ff\n-> {"execute": "query-name"}\n`, '', ''],
  [
    'bytes in which too much may begin',
    `${HEAD}->x ${hex('{'.repeat(30_000))}\n`,
    '',
    'x.qmp:4:1: bytes in which many commands',
  ],
  ['the same, allowed', `${HEAD}->x ${hex('{'.repeat(30_000))}\n`, 'bytes', ''],
];

describe('refuseActs', () => {
  for (const [title, text, allowed, error] of TRANSCRIPTS) {
    it(`${error === '' ? 'lets pass' : 'refuses'} ${title}`, () => {
      const transcript = readTranscript(text, 'x.qmp');
      const refuse = (): void =>
        refuseActs(transcript, { allowed: new Set(allowed === '' ? [] : readAllowances(allowed)), text });
      if (error === '') expect(refuse).not.to.throw();
      else expect(refuse).to.throw(InputError, error);
    });
  }
  it('reads no other words', () => {
    expect(() => readAllowances('exec,everything')).to.throw(
      InputError,
      "--allow 'everything'; expected some of exec,paths",
    );
  });
});

describe('findTranscriptActs', () => {
  it("finds nothing in the project's recordings of events and devices", async () => {
    const own = (await readRecordings()).filter(({ head }) => /^(?:wire|events)\//.test(head.id));
    expect(own).not.to.deep.equal([]);
    expect(own.flatMap((transcript) => findTranscriptActs(transcript))).to.deep.equal([]);
  });
});
