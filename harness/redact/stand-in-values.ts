import { isIPv4, isIPv6 } from 'node:net';

/** Stand-ins of each kind. They are counted in the order in which values come, so nothing of a value is in them. */
export interface StandInValues {
  readonly uuid: (value: string) => string;
  readonly mac: (value: string) => string;
  readonly ipv4: (value: string) => string;
  readonly ipv6: (value: string) => string;
  /** A host name or an address. */
  readonly host: (value: string) => string;
  /** An absolute path. */
  readonly path: (value: string) => string;
}

/** None given yet. */
export function createStandInValues(): StandInValues {
  const ipv4 = numbered(documentationAddress);
  const ipv6 = numbered((n) => `2001:db8::${n.toString(16)}`);
  const address = (value: string): string | undefined => {
    if (isIPv4(value)) return isCommonIPv4(value) ? value : ipv4(value);
    if (isIPv6(value)) return /^::1?$/.test(value) ? value : ipv6(value.toLowerCase());
    return undefined;
  };
  const name = numbered((n) => `host-${n}.example`);
  const component = numbered((n, value) => `name-${n}${/(?<=.)\.[A-Za-z0-9]{1,8}$/.exec(value)?.[0] ?? ''}`);
  const uuid = numbered((n) => `00000000-0000-4000-8000-${digits(n, 12)}`);
  const mac = numbered((n, value) => `${isMulticast(value) ? '03' : '02'}:00:${pairs(digits(n, 8))}`);
  return {
    uuid: (value) => (/^[0-]+$/.test(value) ? value : uuid(value.toLowerCase())),
    mac: (value) => (/^(?:[0:]+|[f:]+)$/i.test(value) ? value : mac(value.toLowerCase())),
    ipv4: (value) => address(value) ?? value,
    ipv6: (value) => address(value) ?? value,
    host: (value) => address(value) ?? (/^localhost\b/i.test(value) ? value : name(value.toLowerCase())),
    path: (value) => standInForPath(value, component),
  };
}

/** Gives each new value the next number, and a value that comes again the same one. */
function numbered(make: (count: number, value: string) => string): (value: string) => string {
  const known = new Map<string, string>();
  return (value) => {
    const stand = known.get(value) ?? make(known.size + 1, value);
    known.set(value, stand);
    return stand;
  };
}

function digits(count: number, length: number): string {
  return count.toString(16).padStart(length, '0');
}

function pairs(text: string): string {
  return (text.match(/../g) ?? []).join(':');
}

/** The lowest bit of the first octet; the one beside it marks an address of nobody's (IEEE 802, locally administered). */
function isMulticast(mac: string): boolean {
  return Number.parseInt(mac.slice(0, 2), 16) % 2 === 1;
}

const DOCUMENTATION = ['192.0.2', '198.51.100', '203.0.113'];
const HOSTS = 254;

/** RFC 5737; where those 762 do not suffice, RFC 2544's range for benchmarks. */
function documentationAddress(count: number): string {
  const net = DOCUMENTATION[Math.floor((count - 1) / HOSTS)];
  if (net !== undefined) return `${net}.${((count - 1) % HOSTS) + 1}`;
  return `198.${18 + (Math.floor(count / 65536) % 2)}.${Math.floor(count / 256) % 256}.${count % 256}`;
}

/** Addresses that mean the same everywhere, and netmasks. */
function isCommonIPv4(value: string): boolean {
  return /^(?:0|127|255)\./.test(value);
}

/** Paths that every machine has, and those of QEMU's own object tree. */
const COMMON =
  /^\/(?:dev\/(?:null|zero|full|u?random|kvm|fd|fdset|vhost-net|vhost-vsock|net\/tun|stdin|stdout|stderr)|machine|objects|chardevs|audiodevs|backend|proc|sys)(?:\/|$)/;

/** Names of folders that say nothing of who uses them (Filesystem Hierarchy Standard, and where QEMU and libvirt are). */
const FOLDERS = new Set(
  'bin boot cache channel dev domain etc home images lib libvirt local log media mnt nvram opt qemu root run sbin share snapshot spool srv target tmp usr var'.split(
    ' ',
  ),
);

function standInForPath(path: string, component: (name: string) => string): string {
  if (COMMON.test(path)) return path;
  const names = path.split('/');
  return names
    .map((name, at) => {
      const isFolder = at < names.length - 1 && FOLDERS.has(name);
      return isFolder || name === '' || name === '.' || name === '..' ? name : component(name);
    })
    .join('/');
}
