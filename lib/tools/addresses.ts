/* Where a URL of a server may point. The same rule is asked again with what DNS answers when the platform connects. */

/** `forbidden`: link-local, metadata and what is no host at all; nobody may point there. `private`: loopback and networks of one's own. */
export type Reach = 'public' | 'private' | 'forbidden';

type Range = readonly [base: string, bits: number, reach: Reach];

const ranges4: readonly Range[] = [
  ['0.0.0.0', 8, 'private'],
  ['10.0.0.0', 8, 'private'],
  ['100.100.100.200', 32, 'forbidden'],
  ['100.64.0.0', 10, 'private'],
  ['127.0.0.0', 8, 'private'],
  ['168.63.129.16', 32, 'forbidden'],
  ['169.254.0.0', 16, 'forbidden'],
  ['172.16.0.0', 12, 'private'],
  ['192.0.0.192', 32, 'forbidden'],
  ['192.0.0.0', 24, 'private'],
  ['192.168.0.0', 16, 'private'],
  ['198.18.0.0', 15, 'private'],
  ['224.0.0.0', 4, 'forbidden'],
  ['240.0.0.0', 4, 'forbidden'],
];

const ranges6: readonly Range[] = [
  ['::', 128, 'private'],
  ['::1', 128, 'private'],
  ['fd00:ec2::', 32, 'forbidden'],
  ['fd20:ce::', 32, 'forbidden'],
  ['fc00::', 7, 'private'],
  ['fe80::', 10, 'forbidden'],
  ['fec0::', 10, 'private'],
  ['ff00::', 8, 'forbidden'],
];

/** Prefixes whose last or next 32 bits are an IPv4 address: mapped, compatible, translated (NAT64), 6to4. */
const carriers: readonly (readonly [base: string, bits: number, at: number])[] = [
  ['::ffff:0:0', 96, 6],
  ['::ffff:0:0:0', 96, 6],
  ['::', 96, 6],
  ['64:ff9b::', 96, 6],
  ['64:ff9b:1::', 48, 6],
  ['2002::', 16, 1],
];

const metadataNames = [
  'metadata',
  'metadata.google.internal',
  'metadata.goog',
  'instance-data',
  'instance-data.ec2.internal',
];

/** Where an address leads, as DNS or a URL gives it (IPv4 in four decimals; IPv6 with or without brackets). Anything else is `forbidden`. */
export function reachOfAddress(address: string): Reach {
  const four = parse4(address);
  if (four) return reachIn(ranges4, four, 8, parse4);
  const six = parse6(address.replace(/^\[|\]$/g, '').replace(/%.*$/, ''));
  if (!six) return 'forbidden';
  const own = reachIn(ranges6, six, 16, parse6);
  if (own !== 'public') return own;
  const carrier = carriers.find(([base, bits]) => within(six, parse6(base) ?? [], bits, 16));
  if (!carrier) return 'public';
  const [high = 0, low = 0] = six.slice(carrier[2]);
  return reachOfAddress([high >> 8, high & 255, low >> 8, low & 255].join('.'));
}

/** Where the host of a URL leads, as far as its name alone tells. A name is `public` until DNS says otherwise. */
export function reachOfHost(hostname: string): Reach {
  const name = hostname.toLowerCase().replace(/\.$/, '');
  if (name === '' || metadataNames.includes(name)) return 'forbidden';
  if (name === 'localhost' || name.endsWith('.localhost')) return 'private';
  if (name.startsWith('[') || /^[\d.]+$/.test(name)) return reachOfAddress(name);
  return 'public';
}

function reachIn(
  ranges: readonly Range[],
  address: readonly number[],
  width: number,
  parse: (text: string) => number[] | undefined,
): Reach {
  return ranges.find(([base, bits]) => within(address, parse(base) ?? [], bits, width))?.[2] ?? 'public';
}

function within(address: readonly number[], base: readonly number[], bits: number, width: number): boolean {
  return base.every((part, index) => {
    const shift = width - Math.min(width, Math.max(0, bits - index * width));
    return part >> shift === (address[index] ?? 0) >> shift;
  });
}

function parse4(text: string): number[] | undefined {
  const parts = text.split('.');
  if (parts.length !== 4 || !parts.every((part) => /^\d{1,3}$/.test(part) && Number(part) < 256)) return undefined;
  return parts.map(Number);
}

function parse6(text: string): number[] | undefined {
  const [, before, dotted = ''] = /^(.*:)(\d+\.\d+\.\d+\.\d+)$/.exec(text) ?? [];
  const four = parse4(dotted);
  const plain = before !== undefined && four ? `${before}${pair(four[0], four[1])}:${pair(four[2], four[3])}` : text;
  const halves = plain.split('::');
  if (halves.length > 2) return undefined;
  const [head = [], tail = []] = halves.map((half) => (half === '' ? [] : half.split(':')));
  const missing = 8 - head.length - tail.length;
  if (halves.length === 2 ? missing < 1 : missing !== 0) return undefined;
  const groups = [...head, ...Array<string>(missing).fill('0'), ...tail];
  return groups.every((group) => /^[\da-f]{1,4}$/i.test(group))
    ? groups.map((group) => Number.parseInt(group, 16))
    : undefined;
}

function pair(high = 0, low = 0): string {
  return ((high << 8) | low).toString(16);
}
