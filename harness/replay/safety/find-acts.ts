import { pointerTo } from '../../json/pointer.ts';
import { isJsonArray, isJsonObject, stringAt, type JsonObject, type JsonValue } from '../../json/value.ts';
import { isHarmless } from '../../target/start-guest-agent.ts';
import type { Allowance, RefusedAct } from './allowances.ts';
import { findActsOfLine } from './human-monitor.ts';
import { judgeText } from './judge-text.ts';
import { kindOfMember, type MemberKind } from './member-kinds.ts';

/** Commands whose `path` is one of the object tree, not of files. */
const OBJECT_COMMANDS: ReadonlySet<string> = new Set(['qom-get', 'qom-set', 'qom-list', 'qom-list-get']);

/** Nesting of `json:` in strings of `json:` that is still looked into. */
const MAX_INNER = 8;

/**
 * Finds what a command would have a server do on its host beyond the folder that it runs in: programs, files, networks.
 * What a member is, is told by its name ({@link kindOfMember}); of an unknown one, by its value.
 */
export function findActs(command: JsonValue): readonly RefusedAct[] {
  if (!isJsonObject(command)) return [];
  const name = stringAt(command, 'execute') || stringAt(command, 'exec-oob');
  const found: RefusedAct[] = [];
  const search: Search = { command: name, found, inner: 0 };
  const verb = Object.hasOwn(command, 'exec-oob') ? '/exec-oob' : '/execute';
  if (name.startsWith('guest-') && !isHarmless(name))
    report(search, 'guest', verb, `${name}, which acts on the machine of the guest agent`);
  const { arguments: given } = command;
  if (given === undefined) return found;
  if (name === 'human-monitor-command') {
    for (const { allowance, what } of findActsOfLine(stringAt(given, 'command-line')))
      report(search, allowance, '/arguments/command-line', what);
  }
  searchValue(search, given, { name: '', pointer: '/arguments' });
  return found;
}

interface Search {
  readonly command: string;
  readonly found: RefusedAct[];
  /** How many strings of JSON are around. */
  readonly inner: number;
}

/** A value's place: the name of the member that holds it, or holds the array that it is in. */
interface Place {
  readonly name: string;
  readonly pointer: string;
}

function report({ found }: Search, allowance: Allowance, pointer: string, what: string): void {
  found.push({ allowance, pointer, what });
}

function searchValue(search: Search, value: JsonValue, place: Place): void {
  if (typeof value === 'string') return searchText(search, value, place);
  if (isJsonArray(value)) {
    value.forEach((element, at) => {
      searchValue(search, element, { name: place.name, pointer: pointerTo(place.pointer, at) });
    });
    return;
  }
  if (!isJsonObject(value)) return;
  searchKind(search, value, place.pointer);
  for (const [name, member] of Object.entries(value)) {
    // Forwardings are a language of their own.
    if (search.command === 'netdev_add' && /^(?:host|guest)fwd$/.test(name)) continue;
    searchValue(search, member, { name: leafOf(name), pointer: pointerTo(place.pointer, name) });
  }
}

/** Options may be written flat: `file.filename`, `server.0.host`. */
function leafOf(name: string): string {
  return name.split('.').findLast((step) => !/^[0-9]+$/.test(step)) ?? name;
}

function searchText(search: Search, text: string, { name, pointer }: Place): void {
  const act = judgeText(text, kindOf(search.command, name));
  if (act?.kind === 'act') report(search, act.allowance, pointer, act.what);
  if (act?.kind !== 'inner') return;
  if (search.inner === MAX_INNER)
    report(search, 'paths', pointer, 'JSON in JSON in JSON, too deep to be looked into');
  const before = search.found.length;
  if (search.inner < MAX_INNER)
    searchValue({ ...search, inner: search.inner + 1 }, act.value, { name: '', pointer });
  // The text is one value of the message: there are no places in it.
  for (const one of search.found.splice(before)) report(search, one.allowance, pointer, one.what);
}

