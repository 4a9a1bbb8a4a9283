/**
 * What Go's certificate parser takes as a URI (net/url Parse, and crypto/x509 domainNameValid for its
 * host). cert-manager could not read a certificate with any other.
 */

import { isIPv6 } from "node:net";

const CONTROL = /[^ -~]/;
const BROKEN_ESCAPE = /%(?![0-9A-Fa-f]{2})/;
const SCHEME = /^([A-Za-z][A-Za-z0-9+.-]*):/;
const USER = /^[A-Za-z0-9\-._:~!$&'()*+,;=%@]*$/;
const PORT = /^(:[0-9]*)?$/;
/** Percent escapes are left out, which Go would take for bytes over 7f and then refuse. */
const HOST = /^[A-Za-z0-9\-._~!$&'()*+,;=<>":]*$/;

/**
 * Returns whether Go reads a text as a URI. Never laxer; stricter where no URI in use is: escapes and
 * brackets in a host, zones of IPv6 addresses, DEL in a fragment.
 */
export function isReadableUri(text: string): boolean {
  if (CONTROL.test(text)) return false;
  const [reference = "", ...fragment] = text.split("#");
  if (BROKEN_ESCAPE.test(fragment.join("#"))) return false;
  const scheme = SCHEME.exec(reference)?.[1]?.toLowerCase();
  const [rest = ""] = reference.slice(scheme === undefined ? 0 : scheme.length + 1).split("?", 1);
  if (!rest.startsWith("/")) return scheme !== undefined || isRelativePath(rest);
  const hasAuthority = rest.startsWith("//") && (scheme !== undefined || !rest.startsWith("///"));
  if (!hasAuthority) return !BROKEN_ESCAPE.test(rest);
  const end = rest.indexOf("/", 2);
  const authority = end === -1 ? rest.slice(2) : rest.slice(2, end);
  const path = end === -1 ? "" : rest.slice(end);
  return !BROKEN_ESCAPE.test(path) && isAuthority(authority, scheme ?? "");
}

/** Its first segment could be taken for a scheme. */
function isRelativePath(path: string): boolean {
  const [first = ""] = path.split("/", 1);
  return !first.includes(":") && !BROKEN_ESCAPE.test(path);
}

function isAuthority(authority: string, scheme: string): boolean {
  const at = authority.lastIndexOf("@");
  const user = authority.slice(0, Math.max(at, 0));
  return USER.test(user) && !BROKEN_ESCAPE.test(user) && isHost(authority.slice(at + 1), scheme);
}

function isHost(host: string, scheme: string): boolean {
  if (host === "") return true;
  if (host.startsWith("[")) {
    const end = host.indexOf("]");
    const address = host.slice(1, end);
    return end > 0 && isIPv6(address) && !address.includes("%") && PORT.test(host.slice(end + 1));
  }
  const isWeb = scheme === "http" || scheme === "https";
  const colon = isWeb ? host.indexOf(":") : host.lastIndexOf(":");
  const port = colon === -1 ? "" : host.slice(colon);
  return HOST.test(host) && PORT.test(port) && host.split(".").every((label) => label !== "");
}
