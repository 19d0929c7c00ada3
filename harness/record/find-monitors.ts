import { join } from 'node:path';
import { InputError } from '../errors.ts';
import type { Address } from '../target/connect-endpoint.ts';
import type { Place } from './listen-place.ts';

/** A command line of a program of QEMU whose monitors are led through us. */
export interface LedCommand {
  /** With our private sockets in place of those that were asked for. */
  readonly command: readonly string[];
  readonly monitors: readonly LedMonitor[];
}

export interface LedMonitor {
  /** Where the clients look for it. */
  readonly listen: Place;
  /** Where the program has it instead. */
  readonly path: string;
}

/** Options whose value is a character device for a QMP monitor. */
const MONITOR_OPTIONS = new Set(['qmp', 'qmp-pretty']);

/** An argument that is an option of which we must know. */
interface Option {
  readonly name: string;
  readonly value: string;
  /** Where its value stands in the command. */
  readonly at: number;
  /** What stands before the value in that argument: `--chardev=`. */
  readonly prefix: string;
}

/**
 * Finds the QMP monitors in the arguments of a program of QEMU: `-qmp`, `-qmp-pretty`, and `-mon` (or `--monitor` of the
 * storage daemon) with its `-chardev`; each must be a socket that the program listens at. The socket goes to a path of
 * its own in `folder`, and all else stays as it is.
 * @returns no monitors where there are none
 * @throws {InputError} for a monitor that is no such socket
 */
export function leadMonitors(command: readonly string[], folder: string): LedCommand {
  const options = optionsOf(command);
  const led = [...command];
  const monitors: LedMonitor[] = [];
  const lead = (option: Option, place: SocketPlace): void => {
    const path = join(folder, `monitor-${monitors.length}`);
    monitors.push({ listen: place.listen, path });
    led[option.at] = `${option.prefix}${place.privateValue(path)}`;
  };
  for (const option of options) {
    if (MONITOR_OPTIONS.has(option.name)) lead(option, readLegacy(option));
  }
  for (const chardev of controlledChardevs(options)) lead(chardev, readChardev(chardev));
  return { command: led, monitors };
}

/**
 * The arguments of a program of QEMU without its QMP monitors, for whoever gives it one of his own: what
 * {@link leadMonitors} finds is left out, with its `-mon` and `-chardev`.
 */
export function withoutMonitors(command: readonly string[]): readonly string[] {
  const options = optionsOf(command);
  const chardevs = controlledChardevs(options);
  const ids = new Set(chardevs.map(({ value }) => readMembers(value, 'backend').get('id')));
  const isMonitor = ({ name, value }: Option): boolean =>
    MONITOR_OPTIONS.has(name) ||
    ((name === 'mon' || name === 'monitor') && ids.has(readMembers(value, 'chardev').get('chardev')));
  const gone = new Set<number>();
  for (const option of options) {
    if (!isMonitor(option) && !chardevs.includes(option)) continue;
    gone.add(option.at);
    // `--chardev=VALUE` is one word, `-chardev VALUE` two.
    if (option.prefix === '') gone.add(option.at - 1);
  }
  return command.filter((_, at) => !gone.has(at));
}

/** A socket that is asked for, and the same option with another path. */
interface SocketPlace {
  readonly listen: Place;
  readonly privateValue: (path: string) => string;
}

function optionsOf(command: readonly string[]): readonly Option[] {
  const options: Option[] = [];
  // The first word is the program.
  for (let at = 1; at < command.length; at++) {
    const [, name, given] = /^--?([a-z][a-z-]*)(?:=(.*))?$/s.exec(command[at] ?? '') ?? [];
    if (name === undefined) continue;
    if (name === 'daemonize')
      throw new InputError(`'-daemonize': the program would outlive its recording; start it without that`);
    if (!TAKE_VALUE.has(name)) continue;
    if (given !== undefined) options.push({ name, value: given, at, prefix: `--${name}=` });
    else options.push({ name, value: command[++at] ?? '', at, prefix: '' });
  }
  return options;
}

const TAKE_VALUE = new Set([...MONITOR_OPTIONS, 'mon', 'monitor', 'chardev']);

/** The character devices of monitors in the mode `control`. */
function controlledChardevs(options: readonly Option[]): readonly Option[] {
  const chardevs = options.filter(({ name }) => name === 'chardev');
  const found: Option[] = [];
  for (const { name, value } of options) {
    // The monitor of an emulator takes a device, and is for people; that of the storage daemon takes what `-mon` takes.
    if (name !== 'mon' && !(name === 'monitor' && /(?:^|,)chardev=/.test(value))) continue;
    const members = readMembers(value, 'chardev');
    const mode = members.get('mode') ?? (name === 'mon' ? 'readline' : 'control');
    if (mode !== 'control') continue;
    const id = members.get('chardev');
    const chardev = chardevs.find((one) => readMembers(one.value, 'backend').get('id') === id);
    if (chardev === undefined)
      throw new InputError(`'-${name} ${value}': there is no '-chardev' with the id '${id ?? ''}'`);
    if (!found.includes(chardev)) found.push(chardev);
  }
  return found;
}

