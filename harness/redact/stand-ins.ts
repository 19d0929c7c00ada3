import { isIPv6 } from 'node:net';
import { REDACTED } from './rule.ts';
import { createStandInValues, type StandInValues } from './stand-in-values.ts';

/** Replaces what names a machine: the same value always by the same stand-in, of the same form. */
export interface StandIns {
  /** @param name of the member that holds the value */
  readonly inValue: (value: string, name: string) => string;
  readonly inText: (text: string) => string;
}

/** Names of members that hold a host name (QAPI: InetSocketAddress, VncBasicInfo, SpiceBasicInfo, GuestHostName). */
const HOST_MEMBERS: ReadonlySet<string> = new Set([
  'host',
  'host-name',
  'hostname',
  'peer-address',
  'tls-hostname',
]);
const HOST = /^(?=[^.]*[a-z])[a-z0-9](?:[a-z0-9-]*[a-z0-9])?(?:\.[a-z0-9-]+)*\.?$/i;

/** What may stand anywhere in a string; what holds others comes first. */
const FORMS = new RegExp(
  [
    String.raw`\b(?<scheme>[A-Za-z][A-Za-z0-9+.-]{0,30}:\/\/)(?<authority>[^\s/?#"'\\,]*)(?<location>\/[^\s?#"'\\,]*)?`,
    String.raw`\b(?<uuid>[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12})\b`,
    String.raw`(?<![0-9A-Za-z:])(?<mac>[0-9a-fA-F]{2}(?::[0-9a-fA-F]{2}){5})(?![0-9A-Za-z:])`,
    String.raw`(?<![0-9A-Za-z:.])(?<ipv6>[0-9a-fA-F]{0,4}(?::[0-9a-fA-F]{0,4}){2,7})(?![0-9A-Za-z:.])`,
    String.raw`(?<![\w.])(?<ipv4>[0-9]{1,3}(?:\.[0-9]{1,3}){3})(?!\.?\w)`,
    String.raw`\b(?<socket>(?:tcp|udp|telnet|tn3270|websocket):)(?<host>[A-Za-z][\w.-]*)(?=:[0-9])`,
    String.raw`(?<![\w/.)\]}~])(?<path>(?:\/[\w.+@%~-]+)+\/?)`,
  ].join('|'),
  'g',
);

/** None of the forms is without one of these. */
const MARKS = /[/:.]|-[0-9a-fA-F]{4}-/;

/** Makes the stand-ins of one recording. */
export function createStandIns(): StandIns {
  const values = createStandInValues();
  const inText = (text: string): string =>
    MARKS.test(text)
      ? text.replaceAll(FORMS, (all, ...found: readonly unknown[]) => standIn(all, groupsOf(found), values))
      : text;
  const inValue = (value: string, name: string): string => {
    if (HOST_MEMBERS.has(name) && HOST.test(value)) return values.host(value);
    const isPath = value.startsWith('/') && !/[\n,]|: /.test(value);
    return isPath ? values.path(value) : inText(value);
  };
  return { inValue, inText };
}

type Groups = Readonly<Record<string, string | undefined>>;

/** The named groups are the last of what a replacer is given. */
function groupsOf(found: readonly unknown[]): Groups {
  return found.at(-1) as Groups;
}

function standIn(all: string, groups: Groups, values: StandInValues): string {
  const { scheme, authority = '', location = '', uuid, mac, ipv6, ipv4, socket, host = '' } = groups;
  if (scheme !== undefined) return scheme + inAuthority(authority, values) + inLocation(location, values);
  if (uuid !== undefined) return values.uuid(uuid);
  if (mac !== undefined) return values.mac(mac);
  if (ipv6 !== undefined) return isIPv6(ipv6) ? values.ipv6(ipv6) : all;
  if (ipv4 !== undefined) return values.ipv4(ipv4);
  if (socket !== undefined) return socket + values.host(host);
  return values.path(all);
}

function inLocation(location: string, { path }: StandInValues): string {
  return location === '' ? '' : path(location);
}

const AUTHORITY = /^(.*@)?(\[[^\]]*\]|[^:]*)(:[0-9]*)?$/s;

/** RFC 3986: user, host, port. Who the user is names a machine's owner. */
function inAuthority(authority: string, { host }: StandInValues): string {
  const [, user = '', name = '', port = ''] = AUTHORITY.exec(authority) ?? [undefined, '', authority];
  if (name === '') return authority;
  const stand = name.startsWith('[') ? `[${host(name.slice(1, -1))}]` : host(name);
  return `${user === '' ? '' : `${REDACTED}@`}${stand}${port}`;
}
