import { BlockList, isIP } from "node:net";
import { embeddedIpv4 } from "./embedded-ipv4.ts";

/**
 * What an address is to an issuer's controller:
 *
 * - `open`: any host, also of a private network, where most CAs are.
 * - `loopback`: the controller's own pod.
 * - `forbidden`: link-local, multicast and what clouds serve credentials at: no CA is there.
 */
export type AddressClass = "open" | "loopback" | "forbidden";

/** Ranges by class, each with what it is. */
const RANGES: readonly [AddressClass, range: string, what: string][] = [
  [
    "forbidden",
    "169.254.0.0/16",
    "link-local (RFC 3927); metadata of AWS, Azure, Google and others",
  ],
  ["forbidden", "fe80::/10", "link-local (RFC 4291)"],
  ["forbidden", "100.100.100.200/32", "metadata of Alibaba Cloud"],
  ["forbidden", "168.63.129.16/32", "the host of an Azure machine"],
  ["forbidden", "192.0.0.192/32", "metadata of Oracle Cloud Classic"],
  ["forbidden", "fd00:ec2::/32", "metadata and pod identity of AWS"],
  ["forbidden", "fd20:ce::254/128", "metadata of Google Cloud"],
  ["forbidden", "fd00:42::42/128", "metadata of Scaleway"],
  ["forbidden", "224.0.0.0/4", "multicast (RFC 5771)"],
  ["forbidden", "ff00::/8", "multicast (RFC 4291)"],
  ["forbidden", "255.255.255.255/32", "broadcast (RFC 919)"],
  ["loopback", "127.0.0.0/8", "loopback (RFC 1122)"],
  ["loopback", "::1/128", "loopback (RFC 4291)"],
  ["loopback", "0.0.0.0/8", "this host (RFC 1122): Linux connects it to loopback"],
  ["loopback", "::/128", "unspecified (RFC 4291): as 0.0.0.0"],
];

const LISTS = {
  forbidden: listOf("forbidden"),
  loopback: listOf("loopback"),
} as const;

function listOf(wanted: AddressClass): BlockList {
  const list = new BlockList();
  for (const [group, range] of RANGES) {
    if (group !== wanted) continue;
    const [address = "", prefix] = range.split("/");
    list.addSubnet(address, Number(prefix), familyOf(address));
  }
  return list;
}

function familyOf(address: string): "ipv4" | "ipv6" {
  return isIP(address) === 4 ? "ipv4" : "ipv6";
}

/**
 * Tells what an IP address is. An IPv6 address that carries an IPv4 one counts as both: a translator
 * on the way would connect to the latter. What is no address is forbidden.
 *
 * Caveat: a NAT64 prefix of the network's own cannot be told from any other prefix.
 */
export function classOf(address: string): AddressClass {
  const bare = address.replace(/%.*$/, ""); // fe80::1%eth0: the zone says nothing of the address
  if (isIP(bare) === 0) return "forbidden";
  const all = [bare, ...(isIP(bare) === 6 ? embeddedIpv4(bare) : [])];
  const isIn = (list: BlockList) => all.some((each) => list.check(each, familyOf(each)));
  if (isIn(LISTS.forbidden)) return "forbidden";
  return isIn(LISTS.loopback) ? "loopback" : "open";
}