/** `unix:PATH,server=on,wait=off`, `tcp:HOST:PORT,server,nowait`: the short form of a character device. */
function readLegacy({ name, value }: Option): SocketPlace {
  const [, kind = '', rest = ''] = /^(unix|tcp):(.*)$/s.exec(value) ?? [];
  const [first = '', ...others] = splitCommas(rest);
  const members = new Map(others.map(memberOf));
  const shown = `'-${name} ${value}'`;
  if (kind === '') return refuse(shown);
  checkServer(shown, members);
  const place = kind === 'unix' ? unixAddress(first) : tcpFromWord(first, shown);
  return { listen: place, privateValue: (path) => ['unix:' + escape(path), ...kept(others)].join(',') };
}

/** `socket,id=ID,path=PATH,server=on`, or with `host` and `port`, or with the `fd` of a socket that listens. */
function readChardev({ value }: Option): SocketPlace {
  const shown = `'-chardev ${value}'`;
  const members = readMembers(value, 'backend');
  if (members.get('backend') !== 'socket') return refuse(shown);
  checkServer(shown, members);
  const listen = placeOf(members, shown) ?? refuse(shown);
  const others = splitCommas(value).slice(1);
  return {
    listen,
    privateValue: (own) => ['socket', `path=${escape(own)}`, ...kept(others)].join(','),
  };
}

function placeOf(members: ReadonlyMap<string, string>, shown: string): Place | undefined {
  const [path, port, fd] = [members.get('path'), members.get('port'), members.get('fd')];
  if (path !== undefined) return unixAddress(path);
  if (port !== undefined) return tcpAddress(members.get('host') ?? '', port, shown);
  if (fd === undefined) return undefined;
  // A name would be one of getfd's, which a program that is just being started cannot have.
  if (!/^[0-9]{1,6}$/.test(fd)) throw new InputError(`${shown}: fd '${fd}'; expected a number`);
  return { kind: 'fd', fd: Number(fd) };
}

/** What of a socket's options stays: not where it is, nor how TCP is to be. */
const PLACE_MEMBERS = new Set([
  'path',
  'fd',
  'host',
  'port',
  'to',
  'ipv4',
  'ipv6',
  'delay',
  'nodelay',
  'abstract',
  'tight',
  'keep-alive',
  'mptcp',
]);

function kept(members: readonly string[]): readonly string[] {
  const stays = (member: string): boolean => !PLACE_MEMBERS.has(memberOf(member)[0]);
  return members.filter(stays).map(escape);
}

/** Members that put something else than plain bytes of the monitor on the socket, or have it made otherwise. */
const WRAPPINGS = ['telnet', 'tn3270', 'websocket', 'abstract'];
const OTHER_SOCKETS = ['tls-creds'];

function checkServer(shown: string, members: ReadonlyMap<string, string>): void {
  const wrapped =
    WRAPPINGS.find((name) => isOn(members, name)) ?? OTHER_SOCKETS.find((name) => members.has(name));
  if (wrapped !== undefined)
    throw new InputError(`${shown}: '${wrapped}'; expected a plain socket with a path or a port`);
  if (!isOn(members, 'server'))
    throw new InputError(`${shown}: there the program connects by itself; expected 'server=on'`);
}

function isOn(members: ReadonlyMap<string, string>, name: string): boolean {
  const value = members.get(name);
  return value === 'on' || value === 'yes' || value === 'true' || value === 'y' || value === '';
}

function refuse(shown: string): never {
  throw new InputError(
    `${shown}: a monitor that is no socket; expected unix:PATH,server=on,wait=off or tcp:HOST:PORT,server=on,wait=off`,
  );
}

function unixAddress(path: string): Address {
  return { kind: 'unix', path };
}

/** `HOST:PORT`, `[HOST]:PORT`, `:PORT`. */
function tcpFromWord(word: string, shown: string): Address {
  const [, bracketed, plain, port] = /^(?:\[([^\]]+)\]|([^:]*)):([0-9]+)$/.exec(word) ?? [];
  return tcpAddress(bracketed ?? plain ?? '', port ?? '', shown);
}

function tcpAddress(host: string, port: string, shown: string): Address {
  const number = /^[0-9]{1,5}$/.test(port) ? Number(port) : 0;
  if (number < 1 || number > 65_535)
    throw new InputError(`${shown}: port '${port}'; expected a number from 1 to 65535`);
  return { kind: 'tcp', host, port: number };
}

/** The members of an option; `first` is the name of a first one that stands without. */
function readMembers(value: string, first: string): ReadonlyMap<string, string> {
  return new Map(
    splitCommas(value).map((text, at) =>
      at === 0 && !text.includes('=') ? ([first, text] as const) : memberOf(text),
    ),
  );
}

function memberOf(text: string): readonly [name: string, value: string] {
  const at = text.indexOf('=');
  return at < 0 ? [text, ''] : [text.slice(0, at), text.slice(at + 1)];
}

/** QemuOpts: a comma in a value is written twice. */
function splitCommas(text: string): readonly string[] {
  return text
    .replaceAll(',,', '\0')
    .split(',')
    .map((part) => part.replaceAll('\0', ','));
}

function escape(text: string): string {
  return text.replaceAll(',', ',,');
}
