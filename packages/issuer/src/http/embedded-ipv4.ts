/** The eight 16-bit groups of an IPv6 address. */
type Groups = readonly number[];

/** A form of IPv6 address that carries an IPv4 one: how to know it, and where the four bytes are. */
interface Form {
  readonly source: string;
  readonly matches: (groups: Groups) => boolean;
  readonly bytes: (groups: Groups) => number[];
}

const FORMS: readonly Form[] = [
  {
    source: "IPv4-mapped, RFC 4291 §2.5.5.2: ::ffff:0:0/96",
    matches: (groups) => startsWith(groups, [0, 0, 0, 0, 0, 0xffff]),
    bytes: lastFour,
  },
  {
    source: "IPv4-compatible, RFC 4291 §2.5.5.1: ::/96",
    matches: (groups) => startsWith(groups, [0, 0, 0, 0, 0, 0]),
    bytes: lastFour,
  },
  {
    source: "IPv4-translated, RFC 2765 §2.1: ::ffff:0:0:0/96",
    matches: (groups) => startsWith(groups, [0, 0, 0, 0, 0xffff, 0]),
    bytes: lastFour,
  },
  {
    source: "NAT64, RFC 6052 §2.1: 64:ff9b::/96",
    matches: (groups) => startsWith(groups, [0x64, 0xff9b, 0, 0, 0, 0]),
    bytes: lastFour,
  },
  {
    source: "NAT64 of one's own, RFC 8215: a /96 of 64:ff9b:1::/48",
    matches: isLocalNat64,
    bytes: lastFour,
  },
  // RFC 6052 §2.2: with a shorter prefix the byte 8 is left out, and zeros follow.
  {
    source: "the same, its /48",
    matches: (groups) => isLocalNat64(groups) && low(groups, 5) === 0 && isZeroFrom(groups, 6),
    bytes: (groups) => [high(groups, 3), low(groups, 3), low(groups, 4), high(groups, 5)],
  },
  {
    source: "the same, a /56 of it",
    matches: (groups) => isLocalNat64(groups) && isZeroFrom(groups, 6),
    bytes: (groups) => [low(groups, 3), low(groups, 4), high(groups, 5), low(groups, 5)],
  },
  {
    source: "the same, a /64 of it",
    matches: (groups) => isLocalNat64(groups) && low(groups, 6) === 0 && isZeroFrom(groups, 7),
    bytes: (groups) => [low(groups, 4), high(groups, 5), low(groups, 5), high(groups, 6)],
  },
  {
    source: "6to4, RFC 3056 §2: 2002::/16",
    matches: (groups) => startsWith(groups, [0x2002]),
    bytes: (groups) => [high(groups, 1), low(groups, 1), high(groups, 2), low(groups, 2)],
  },
  {
    source: "Teredo, RFC 4380 §4: 2001::/32, the client's address inverted",
    matches: (groups) => startsWith(groups, [0x2001, 0]),
    bytes: (groups) => lastFour(groups).map((byte) => byte ^ 0xff),
  },
  {
    source: "ISATAP, RFC 5214 §6.1: an interface of 0:5efe or 200:5efe",
    matches: (groups) => ((groups[4] ?? 0) & ~0x200) === 0 && groups[5] === 0x5efe,
    bytes: lastFour,
  },
];

/** The IPv4 addresses that an IPv6 address may stand for. @param address without a zone */
export function embeddedIpv4(address: string): string[] {
  const groups = groupsOf(address);
  return FORMS.filter(({ matches }) => matches(groups)).map(({ bytes }) => bytes(groups).join("."));
}

/** The URL parser knows all spellings, and writes one. */
function groupsOf(address: string): Groups {
  const canonical = new URL(`http://[${address}]`).hostname.slice(1, -1);
  const [left = "", right] = canonical.split("::");
  const read = (part: string): number[] =>
    part === "" ? [] : part.split(":").map((group) => Number.parseInt(group, 16));
  const [first, last] = [read(left), read(right ?? "")];
  return [...first, ...new Array<number>(8 - first.length - last.length).fill(0), ...last];
}

function startsWith(groups: Groups, prefix: Groups): boolean {
  return prefix.every((group, index) => groups[index] === group);
}

function isLocalNat64(groups: Groups): boolean {
  return startsWith(groups, [0x64, 0xff9b, 1]);
}

function isZeroFrom(groups: Groups, index: number): boolean {
  return groups.slice(index).every((group) => group === 0);
}

function high(groups: Groups, index: number): number {
  return (groups[index] ?? 0) >> 8;
}

function low(groups: Groups, index: number): number {
  return (groups[index] ?? 0) & 0xff;
}

function lastFour(groups: Groups): number[] {
  return [high(groups, 6), low(groups, 6), high(groups, 7), low(groups, 7)];
}
