import { isIPv4, isIPv6 } from 'node:net';
import { expect } from 'chai';
import { defaultRedactRules } from './default-rules.ts';
import { createRedactor } from './redactor.ts';
import { createStandIns } from './stand-ins.ts';

const one = (value: string, name = 'x'): string => createStandIns().inValue(value, name);

describe('stand-ins', () => {
  const rows: readonly (readonly [value: string, stand: string, name?: string])[] = [
    ['/srv/vm/disk.qcow2', '/srv/name-1/name-2.qcow2'],
    ['/var/lib/libvirt/images/a b.img', '/var/lib/libvirt/images/name-1.img'],
    ['/home/alice/', '/home/name-1/'],
    ['/a/../b/./a', '/name-1/../name-2/./name-1'],
    ['/dev/sdb', '/dev/name-1'],
    ['unix:/run/alice.sock,server=on', 'unix:/run/name-1.sock,server=on'],
    ["Could not open '/x/y.img': No such file", "Could not open '/name-1/name-2.img': No such file"],
    ['/x/y: Permission denied', '/name-1/name-2: Permission denied'],
    ['file:///x/y.img', 'file:///name-1/name-2.img'],
    ['nbd://db.corp.net:10809/x', 'nbd://host-1.example:10809/name-1'],
    ['https://u:p@[fe80::1]:8/x?a', 'https://(redacted)@[2001:db8::1]:8/name-1?a'],
    ['tcp:db.corp.net:4444', 'tcp:host-1.example:4444'],
    ['tcp:10.1.2.3:4444', 'tcp:192.0.2.1:4444'],
    ['DB.corp.net', 'host-1.example', 'host'],
    ['10.1.2.3', '192.0.2.1', 'host'],
    ['fd00::1', '2001:db8::1', 'host'],
    ['::ffff:10.1.2.3', '::ffff:192.0.2.1'],
    ['52:54:00:AB:cd:ef', '02:00:00:00:00:01'],
    ['33:33:00:00:00:16', '03:00:00:00:00:01'],
    ['4DD4A9A2-1111-2222-3333-444455556666', '00000000-0000-4000-8000-000000000001'],
    ['json:{"filename":"/x/y"}', 'json:{"filename":"/name-1/name-2"}'],
  ];
  for (const [value, stand, name] of rows) it(value, () => expect(one(value, name)).to.equal(stand));

  const kept: readonly (readonly [value: string, name?: string])[] = [
    ['/dev/null'],
    ['/dev/fdset/3'],
    ['/dev/kvm'],
    ['/machine/peripheral/disk0'],
    ['/objects/secret0'],
    ['/proc/self/fd/3'],
    ['/'],
    ['disk.qcow2'],
    ['a/b/c'],
    ['virtio-net-pci'],
    ['1/2'],
    ['0000:01:00.0', 'host'],
    ['01:00.0', 'host'],
    ['localhost', 'host'],
    ['127.0.0.1'],
    ['0.0.0.0'],
    ['255.255.255.0'],
    ['::'],
    ['::1'],
    ['12:34:56'],
    ['10.2.1'],
    ['1:10.0.2+ds-2'],
    ['300.1.1.1'],
    ['00:00:00:00:00:00'],
    ['ff:ff:ff:ff:ff:ff'],
    ['00000000-0000-0000-0000-000000000000'],
    ['db.corp.net'],
    ['host', 'model'],
    [''],
  ];
  for (const [value, name] of kept) it(`keeps '${value}'`, () => expect(one(value, name)).to.equal(value));

  it('are the same for the same value, and others for others', () => {
    const stands = createStandIns();
    const values = ['/x/a.img', '/x/b.img', '10.0.0.1', '10.0.0.2', '52:54:00:00:00:01', '52:54:00:00:00:02'];
    const first = values.map((value) => stands.inValue(value, ''));
    expect(new Set(first).size).to.equal(values.length);
    expect(values.map((value) => stands.inValue(value, ''))).to.deep.equal(first);
    expect(stands.inText("open '/x/a.img' failed")).to.equal(`open '${first[0] ?? ''}' failed`);
  });

  it('are addresses however many there are', () => {
    const stands = createStandIns();
    const v4 = Array.from({ length: 2000 }, (_, n) => stands.inValue(`10.1.${n >> 8}.${n % 256}`, ''));
    const v6 = Array.from({ length: 2000 }, (_, n) => stands.inValue(`fd00::${n.toString(16)}`, ''));
    expect(new Set(v4).size).to.equal(2000);
    expect(v4.filter((address) => !isIPv4(address))).to.deep.equal([]);
    expect(v6.filter((address) => !isIPv6(address))).to.deep.equal([]);
  });

  it('join command and response, and stay out of names of the protocol', () => {
    const redactor = createRedactor(defaultRedactRules(), { standIns: true });
    const command = '{"execute":"blockdev-add","arguments":{"filename":"/x/y.img"},"id":"a/b"}';
    expect(redactor.redactMessage(command, '->', 0)).to.equal(
      '{"execute":"blockdev-add","arguments":{"filename":"/name-1/name-2.img"},"id":"a/b"}',
    );
    expect(redactor.redactMessage('{"return":"file:/x/y.img","id":"a/b"}', '<-', 0)).to.equal(
      '{"return":"file:/name-1/name-2.img","id":"a/b"}',
    );
    expect(redactor.redactPart('{"x":"/x/y.i')).to.equal('{"x":"/name-1/name-3.i');
  });

  it('are not made where nobody asks', () => {
    const redactor = createRedactor(defaultRedactRules());
    const text = '{"return":"/x/y 10.0.0.1 52:54:00:00:00:01"}';
    expect(redactor.redactMessage(text, '<-', 0)).to.equal(text);
  });
});