function kindOf(command: string, name: string): MemberKind {
  if (OBJECT_COMMANDS.has(command) && (name === 'path' || name === 'paths')) return 'name';
  if (command === 'change' && name === 'target') return 'file';
  return kindOfMember(name) ?? 'name';
}

/** Drivers of blockdev-add that go over a network. */
const NETWORK_DRIVERS: ReadonlySet<string> = new Set(
  'nfs ssh iscsi rbd gluster http https ftp ftps sheepdog vxhs archipelago'.split(' '),
);
/** Drivers and devices that take a device of the host. */
const HOST_DEVICES =
  /^(?:vfio-.*|usb-host|vhost-scsi.*|vhost-vsock.*|vhost-vdpa.*|pci-assign|kvm-pci-assign|nvme-io_uring|nvme|xen-.*|vduse-blk)$/;
/** Back-ends of netdev_add that reach a network by themselves, whatever else is said. */
const NETWORK_BACKENDS = /^(?:vde|netmap|l2tpv3|vhost-vdpa|af-xdp|vmnet-.*)$/;
/** Objects that do. */
const NETWORK_OBJECTS = /^(?:can-host-socketcan|input-barrier)$/;

/** What an object asks for by what it is, beyond what its members say. */
function searchKind(search: Search, value: JsonObject, pointer: string): void {
  const driver = stringAt(value, 'driver');
  const at = (name: string): string => pointerTo(pointer, name);
  if (NETWORK_DRIVERS.has(driver)) report(search, 'network', at('driver'), `the driver '${driver}'`);
  // `nvme` is a device of the guest to device_add, and one of the host to blockdev-add.
  if (HOST_DEVICES.test(driver) && !(search.command === 'device_add' && driver === 'nvme'))
    report(search, 'paths', at('driver'), `'${driver}', a device of the host`);
  const type = stringAt(value, 'type');
  if (type === 'vduse-blk') report(search, 'paths', at('type'), `'${type}', a device of the host`);
  if (NETWORK_OBJECTS.test(stringAt(value, 'qom-type')))
    report(search, 'network', at('qom-type'), 'the network');
  if (search.command === 'netdev_add') searchNetdev(search, value, type, pointer);
}

/** Without descriptors these start programs of the host by default. */
function searchNetdev(search: Search, value: JsonObject, type: string, pointer: string): void {
  const has = (...names: readonly string[]): boolean => names.some((name) => Object.hasOwn(value, name));
  const at = pointerTo(pointer, 'type');
  if (type === 'tap' && !has('fd', 'fds')) {
    report(search, 'network', at, 'a tap device of the host');
    for (const name of ['script', 'downscript'])
      if (!has(name)) report(search, 'exec', at, `the default ${name} of a tap device`);
  }
  if (type === 'bridge') report(search, 'exec', at, 'the bridge helper');
  if (type === 'passt') report(search, 'exec', at, 'the program passt');
  if (NETWORK_BACKENDS.test(type)) report(search, 'network', at, `the back-end '${type}'`);
  for (const text of textsIn(value['hostfwd'])) {
    if (!/^(?:tcp|udp)?:(?:127\.0\.0\.1|localhost):/.test(text))
      report(search, 'network', pointerTo(pointer, 'hostfwd'), `the forwarding '${text}'`);
  }
  for (const text of textsIn(value['guestfwd'])) {
    const allowance = text.includes('-cmd:') ? 'exec' : 'network';
    if (!/-(?:chardev|fd):/.test(text))
      report(search, allowance, pointerTo(pointer, 'guestfwd'), `the forwarding '${text}'`);
  }
}

function textsIn(value: JsonValue | undefined): readonly string[] {
  if (typeof value === 'string') return [value];
  if (isJsonArray(value)) return value.flatMap(textsIn);
  return isJsonObject(value) ? Object.values(value).flatMap(textsIn) : [];
}
