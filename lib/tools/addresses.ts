import { BlockList, isIPv4, isIPv6 } from 'node:net';

/* Where a URL of a server may point. The same rule is asked again with what DNS answers when the platform connects. */

/** `forbidden`: link-local, metadata and what is no host at all; nobody may point there. `private`: loopback and networks of one's own. */
export type Reach = 'public' | 'private' | 'forbidden';

type Subnet = readonly [base: string, bits: number];

const forbidden4: readonly Subnet[] = [
  ['100.100.100.200', 32],
  ['168.63.129.16', 32],
  ['169.254.0.0', 16],
  ['192.0.0.192', 32],
  ['224.0.0.0', 4],
  ['240.0.0.0', 4],
];
const private4: readonly Subnet[] = [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['172.16.0.0', 12],
  ['192.0.0.0', 24],
  ['192.168.0.0', 16],
  ['198.18.0.0', 15],
];
const forbidden6: readonly Subnet[] = [
  ['fd00:ec2::', 32],
  ['fd20:ce::', 32],
  ['fe80::', 10],
  ['ff00::', 8],
];
const private6: readonly Subnet[] = [
  ['::', 127],
  ['fc00::', 7],
  ['fec0::', 10],
];

/** Prefixes after which an IPv4 address stands: mapped, compatible, translated (NAT64), 6to4. */
const carriers: readonly (readonly [write: (address: string) => string, bits: number])[] = [
  [(address) => `::ffff:0:${address}`, 96],
  [(address) => `::${address}`, 96],
  [(address) => `64:ff9b::${address}`, 96],
  [(address) => `64:ff9b:1::${address}`, 96],
  [(address) => `2002:${hex(address)}::`, 16],
];

/** The two groups that an IPv4 address is in IPv6. */
function hex(address: string): string {
  const [a = 0, b = 0, c = 0, d = 0] = address.split('.').map(Number);
  return `${((a << 8) | b).toString(16)}:${((c << 8) | d).toString(16)}`;
}

/** A BlockList knows mapped addresses (::ffff:a.b.c.d) by itself. */
function listOf(four: readonly Subnet[], six: readonly Subnet[]): BlockList {
  const list = new BlockList();
  for (const [base, bits] of four) {
    list.addSubnet(base, bits, 'ipv4');
    for (const [write, before] of carriers) list.addSubnet(write(base), before + bits, 'ipv6');
  }
  for (const [base, bits] of six) list.addSubnet(base, bits, 'ipv6');
  return list;
}

const forbidden = listOf(forbidden4, forbidden6);
const own = listOf(private4, private6);

const metadataNames = [
  'metadata',
  'metadata.google.internal',
  'metadata.goog',
  'instance-data',
  'instance-data.ec2.internal',
];

/** Where an address leads, as DNS or a URL gives it (IPv4 in four decimals; IPv6 with or without brackets). Anything else is `forbidden`. */
export function reachOfAddress(address: string): Reach {
  const plain = address.replace(/^\[|\]$/g, '').replace(/%.*$/, '');
  const family = isIPv4(plain) ? 'ipv4' : isIPv6(plain) ? 'ipv6' : undefined;
  // Loopback and the unspecified address are of nobody else, whatever else their bits may carry.
  if (family === undefined || (!/^::1?$/.test(plain) && forbidden.check(plain, family))) return 'forbidden';
  return own.check(plain, family) ? 'private' : 'public';
}

/** Where the host of a URL leads, as far as its name alone shows. A name is `public` until DNS says otherwise. */
export function reachOfHost(hostname: string): Reach {
  const name = hostname.toLowerCase().replace(/\.$/, '');
  if (name === '' || metadataNames.includes(name)) return 'forbidden';
  if (name === 'localhost' || name.endsWith('.localhost')) return 'private';
  if (name.startsWith('[') || /^[\d.]+$/.test(name)) return reachOfAddress(name);
  return 'public';
}
