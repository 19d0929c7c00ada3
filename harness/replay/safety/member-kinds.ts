/**
 * What the value of a member is, as far as that decides what a server does on its host.
 * `file`: a file name, perhaps with a protocol before it. `host`: of an internet address. `address`: an address as text.
 * `program`: what is executed. `interface`: of the host's network. `data`: any text, never a name of something.
 * `name`: the name of something inside of the server.
 */
export type MemberKind = 'file' | 'host' | 'address' | 'program' | 'interface' | 'data' | 'name';

/** Names of members that hold strings, in the arguments of commands of all releases. */
const NAMES: Readonly<Record<MemberKind, string>> = {
  file: `backing-file conf config dh-cert-file dir evdev file filename in log logfile map-path mem-path mountpoint out
    path protocol script-path session-file sev-device smb snapshot-file sock target tftp vhostdev`,
  host: 'host ip server smbserver dns dns-host ipv6-host ipv6-dns dns-forward map-host-loopback proxy',
  address: 'connect listen localaddr mcast outbound portal udp uri url src dst',
  program: 'args cpr-exec-command downscript helper script',
  interface: 'br devname if ifname interface outbound-if4 outbound-if6 cid',
  data: `cookie cookie-secret cper data description guest-visible-workarounds hash host-data id-auth id-block
    iv mnonce mrconfigid mrowner mrownerconfig new-secret old-secret packet-header password secret
    command-line`,
  name: `addr address alias arg base base-node bitmap bitmap-export-name bitmaps bootfile bottom bus canbus cert-subject
    chardev chardevs child component-id connected device devices devid dhcpstart display domainname driver dst_name
    dstport end-address export fd fdname fds filter-node-name format fqdn gateway group height hostname hwversion id
    id-list identity image image-node-name implements indev info initiator-name interfaces iothread ipv6-prefix job-id
    key-secret keyid label local mac macaddr map-guest-addr match memdev model multi name names namespace nat66-prefix
    net net-uuid netdev netmask node node-name notify_dev opaque option outdev overlay parent password-secret passwordid
    paths pci-bus pci-dev pool port position pr-manager prealloc-context primary_in priority property props
    proxy-password-secret proxy-username qom-type reference replaces s secondary_in segment serial service single snapshot
    snapshot-node-name sock-fds src_name srcport start-address status str subnet-mask tag tftp-server-name throttle-group
    time value tls-authz tls-creds tls-hostname toolsversion top top-id top-node type typename user username vcpus vdi vdisk-id
    vhostfd vhostfds vmstate volume width x-dirty-bitmap x-origin y-origin`,
};

const KINDS: ReadonlyMap<string, MemberKind> = new Map(
  (Object.entries(NAMES) as [MemberKind, string][]).flatMap(([kind, names]) =>
    names.split(/\s+/).map((name) => [name, kind] as const),
  ),
);

/** What a member of this name holds; undefined for one that no schema of the project names. */
export function kindOfMember(name: string): MemberKind | undefined {
  return KINDS.get(name);
}
