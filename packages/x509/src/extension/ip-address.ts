/** IP addresses as the 4 or 16 bytes of an iPAddress name, and as text. */

import { isIP } from "node:net";
import { X509Error } from "../x509-error.ts";

/** Shows 4 or 16 bytes; IPv6 in the form of RFC 5952. */
export function ipAddressText(bytes: Uint8Array): string {
  if (bytes.length === 4) return bytes.join(".");
  const groups = Array.from({ length: 8 }, (_, i) =>
    (((bytes[2 * i] ?? 0) << 8) | (bytes[2 * i + 1] ?? 0)).toString(16),
  );
  const text = groups.join(":");
  const [longest] = [...text.matchAll(/\b0(?::0)+\b/g)].toSorted(
    (a, b) => b[0].length - a[0].length || a.index - b.index,
  );
  if (!longest) return text;
  const before = text.slice(0, longest.index).replace(/:$/, "");
  const after = text.slice(longest.index + longest[0].length).replace(/^:/, "");
  return `${before}::${after}`;
}

/** Throws `ERR_X509_VALUE` for text that is not an address. Zones (`%eth0`) are refused. */
export function ipAddressBytes(text: string): Uint8Array {
  const version = text.includes("%") ? 0 : isIP(text);
  if (version === 0) {
    throw new X509Error(
      "ERR_X509_VALUE",
      `Cannot encode IP address: it is ${JSON.stringify(text)}, must be IPv4 or IPv6`,
    );
  }
  if (version === 4) return Uint8Array.from(text.split(".").map(Number));
  return ipv6Bytes(text);
}

function ipv6Bytes(text: string): Uint8Array {
  const [head = [], tail = []] = text.split("::").map(groupBytes);
  const zeros = new Array<number>(16 - head.length - tail.length).fill(0);
  return Uint8Array.from([...head, ...zeros, ...tail]);
}

/** The bytes of groups without `::`; the last may be a dotted IPv4 address. */
function groupBytes(groups: string): number[] {
  if (groups === "") return [];
  return groups.split(":").flatMap((group) => {
    if (group.includes(".")) return group.split(".").map(Number);
    const value = Number.parseInt(group, 16);
    return [value >> 8, value & 0xff];
  });
}
